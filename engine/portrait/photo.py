"""From the bytes of a photo to the picture that is looked at: bars trimmed, straightened. Knows no face."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import PhotoUnusable
from engine.pixels import Matte, Rgb, decode_photo

UNIFORM = 10  # a bar's levels differ by no more than this, noise of a JPEG included
DARK = 24  # a dark bar needs no sharp inner edge: a dark photo may lie behind it
STEP = 14  # levels by which the photo differs from a bar of another colour ..
STEP_SHARE = 0.5  # .. over this share of its edge: less is a plain backdrop with somebody in front of it
LEAST_BAR = 0.02  # of the photo's length
RINGING_PX = 5  # JPEG spreads an edge over the blocks it lies in
LEAST_LEFT_PX = 32
SOLID = 26  # alpha below is see-through
AROUND_PX = 8  # left around what can be seen, so that it does not look cut off by the picture's edge
FRAME_SOLIDITY = 0.95  # share of its convex hull that a frame covers (disc, rounded square); people cover less
CORNER_TOLERANCES = (5, 2, 10)  # levels: a dark photo lets a black corner's colour run on; JPEG needs some
SEEK_PX = 800  # long side of the copy in which corners are looked for
LEAST_CORNER = 0.04  # legs of an empty corner, as a share of the photo's side
CORNER_MATCH = 0.88  # overlap of it with the triangle between its legs; a wall beside a shoulder has a curved edge
HIDDEN = 24  # levels by which a corner that was not told from the photo may differ from the others
ANGLES_AGREE_DEG = 3.0
COVERED = 0.995  # a photo that fills so much of its frame fills all of it


@dataclass(frozen=True, slots=True)
class OpenedPhoto:
    """`rgb` [H, W, 3]; `cover` [H, W] 0 .. 1: where there is a picture, None for everywhere.

    `is_cut`: `cover` is the outline of a person or a thing, not of a frame. Outside of it `rgb` is white; outside of a
    frame it goes on from what is inside. `is_blocky`: its edges are those of a strongly compressed JPEG.
    """

    rgb: Rgb
    cover: Matte | None = None
    is_cut: bool = False
    is_blocky: bool = False

    def turned(self, quarter_turns: int) -> OpenedPhoto:
        """Return the photo turned counter-clockwise."""
        if not quarter_turns % 4:
            return self
        cover = None if self.cover is None else np.ascontiguousarray(np.rot90(self.cover, quarter_turns))
        return OpenedPhoto(np.ascontiguousarray(np.rot90(self.rgb, quarter_turns)), cover, self.is_cut)


def open_photo(data: bytes) -> OpenedPhoto:
    """Decode a JPEG or PNG and set aside what is no picture: bars, transparency, a turned photo's empty corners.

    Raises `PhotoUnusable`.
    """
    pixels = decode_photo(data, keep_alpha=True)
    if pixels.shape[2] == 4 and (pixels[..., 3] < SOLID).any():
        return _without_transparency(pixels)
    return straightened(trimmed(np.ascontiguousarray(pixels[..., :3])))


def trimmed(rgb: Rgb) -> Rgb:
    """Cut off bars of one colour, as screenshots and films have; [H, W, 3] in and out."""
    rows, columns = (_without_bars(rgb, axis) for axis in (0, 1))
    if min(rows.stop - rows.start, columns.stop - columns.start) < LEAST_LEFT_PX:
        return rgb
    return np.ascontiguousarray(rgb[rows, columns])


def straightened(rgb: Rgb) -> OpenedPhoto:
    """Turn back a photo that was turned within its frame: its empty corners tell by how much.

    Such a corner is a right triangle of one colour; there are two at least, and their angles agree.
    """
    if sum(_is_uniform(corner) for corner in _corners(rgb)) < 2:
        return OpenedPhoto(rgb)
    scale = min(1.0, SEEK_PX / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    for tolerance in CORNER_TOLERANCES:
        found = _empty_corners(small, tolerance)
        if found is not None:
            filled, clockwise = found
            filled = cv2.resize(filled, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST)
            edge = np.ones((2 * RINGING_PX + 1, 2 * RINGING_PX + 1), np.uint8)
            filled = cv2.erode(filled, edge, borderValue=1)
            return _turned_back(rgb, filled, clockwise if clockwise <= 45 else clockwise - 90)
    return OpenedPhoto(rgb)


def _corners(rgb: Rgb) -> tuple[Rgb, Rgb, Rgb, Rgb]:
    """Return what an empty corner of the least size covers, and more, in each corner."""
    side = max(2, int(0.4 * LEAST_CORNER * min(rgb.shape[:2])))
    return rgb[:side, :side], rgb[:side, -side:], rgb[-side:, :side], rgb[-side:, -side:]


def _is_uniform(pixels: Rgb) -> bool:
    return int(np.ptp(pixels.reshape(-1, 3), axis=0).max()) <= 2 * max(CORNER_TOLERANCES)


def _empty_corners(rgb: Rgb, tolerance: int) -> tuple[NDArray[np.uint8], float] | None:
    """Return 0 in the empty corners, 1 elsewhere, and by how many degrees, 0 .. 90, the photo is turned clockwise."""
    height, width = rgb.shape[:2]
    filled = np.ones((height, width), np.uint8)
    angles = []
    for row, column in ((0, 0), (0, width - 1), (height - 1, 0), (height - 1, width - 1)):
        piece = _flooded(rgb, row, column, tolerance)
        across, down = int(piece[row].sum()), int(piece[:, column].sum())
        if across < LEAST_CORNER * width or down < LEAST_CORNER * height or max(across, down) >= max(width, height):
            continue
        triangle = np.zeros_like(piece)
        ends = abs(column - across + 1), abs(row - down + 1)  # of the legs
        cv2.fillConvexPoly(triangle, np.array([(column, row), (ends[0], row), (column, ends[1])], np.int32), 1)
        if np.count_nonzero(piece & triangle) < CORNER_MATCH * np.count_nonzero(piece | triangle):
            continue
        is_main = (row == 0) == (column == 0)  # top left and bottom right
        angles.append(math.degrees(math.atan2(across, down) if is_main else math.atan2(down, across)))
        filled[piece > 0] = 0
    if len(angles) < 2 or max(angles) - min(angles) > ANGLES_AGREE_DEG:
        return None
    mirrored = (filled == 1) & (filled[::-1, ::-1] == 0)  # a frame is symmetric: what a dark photo hid is found so
    if mirrored.any() and float(np.median(np.abs(rgb[mirrored] - rgb[filled == 0].mean(axis=0)))) < HIDDEN:
        filled[mirrored] = 0
    return filled, float(np.mean(angles))


def _turned_back(rgb: Rgb, filled: NDArray[np.uint8], degrees: float) -> OpenedPhoto:
    """Turn counter-clockwise by `degrees` and crop to what is filled; a photo of hardly anything stays as it is."""
    height, width = filled.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (round(height * sin + width * cos), round(height * cos + width * sin))
    matrix[:, 2] += (np.array(size) - (width, height)) / 2
    cover = cv2.warpAffine(filled.astype(np.float32), matrix, size, flags=cv2.INTER_LINEAR)
    rows, columns = np.flatnonzero((cover > 0.5).any(axis=1)), np.flatnonzero((cover > 0.5).any(axis=0))
    if any(len(each) == 0 or each[-1] - each[0] <= LEAST_LEFT_PX for each in (rows, columns)):
        return OpenedPhoto(rgb)  # a line from corner to corner
    inside = np.s_[rows[0] + 1 : rows[-1], columns[0] + 1 : columns[-1]]
    straight = cv2.warpAffine(rgb, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)[inside]
    cover = cover[inside]
    if float((cover > 0.5).mean()) > COVERED:
        return OpenedPhoto(np.ascontiguousarray(straight))
    return OpenedPhoto(_continued(straight, cover), np.ascontiguousarray(cover))


def _without_transparency(pixels: NDArray[np.uint8]) -> OpenedPhoto:
    """Crop to what can be seen; what cannot be seen is white around a cut-out, and goes on around a frame."""
    ys, xs = np.nonzero(pixels[..., 3] >= SOLID)
    if len(ys) == 0:
        raise PhotoUnusable("nothing but transparency")
    top, left = max(0, ys.min() - AROUND_PX), max(0, xs.min() - AROUND_PX)
    seen = pixels[top : ys.max() + 1 + AROUND_PX, left : xs.max() + 1 + AROUND_PX]
    cover = seen[..., 3] * np.float32(1 / 255)
    contours, _ = cv2.findContours((cover > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.convexHull(np.concatenate(contours)) if contours else None
    area = float((cover > 0.5).sum())
    if hull is not None and area > FRAME_SOLIDITY * cv2.contourArea(hull):
        return OpenedPhoto(_continued(np.ascontiguousarray(seen[..., :3]), cover), cover)
    rgb = seen[..., :3] * cover[..., None] + 255 * (1 - cover[..., None])
    return OpenedPhoto(np.round(rgb).astype(np.uint8), cover, is_cut=True)


def _continued(rgb: Rgb, cover: Matte) -> Rgb:
    """Let the colours inside `cover` go on smoothly outside of it."""
    sure = np.where(cover > 0.95, 1, 0).astype(np.float32)
    size = (max(2, rgb.shape[1] // 4), max(2, rgb.shape[0] // 4))
    weight = cv2.resize(sure, size, interpolation=cv2.INTER_AREA)
    colour = cv2.resize(rgb * sure[..., None], size, interpolation=cv2.INTER_AREA)
    levels = [(colour, weight)]
    while min(weight.shape) > 2:
        size = ((weight.shape[1] + 1) // 2, (weight.shape[0] + 1) // 2)
        colour, weight = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (colour, weight))
        levels.append((colour, weight))
    filled = colour.sum(axis=(0, 1), keepdims=True) / max(float(weight.sum()), 1e-6)
    for colour, weight in reversed(levels):
        filled = cv2.resize(filled, weight.shape[::-1])
        share = np.clip(weight, 0, 1)[..., None]
        filled = colour + filled * (1 - share)
    filled = cv2.resize(np.clip(filled, 0, 255), rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(sure[..., None] > 0, rgb, np.round(filled).astype(np.uint8))


def _without_bars(rgb: Rgb, axis: int) -> slice:
    """Return the range of rows (`axis` 0) or columns (1) between the bars."""
    lines = rgb if axis == 0 else rgb.transpose(1, 0, 2)
    first = _bar(lines)
    last = _bar(lines[::-1])
    return slice(first, len(lines) - last)


def _bar(lines: Rgb) -> int:
    """Return how many of the first `lines` are a bar; 0 where it is thinner than bars are, or no bar."""
    if int(np.ptp(lines[0], axis=0).max()) > 2 * UNIFORM:
        return 0
    colour = np.median(lines[0], axis=0)
    away = np.abs(lines[:, ::2].astype(np.int16) - colour.astype(np.int16)).max(axis=(1, 2))
    differing = np.flatnonzero(away > UNIFORM)
    count = int(differing[0]) if len(differing) else 0
    if count < LEAST_BAR * len(lines):
        return 0
    inner = min(count + RINGING_PX, len(lines) - 1)
    step = np.abs(lines[inner].astype(np.int16) - colour.astype(np.int16)).max(axis=1) > STEP
    is_bar = bool(colour.max() < DARK) or float(step.mean()) > STEP_SHARE
    return inner if is_bar else 0


def _flooded(rgb: Rgb, row: int, column: int, tolerance: int) -> NDArray[np.uint8]:
    """Return 1 where the colour of the corner reaches, without a jump."""
    mask = np.zeros((rgb.shape[0] + 2, rgb.shape[1] + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (1 << 8)
    cv2.floodFill(rgb, mask, (column, row), 0, (tolerance,) * 3, (tolerance,) * 3, flags)
    return mask[1:-1, 1:-1]
