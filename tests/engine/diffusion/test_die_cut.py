"""The background removed: edges keep their colour, and a cut that leaves nothing is none."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from engine.diffusion.die_cut import cut_out, finished_again, with_alpha
from engine.finish import OUTLINES, encode_png, webp_rules
from engine.model import ResultFile
from engine.pixels import decode_photo
from engine.types import Note, Outline, OutlineWidth, Shape, StickerRequest

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


def test_a_kept_cutout_is_finished_again_with_another_outline_and_a_text() -> None:
    rows, columns = np.mgrid[:256, :256]
    matte = (np.hypot(rows - 128, columns - 128) < 100).astype(np.float32)
    kept = encode_png(with_alpha(np.full((256, 256, 3), (200, 100, 50), np.uint8), matte))
    request = StickerRequest({}, "toon", 7, shape=Shape.BUST, drawn=kept)

    def pixels(request: StickerRequest) -> np.ndarray:
        made = finished_again(request)
        webp_rules(made.files[ResultFile.STICKER])
        assert np.array_equal(decode_photo(made.files[ResultFile.CUTOUT], keep_alpha=True)[..., 3] > 127, matte > 0.5)
        with Image.open(io.BytesIO(made.files[ResultFile.STICKER])) as image:
            return np.array(image)

    def share_of(colour: tuple[int, int, int], rgba: np.ndarray) -> float:
        return float((np.abs(rgba[..., :3].astype(int) - colour).max(2) < 30)[rgba[..., 3] > 250].mean())

    plain = pixels(replace(request, outline=Outline.NONE))
    blue = pixels(replace(request, outline=Outline.BLUE, outline_width=OutlineWidth.THICK))
    worded = pixels(replace(request, text="LOL"))
    assert share_of((200, 100, 50), plain) > 0.97
    assert share_of(OUTLINES[Outline.BLUE], blue) > 0.1
    assert share_of((28, 20, 32), worded) > 0.02
