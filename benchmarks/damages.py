"""What happens to photos before they reach a bot, done to any photo. Knows no engine."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np
from PIL import Image

from engine.pixels import Rgb, Rgba
from engine.portrait.faces import Face, find_faces
from engine.portrait.matte.cut import Cut, cut_bust
from engine.portrait.mesh import FOREHEAD_TOP, OVAL
from engine.portrait.networks import Networks
from engine.portrait.photo import OpenedPhoto

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
HAIR = (58, 42, 34)


def light(photo: Rgb, share: float, noise: float = 0.0) -> Rgb:
    """`share` of the light, with `noise` grey levels of noise."""
    grain = np.random.default_rng(1).normal(0, noise, photo.shape) if noise else 0.0
    return np.clip(photo * share + grain, 0, 255).astype(np.uint8)


def grey(photo: Rgb) -> Rgb:
    """Without colours."""
    return np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def barred(photo: Rgb, colour: tuple[int, int, int], *, is_wide: bool = False) -> Rgb:
    """As a screenshot shows it: bars above and below, or left and right."""
    height, width = photo.shape[:2]
    high, wide = (0, width // 3) if is_wide else (height // 3, 0)
    return np.asarray(cv2.copyMakeBorder(photo, high, high, wide, wide, cv2.BORDER_CONSTANT, value=colour), np.uint8)


def turned(photo: Rgb, degrees: float, colour: tuple[int, int, int] = BLACK, *, is_whole: bool = True) -> Rgb:
    """Turned clockwise about its middle; `is_whole`: in a frame large enough for all of it."""
    height, width = photo.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1)
    size = (width, height)
    if is_whole:
        cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
        size = (round(height * sin + width * cos), round(height * cos + width * sin))
        matrix[:, 2] += (np.array(size) - (width, height)) / 2
    return np.asarray(cv2.warpAffine(photo, matrix, size, flags=cv2.INTER_AREA, borderValue=colour), np.uint8)


def leaning(photo: Rgb, degrees: float) -> Rgb:
    """Turned by a camera held askew: the largest upright part of a turned photo."""
    height, width = photo.shape[:2]
    whole = turned(photo, degrees)
    slope = np.radians(abs(degrees))
    share = min(width, height) / (min(width, height) * np.cos(slope) + max(width, height) * np.sin(slope))
    wide, high = int(width * share), int(height * share)
    top, left = (whole.shape[0] - high) // 2, (whole.shape[1] - wide) // 2
    return np.ascontiguousarray(whole[top : top + high, left : left + wide])


def resized(photo: Rgb, long_px: int) -> Rgb:
    """Its longer side `long_px`."""
    scale = long_px / max(photo.shape[:2])
    return np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def compressed(photo: Rgb, quality: int) -> Rgb:
    """As a JPEG of `quality` leaves it."""
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as image:
        return np.array(image)


def small(photo: Rgb) -> Rgb:
    """Small in a large frame of blurred surroundings."""
    height, width = photo.shape[:2]
    frame = cv2.GaussianBlur(cv2.resize(photo[: height // 4], (3 * width, 3 * height)), (0, 0), width / 8)
    frame[2 * height :, width : 2 * width] = photo
    return np.asarray(frame, np.uint8)


def doubled(photo: Rgb) -> Rgb:
    """Two people side by side."""
    return np.concatenate([photo, light(photo[:, ::-1], 0.92)], axis=1)


def filled(photo: Rgb, face: Face) -> Rgb:
    """The face fills the frame."""
    x, y, reach = face.x, face.y - 0.05 * face.width, 0.62 * face.width
    rows, columns = slice(max(0, int(y - reach)), int(y + reach)), slice(max(0, int(x - reach)), int(x + reach))
    return np.ascontiguousarray(photo[rows, columns])


def masked(photo: Rgb, face: Face) -> Rgb:
    """With a face mask."""
    jaw = [234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 197]
    out = photo.copy()
    cv2.fillPoly(out, [np.round(face.mesh[jaw]).astype(np.int32)], (176, 206, 224), cv2.LINE_AA)
    return out


def shaded(photo: Rgb, face: Face) -> Rgb:
    """With sunglasses."""
    out = photo.copy()
    for outer, inner in ((33, 133), (263, 362)):
        middle = (face.mesh[outer] + face.mesh[inner]) / 2
        radius = 0.95 * float(np.linalg.norm(face.mesh[outer] - face.mesh[inner]))
        cv2.circle(
            out, (round(float(middle[0])), round(float(middle[1]))), round(radius), (18, 18, 22), -1, cv2.LINE_AA
        )
    ends = np.round(face.mesh[[127, 356]]).astype(np.int32)
    cv2.line(out, ends[0].tolist(), ends[1].tolist(), (18, 18, 22), max(2, round(0.04 * face.width)), cv2.LINE_AA)
    return out


def faceless(photo: Rgb, face: Face) -> Rgb:
    """With the face blurred away."""
    mask = np.zeros(photo.shape[:2], np.float32)
    cv2.fillPoly(mask, [np.round(face.mesh[list(OVAL)]).astype(np.int32)], 1)
    mask = cv2.GaussianBlur(cv2.dilate(mask, np.ones((3, 3)), iterations=max(1, round(face.width / 40))), (0, 0), 3)
    mean = photo[mask > 0.5].mean(axis=0)
    return np.round(photo * (1 - mask[..., None]) + mean * mask[..., None]).astype(np.uint8)


def before_wall(cut: Cut) -> Rgb:
    """Before a wall of the colour of the hair."""
    top = cut.face.mesh[FOREHEAD_TOP]
    y, x = np.ogrid[: cut.matte.shape[0], : cut.matte.shape[1]]
    hair = cut.photo[(cut.matte > 0.95) & (np.hypot(x - top[0], y - top[1]) < 0.5 * cut.face.width) & (y < top[1])]
    wall = np.median(hair, axis=0) if len(hair) else np.array(HAIR, float)
    grain = np.random.default_rng(1).normal(0, 3, cut.rgb.shape)
    return np.clip(wall + (cut.rgb - wall) * cut.matte[..., None] + grain, 0, 255).astype(np.uint8)


def cut_out(cut: Cut) -> Rgba:
    """Already cut out, as a PNG."""
    return np.dstack([cut.rgb, np.round(255 * cut.matte).astype(np.uint8)])


def in_circle(photo: Rgb) -> Rgba:
    """As an avatar: transparent outside a circle."""
    height, width = photo.shape[:2]
    y, x = np.ogrid[:height, :width]
    inside = np.hypot((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5) < 0.5
    return np.dstack([photo, (255 * inside).astype(np.uint8)])


PLAIN: Mapping[str, Callable[[Rgb], Rgb]] = MappingProxyType(
    {
        "as it is": lambda photo: photo,
        "dark": lambda photo: light(photo, 0.15),
        "dark and noisy": lambda photo: light(photo, 0.15, 9),
        "noisy": lambda photo: light(photo, 1, 35),
        "over-exposed": lambda photo: light(photo, 2.2),
        "grey": grey,
        "black bars": lambda photo: barred(photo, BLACK),
        "white bars": lambda photo: barred(photo, WHITE),
        "side bars": lambda photo: barred(photo, (28, 30, 36), is_wide=True),
        "by 25": lambda photo: leaning(photo, 25),
        "by -40": lambda photo: turned(photo, -40),
        "by 75, white": lambda photo: turned(photo, 75, WHITE),
        "by 140": lambda photo: turned(photo, 140),
        "by -20, same frame": lambda photo: turned(photo, -20, is_whole=False),
        "by 90": lambda photo: np.ascontiguousarray(np.rot90(photo, -1)),
        "by 180": lambda photo: np.ascontiguousarray(np.rot90(photo, 2)),
        "96 px": lambda photo: resized(photo, 96),
        "JPEG 8": lambda photo: compressed(photo, 8),
        "small": small,
        "two": doubled,
        "circle": in_circle,
    }
)
WITH_FACE: Mapping[str, Callable[[Rgb, Face], Rgb]] = MappingProxyType(
    {"filled": filled, "mask": masked, "sunglasses": shaded}
)
WITH_CUT: Mapping[str, Callable[[Cut], Rgb | Rgba]] = MappingProxyType({"hair's wall": before_wall, "cut out": cut_out})


def every_damage(photo: Rgb, networks: Networks) -> dict[str, Rgb | Rgba]:
    """Return each damage of a photo by name; those that need its face are left out where none is found."""
    found = find_faces(photo, networks)
    face = found.choose()
    upright = np.ascontiguousarray(np.rot90(photo, found.quarter_turns))
    damaged = {name: damage(photo) for name, damage in PLAIN.items()}
    damaged |= {name: damage(upright, face) for name, damage in WITH_FACE.items()}
    cut = cut_bust(OpenedPhoto(upright), face, networks)
    return damaged | {name: damage(cut) for name, damage in WITH_CUT.items()}


def encoded(photo: Rgb | Rgba) -> bytes:
    """As PNG where it has alpha, else as a good JPEG."""
    buffer = io.BytesIO()
    if photo.shape[2] == 4:
        Image.fromarray(photo).save(buffer, "PNG", compress_level=1)
    else:
        Image.fromarray(photo).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
