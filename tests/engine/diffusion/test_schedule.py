"""Rules on the schedule: the sampler of face-to-sticker, sigma windows, noise of one's own."""

from __future__ import annotations

import math
from itertools import islice

import numpy as np
import pytest
import torch

from engine.diffusion.inputs import GuidanceWindows
from engine.diffusion.schedule import GuidanceWindow, SeededNoise, advance, draw_noise, euler_trailing, sde_karras


def test_timesteps_of_20_steps_are_comfys() -> None:
    timesteps = sde_karras(20).timesteps.tolist()
    assert timesteps[:6] == [999, 962, 921, 876, 827, 772]
    assert timesteps[-3:] == [6, 2, 0]


def test_the_scheduler_is_stochastic_and_ends_at_sigma_zero() -> None:
    scheduler = sde_karras(20)
    assert scheduler.config.algorithm_type == "sde-dpmsolver++"
    assert float(scheduler.sigmas[-1]) == 0.0


@pytest.mark.parametrize(("steps", "depth", "photo"), [(10, 6, 3), (20, 11, 5), (30, 17, 7), (40, 23, 10)])
def test_windows_end_by_sigma_and_not_by_share_of_the_steps(steps: int, depth: int, photo: int) -> None:
    windows, scheduler = GuidanceWindows(), sde_karras(steps)
    active = [sum(window.active_steps(scheduler)) for window in (windows.identity, windows.depth, windows.photo)]
    assert active == [steps, depth, photo]


def test_few_steps_are_spread_over_trailing_timesteps() -> None:
    assert euler_trailing(4).timesteps.tolist() == [999, 749, 499, 249]


def test_the_sampler_is_dpmpp_2m_sde_with_the_midpoint_rule() -> None:
    """k-diffusion's formulas (eta 1) in double precision, on a denoiser that is a function."""
    steps, scheduler = 10, sde_karras(10)
    sigmas = scheduler.sigmas.double().tolist()
    noise = draw_noise([SeededNoise(7, (4, 2, 3))], scheduler, torch.device("cpu"))
    latents, old = noise[0] * scheduler.init_noise_sigma, None
    x = latents.double() * (1 + sigmas[0] ** 2) ** 0.5
    for step, timestep in enumerate(scheduler.timesteps):
        sigma, following = sigmas[step : step + 2]
        seen = latents.double() * (1 + sigma**2) ** 0.5  # diffusers keeps the variance at 1
        predicted = ((seen - _denoised(seen, sigma)) / sigma).float()
        latents, _ = advance(scheduler, predicted, timestep, latents, noise[step + 1 : step + 2])
        denoised = _denoised(x, sigma)
        if step == steps - 1:
            x = denoised
            break
        h = math.log(sigma / following)
        share = -math.expm1(-2 * h)
        x = following / sigma * math.exp(-h) * x + share * denoised
        if old is not None:
            x = x + 0.5 * share * (h / old[0]) * (denoised - old[1])
        x = x + noise[step + 1].double() * following * share**0.5
        old = h, denoised
    torch.testing.assert_close(latents.double(), x, rtol=1e-4, atol=1e-4)


def _denoised(x: torch.Tensor, sigma: float) -> torch.Tensor:
    return 3 * torch.sin(x / (1 + sigma))


def test_a_window_that_starts_late_leaves_out_the_first_steps() -> None:
    active = GuidanceWindow(0.5, 1.0).active_steps(sde_karras(20))
    assert active == sorted(active)
    assert 0 < sum(active) < 20


def test_a_window_is_the_same_sigma_for_every_scheduler() -> None:
    trained = euler_trailing(1000).sigmas[:1000].flip(0).log().numpy()
    ends_at = float(np.exp(np.interp(0.3 * 999, range(1000), trained)))
    for scheduler in (sde_karras(20), euler_trailing(8)):
        expected = [float(sigma) >= ends_at for sigma in scheduler.sigmas[: len(scheduler.timesteps)]]
        assert GuidanceWindow(0.0, 0.7).active_steps(scheduler) == expected


def test_noise_starts_anew_with_each_iteration_and_follows_the_seed() -> None:
    noise = SeededNoise(7, (4, 2, 3))
    first, again = list(islice(noise, 3)), list(islice(noise, 3))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first[0], next(iter(SeededNoise(8, (4, 2, 3)))))


def test_noise_is_fp32_whatever_the_default_dtype() -> None:
    torch.set_default_dtype(torch.bfloat16)
    try:
        drawn = next(iter(SeededNoise(7, (4, 2, 3))))
    finally:
        torch.set_default_dtype(torch.float32)
    assert torch.equal(drawn, next(iter(SeededNoise(7, (4, 2, 3)))))
