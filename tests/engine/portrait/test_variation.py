from __future__ import annotations

import pytest

from engine.portrait.variation import vary

SEVEN = (5.265255, 0.091694, 0.54447)  # PCG64's stream is fixed by NumPy


def test_a_seed_means_the_same_on_every_machine() -> None:
    drawn = vary(7)
    assert (round(drawn.tilt_deg, 6), round(drawn.lean, 6), round(drawn.head, 6)) == SEVEN
    assert [vary(7).pick("ink", range(100)), vary(8).pick("ink", range(100))] == [35, 5]


def test_neighbouring_seeds_differ() -> None:
    assert len({vary(seed).grain for seed in range(200)}) == 200


def test_five_seeds_in_a_row_get_five_of_everything() -> None:
    five = [vary(seed) for seed in range(40, 45)]
    assert len({each.pick("palette", range(10)) for each in five}) == 5
    assert sum(each.chance("has shape", 0.4) for each in five) == 2
    for trait in ("lean", "head", "bust", "warmth"):
        steps = sorted(getattr(each, trait) for each in five)
        assert steps[-1] - steps[0] > 0.6 * (2 if steps[0] < 0 else 1)


def test_choices_of_different_names_are_independent() -> None:
    pairs = {(vary(seed).pick("palette", range(6)), vary(seed).pick("border", range(6))) for seed in range(400)}
    assert len(pairs) == 36


def test_every_choice_comes_about_as_often() -> None:
    counts = [0] * 6
    for seed in range(1200):
        counts[vary(seed).pick("palette", range(6))] += 1
    assert min(counts) > 150


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_every_number_is_in_its_range(seed: int) -> None:
    drawn = vary(seed)
    assert 2 <= abs(drawn.tilt_deg) <= 9
    assert 0.8 <= drawn.line <= 1.3
    assert abs(drawn.light_side) == 1
    assert all(-1 <= value <= 1 for value in (drawn.lean, drawn.warmth))
    assert all(0 <= value <= 1 for value in (drawn.head, drawn.bust))
