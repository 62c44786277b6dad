"""Few-step LoRAs: another UNet, drawn from in four or eight steps. Off unless the operator asks.

Such a LoRA changes what the UNet is: it is fused once, after loading, and every sticker is drawn that way. Most of
them are made for guidance 1, at which everything about the unconditional row has no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from engine.diffusion.reading import check_weights, reading
from engine.diffusion.schedule import euler_trailing
from engine.weights import NO_OVERRIDES, resolve, roles_of

UNCONDITIONAL_PARAMETERS = ("negative_prompt", "ip_adapter_noise", "unwanted_face")


@dataclass(frozen=True, slots=True)
class FewSteps:
    """Say how pictures are drawn with a few-step LoRA. `scheduler` makes the scheduler of one call, given the steps."""

    name: str
    steps: int
    guidance: float
    scheduler: Callable[[int], Any]

    @property
    def is_guided(self) -> bool:
        """Whether there is an unconditional row, and its parameters have an effect."""
        return self.guidance != 1.0

    @property
    def ignored(self) -> frozenset[str]:
        """The parameters of a request that have no effect."""
        return frozenset({"steps", "guidance"} if self.is_guided else {"steps", "guidance", *UNCONDITIONAL_PARAMETERS})


# Files: ByteDance/SDXL-Lightning, ByteDance/Hyper-SD. What they do beside InstantID must be judged on pictures.
FEW_STEPS = {
    mode.name: mode
    for mode in (
        FewSteps("lightning-4", steps=4, guidance=1.0, scheduler=euler_trailing),
        FewSteps("lightning-8", steps=8, guidance=1.0, scheduler=euler_trailing),
        FewSteps("hyper-8-cfg", steps=8, guidance=5.0, scheduler=euler_trailing),
    )
}


def few_steps_lora(mode: FewSteps, folder: Path, overrides: Mapping[str, str] = NO_OVERRIDES) -> Path:
    """Return where the LoRA of `mode` lies below `folder`. Raises `EngineUnavailable` with how to bring it."""
    (role,) = roles_of(mode.name)
    return resolve(role.name, folder, overrides)


def fuse_few_step_lora(unet: Any, path: Path) -> None:
    """Fuse the LoRA at `path` (.safetensors, kohya or diffusers naming) into a loaded UNet, for good.

    Before `speed_up`, which replaces the layers it changes. Raises `EngineUnavailable`.
    """
    from diffusers import StableDiffusionXLPipeline

    with reading("few-step lora", path):
        check_weights("few-step lora", path, load_file(path).items())
        weights, alphas = StableDiffusionXLPipeline.lora_state_dict(
            str(path.parent), weight_name=path.name, unet_config=unet.config, local_files_only=True
        )[:2]
        unet.load_lora_adapter(weights, network_alphas=alphas, prefix="unet")
        unet.fuse_lora()
        unet.unload_lora()
