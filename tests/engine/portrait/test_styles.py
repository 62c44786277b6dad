"""Every style draws every kind of figure, keeps skin as light as it is, and makes another sticker of another seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from engine.finish import SIDE_PX, encode_webp, fit
from engine.portrait.border import bordered
from engine.portrait.figure import Figure
from engine.portrait.study import Study
from engine.portrait.styles import STYLES
from engine.portrait.styles.drawing import Drawing, paint_over
from engine.portrait.styles.pixel import FACE_CELLS
from engine.portrait.variation import vary
from tests.engine.portrait.figures import TONES, badge, face_pixels, figure, profile, thing, with_skin

KEEP_SKIN = ("toon", "cel", "comic", "watercolour", "pixel", "photo")
EVERY = sorted(STYLES)
TOLERANCE_L = 5.0  # two of the five tones are at least 8 L apart


def plain(style: str, of: Figure, seed: int = 7) -> Drawing:
    """Draw without anything behind the figure."""
    return STYLES[style](of, replace(vary(seed), has_backdrop=False))


@cache
def face_l(style: str, tone: str) -> float:
    return float(np.median(face_pixels(plain(style, with_skin(tone)).picture, with_skin(tone))[:, 0]))


def photo_l(tone: str) -> float:
    study = Study(with_skin(tone))
    return float(np.median(face_pixels(study.rgb, with_skin(tone))[:, 0]))


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("style", KEEP_SKIN)
def test_skin_keeps_its_lightness(style: str, tone: str) -> None:
    assert face_l(style, tone) == pytest.approx(photo_l(tone), abs=TOLERANCE_L)


@pytest.mark.parametrize("style", EVERY)
def test_darker_skin_is_drawn_darker(style: str) -> None:
    lightness = [face_l(style, tone) for tone in TONES]
    assert (-np.diff(lightness) > 1.5).all(), lightness


@pytest.mark.parametrize("style", EVERY)
@pytest.mark.parametrize("tone", ["very light", "dark"])
def test_no_face_is_clipped_to_flat_black_or_white(style: str, tone: str) -> None:
    lightness = face_pixels(plain(style, with_skin(tone)).picture, with_skin(tone))[:, 0]
    assert (lightness < 4).mean() < 0.15
    assert (lightness > 99.5).mean() < 0.6  # paper
    assert np.percentile(lightness, 95) - np.percentile(lightness, 5) > 12  # there is a drawing in the face


@pytest.mark.parametrize("style", EVERY)
def test_the_same_seed_draws_the_same_bytes_whatever_was_drawn_before(style: str) -> None:
    first = encode_webp(fit(bordered(STYLES[style](replace(figure()), vary(5)))))
    for other in EVERY:
        STYLES[other](figure(), vary(6))
    assert encode_webp(fit(bordered(STYLES[style](figure(), vary(5))))) == first


@pytest.mark.parametrize("style", EVERY)
def test_five_seeds_are_five_different_stickers(style: str) -> None:
    stickers = [small(STYLES[style](figure(), vary(seed))) for seed in range(5)]
    apart = [np.abs(a - b).mean() for number, a in enumerate(stickers) for b in stickers[number + 1 :]]
    assert min(apart) > 3, apart  # grey levels of 255, over the whole sticker with its border


def small(drawing: Drawing) -> np.ndarray:
    """The sticker on grey, 64 px."""
    rgba = cv2.resize(bordered(drawing), (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
    return rgba[..., :3] * rgba[..., 3:] / 255 + 128 * (1 - rgba[..., 3:] / 255)


@pytest.mark.parametrize("style", EVERY)
@pytest.mark.parametrize("kind", [badge, profile, thing], ids=lambda kind: kind.__name__)
def test_every_kind_of_figure_is_drawn(style: str, kind: Callable[[], Figure]) -> None:
    drawing = STYLES[style](kind(), vary(3))
    assert np.isfinite(drawing.picture).all()
    assert drawing.picture.min() > -1 and drawing.picture.max() < 256
    assert drawing.picture.std() > 10
    sticker = fit(bordered(drawing))
    assert max(sticker.shape[:2]) == SIDE_PX
    assert sticker[..., 3].max() == 255


@pytest.mark.parametrize("style", EVERY)
def test_a_style_leaves_the_figure_as_it_was(style: str) -> None:
    before = (figure().rgb.copy(), figure().matte.copy(), figure().mesh.copy())
    STYLES[style](figure(), vary(3))
    now = (figure().rgb, figure().matte, figure().mesh)
    assert all((was == after).all() for was, after in zip(before, now, strict=True))


@pytest.mark.parametrize("style", EVERY)
def test_a_badge_gets_nothing_behind_it(style: str) -> None:
    drawings = [STYLES[style](badge(), vary(seed)) for seed in (1, 2, 3)]
    reach = cv2.dilate((Study(badge()).matte > 0).astype(np.uint8), np.ones((17, 17), np.uint8))  # a cell's worth
    assert all(not (drawing.matte[reach == 0] > 0).any() for drawing in drawings)


@pytest.mark.parametrize("style", EVERY)
def test_a_painted_layer_gets_the_styles_own_colours_and_grows_the_matte(style: str) -> None:
    drawing = plain(style, figure())
    colours = np.full((768, 768, 3), (232, 40, 62), np.float32)
    alpha = np.zeros((768, 768), np.float32)
    alpha[20:90, 20:90] = 1
    painted = paint_over(drawing, colours, alpha)
    assert painted.matte[30, 30] == 1
    assert np.allclose(painted.picture[30, 30], drawing.recolour(colours[:1, :1])[0, 0], atol=1)
    assert (painted.picture[200:] == drawing.picture[200:]).all()


def test_the_face_of_a_pixel_sticker_has_enough_cells() -> None:
    drawing = plain("pixel", figure())
    assert Study(figure()).fw / drawing.cell_px >= FACE_CELLS - 2


def test_noise_draws_no_worms_on_a_face() -> None:
    dice = np.random.Generator(np.random.PCG64(4))
    noisy = np.clip(figure().rgb + dice.normal(0, 16, figure().rgb.shape), 0, 255).astype(np.uint8)
    clean, rough = Study(figure()), Study(replace(figure(), rgb=noisy))
    cheeks = (clean.oval > 0.5) & (clean.skin > 0.8) & (clean.eye_area < 0.1) & (clean.mouth_area < 0.1)
    assert rough.noise > 2 * clean.noise
    assert rough.lines()[cheeks].mean() < clean.lines()[cheeks].mean() + 0.02
