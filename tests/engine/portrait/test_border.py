from __future__ import annotations

import numpy as np
import pytest

from engine.finish import OUTLINES, WHITE, encode_webp, fit, webp_rules
from engine.portrait.border import bordered
from engine.portrait.styles.drawing import Border, Drawing
from engine.types import Outline, OutlineWidth

SKIN = (200, 120, 90)


def drawing(cell_px: int = 0) -> Drawing:
    """A disc of one colour that fills the canvas but for the usual margin."""
    rows, columns = np.mgrid[:512, :512]
    matte = np.clip(238 - np.hypot(rows - 256, columns - 256), 0, 1).astype(np.float32)
    border = Border(((np.array((255, 0, 255), np.float32), 4.0), (np.array((255, 255, 255), np.float32), 6.0)))
    return Drawing(np.full((512, 512, 3), SKIN, np.float32), matte, border, cell_px=cell_px)


def seen(rgba: np.ndarray, colour: tuple[int, int, int]) -> int:
    """How many px have a colour, opaque."""
    return int(((np.abs(rgba[..., :3].astype(int) - colour).max(2) < 3) & (rgba[..., 3] > 250)).sum())


def test_the_styles_own_border_is_what_nobody_asked_to_change() -> None:
    usual = bordered(drawing())
    assert usual.shape == (512, 512, 4)
    assert seen(usual, (255, 0, 255)) and seen(usual, WHITE)


@pytest.mark.parametrize("cell_px", [0, 8])
@pytest.mark.parametrize("outline", list(OUTLINES))
def test_an_outline_has_the_colour_that_is_asked_for_and_no_other(outline: Outline, cell_px: int) -> None:
    rgba = bordered(drawing(cell_px), outline)
    assert seen(rgba, OUTLINES[outline]) > 3000
    assert not seen(rgba, (255, 0, 255))


@pytest.mark.parametrize("cell_px", [0, 8])
def test_no_outline_leaves_the_drawing_alone(cell_px: int) -> None:
    rgba = bordered(drawing(cell_px), Outline.NONE)
    assert not seen(rgba, WHITE)
    assert seen(rgba, SKIN) == pytest.approx(np.pi * 238**2, rel=0.06)
    webp_rules(encode_webp(fit(rgba)))


@pytest.mark.parametrize("outline", [Outline.AUTO, Outline.YELLOW])
def test_a_wider_outline_is_wider_and_whole(outline: Outline) -> None:
    widths = [np.ptp(np.nonzero(bordered(drawing(), outline, width)[..., 3] > 250)[0]) for width in OutlineWidth]
    assert widths == pytest.approx([475 + 10, 475 + 20, 475 + 38], abs=3)
    thick = bordered(drawing(), outline, OutlineWidth.THICK)
    assert thick[[0, -1]].max(axis=(1, 2))[0] == 0  # the canvas has grown with it
    webp_rules(encode_webp(fit(thick)))
