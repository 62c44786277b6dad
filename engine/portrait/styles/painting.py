"""Skin, hair and clothes in flat tones around the person's own: what the drawn styles share. Knows no style."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.portrait.pen import coverage, ellipse
from engine.portrait.study import Study, face_lightness
from engine.portrait.tone import Colour, Lab, Picture, Plane, blur, mix, scaled_chroma, smoothstep, soft_steps
from engine.portrait.variation import Variation


def skin_base(study: Study, chroma: float = 1.15) -> NDArray[np.floating[Any]]:
    """Return the skin's own Lab, a little more colourful; a sallow or grey cast is pulled to the hues of skin.

    A photo without colour keeps none.
    """
    light, a, b = (float(value) for value in study.skin_lab)
    strength, hue = float(np.hypot(a, b)), float(np.degrees(np.arctan2(b, a)))
    if strength < 3.5:
        return np.array([light, a, b], np.float32)
    hue = float(np.clip(hue, 40, 64))
    strength = max(
        strength + 1.2 * (chroma - 1) * max(0.0, 24 - strength), 17.0
    )  # pale skin gains, strong colour stays
    return np.array([light, strength * np.cos(np.radians(hue)), strength * np.sin(np.radians(hue))], np.float32)


def skin_tones(study: Study, *, hardness: float = 1.0, keep: float = 0.2, chroma: float = 1.15) -> Lab:
    """Return the skin in deep, shade, lit and shine: steps around the person's own tone, whatever it is.

    `hardness` 1 soft steps, 3 hard; `keep`: share of the photo's own light and colour that stays.
    """
    base, span, relief = skin_base(study, chroma), study.skin_range, study.relief
    inside = (study.skin > 0.6) & (study.oval > 0.5)
    if np.count_nonzero(inside) < 50:
        inside = study.matte > 0.5
    sample, light = relief[inside][::5], study.skin_light[inside][::5]
    spread = float(np.clip(np.std(sample), 4, 13))
    shade_at = min(-0.5 * spread, float(np.percentile(sample, 24)))
    deep_at = min(-1.6 * spread, float(np.percentile(sample, 7)))
    shine_at = max(0.6 * spread, float(np.percentile(sample, 86 if hardness > 1.5 else 78)))
    soft = 0.42 * spread / hardness
    # Each tone is as light as what it stands for, within what still looks like one skin.
    lit = _mean(light[(sample > shade_at) & (sample < shine_at)], base[0])
    shade_l = np.clip(_mean(light[sample < shade_at], 0.8 * lit), 0.72 * lit, lit - 5 * span)
    deep_l = np.clip(_mean(light[sample < deep_at], 0.65 * lit), 0.55 * lit, shade_l - 4 * span)
    shine_l = np.clip(_mean(light[sample > shine_at], lit + 6), lit + 3 * span, lit + min(12, 0.55 * (97 - lit)))
    base[0] = lit
    shade = np.array([shade_l, base[1] + 3.5 * span, base[2] + 2 * span], np.float32)
    deep = np.array([deep_l, base[1] + 4 * span, base[2] + 0.5], np.float32)
    shine = np.array([shine_l, base[1] - 1.5, base[2] - 1], np.float32)
    # The tones are a function of the relief alone, so they are looked up: 256 steps over -40 .. 24 L.
    at = np.linspace(-40, 24, 256, dtype=np.float32)
    tones = np.tile(base, (256, 1))
    for tone, share in (
        (shade, smoothstep(shade_at + soft, shade_at - soft, at)),
        (deep, smoothstep(deep_at + soft, deep_at - soft, at)),
        (shine, smoothstep(shine_at - 0.7 * soft, shine_at + 0.7 * soft, at)),
    ):
        tones += (tone - tones) * share[:, None]
    index = np.clip((relief + 40) * np.float32(255 / 64) + 0.5, 0, 255).astype(np.uint8)
    flat = cv2.merge([cv2.LUT(index, np.ascontiguousarray(tones[:, channel])) for channel in range(3)])
    return cv2.addWeighted(flat, 1 - keep, scaled_chroma(study.flat, chroma), keep, 0)


def _mean(values: NDArray[np.floating[Any]], otherwise: float) -> float:
    return float(values.mean()) if values.size > 10 else float(otherwise)


def lively(study: Study, variation: Variation, gain: float = 1.25) -> Lab:
    """Return the flat colours with more chroma where there is little, a warmer or cooler light off the skin."""
    light, a, b = cv2.split(study.flat)
    chroma = cv2.magnitude(a, b)
    more = 1 + (gain * variation.colour - 1) * np.exp(chroma * np.float32(-1 / 60)) * smoothstep(1, 7, chroma)
    return cv2.merge([light, a * more, b * more + 2.5 * variation.warmth * (1 - study.skin)])


def painted(
    study: Study,
    variation: Variation,
    *,
    hardness: float = 1.0,
    keep: float = 0.2,
    clothes_step: float = 14.0,
    gain: float = 1.25,
    hair_contrast: float = 1.15,
) -> Lab:
    """Return the figure in flat tones: skin by light and shade, hair with more contrast, clothes posterised."""
    lab = lively(study, variation, gain)
    light = lab[..., 0]
    if hair_contrast != 1:
        near = blur(light, 0.09 * study.fw)
        light = light + study.hair * (hair_contrast - 1) * 2 * (light - near)
    stepped = soft_steps(light, clothes_step, 5.0)
    lab[..., 0] = light + (stepped - light) * (0.8 * (1 - study.skin) * (1 - 0.5 * study.hair))
    skin = study.skin * (1 - study.eye_area) * (1 - 0.75 * study.mouth_area) * (1 - 0.6 * study.brow_area)
    lab = mix(lab, skin_tones(study, hardness=hardness, keep=keep, chroma=gain * 0.95), skin)
    return keep_skin(lab, study)


def keep_skin(lab: Lab, study: Study) -> Lab:
    """Shift the skin so that the face is as light as in the photo."""
    if study.has_face:
        lab[..., 0] += study.skin * (study.face_l - face_lightness(lab, study.oval))
    return lab


def crisp_eyes(picture: Picture, study: Study, amount: float = 0.8) -> Picture:
    """Lay the photo's own eyes, clearer, over `picture`, in place, and return it."""
    if not study.has_face:
        return picture
    points = np.concatenate([eye.contour for eye in study.eyes])
    low, high = points.min(0) - 0.08 * study.fw, points.max(0) + 0.08 * study.fw
    left, top = np.maximum(low, 0).astype(int)
    right, bottom = np.maximum(high, (left + 1, top + 1)).astype(int)
    window = (slice(top, bottom), slice(left, right))
    near = study.rgb[window].astype(np.float32)
    if near.size:
        sharp = np.clip(near + np.float32(amount) * (near - cv2.GaussianBlur(near, (0, 0), 0.02 * study.fw)), 0, 255)
        picture[window] = mix(np.ascontiguousarray(picture[window]), sharp, study.eye_area[window])
    return picture


def silhouette(study: Study, width_px: float) -> Plane:
    """Return a line just inside the edge of the figure, 0..1."""
    return np.clip(width_px + 0.5 - depth(study.matte), 0, 1) * (study.matte > 0.02)


def depth(matte: Plane) -> Plane:
    """Return the distance in px from the edge of `matte` into it, smoothed; the canvas's border is an edge too."""
    solid = np.pad((matte > 0.5).astype(np.uint8), 1)
    inside = cv2.distanceTransform(solid, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]
    return cv2.GaussianBlur(inside, (0, 0), 1.2)


def inked(picture: Picture, lines: Plane, ink: Colour, tint: float = 0.0) -> Picture:
    """Lay lines over a picture; `tint`: how much of the local colour a line takes."""
    return mix(picture, ink, lines * (1 - tint))


def blushed(lab: Lab, study: Study, amount: float) -> Lab:
    """Return `lab` with a breath of red on the cheeks, by the mesh; lightness stays."""
    if not study.has_mesh:
        return lab
    cheeks = np.zeros_like(study.matte)
    for bone, apple in ((50, 205), (280, 425)):
        centre = 0.6 * study.mesh[bone] + 0.4 * study.mesh[apple]
        turn = float(np.degrees(np.arctan2(study.axes[0][1], study.axes[0][0])))
        cheeks += coverage(cheeks.shape, [ellipse(centre, (0.115 * study.fw, 0.075 * study.fw), turn)])
    cheeks = blur(cheeks, 0.045 * study.fw) * study.skin * np.float32(amount * study.skin_range)
    light, a, b = cv2.split(lab)
    return cv2.merge([light, a + 9 * cheeks, b + 1.5 * cheeks])
