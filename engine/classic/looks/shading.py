"""Shades and colours the looks share: flat skin, soft steps, anchored lightness."""

from __future__ import annotations

import cv2
import numpy as np

from engine.classic.lines import depth, silhouette
from engine.classic.study import Study, feature_lines
from engine.classic.tone import Colour, Picture, face_lightness, smoothstep
from engine.classic.variation import Variation
from engine.pixels import Lab, Plane

RIM_PX = 11.0  # width of a rim light, with the line it lies under
SHADE_L = 9.0  # skin in shade is this much darker than lit skin


def lively(study: Study, variation: Variation, amount: float = 0.5) -> Lab:
    """The flat colours with more chroma where there is little; skin of one hue, redder in the shade, no grey shine."""
    lab = study.flat.copy()
    even = (0.6 * study.skin * (1 - study.mouth) * (1 - study.eyes))[..., None]
    lab[..., 1:] += even * (study.skin_lab[1:] - lab[..., 1:])
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    gain = variation.colour * (1 + amount * np.exp(-chroma / 45) * smoothstep(2, 10, chroma))
    person = np.maximum(study.skin, study.mouth)
    gain = gain * (1 - person) + (1 + 0.16 * amount) * variation.colour * person
    lab[..., 1:] *= gain[..., None]
    lab[..., 2] += study.skin * np.clip(0.5 * (study.skin_lab[1] - study.skin_lab[2]) + 2, 0, 5)  # pink to peach
    shade = study.skin * smoothstep(2, 14, (study.skin_lab[0] - study.flat[..., 0]) / study.skin_range)
    lab[..., 1] += 5 * shade + 1.5 * variation.warmth * study.skin
    lab[..., 2] += 3 * shade + 3 * variation.warmth
    return lab


def shaded(study: Study, step: float) -> Plane:
    """Lightness in flat tones: skin in three around its own, the rest in steps of `step` L; eyes as they are."""
    lightness = study.flat[..., 0]
    skin = skin_shades(lightness, float(study.skin_lab[0]), study.skin_range)
    rest = soft_steps(lightness, step)
    keep = 0.8 * np.maximum(study.eyes, 0.7 * study.mouth)
    flat = study.skin * skin + (1 - study.skin) * rest
    return flat * (1 - keep) + lightness * keep


def skin_shades(lightness: Plane, lit: float, span: float) -> Plane:
    """Shine, lit, shade, deep: steps around the person's own lightness `lit`, never around a fixed one.

    `span` (`Study.skin_range`) narrows the steps on dark skin, where shine is what shows the form.
    """
    above = (lightness - lit) / span
    flat = lit + min(9.0, 0.4 * (100 - lit)) * smoothstep(4.5, 9.0, above)
    flat = flat - SHADE_L * span * (smoothstep(5.5, 9.5, -above) + smoothstep(19, 24, -above))
    return flat - 0.9 * span * np.maximum(-above - 30, 0)


def soft_steps(lightness: Plane, step: float, firmness: float = 6.0) -> Plane:
    """Steps of `step` L with soft edges; `firmness` 1 hardly any step, 10 almost hard."""
    position = lightness / step
    level = np.floor(position)
    within = np.tanh((position - level - 0.5) * firmness) / np.tanh(firmness / 2)
    return (level + 0.5 + 0.5 * within) * step


def keep_skin(lab: Lab, study: Study) -> Lab:
    """Shift skin so that the face is as light as in the photo."""
    lab[..., 0] += study.skin * (study.face_l - face_lightness(lab, study.oval))
    return lab


def inked(
    colour: Picture, study: Study, weight: float, ink: Colour, tint: float = 0.25, edge_px: float = 3.0
) -> Picture:
    """Lay feature lines and the silhouette over `colour`; `tint`: how much of the local colour a line takes."""
    lines = feature_lines(study, weight)
    return mix(mix(colour, tint * colour + (1 - tint) * ink, lines), ink, silhouette(study.matte, edge_px * weight))


def rim_light(study: Study, side: float) -> Plane:
    """Where a light from `side` (-1 left, 1 right) and a little above grazes the figure, 0 .. 1."""
    inside = cv2.GaussianBlur(depth(study.matte), (0, 0), 3.0)
    facing = -(side * cv2.Sobel(inside, cv2.CV_32F, 1, 0) + 0.5 * -cv2.Sobel(inside, cv2.CV_32F, 0, 1)) / 8
    return smoothstep(0.35, 0.6, facing) * smoothstep(RIM_PX + 2, RIM_PX, inside) * (1 - study.oval)


def mix(low: Picture | Colour, high: Picture | Colour, share: Plane) -> Picture:
    """`low` where `share` is 0, `high` where it is 1."""
    return low + (high - low) * share[..., None]


def grain(size: tuple[int, int], seed: int, scale_px: float) -> Plane:
    """Smooth noise with features of `scale_px`, mean 0, sd 1; the same on every machine."""
    rng = np.random.Generator(np.random.PCG64(seed))
    coarse = (int(size[0] / scale_px) + 4, int(size[1] / scale_px) + 4)
    noise = rng.standard_normal(coarse, np.float32)
    return _enlarged(noise, size, scale_px)


def _enlarged(noise: Plane, size: tuple[int, int], scale_px: float) -> Plane:
    big = cv2.resize(
        noise, (round(noise.shape[1] * scale_px), round(noise.shape[0] * scale_px)), interpolation=cv2.INTER_CUBIC
    )
    return big[: size[0], : size[1]] * np.float32(1.25)
