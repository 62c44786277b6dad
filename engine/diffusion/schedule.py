"""When each step happens and with which noise: schedulers, guidance windows, seeds. Knows no network.

The schedulers are diffusers' own; one is made per call of `denoise` because a scheduler remembers earlier steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import Tensor

TRAINED_TIMESTEPS = 1000  # of every Stable Diffusion; also the scale on which a window's percentages are read
_BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def sde_karras(steps: int) -> Any:
    """Return DPM++ 2M SDE on Karras sigmas with `steps` steps, the sampler of face-to-sticker.

    Its noise is an argument of each step: `denoise` takes it from the picture.
    """
    from diffusers import DPMSolverMultistepScheduler

    scheduler = DPMSolverMultistepScheduler(
        **_BETAS,
        num_train_timesteps=TRAINED_TIMESTEPS,
        algorithm_type="sde-dpmsolver++",
        solver_order=2,
        solver_type="midpoint",
        use_karras_sigmas=True,
        final_sigmas_type="zero",
        lower_order_final=True,
    )
    scheduler.set_timesteps(steps)
    return scheduler


def euler_trailing(steps: int) -> Any:
    """Return Euler on trailing timesteps, which few-step networks are distilled for. Draws no noise."""
    from diffusers import EulerDiscreteScheduler

    scheduler = EulerDiscreteScheduler(**_BETAS, num_train_timesteps=TRAINED_TIMESTEPS, timestep_spacing="trailing")
    scheduler.set_timesteps(steps)
    return scheduler


def euler_leading(steps: int) -> Any:
    """Return Euler as SDXL itself configures it. Draws no noise."""
    from diffusers import EulerDiscreteScheduler

    scheduler = EulerDiscreteScheduler(
        **_BETAS, num_train_timesteps=TRAINED_TIMESTEPS, timestep_spacing="leading", steps_offset=1
    )
    scheduler.set_timesteps(steps)
    return scheduler


def ddim(steps: int) -> Any:
    """Return DDIM as the FaceID adapters are used with. Draws no noise."""
    from diffusers import DDIMScheduler

    scheduler = DDIMScheduler(
        **_BETAS,
        num_train_timesteps=TRAINED_TIMESTEPS,
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )
    scheduler.set_timesteps(steps)
    return scheduler


def euler_of(base: Path, steps: int) -> Any:
    """Return Euler as the scheduler folder of the diffusers model in `base` configures it. Draws no noise."""
    from diffusers import EulerDiscreteScheduler

    scheduler = EulerDiscreteScheduler.from_pretrained(base, subfolder="scheduler", local_files_only=True)
    scheduler.set_timesteps(steps)
    return scheduler


@dataclass(frozen=True, slots=True)
class GuidanceWindow:
    """Hold guidance start and end: the part of the schedule in which a network is active, 0 <= start < end <= 1.

    Both are fractions of the trained timesteps. A fraction stands for a sigma, not for a share of the steps: Karras
    sigmas reach 0.7 of the trained timesteps after 11 of 20 steps. This is ComfyUI's rule;
    diffusers counts steps and would run 14.
    """

    start: float = 0.0
    end: float = 1.0

    def active_steps(self, scheduler: Any) -> list[bool]:
        """Return, for each step of `scheduler`, whether the network is active in it."""
        highest, lowest = _sigma_at(self.start, scheduler), _sigma_at(self.end, scheduler)
        sigmas = scheduler.sigmas[: len(scheduler.timesteps)]
        return [lowest <= float(sigma) <= highest for sigma in sigmas]


def _sigma_at(fraction: float, scheduler: Any) -> float:
    """Return the sigma at `fraction` of the trained timesteps, counted from pure noise.

    Both ends are open: the first and the last sigma of a schedule may lie a rounding error outside the table.
    """
    if fraction <= 0.0:
        return float("inf")
    if fraction >= 1.0:
        return 0.0
    cumulative = scheduler.alphas_cumprod.double()
    log_sigmas = ((1 - cumulative) / cumulative).sqrt().log()  # [1000], rising
    timestep = (1.0 - fraction) * (len(log_sigmas) - 1)
    below = int(timestep)
    share = timestep - below
    return float(((1 - share) * log_sigmas[below] + share * log_sigmas[below + 1]).exp())


@dataclass(frozen=True, slots=True)
class SeededNoise:
    """Draw the noise of one picture from its seed, the same wherever and beside whomever it is drawn.

    Iterating yields N(0, 1) fp32 CPU tensors of `shape` [channels, height, width] without end: the first is the
    initial latent, each further one belongs to one step. Every iteration starts anew. A generator of its own for
    each picture, on the CPU: one generator shared by a batch would give picture 1 other noise than alone.
    """

    seed: int
    shape: tuple[int, int, int]

    def __iter__(self) -> Iterator[Tensor]:
        import torch

        generator = torch.Generator("cpu").manual_seed(self.seed)
        while True:
            yield torch.randn(self.shape, generator=generator, device="cpu", dtype=torch.float32)


def draw_noise(streams: Sequence[Iterable[Tensor]], scheduler: Any, device: torch.device) -> Tensor:
    """Return the noise of all pictures and steps, [1 + steps, pictures, channels, height, width] fp32 on `device`.

    The first entry is the initial latent's; a deterministic scheduler has no other. Drawn before the loop, because a
    copy from the CPU in every step would make the CPU wait for the GPU each time. Raises `ValueError` where a stream
    ends too soon.
    """
    import torch

    count = 1 + (len(scheduler.timesteps) if _is_stochastic(scheduler) else 0)
    drawn = [list(islice(stream, count)) for stream in streams]
    if shortest := [len(noises) for noises in drawn if len(noises) < count]:
        raise ValueError(f"a picture brings {min(shortest)} noises, and {count} are needed")
    return torch.stack([torch.stack(noises) for noises in drawn], dim=1).to(device, torch.float32)


def first_latents(initial: Sequence[Tensor | None], noise: Tensor, scheduler: Any, begin: int) -> Tensor:
    """Return what the loop begins with, [pictures, C, h, w] fp32: noise, or pictures with the noise of step `begin`.

    Beyond the last step it is the pictures as they are. `noise` is like the result. Raises `ValueError` where a picture
    has no `initial` latents and needs them.
    """
    import torch

    if begin == 0:
        return noise * scheduler.init_noise_sigma
    pictures = [each.to(noise) for each in initial if each is not None]
    if len(pictures) < len(noise):
        raise ValueError("a picture that does not begin at the first step needs initial latents")
    latents = torch.stack(pictures)
    if begin >= len(scheduler.timesteps):
        return latents
    if hasattr(scheduler, "set_begin_index"):  # DDIM counts no steps
        scheduler.set_begin_index(begin)
    noisy: Tensor = scheduler.add_noise(latents, noise, scheduler.timesteps[begin : begin + 1].expand(len(latents)))
    return noisy


def advance(
    scheduler: Any, predicted: Tensor, timestep: Tensor, latents: Tensor, step_noise: Tensor
) -> tuple[Tensor, Tensor]:
    """Take one step; return the new latents and the clean latents as this step sees them, fp32 like all it is given.

    `step_noise` holds this step's noise, or nothing where the scheduler is deterministic.
    """
    if len(step_noise):
        latents = scheduler.step(predicted, timestep, latents, variance_noise=step_noise[0]).prev_sample
        return latents, scheduler.model_outputs[-1]
    result = scheduler.step(predicted, timestep, latents)
    return result.prev_sample, result.pred_original_sample


def _is_stochastic(scheduler: Any) -> bool:
    return str(scheduler.config.get("algorithm_type", "")).startswith("sde")
