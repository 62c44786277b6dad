"""From a drawing to a sticker: the background removed, the white outline, 512 px. Knows no network but the matte's."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.finish import OUTLINE_PX, OUTLINE_WIDTHS, SIDE_PX, encode_png, encode_webp, fit, outline, outline_colour
from engine.lettering import with_text
from engine.matte import MattingModel
from engine.model import ResultFile
from engine.pixels import Matte, Rgb, Rgba, decode_photo, rounded_rectangle
from engine.types import Note, Shape, StickerRequest, StickerResult

LEAST_SHARE = 0.02  # of the picture that a cut must leave to be one
MOST_SHARE = 0.985
CORNER_SHARE = 0.12  # radius of a badge's corners, of its shorter side


@dataclass(frozen=True, slots=True, eq=False)
class DieCut:
    """`matte` (height, width) 0 .. 1 of the drawing; `shape` is BUST or BADGE."""

    matte: Matte
    shape: Shape
    notes: tuple[Note, ...] = ()


def cut_out(drawing: Rgb, matting: MattingModel | None, wanted: Shape) -> DieCut:
    """Remove the background of `drawing`; where nothing or everything is left of it, make a badge."""
    height, width = drawing.shape[:2]
    badge = rounded_rectangle(width, height, round(min(height, width) * CORNER_SHARE))
    if wanted is Shape.BADGE:
        return DieCut(badge, Shape.BADGE)
    # A matte without contrast is divided by zero in rembg and comes as "not a number".
    matte = np.nan_to_num(matting.matte(drawing)) if matting is not None else None
    if matte is None or not LEAST_SHARE < float((matte > 0.5).mean()) < MOST_SHARE:
        return DieCut(badge, Shape.BADGE, (Note.BADGE_FALLBACK,))
    return DieCut(matte, Shape.BUST)


def with_alpha(drawing: Rgb, matte: Matte) -> Rgba:
    """Return `drawing` with straight alpha: colours stay as they are, so no edge is darkened."""
    return np.dstack([drawing, (matte * 255).round().astype(np.uint8)])


def finished_again(request: StickerRequest) -> StickerResult:
    """Return the sticker of a request that brings its drawing, cut out: with another outline, another text.

    Raises `PhotoUnusable`, `TextUnwritable`.
    """
    drawn = decode_photo(request.drawn, keep_alpha=True)
    has_alpha = drawn.shape[2] == 4
    matte = np.asarray(drawn[..., 3] / 255 if has_alpha else np.ones(drawn.shape[:2]), np.float32)
    return StickerResult(
        files={
            ResultFile.STICKER: encode_webp(sticker(np.ascontiguousarray(drawn[..., :3]), matte, request)),
            ResultFile.CUTOUT: encode_png(with_alpha(drawn[..., :3], matte)),
        },
        seed=request.seed,
        style=request.style,
        shape=Shape.BADGE if request.shape is Shape.BADGE else Shape.BUST,
    )


def sticker(drawing: Rgb, matte: Matte, request: StickerRequest) -> Rgba:
    """Trim, scale and outline a cut drawing, and write the request's text on it; the longer side is 512 px.

    Raises `TextUnwritable`.
    """
    ring = outline_colour(request.outline)
    width_px = 0 if ring is None else round(OUTLINE_PX * OUTLINE_WIDTHS[request.outline_width])
    rows, columns = np.nonzero(matte > 0.5)
    inside = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    drawing, matte = drawing[inside], matte[inside]
    # The longer side becomes what needs no scaling once the outline is around it.
    height, width = matte.shape
    scale = (SIDE_PX - 2 * (width_px + 3)) / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    light = cv2.resize(drawing.astype(np.float32) * matte[..., None], size, interpolation=way)
    small = np.clip(cv2.resize(matte.astype(np.float32), size, interpolation=way), 0, 1)
    # Weighted by the matte: the background's colour does not bleed into the edge.
    colour = light / np.maximum(small, 1e-3)[..., None]
    outlined = outline(np.clip(colour, 0, 255).round().astype(np.uint8), small, width_px, ring)
    return with_text(outlined, request.text, ring=ring) if request.text else fit(outlined)
