"""Previews come when they are ready, and no step waits for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import Any

import numpy as np
import pytest
import torch

from engine.diffusion.denoise import StepDone
from engine.diffusion.networks import DiffusionNetworks
from engine.diffusion.previews import Previews
from engine.errors import DrawingFailed

JPEG = b"\xff\xd8"


class Later(Executor):
    """Runs what was submitted when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        future: Future[Any] = Future()
        self.waiting.append((future, fn))
        return future

    def run(self) -> None:
        for future, work in self.waiting:
            future.set_result(work())
        self.waiting = []


class Flags:
    def are_flagged(self, pictures: Sequence[np.ndarray]) -> list[bool]:
        return [True] * len(pictures)


def step(networks: DiffusionNetworks, done: int, pictures: int = 2, value: float = 0.1) -> StepDone:
    return StepDone(done, 10, torch.full((pictures, *networks.latent_shape(64, 64)), value))


def are_jpegs(shown: list[bytes]) -> list[bool]:
    return [each.startswith(JPEG) for each in shown]


def test_there_is_one_every_so_many_steps_and_none_after_the_last(networks: DiffusionNetworks) -> None:
    previews = Previews(networks, None, [False, False], every=4)
    shown = [are_jpegs(previews.at(step(networks, done))) for done in range(1, 11)]
    assert [number for number, each in enumerate(shown, 1) if each == [True, True]] == [4, 8]
    assert sum(map(any, shown)) == 2
    assert previews.at(StepDone(8, 8, step(networks, 8).clean)) == [b"", b""]


def test_a_step_does_not_wait_for_one_and_a_later_one_brings_it(networks: DiffusionNetworks) -> None:
    later = Later()
    previews = Previews(networks, None, [False, False], every=2, executor=later)
    assert previews.at(step(networks, 2)) == [b"", b""]
    assert previews.at(step(networks, 4)) == [b"", b""]
    assert len(later.waiting) == 1  # a slow one is not followed by others that wait for it
    later.run()
    assert are_jpegs(previews.at(step(networks, 5))) == [True, True]
    assert previews.at(step(networks, 6)) == [b"", b""]
    assert len(later.waiting) == 1


def test_what_is_flagged_is_shown_only_to_whom_it_was_not_to_be_checked_for(networks: DiffusionNetworks) -> None:
    previews = Previews(networks, Flags(), [True, False], every=1)  # type: ignore[arg-type]
    assert are_jpegs(previews.at(step(networks, 1))) == [False, True]


def test_a_decoder_that_makes_no_numbers_ends_the_drawing(networks: DiffusionNetworks) -> None:
    previews = Previews(networks, None, [False], every=1)
    with pytest.raises(DrawingFailed):
        previews.at(step(networks, 1, pictures=1, value=float("nan")))
