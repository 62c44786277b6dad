"""The last of a drawing: die-cut outline, shadow, 512 px, WebP as Telegram takes it. Knows no face and no look."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.pixels import Matte, Rgb, Rgba
from engine.types import Outline, OutlineWidth

SIDE_PX = 512  # Bot API: one side exactly 512 px, the other at most 512
MAX_BYTES = 512 * 1024  # Bot API: a static sticker
WANTED_BYTES = 480 * 1024  # what we aim at; leaves room under the limit
OUTLINE_PX = 11
OUTLINE_SOFTNESS_PX = 1.8  # rounds the steps of the cut; the edge itself is made firm again
SHADOW_DOWN_PX = 4
SHADOW_SIGMA_PX = 4.0
SHADOW_STRENGTH = 0.38
MARGIN_PX = OUTLINE_PX + 3  # free border around a drawing on each side
LEAST_CELLS = 3  # a smaller piece beside a drawing of cells is a speck
CELL_BORDER = 5  # cells a drawing of cells needs around it: ink, white and shadow
Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
OUTLINES: dict[Outline, Colour] = {
    Outline.WHITE: WHITE,
    Outline.BLACK: (17, 17, 20),
    Outline.RED: (229, 57, 53),
    Outline.ORANGE: (251, 140, 0),
    Outline.YELLOW: (255, 214, 0),
    Outline.GREEN: (67, 160, 71),
    Outline.BLUE: (30, 136, 229),
    Outline.PURPLE: (142, 68, 200),
    Outline.PINK: (255, 94, 158),
}
OUTLINE_WIDTHS = {OutlineWidth.THIN: 0.5, OutlineWidth.NORMAL: 1.0, OutlineWidth.THICK: 1.9}  # of a style's own


class WebpBroken(ValueError):
    """The bytes break a rule for static stickers; the message says which."""


def outline_colour(wanted: Outline) -> Colour | None:
    """Return the colour of an outline, white for AUTO; None where there is to be none."""
    return None if wanted is Outline.NONE else OUTLINES.get(wanted, WHITE)


def outline(rgb: Rgb, matte: Matte, width_px: int = OUTLINE_PX, ring: Colour | None = WHITE) -> Rgba:
    """Put a smooth die-cut border of the colour `ring`, None for none, and a soft shadow around a drawing.

    Returns a canvas larger by `width_px` and 3 px more on each side.
    """
    margin = width_px + 3
    pad = ((margin, margin), (margin, margin))
    alpha = np.pad(matte, pad).astype(np.float32)
    colour = np.pad(rgb, (*pad, (0, 0)), mode="edge").astype(np.float32)
    if ring is None:
        return np.dstack([colour, 255 * alpha]).round().astype(np.uint8)
    border = _grown(alpha, width_px)
    alpha = alpha * (border > 0.5)  # an island outside the outline goes
    shadow = cv2.GaussianBlur(border, (0, 0), SHADOW_SIGMA_PX)
    shadow = np.roll(shadow, SHADOW_DOWN_PX, axis=0) * SHADOW_STRENGTH
    shadow[:SHADOW_DOWN_PX] = 0
    covered = np.maximum(border, alpha)
    whole = covered + shadow * (1 - covered)
    light = np.asarray(ring, np.float32) * (border * (1 - alpha))[..., None] + colour * alpha[..., None]
    painted = light / np.maximum(whole, 1e-4)[..., None]
    return np.dstack([np.clip(painted, 0, 255), 255 * whole]).round().astype(np.uint8)


def _grown(alpha: Matte, width_px: int) -> Matte:
    """`alpha` grown by `width_px`, in one piece, with round joins, closed gaps and no holes."""
    distance = cv2.distanceTransform((alpha <= 0.5).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    reach = np.clip(width_px + 0.5 - distance, 0, 1)
    solid = _solid(reach > 0)
    reach = np.where((solid > 0) & (distance > width_px), 1, reach * solid).astype(np.float32)
    return np.clip((cv2.GaussianBlur(reach, (0, 0), OUTLINE_SOFTNESS_PX) - 0.5) * 2.5 + 0.5, 0, 1)


def cell_outline(
    rgb: Rgb,
    matte: Matte,
    cell_px: int,
    ink: Colour = (30, 22, 34),
    ring: Colour | None = WHITE,
    ring_cells: int = 1,
) -> Rgba:
    """Put a border of one dark cell and `ring_cells` of the colour `ring`, None for none, and a hard shadow around a
    drawing of square cells. Returns a canvas larger by `ring_cells` and 2 cells more on each side."""
    margin = ring_cells + 2
    pad = ((margin, margin), (margin, margin))
    person = np.pad(matte[::cell_px, ::cell_px] > 0.5, pad)
    colour = np.pad(rgb[::cell_px, ::cell_px], (*pad, (0, 0)))
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    dark = cv2.dilate(_solid(person, LEAST_CELLS), cross)
    cells = np.zeros((*person.shape, 4), np.uint8)
    if ring is not None:
        around = cv2.dilate(dark, np.ones((3, 3), np.uint8), iterations=ring_cells)
        cells[np.roll(around, 1, axis=0) > 0] = (0, 0, 0, 90)
        cells[around > 0] = (*ring, 255)
    cells[dark > 0] = (*ink, 255)
    person &= dark > 0  # a speck outside the outline goes
    cells[person] = np.dstack([colour, np.full(person.shape, 255, np.uint8)])[person]
    return np.repeat(np.repeat(cells, cell_px, axis=0), cell_px, axis=1)


def _solid(mask: NDArray[np.bool_], least_px: int | None = None) -> NDArray[np.uint8]:
    """Return the largest piece of `mask`, or every one of at least `least_px`, holes filled."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros(mask.shape, np.uint8), contours, -1, 1, cv2.FILLED)
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(filled)
    areas = stats[:, cv2.CC_STAT_AREA] * (np.arange(len(stats)) > 0)  # the first is what is outside
    return (areas >= (least_px or max(areas.max(), 1)))[pieces].astype(np.uint8)


def fit(rgba: Rgba) -> Rgba:
    """Trim the empty border and scale so that the longer side is exactly 512 px."""
    ys, xs = np.nonzero(rgba[..., 3] > 2)
    if len(ys) == 0:
        raise ValueError("nothing is drawn")
    trimmed = rgba[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    height, width = trimmed.shape[:2]
    if max(height, width) > SIDE_PX or max(height, width) < SIDE_PX - 2 * MARGIN_PX:
        return scaled(trimmed, SIDE_PX / max(height, width))
    # No resampling, so lines stay crisp.
    return centred(trimmed, *((width, SIDE_PX) if height >= width else (SIDE_PX, height)))


def scaled(rgba: Rgba, factor: float, *, has_cells: bool = False) -> Rgba:
    """Scale a picture of straight alpha; `has_cells` keeps square cells square and sharp."""
    height, width = rgba.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if has_cells and factor >= 1:
        return cv2.resize(rgba, size, interpolation=cv2.INTER_NEAREST_EXACT)
    light = rgba.astype(np.float32)
    light[..., :3] *= light[..., 3:] / 255
    # Back to bytes before it grows: in floats a picture of 4096 px takes a gigabyte.
    light = cv2.resize(
        light.round().astype(np.uint8), size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    )
    soft = (light[..., 3] > 0) & (light[..., 3] < 255)
    edge = light[soft].astype(np.float32)
    light[soft, :3] = np.minimum(edge[:, :3] * 255 / edge[:, 3:], 255).round().astype(np.uint8)
    return light


def centred(rgba: Rgba, width: int, height: int) -> Rgba:
    """Pad with nothing to `width` x `height` px, which are no less than the picture's own."""
    above, left = (height - rgba.shape[0]) // 2, (width - rgba.shape[1]) // 2
    return np.pad(rgba, ((above, height - rgba.shape[0] - above), (left, width - rgba.shape[1] - left), (0, 0)))


def on_canvas(sticker: Rgba, width: int, height: int, *, has_cells: bool = False) -> Rgba:
    """Put a sticker as large as it fits on an empty canvas of exactly `width` x `height` px."""
    factor = min(width / sticker.shape[1], height / sticker.shape[0])
    if has_cells and factor >= 1:
        factor = int(factor)  # every cell the same number of px
    return centred(scaled(sticker, factor, has_cells=has_cells)[:height, :width], width, height)


def on_white(rgba: Rgba) -> Rgba:
    """Return the same picture, opaque, on white."""
    white = rgba.copy()
    white[rgba[..., 3] == 0] = 255
    soft = (rgba[..., 3] > 0) & (rgba[..., 3] < 255)
    edge = rgba[soft].astype(np.float32)
    alpha = edge[:, 3:] / 255
    white[soft, :3] = (edge[:, :3] * alpha + 255 * (1 - alpha)).round().astype(np.uint8)
    white[..., 3] = 255
    return white


def encode_webp(rgba: Rgba) -> bytes:
    """Encode as WebP for Telegram: quality 90, less where 480 KB would not do. Raises `WebpBroken`."""
    image = Image.fromarray(rgba)
    data = b""
    for quality in (90, 80, 70, 60, 45, 30):
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=quality, method=0, exif=b"", icc_profile=b"")
        data = buffer.getvalue()
        if len(data) <= WANTED_BYTES:
            break
    webp_rules(data)
    return data


def webp_rules(data: bytes) -> None:
    """Check `data` against Telegram's rules for a static sticker. Raises `WebpBroken`."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise WebpBroken("not a WebP file")
    if len(data) > MAX_BYTES:
        raise WebpBroken(f"{len(data)} bytes, at most {MAX_BYTES}")
    with Image.open(io.BytesIO(data)) as image:
        if getattr(image, "n_frames", 1) != 1:
            raise WebpBroken("animated")
        if max(image.size) != SIDE_PX:
            raise WebpBroken(f"{image.size[0]} x {image.size[1]} px, one side must be {SIDE_PX}")
        if image.mode != "RGBA":
            raise WebpBroken(f"mode {image.mode}, expected RGBA")
        if "exif" in image.info or "icc_profile" in image.info:
            raise WebpBroken("carries metadata")


def encode_png(rgba: Rgba) -> bytes:
    """Encode without loss, straight alpha kept."""
    done, data = cv2.imencode(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA))
    if not done:
        raise ValueError("no PNG could be made of this picture")
    return data.tobytes()
