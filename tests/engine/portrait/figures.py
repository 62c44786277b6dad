"""The public-domain portrait as a figure, in five skin tones, as a badge, without a mesh and without a face."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np

import cli
from engine.portrait.figure import CANVAS_PX, Eye, Figure
from engine.portrait.networks import Networks
from engine.portrait.photo import open_photo
from engine.portrait.prepare import Prepared, prepare
from engine.portrait.study import Study
from engine.portrait.tone import to_lab
from engine.portrait.variation import vary
from engine.types import Shape

ASTRONAUT = Path(cli.__file__).parent / "demo" / "astronaut.jpg"

# Lab of facial skin from very light to very dark; individual typology angle about +58, +43, +20, -14, -49 degrees
TONES = {
    "very light": (76.0, 9.0, 16.0),
    "light": (68.0, 12.0, 19.0),
    "tan": (58.0, 15.0, 22.0),
    "brown": (45.0, 14.0, 20.0),
    "dark": (33.0, 12.0, 15.0),
}


@cache
def person() -> Prepared:
    return prepare(open_photo(ASTRONAUT.read_bytes()), Networks())


@cache
def figure() -> Figure:
    """Return the astronaut, head and shoulders."""
    return person().place(Shape.BUST, vary(0))


@cache
def badge() -> Figure:
    """Return the astronaut in a badge, the flag behind her."""
    return person().place(Shape.BADGE, vary(0))


@cache
def with_skin(tone: str) -> Figure:
    """Return the figure with the median of its skin at `tone`: a gain per channel of linear light, on the skin."""
    study = Study(figure())
    share = cv2.resize(study.skin, (CANVAS_PX, CANVAS_PX))[..., None]
    gain = _linear(np.array(TONES[tone], np.float32)) / _linear(study.skin_lab)
    light = (figure().rgb.astype(np.float32) / 255) ** 2.2
    toned = np.clip(light * (1 + share * (gain - 1)), 0, 1) ** (1 / 2.2) * 255
    return replace(figure(), rgb=toned.round().astype(np.uint8))


def _linear(lab: np.ndarray) -> np.ndarray:
    rgb = cv2.cvtColor(np.asarray(lab, np.float32).reshape(1, 1, 3), cv2.COLOR_LAB2RGB)
    return np.clip(rgb.reshape(3), 0.002, 1) ** 2.2


@cache
def profile() -> Figure:
    """Return the figure as a profile is: its mesh not to be drawn on."""
    return replace(figure(), is_mesh_sure=False)


@cache
def thing() -> Figure:
    """Return the figure as a pet or a thing is: no face, no mesh."""
    nothing = np.zeros((0, 2), np.float32)
    eye = Eye(nothing, nothing, False)
    return replace(
        figure(),
        mesh=nothing,
        depth=np.zeros(0, np.float32),
        eyes=(eye, eye),
        face_px=0.0,
        is_mesh_sure=False,
        has_face=False,
    )


def face_pixels(picture: np.ndarray, of: Figure) -> np.ndarray:
    """Return the Lab of the face in a drawing of `of`, (pixels, 3)."""
    return to_lab(picture)[Study(of).oval > 0.5]
