"""One photo in five skin tones: the skin's light is scaled as a darker or lighter skin would reflect it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from engine.classic.subject import Subject
from engine.classic.tone import skin_map, skin_median
from engine.pixels import to_lab

# Lab of facial skin from very light to very dark; individual typology angle about +58, +43, +20, -14, -49 degrees
TONES = {
    "very light": (76.0, 9.0, 16.0),
    "light": (68.0, 12.0, 19.0),
    "tan": (58.0, 15.0, 22.0),
    "brown": (45.0, 14.0, 20.0),
    "dark": (33.0, 12.0, 15.0),
}


def with_skin(subject: Subject, tone: str) -> Subject:
    """Return `subject` with the median of its skin at `tone`: a gain per channel of linear light."""
    lab = to_lab(subject.rgb)
    skin = skin_median(lab, subject.face)
    share = skin_map(lab, subject.face, skin)[..., None]
    gain = _linear(np.array(TONES[tone], np.float32)) / _linear(skin)
    light = (subject.rgb.astype(np.float32) / 255) ** 2.2
    toned = light * (1 + share * (gain - 1))
    return replace(subject, rgb=(np.clip(toned, 0, 1) ** (1 / 2.2) * 255).round().astype(np.uint8))


def _linear(lab: np.ndarray) -> np.ndarray:
    rgb = cv2.cvtColor(lab.reshape(1, 1, 3).astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.clip(rgb.reshape(3), 0.002, 1) ** 2.2
