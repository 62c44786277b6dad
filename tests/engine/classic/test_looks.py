from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.classic.geometry import Frame, place
from engine.classic.looks import LOOKS
from engine.classic.looks.pixel import FACE_CELLS
from engine.classic.study import Study, feature_lines, study
from engine.classic.subject import Face, Subject
from engine.classic.tone import face_oval, to_bytes, to_lab
from engine.classic.variation import vary
from engine.finish import DRAWING_PX
from engine.types import Shape
from tests.engine.classic.skin_tones import TONES, with_skin

ASTRONAUT = Path(__file__).parents[3] / "cli" / "demo" / "astronaut.jpg"
HEAD = Face(x=224.0, y=118.0, width=104.0, roll_deg=4.0, score=40.0)  # where it is in that photo
KEEPS_SKIN = ("toon", "comic", "watercolour", "pixel", "photo")
TOLERANCE_L = 6.0  # a printed shade; two of the five tones are at least 8 L apart


@cache
def astronaut(tone: str | None = None) -> Subject:
    photo = cv2.cvtColor(cv2.imread(str(ASTRONAUT)), cv2.COLOR_BGR2RGB)[:300, 60:390]
    face = replace(HEAD, x=HEAD.x - 60)
    oval = face_oval(face, photo.shape[:2], 1.6)
    subject = Subject(np.ascontiguousarray(photo), oval, face, Shape.BUST)
    placed = place(subject, Frame(tilt_deg=0, below_fw=1.2), DRAWING_PX)
    return with_skin(placed, tone) if tone else placed


@cache
def studied(tone: str | None = None) -> Study:
    return study(astronaut(tone))


@cache
def face_pixels(look: str, tone: str, seed: int = 7) -> np.ndarray:
    """Lab of the drawn face, (pixels, 3)."""
    drawing = LOOKS[look](studied(tone), vary(seed))
    lab = to_lab(to_bytes(drawing.picture))
    oval = cv2.resize(studied(tone).oval, lab.shape[1::-1]) > 0.5
    return lab[oval]


def photo_lightness(tone: str) -> float:
    subject = astronaut(tone)
    inside = face_oval(subject.face, subject.matte.shape) > 0.5
    return float(np.median(to_lab(subject.rgb)[..., 0][inside]))


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("look", KEEPS_SKIN)
def test_skin_keeps_its_lightness(look: str, tone: str) -> None:
    drawn = float(np.median(face_pixels(look, tone)[:, 0]))
    assert drawn == pytest.approx(photo_lightness(tone), abs=TOLERANCE_L)


@pytest.mark.parametrize("look", sorted(LOOKS))
def test_darker_skin_is_drawn_darker(look: str) -> None:
    lightness = [float(np.median(face_pixels(look, tone)[:, 0])) for tone in TONES]
    steps = -np.diff(lightness)
    assert (steps > 1.5).all(), lightness


@pytest.mark.parametrize("look", sorted(LOOKS))
@pytest.mark.parametrize("tone", ["very light", "dark"])
def test_no_face_is_clipped_to_flat_black_or_white(look: str, tone: str) -> None:
    lightness = face_pixels(look, tone)[:, 0]
    assert (lightness < 4).mean() < 0.12
    assert (lightness > 98.5).mean() < 0.12
    assert np.percentile(lightness, 95) - np.percentile(lightness, 5) > 12  # there is a drawing in the face


@pytest.mark.parametrize("look", sorted(LOOKS))
def test_the_same_seed_draws_the_same_picture(look: str) -> None:
    first, again = (LOOKS[look](study(astronaut()), vary(5)) for _ in range(2))
    assert (first.picture == again.picture).all()
    assert (first.matte == again.matte).all()


@pytest.mark.parametrize("look", sorted(LOOKS))
def test_a_look_leaves_the_study_as_it_was(look: str) -> None:
    shared = studied()
    before = (shared.lab.copy(), shared.flat.copy(), shared.skin.copy())
    LOOKS[look](shared, vary(3))
    assert all((kept == now).all() for kept, now in zip(before, (shared.lab, shared.flat, shared.skin), strict=True))


def test_the_face_of_a_pixel_sticker_has_enough_cells() -> None:
    close = place(astronaut(), Frame(tilt_deg=0, below_fw=0.95), DRAWING_PX)
    looked = study(close)
    drawing = LOOKS["pixel"](looked, vary(1))
    scale = max(drawing.matte.shape) / max(looked.matte.shape) / drawing.cell_px
    assert looked.face.width * scale >= FACE_CELLS - 1


def test_noise_draws_no_worms_on_a_face() -> None:
    subject = astronaut()
    dice = np.random.Generator(np.random.PCG64(4))
    noisy = subject.rgb + dice.normal(0, 16, subject.rgb.shape)
    looked = study(replace(subject, rgb=np.clip(noisy, 0, 255).astype(np.uint8)))
    clean = studied()
    cheeks = (clean.oval > 0.5) & (clean.skin > 0.8) & (clean.eyes < 0.1) & (clean.mouth < 0.1)
    drawn, wanted = feature_lines(looked, 1.1)[cheeks].mean(), feature_lines(clean, 1.1)[cheeks].mean()
    assert looked.noise > 2 * clean.noise
    assert drawn < wanted + 0.02
