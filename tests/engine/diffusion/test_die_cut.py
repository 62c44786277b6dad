"""The background removed: edges keep their colour, and a cut that leaves nothing is none."""

from __future__ import annotations

import numpy as np
import pytest

from engine.diffusion.die_cut import cut_out, with_alpha
from engine.types import Note, Shape

DRAWING = np.full((64, 48, 3), (200, 100, 50), np.uint8)


class Level:
    """A matter that says the same of every px."""

    def __init__(self, level: float) -> None:
        self.level = level

    def matte(self, photo: np.ndarray) -> np.ndarray:
        return np.full(photo.shape[:2], self.level, np.float32)


def test_a_half_transparent_px_keeps_its_colour() -> None:
    matte = np.linspace(0, 1, 64 * 48, dtype=np.float32).reshape(64, 48)

    cutout = with_alpha(DRAWING, matte)

    assert cutout.shape == (64, 48, 4)
    np.testing.assert_array_equal(cutout[..., :3], DRAWING)
    np.testing.assert_allclose(cutout[..., 3], matte * 255, atol=0.501)


@pytest.mark.parametrize("level", [0.0, 1.0, float("nan")])
def test_a_cut_that_leaves_nothing_or_everything_becomes_a_badge(level: float) -> None:
    cut = cut_out(DRAWING, Level(level), Shape.AUTO)

    assert cut.shape is Shape.BADGE
    assert cut.notes == (Note.BADGE_FALLBACK,)
    assert cut.matte.shape == (64, 48)
    assert 0 < cut.matte.mean() < 1
