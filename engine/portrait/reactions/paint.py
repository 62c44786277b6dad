"""Features a moved face shows that its photo does not have: the inside of a mouth, lashes, folds, blush, coloured skin.

They are painted in natural colours on the moved photo, before a style draws it, so that they come out in the style's
own hand. Knows no style and no reaction.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.portrait.figure import Figure, Points
from engine.portrait.mesh import EARS, INNER_LOWER, INNER_UPPER, LIPS_OUTER, OVAL
from engine.portrait.pen import coverage, curve, ellipse, fill, tapered
from engine.portrait.reactions.face import FaceFrame, mouth_openness
from engine.portrait.tone import (
    Colour,
    Picture,
    Plane,
    blur,
    colour_lab,
    guided_filter,
    mix,
    rgb,
    smoothstep,
    to_lab,
    to_picture,
)

THROAT, THROAT_LOW = rgb("#38101a"), rgb("#7a2430")
TONGUE, TONGUE_LOW = rgb("#d8666c"), rgb("#b8464e")
TEETH, TEETH_LOW = rgb("#d9d2c8"), rgb("#f6f2ea")
FOREHEAD = (54, 103, 67, 109, 10, 338, 297, 332, 284)
OPEN_MOUTH = 0.10  # gap over width from which a mouth can show teeth
TEETH_SHARE = 0.3  # of the open mouth
BEARD_LIGHT = 0.72  # a chin darker than this share of the cheek is bearded
GAP_OF_NOTHING_FW = 0.025  # lips closer than this are closed


def face_light(figure: Figure) -> float:
    """Return how light the face is against a face in full light, .75 .. 1.05: teeth shine no brighter than it."""
    few = figure.rgb[::4, ::4]
    inside = coverage(few.shape[:2], [figure.mesh[list(OVAL)] / 4]) > 0.5
    if not inside.any():
        return 1.0
    return float(np.clip(0.6 + 0.45 * np.percentile(few[inside].max(1), 85) / 255, 0.75, 1.05))


def shows_teeth(figure: Figure) -> bool:
    """Return whether the photo's mouth is open on teeth, or a tongue, that are worth keeping: light and well lit."""
    if mouth_openness(figure.mesh) < OPEN_MOUTH:
        return False
    shape = figure.matte.shape
    lips = coverage(shape, [figure.mesh[list(INNER_UPPER + INNER_LOWER[::-1])]]) > 0.5
    oval = coverage(shape, [figure.mesh[list(OVAL)]]) > 0.5
    if not lips.any():
        return False
    inside, face = to_lab(figure.rgb[lips][None])[0], np.median(to_lab(figure.rgb[oval][None])[0], 0)
    is_pale = np.hypot(*inside[:, 1:].T) < 0.9 * float(np.hypot(*face[1:])) + 4
    return float((is_pale & (inside[:, 0] > 0.8 * face[0])).mean()) > TEETH_SHARE


def mouth_inside(
    picture: Picture, mesh: Points, face_px: float, *, light: float = 1.0, has_teeth: bool = True, tongue: float = 1.0
) -> None:
    """Paint what opened lips show: throat, `tongue` (0 none, 1 laughing), upper teeth; nothing for closed ones."""
    upper, lower = curve(mesh[list(INNER_UPPER)], 48), curve(mesh[list(INNER_LOWER)], 48)
    gap_px = float(np.hypot(*(lower - upper).T).max())
    if gap_px < GAP_OF_NOTHING_FW * face_px:
        return
    # From here on the mouth's own box is the whole picture.
    hole = np.concatenate([upper, lower[::-1]])
    left, top = np.maximum(hole.min(0) - 0.1 * face_px, 0).astype(int)
    right, bottom = (hole.max(0) + 0.1 * face_px).astype(int)
    picture = picture[top:bottom, left:right]
    if picture.size == 0:
        return
    upper, lower, hole = upper - (left, top), lower - (left, top), hole - (left, top)
    soft_px = max(0.8, 0.004 * face_px)
    fill(picture, hole, THROAT * light, bottom=THROAT_LOW * light, soft_px=soft_px)
    inside = coverage(picture.shape[:2], [hole])
    width_px = float(np.hypot(*(upper[-1] - upper[0])))
    across = (upper[-1] - upper[0]) / max(width_px, 1e-3)
    turn_deg = float(np.degrees(np.arctan2(across[1], across[0])))
    if tongue > 0:
        middle = lower[24] + 0.05 * gap_px * np.array([across[1], -across[0]])
        body = ellipse(middle, (0.27 * width_px, 0.34 * gap_px * tongue), turn_deg)
        fill(picture, body, TONGUE * light, 0.96, within=inside, bottom=TONGUE_LOW * light, soft_px=1.5 * soft_px)
        root = middle - 0.24 * gap_px * tongue * np.array([-across[1], across[0]])
        groove = np.linspace(root, middle, 12, dtype=np.float32)
        fill(picture, tapered(groove, 0.02 * width_px), THROAT_LOW * light, 0.35, within=inside, soft_px=soft_px)
    if has_teeth:
        _teeth(picture, upper, lower, inside, width_px, gap_px, light, soft_px)
    lip = np.concatenate([upper, (upper + (lower - upper) * 0.10)[::-1]])
    fill(picture, lip, THROAT * light, 0.5, within=inside, soft_px=2 * soft_px)


def _teeth(
    picture: Picture,
    upper: Points,
    lower: Points,
    inside: Plane,
    width_px: float,
    gap_px: float,
    light: float,
    soft_px: float,
) -> None:
    """The upper row: it follows the lip, is shorter towards the corners and darker there."""
    t = np.linspace(-1, 1, len(upper), dtype=np.float32)
    height = np.clip(0.17 * width_px / gap_px, 0.3, 0.62) * np.clip(1.12 * (1 - np.abs(t) ** 3.2), 0, 1)
    edge = upper + (lower - upper) * height[:, None]
    row = np.concatenate([upper, edge[::-1]])
    fill(picture, row, TEETH * light, within=inside, bottom=TEETH_LOW * light, soft_px=0.8 * soft_px)
    # Gaps between teeth grow closer towards the corners, as they do on a curved jaw.
    for place in (0.0, 0.24, 0.45, 0.62, 0.76):
        for sign in (-1, 1) if place else (1,):
            k = round((sign * place + 1) / 2 * (len(upper) - 1))
            line = np.linspace(upper[k], edge[k], 8, dtype=np.float32)
            fill(picture, tapered(line, 0.011 * width_px), THROAT_LOW * light, 0.2, within=inside, soft_px=0.6)
    teeth = coverage(picture.shape[:2], [row]) * inside
    for k in (0, -1):  # the dark corners
        corner = ellipse(upper[k] * 0.85 + lower[24] * 0.15, (0.2 * width_px, 0.2 * width_px))
        fill(picture, corner, THROAT * light, 0.6, within=teeth, soft_px=0.06 * width_px)


def lashes(picture: Picture, line: Points, down: Points, colour: Colour, *, is_arch: bool) -> None:
    """Draw the line of a shut eye: a tapered brush stroke; unless it is an arch, with four lashes that point `down`."""
    width_px = float(np.hypot(*(line[-1] - line[0])))
    fill(picture, tapered(line, (0.125 if is_arch else 0.105) * width_px, 0.3, 0.3), colour)
    if is_arch:
        return
    for k in (4, 11, len(line) - 12, len(line) - 5):
        tip = line[k] + down * 0.11 * width_px + (line[k] - line[len(line) // 2]) * 0.15
        fill(picture, tapered(np.linspace(line[k], tip, 8, dtype=np.float32), 0.045 * width_px, 0.9, 0.1), colour)


def shut_lips(picture: Picture, mesh: Points, face_px: float) -> None:
    """Draw the line where lips that were open in the photo meet, over what is left of the teeth."""
    upper, lower = curve(mesh[list(INNER_UPPER)], 48), curve(mesh[list(INNER_LOWER)], 48)
    line = (upper + lower) * np.float32(0.5)
    wide = np.hypot(*(lower - upper).T).max()
    colour = rgb("#4a1e20")
    fill(picture, tapered(line, max(0.014 * face_px, 1.3 * wide), 0.5, 0.5), colour, 0.85, soft_px=0.003 * face_px)


def smooth_dimples(picture: Picture, mesh: Points, face_px: float, strength: float) -> None:
    """Take out the folds a smile has left beside the corners of the mouth: pushed together they become dark spots.

    Nothing is done where a beard grows: its hair would go with them.
    """
    chin, cheek = (_light(picture, mesh[point], 0.04 * face_px) for point in (199, 50))
    if chin < BEARD_LIGHT * cheek:
        return
    lips = mesh[list(LIPS_OUTER)]
    for corner, other in ((61, 291), (291, 61)):
        outward = (mesh[corner] - mesh[other]) / max(float(np.hypot(*(mesh[corner] - mesh[other]))), 1e-3)
        middle = mesh[corner] + 0.075 * face_px * outward
        left, top = np.maximum(middle - 0.22 * face_px, 0).astype(int)
        right, bottom = (middle + 0.22 * face_px).astype(int)
        part = picture[top:bottom, left:right]
        if part.size == 0:
            continue
        clean = cv2.morphologyEx(part, cv2.MORPH_CLOSE, _disc(0.035 * face_px))
        clean = cv2.GaussianBlur(clean, (0, 0), 0.015 * face_px)
        spot = coverage(part.shape[:2], [ellipse(middle - (left, top), (0.075 * face_px, 0.12 * face_px))])
        spot *= 1 - cv2.dilate(coverage(part.shape[:2], [lips - (left, top)]), _disc(0.012 * face_px))
        part += (clean - part) * (cv2.GaussianBlur(spot, (0, 0), 0.018 * face_px) * np.float32(strength))[..., None]


def _light(picture: Picture, at: Points, radius_px: float) -> float:
    """The median of the lightest channel around a point."""
    low, high = np.maximum(at - radius_px, 0).astype(int), (at + radius_px + 1).astype(int)
    part = picture[low[1] : high[1], low[0] : high[0]]
    return float(np.median(part.max(-1))) if part.size else 255.0


def fold(picture: Picture, line: Points, width_px: float, strength: float) -> None:
    """Paint a fold of skin: a soft dark stroke that takes the colour of what it lies on."""
    outline = tapered(curve(line.astype(np.float32), 32), width_px, 0.15, 0.15)
    pad = int(2 * width_px) + 3
    height, width = picture.shape[:2]
    left, top = np.clip(np.floor(outline.min(0)) - pad, 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(outline.max(0)) + pad, 0, (width, height)).astype(int)
    if right <= left or bottom <= top:
        return
    share = cv2.GaussianBlur(coverage((bottom - top, right - left), [outline - (left, top)]), (0, 0), 0.3 * width_px)
    picture[top:bottom, left:right] *= 1 - strength * share[..., None] * (1 - rgb("#7a3a30") / 255)


def smile_folds(picture: Picture, mesh: Points, face_px: float, strength: float) -> None:
    """Paint the folds from the wings of the nose past the corners of the mouth."""
    for wing, corner, other in ((64, 61, 291), (294, 291, 61)):
        outward = (mesh[corner] - mesh[other]) / max(float(np.hypot(*(mesh[corner] - mesh[other]))), 1e-3)
        start, end = mesh[wing] + 0.035 * face_px * outward, mesh[corner] + 0.07 * face_px * outward
        middle = (start + end) / 2 + 0.035 * face_px * outward
        fold(picture, np.stack([start, middle, end]), 0.022 * face_px, strength)


def frown(picture: Picture, mesh: Points, face_px: float, strength: float) -> None:
    """Paint two upright furrows between the brows."""
    up = mesh[9] - mesh[168]
    for brow in (107, 336):
        foot = mesh[brow] * 0.55 + mesh[9] * 0.45
        line = np.stack([foot - 0.32 * up, foot + 0.1 * up, foot + 0.45 * up + 0.1 * (mesh[brow] - mesh[9])])
        fold(picture, line, 0.02 * face_px, strength)


def worry(picture: Picture, mesh: Points, face_px: float, strength: float) -> None:
    """Paint a fold across the forehead, arched over raised brows."""
    up = (mesh[10] - mesh[168]) / max(float(np.hypot(*(mesh[10] - mesh[168]))), 1e-3)
    line = mesh[[105, 9, 334]] + up * 0.08 * face_px
    line[1] = (line[0] + line[2]) / 2 + up * 0.03 * face_px
    fold(picture, line, 0.018 * face_px, strength)


def blush(picture: Picture, figure: Figure, strength: float) -> None:
    """Redden the cheeks."""
    frame = FaceFrame.of(figure)
    mesh, face_px = figure.mesh, figure.face_px
    inside = cv2.GaussianBlur(coverage(picture.shape[:2], [mesh[list(OVAL)]]), (0, 0), 0.03 * face_px)
    turn_deg = float(np.degrees(np.arctan2(frame.axes[0, 1], frame.axes[0, 0])))
    for bone, apple in ((50, 205), (280, 425)):
        middle = 0.55 * mesh[bone] + 0.45 * mesh[apple]
        spot = ellipse(middle, (0.105 * face_px, 0.062 * face_px), turn_deg)
        fill(picture, spot, rgb("#ff4f66"), strength, within=inside, soft_px=0.035 * face_px)


def red_lips(picture: Picture, mesh: Points, face_px: float, strength: float) -> None:
    """Colour the lips."""
    outer = mesh[list(LIPS_OUTER)]
    fill(picture, outer, rgb("#d83a56"), strength, soft_px=0.01 * face_px)


def skin_area(figure: Figure, size_px: int) -> Plane:
    """Return where the face's skin is, [size_px, size_px] 0..1: forehead, face, ears and neck; no eyes, mouth or hair.

    By place first: hair may have skin's colour, and skin in glare or deep shade has not. Colour only decides where the
    place leaves it open: ears, neck, and the rim of the oval, where hair hangs in.
    """
    scale = size_px / figure.matte.shape[1]
    photo = cv2.resize(figure.rgb, (size_px, size_px), interpolation=cv2.INTER_AREA)
    lab, mesh, fw = to_lab(photo), figure.mesh * np.float32(scale), figure.face_px * scale
    shape = lab.shape[:2]
    eyes = [np.concatenate([eye.contour[:9], eye.contour[:8:-1]]) * np.float32(scale) for eye in figure.eyes]
    oval, lips = coverage(shape, [mesh[list(OVAL)]]), coverage(shape, [mesh[list(LIPS_OUTER)]])
    inner = cv2.erode(oval, _disc(0.05 * fw))
    plain = inner * (1 - cv2.dilate(np.maximum(lips, coverage(shape, eyes)), _disc(0.02 * fw)))
    if not (plain > 0.5).any():
        return np.zeros(shape, np.float32)
    pixels = lab[plain > 0.5]
    middle, spread = np.median(pixels, 0), np.maximum(np.std(pixels, 0), (7, 3.5, 4))
    away = (((lab - middle) / (spread * (2.4, 2.6, 2.6))) ** 2).astype(np.float32)
    # In the face a glare is no hair, on the neck a shade is none.
    is_light = lab[..., 0] > middle[0]
    in_face = np.sqrt(
        np.where(is_light, 0.12, 0.6) * (away[..., 1] + away[..., 2]) + np.where(is_light, 0, away[..., 0])
    )
    by_face = np.sqrt(np.where(is_light, 0.4, 1) * (away[..., 1] + away[..., 2]) + np.where(is_light, 0, away[..., 0]))
    on_neck = np.sqrt(0.5 * away[..., 0] + away[..., 1] + away[..., 2])

    frame = FaceFrame.of(figure)
    grid = np.arange(size_px, dtype=np.float32) / np.float32(scale)
    place = frame.to_face(np.stack(np.meshgrid(grid, grid), -1))
    chin = frame.to_face(figure.mesh[152][None])[0]
    neck = smoothstep(0.40, 0.30, np.abs(place[..., 0] - chin[0]))
    neck *= smoothstep(chin[1] - 0.25, chin[1] - 0.15, place[..., 1])
    neck *= smoothstep(chin[1] + 0.55, chin[1] + 0.35, place[..., 1])
    outward = 0.05 * fw * frame.axes[0]
    places = (mesh[EARS[0]] - outward, mesh[EARS[1]] + outward)
    ears = coverage(shape, [ellipse(place, (0.13 * fw, 0.19 * fw)) for place in places])
    brow = np.concatenate([mesh[list(FOREHEAD)], (mesh[list(FOREHEAD)] - frame.axes[1] * 0.16 * fw)[::-1]])
    rim = np.maximum(cv2.dilate(oval, _disc(0.04 * fw)), coverage(shape, [brow]))
    beside = np.maximum(blur(rim, 0.02 * fw), blur(ears, 0.02 * fw)) * smoothstep(1.1, 0.65, by_face)
    sure = blur(np.maximum(inner, oval * is_light), 0.02 * fw) * smoothstep(2.6, 1.7, in_face)
    area = np.maximum(sure, np.maximum(beside, neck * smoothstep(1.05, 0.6, on_neck)))
    area = guided_filter(lab[..., 0] * np.float32(0.01), area, max(2, round(0.025 * fw)), 4e-4)
    person = cv2.resize(figure.person, (size_px, size_px), interpolation=cv2.INTER_AREA)
    return np.clip(area * 1.1 - 0.05, 0, 1) * (1 - blur(coverage(shape, eyes), 0.008 * fw)) * person


def tint(picture: Picture, area: Plane, colour: Colour, strength: float) -> Picture:
    """Return `picture` with `area` (any size) coloured; its light and shade stay."""
    area = cv2.resize(area, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    left, top, width, height = cv2.boundingRect((area > 0.004).astype(np.uint8))
    box = np.s_[top : top + height, left : left + width]
    if width == 0:
        return picture
    lab, share, target = to_lab(picture[box]), area[box] * np.float32(strength), colour_lab(colour)
    light = lab[..., :1]
    middle = float(np.median(light[area[box] > 0.6])) if (area[box] > 0.6).any() else 60.0
    # Deep shade and glare have room for less chroma.
    room = np.clip(np.minimum(light / 35, (112 - light) / 24), 0.15, 1)
    dimmed = np.where(light > middle, middle + 0.75 * (light - middle), light) + 0.35 * (target[0] - middle)
    dimmed = np.minimum(dimmed, 80 + 0.3 * (dimmed - 80))  # white takes no colour: an over-exposed face must give way
    coloured = np.concatenate([dimmed, target[1:] * room], -1).astype(np.float32)
    result = picture.copy()
    result[box] = to_picture(mix(lab, coloured, share))
    return result


def _disc(radius_px: float) -> NDArray[np.uint8]:
    side = 2 * max(1, round(radius_px)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
