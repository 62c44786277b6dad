"""Two ways to trade looks for time, both off unless the operator asks: few-step LoRAs, and products in fp8.

A few-step LoRA changes what the UNet is: it is fused once, after loading, and every sticker is drawn that way. Most of
them are made for guidance 1, at which the negative prompt and the unwanted face have no effect. fp8 rounds weights and
activations of the transformer blocks to eight bits; it needs a card of compute capability 8.9 or more to be faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from engine.diffusion.adapters import AdapterAttention
from engine.diffusion.networks import reading
from engine.diffusion.schedule import euler_trailing
from engine.errors import EngineUnavailable
from engine.weights import NO_OVERRIDES, resolve, roles_of

if TYPE_CHECKING:
    from torch import Tensor

FP8 = torch.float8_e4m3fn
FP8_MOST = torch.finfo(FP8).max
FP8_CAPABILITY = (8, 9)
FP8_MULTIPLE = 16  # sides of what the kernel multiplies


_OF_THE_UNWANTED = ("negative_prompt", "ip_adapter_noise", "unwanted_face")


@dataclass(frozen=True, slots=True)
class FewSteps:
    """How pictures are drawn with a few-step LoRA. `scheduler` makes the scheduler of one call, given the steps."""

    name: str
    steps: int
    guidance: float
    scheduler: Callable[[int], Any]

    @property
    def has_negative(self) -> bool:
        """Whether negative prompt, unwanted face and ip_adapter_noise still have an effect."""
        return self.guidance != 1.0

    @property
    def ignored(self) -> frozenset[str]:
        """The parameters of a request that have no effect."""
        return frozenset({"steps", "guidance"} if self.has_negative else {"steps", "guidance", *_OF_THE_UNWANTED})


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


def check_fp8(device: torch.device) -> None:
    """Raise `EngineUnavailable` where the device multiplies no 8-bit floats."""
    found = device.type.upper()
    if device.type == "cuda":
        major, minor = torch.cuda.get_device_capability(device)
        if (major, minor) >= FP8_CAPABILITY:
            return
        found = f"{torch.cuda.get_device_name(device)} with {major}.{minor}"
    needed = ".".join(map(str, FP8_CAPABILITY))
    raise EngineUnavailable(f"FP8=true needs an NVIDIA GPU of compute capability {needed} or more, and this is {found}")


def fuse_few_step_lora(unet: Any, path: Path) -> None:
    """Fuse the LoRA at `path` (.safetensors, kohya or diffusers naming) into a loaded UNet, for good.

    Before `speed_up`, which replaces the layers it changes. Raises `EngineUnavailable`.
    """
    from diffusers import StableDiffusionXLPipeline

    with reading("few-step lora", path):
        weights, alphas = StableDiffusionXLPipeline.lora_state_dict(
            str(path.parent), weight_name=path.name, unet_config=unet.config, local_files_only=True
        )[:2]
        unet.load_lora_adapter(weights, network_alphas=alphas, prefix="unet")
        unet.fuse_lora()
        unet.unload_lora()


class Fp8Linear(nn.Module):
    """A linear layer whose weight is kept in fp8, one scale per output, and whose input is scaled row by row."""

    weight: Tensor
    scale: Tensor

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        weight, scale = _rounded(linear.weight.detach())
        self.register_buffer("weight", weight)  # [out, in]
        self.register_buffer("scale", scale.t().contiguous())  # [1, out]
        self.bias = linear.bias

    def forward(self, x: Tensor) -> Tensor:
        """Map [..., in] bf16 to [..., out] bf16."""
        rows, scale = _rounded(x.flatten(0, -2))
        bias = None if self.bias is None else self.bias.to(torch.bfloat16)
        product = torch._scaled_mm(
            rows, self.weight.t(), scale_a=scale, scale_b=self.scale, bias=bias, out_dtype=torch.bfloat16
        )
        return product.unflatten(0, x.shape[:-1]).to(x.dtype)


def _rounded(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return [n, width] in fp8 and what each row is to be multiplied by, [n, 1] fp32."""
    most = rows.abs().amax(dim=-1, keepdim=True).float().clamp(min=1e-12)
    scale = most / FP8_MOST
    return (rows.float() / scale).clamp(-FP8_MOST, FP8_MOST).to(FP8), scale


def quantise(network: Any) -> int:
    """Round the linear layers of every transformer block to fp8, in place; return how many.

    Their share of the UNet's operations is 64 %, so a step is at most 1.5 times as fast. The keys and values that
    adapters bring are few and stay as they are. Comes after fusing LoRAs and projections, before compiling.
    """
    count = 0
    for parent in _inside_blocks(network):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Linear) and _fits(child):
                setattr(parent, name, Fp8Linear(child))
                count += 1
    return count


def _inside_blocks(network: Any) -> list[nn.Module]:
    """Return the modules of all transformer blocks without the adapters'."""
    from diffusers.models.attention import BasicTransformerBlock

    blocks = [module for module in network.modules() if isinstance(module, BasicTransformerBlock)]
    inside = [module for block in blocks for module in block.modules()]
    adapters = {id(part) for module in inside if isinstance(module, AdapterAttention) for part in module.modules()}
    return [module for module in inside if id(module) not in adapters]


def _fits(linear: nn.Linear) -> bool:
    return linear.in_features % FP8_MULTIPLE == 0 and linear.out_features % FP8_MULTIPLE == 0
