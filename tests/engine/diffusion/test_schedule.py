"""Rules on the schedule: the sampler of face-to-sticker, sigma windows, noise of one's own."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch

from engine.diffusion.picture import Windows
from engine.diffusion.schedule import SeededNoise, Window, euler_trailing, sde_karras


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
    windows, scheduler = Windows(), sde_karras(steps)
    active = [sum(window.active_steps(scheduler)) for window in (windows.identity, windows.depth, windows.photo)]
    assert active == [steps, depth, photo]


def test_a_window_that_starts_late_leaves_out_the_first_steps() -> None:
    active = Window(0.5, 1.0).active_steps(sde_karras(20))
    assert active == sorted(active)
    assert 0 < sum(active) < 20


def test_a_window_is_the_same_sigma_for_every_scheduler() -> None:
    trained = euler_trailing(1000).sigmas[:1000].flip(0).log().numpy()
    ends_at = float(np.exp(np.interp(0.3 * 999, range(1000), trained)))
    for scheduler in (sde_karras(20), euler_trailing(8)):
        expected = [float(sigma) >= ends_at for sigma in scheduler.sigmas[: len(scheduler.timesteps)]]
        assert Window(0.0, 0.7).active_steps(scheduler) == expected


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
