from __future__ import annotations

import pytest

from engine.classic.variation import vary

SEVEN = (3.875286, 0.912604, 1073283950)  # PCG64's stream is fixed by NumPy


def test_a_seed_means_the_same_on_every_machine() -> None:
    drawn = vary(7)
    assert (round(drawn.tilt_deg, 6), round(drawn.line, 6), drawn.grain) == SEVEN


def test_neighbouring_seeds_differ() -> None:
    assert len({vary(seed).grain for seed in range(200)}) == 200


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_every_choice_is_in_its_range(seed: int) -> None:
    drawn = vary(seed)
    assert 2 <= abs(drawn.tilt_deg) <= 5
    assert 0.8 <= drawn.line <= 1.3
    assert abs(drawn.light_side) == 1
    assert drawn.pick(("a", "b", "c")) in ("a", "b", "c")
