"""What every look needs to know of a placed figure: clean colours, skin, eyes, flow. Knows no look."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.classic.geometry import EYES_FW
from engine.classic.lines import Flow, ink, local_contrast, soft_box, without_specks
from engine.classic.subject import Face, Matte, Rgb, Subject
from engine.classic.tone import (
    face_axes,
    face_lightness,
    face_oval,
    noise_sd,
    skin_map,
    skin_median,
    smoothstep,
    to_lab,
    to_rgb,
)
from engine.types import Shape

Plane = NDArray[np.float32]
Lab = NDArray[np.float32]

FACE_EVENNESS = 0.45  # share of the large-scale light on a face that is taken out: softer shadows flatter


@dataclass(frozen=True, slots=True)
class Study:
    """A placed figure, looked at closely. All planes are (height, width), 0 .. 1 unless said otherwise.

    `lab`: denoised, light on the face evened; `flat`: `lab` smoothed within its edges; `skin`: the person's skin;
    `skin_lab`: its median, and `face_l` how light the face is (`tone.face_lightness`), before anything was changed;
    `oval`: the face; `eyes`, `mouth`: around them; `focus`: where the person is, a guess on a badge; `noise`: sd in
    L of the noise that was found; `skin_range`: light and shade span this many times the L they span on light skin
    (reflected light is a product).
    """

    lab: Lab
    flat: Lab
    matte: Matte
    face: Face
    shape: Shape
    skin: Plane
    skin_lab: NDArray[np.float32]
    face_l: float
    oval: Plane
    eyes: Plane
    mouth: Plane
    focus: Plane
    flow: Flow
    noise: float
    skin_range: float


def study(subject: Subject) -> Study:
    """Look at a placed subject; its exposure is taken as right (`engine.classic.exposure` has seen to it)."""
    size = subject.matte.shape
    noise = noise_sd(to_lab(subject.rgb)[..., 0])
    lab = _denoised(subject.rgb, noise)
    skin_lab = skin_median(lab, subject.face)
    skin = skin_map(lab, subject.face, skin_lab)
    oval = face_oval(subject.face, size)
    face_l = face_lightness(lab, oval)
    lab = _levelled(lab, skin, subject.matte)
    lab = _evened(lab, skin, subject.face.width)
    eyes, mouth = _features(subject.face, size)
    lab = _crisp(lab, eyes, mouth, subject.face.width)
    focus = np.ones(size, np.float32) if subject.shape is Shape.BUST else _guessed_person(subject.face, size)
    flow = Flow(cv2.GaussianBlur(lab[..., 0], (0, 0), 0.8))
    return Study(
        lab=lab,
        flat=_calm_behind(_flattened(lab, flow, eyes, noise), focus),
        matte=subject.matte,
        face=subject.face,
        shape=subject.shape,
        skin=skin,
        skin_lab=skin_lab,
        face_l=face_l,
        oval=oval,
        eyes=eyes,
        mouth=mouth,
        focus=focus,
        flow=flow,
        noise=noise,
        skin_range=float(np.clip(skin_lab[0] / 65, 0.45, 1.15)),
    )


def _denoised(rgb: Rgb, noise: float) -> Lab:
    """A bilateral filter as strong as the noise; a clean photo passes through almost as it is."""
    strength = float(np.clip(6 * noise, 8, 60))
    rounds = 1 if noise < 2 else 2
    for _ in range(rounds):
        rgb = cv2.bilateralFilter(rgb, 5, strength, 2.0 + min(noise, 4) / 2)
    return to_lab(rgb)


def _levelled(lab: Lab, skin: Plane, matte: Matte) -> Lab:
    """Bring the figure's white to white and its black to black, gently; skin stays where it is."""
    inside = lab[..., 0][matte > 0.5]
    if inside.size == 0:
        return lab
    black, white = (float(p) for p in np.percentile(inside, (1, 99)))
    black, white = min(black, 14.0), max(white, 78.0)
    stretched = (lab[..., 0] - black) * (97 - 4) / (white - black) + 4
    out = lab.copy()
    out[..., 0] += (1 - skin) * (np.clip(stretched, 0, 100) - lab[..., 0])
    return out


def _evened(lab: Lab, skin: Plane, face_width: float) -> Lab:
    """Take a share of the large-scale light off the skin, so that a side-lit face keeps two or three tones."""
    size = int(0.22 * face_width) | 1
    weight = soft_box(skin, size) + 1e-3
    mean = soft_box(lab[..., 0] * skin, size) / weight
    centre = float((mean * skin).sum() / (skin.sum() + 1e-3))
    out = lab.copy()
    out[..., 0] -= FACE_EVENNESS * skin * (mean - centre)
    return out


def _features(face: Face, size: tuple[int, int]) -> tuple[Plane, Plane]:
    u, v = face_axes(face, size)
    eyes = sum(np.exp(-(((u - side * EYES_FW[0]) / 0.15) ** 2) - ((v - EYES_FW[1]) / 0.11) ** 2) for side in (-1, 1))
    mouth = np.exp(-((u / 0.22) ** 2) - ((v - 0.29) / 0.12) ** 2)
    return np.clip(eyes * 1.3, 0, 1), np.clip(mouth * 1.3, 0, 1)


def _guessed_person(face: Face, size: tuple[int, int]) -> Plane:
    """1 on head and shoulders as they usually are, falling to 0 around them."""
    u, v = face_axes(face, size)
    head = np.hypot(u / 0.85, (v + 0.1) / 1.1)
    shoulders = 1 + (0.75 + 0.45 * np.maximum(np.abs(u) - 0.4, 0) ** 1.3 - v)
    return smoothstep(-0.25, 0.0, 1 - np.minimum(head, shoulders))


def _calm_behind(flat: Lab, focus: Plane) -> Lab:
    """Blur what is behind the person, where a badge shows it."""
    if focus.min() == 1:
        return flat
    behind = (1 - focus)[..., None]
    return flat + behind * (cv2.GaussianBlur(flat, (0, 0), 4.0) - flat)


def _crisp(lab: Lab, eyes: Plane, mouth: Plane, face_width: float) -> Lab:
    """More contrast and colour in eyes and lips."""
    blurred = soft_box(lab, int(0.09 * face_width) | 1)
    weight = (0.55 * eyes + 0.3 * mouth)[..., None]
    return lab + weight * (lab - blurred)


def _flattened(lab: Lab, flow: Flow, eyes: Plane, noise: float) -> Lab:
    """Even areas with firm edges: bilateral rounds, then along the flow, eyes kept."""
    strength = float(np.clip(22 + 5 * noise, 22, 45))
    rgb = to_rgb(lab)
    for _ in range(3):
        rgb = cv2.bilateralFilter(rgb, 7, strength, 4.0)
    smooth = flow.smooth(to_lab(rgb), 3.0)
    keep = 0.8 * eyes[..., None]
    return smooth * (1 - keep) + lab * keep


def feature_lines(study: Study, weight: float, detail: float = 1.0) -> Plane:
    """Ink 0 .. 1: fine and sparse on skin, firm elsewhere, never worms from noise.

    `weight` scales line width, `detail` above 1 draws more lines.
    """
    grain = min(study.noise, 5.0)
    lightness = study.lab[..., 0]
    rise = 1 - 0.55 * np.maximum(study.eyes, 0.6 * study.mouth)
    contrast = local_contrast(lightness, 4 + (10 * study.skin_range - 4) * study.skin * rise + 1.5 * grain)
    sigma = (0.9 + 0.12 * grain) * weight
    threshold = (0.13 + 0.11 * study.skin * rise + 0.02 * grain) / detail
    lines = ink(contrast, study.flow, (sigma, 2.1 * weight), (threshold, 1.7 * threshold))
    bright = study.skin_lab[0] - 2
    lines = lines * (1 - study.oval * smoothstep(bright - 12 * study.skin_range, bright, lightness))
    off_face = without_specks(lines, int(80 * weight), np.maximum(study.oval, study.eyes))
    return without_specks(off_face, int(26 * weight), study.eyes) * (0.3 + 0.7 * study.focus)
