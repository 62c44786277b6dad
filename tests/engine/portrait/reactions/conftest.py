"""A figure to react with: the demo's public domain photo, its face as the networks find it, a rough cut."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.portrait.figure import CANVAS_PX, Eye, Figure
from engine.types import Shape

HERE = Path(__file__).parent
PHOTO = HERE.parents[3] / "cli" / "demo" / "astronaut.jpg"
FACE_PX = 330.0  # how wide the face is on the canvas


@pytest.fixture(scope="session")
def figure() -> Figure:
    """Return the astronaut: a smile that shows teeth, both eyes open, no glasses."""
    found = json.loads((HERE / "astronaut_face.json").read_text())
    photo = cv2.cvtColor(cv2.imread(str(PHOTO)), cv2.COLOR_BGR2RGB)
    scale = FACE_PX / found["face_px"]
    nose = np.array(found["mesh"][4], np.float32)
    shift = np.array([0.5, 0.47], np.float32) * CANVAS_PX - scale * nose

    def placed(points: list[list[float]]) -> np.ndarray:
        return np.array(points, np.float32) * np.float32(scale) + shift

    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float32)
    size = (CANVAS_PX, CANVAS_PX)
    rgb = cv2.warpAffine(photo, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    matte = np.zeros(size, np.uint8)
    cv2.ellipse(matte, (390, 330), (230, 270), 0, 0, 360, 255, -1, cv2.LINE_AA)
    cv2.ellipse(matte, (384, 760), (300, 200), 0, 180, 360, 255, -1, cv2.LINE_AA)
    matte[735:] = 0
    person = (matte / 255).astype(np.float32)
    eyes = [Eye(placed(i), placed(c), True) for i, c in zip(found["iris"], found["contour"], strict=True)]
    return Figure(
        rgb,
        person,
        person,
        placed(found["mesh"]),
        np.zeros(468, np.float32),
        (eyes[0], eyes[1]),
        FACE_PX,
        Shape.BUST,
    )
