"""The die-cut border of a drawing: rings of colour, dashes, shadow. Knows no style."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from engine.finish import OUTLINE_WIDTHS, OUTLINES, WHITE, cell_outline
from engine.pixels import Rgba
from engine.portrait.styles.drawing import Border, Drawing
from engine.portrait.tone import Plane, blur, mix, to_bytes
from engine.types import Outline, OutlineWidth

SOFTNESS_PX = 1.4  # rounds the steps of the cut
SHADOW_DOWN_PX = 4
SHADOW_SIGMA_PX = 4.0
SHADOW_STRENGTH = 0.36
ISLAND_PX = 60  # a smaller piece beside the figure is a speck
HOLE_PX = 1800  # a smaller hole is filled with the border's colour
ROOM_PX = 10.0  # for a border that drawings leave around the figure
DASH_PX, GAP_PX, DASH_WIDTH_PX = 11.0, 8.0, 3


def bordered(
    drawing: Drawing, outline: Outline = Outline.AUTO, outline_width: OutlineWidth = OutlineWidth.NORMAL
) -> Rgba:
    """Return the drawing with its border and a soft shadow, straight alpha; the canvas grows around it as it must.

    `outline` is the colour in place of the style's own rings, `outline_width` how wide the border is beside those.
    """
    if drawing.cell_px:
        return _celled(drawing, outline, outline_width)
    if outline is Outline.NONE:
        alpha, _ = _solid(drawing.matte, 0)
        return to_bytes(cv2.merge([*cv2.split(np.asarray(drawing.picture, np.float32)), 255 * alpha]))
    drawing = _with_rings(drawing, outline, OUTLINE_WIDTHS[outline_width])
    rings = drawing.border.rings
    reach = sum(width for _, width in rings)
    alpha, distance = _solid(drawing.matte, reach)
    # Colour and cover of the rings are functions of the distance alone, so they are looked up: 16 steps to a px.
    steps = 16 if reach < 15 else 8  # the table has 256
    at = np.arange(256, dtype=np.float32) / steps
    colours, edge = np.tile(rings[0][0], (256, 1)), rings[0][1]
    for colour, width in rings[1:]:
        colours += (colour - colours) * np.clip(at - edge + 0.5, 0, 1)[:, None]
        edge += width
    index = np.clip(distance * steps, 0, 255).astype(np.uint8)
    ring = cv2.merge([cv2.LUT(index, np.ascontiguousarray(colours[:, channel])) for channel in range(3)])
    cover = np.maximum(cv2.LUT(index, np.clip(reach + 0.5 - at, 0, 1)), alpha)
    if drawing.border.dash is not None:
        ring = mix(ring, drawing.border.dash, _dashes(distance, reach - 0.55 * rings[-1][1]))
    shadow = np.roll(blur(cover, SHADOW_SIGMA_PX), SHADOW_DOWN_PX, axis=0) * SHADOW_STRENGTH
    shadow[:SHADOW_DOWN_PX] = 0
    whole = cover + shadow * (1 - cover)
    light = cv2.split(mix(ring, np.asarray(drawing.picture, np.float32), alpha))
    dimmed = cover / np.maximum(whole, 1e-4)  # the shadow is black
    return to_bytes(cv2.merge([*(channel * dimmed for channel in light), 255 * whole]))


def _with_rings(drawing: Drawing, outline: Outline, factor: float) -> Drawing:
    """Return the drawing with the rings that are asked for, and room for them."""
    if outline is Outline.AUTO and factor == 1:
        return drawing
    border = drawing.border
    reach = factor * sum(width for _, width in border.rings)
    if outline is Outline.AUTO:
        border = replace(border, rings=tuple((colour, factor * width) for colour, width in border.rings))
    else:
        border = Border(((np.asarray(OUTLINES[outline], np.float32), reach),))
    pad = max(0, math.ceil(reach - ROOM_PX))
    picture = np.pad(drawing.picture, ((pad, pad), (pad, pad), (0, 0)), mode="edge")
    return replace(drawing, picture=picture, matte=np.pad(drawing.matte, pad), border=border)


def _solid(matte: Plane, reach_px: float) -> tuple[Plane, Plane]:
    """Return the matte without specks, and the smoothed distance in px from it; small holes count as inside."""
    solid = (matte > 0.5).astype(np.uint8)
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(solid)
    kept = stats[:, cv2.CC_STAT_AREA] >= ISLAND_PX
    kept[0] = False
    solid = kept[pieces].astype(np.uint8)
    distance = cv2.distanceTransform(1 - solid, cv2.DIST_L2, cv2.DIST_MASK_5)
    alpha = matte * (distance < 2)
    _, holes, stats, _ = cv2.connectedComponentsWithStats((distance > reach_px).astype(np.uint8), connectivity=4)
    edges = np.concatenate([holes[0], holes[-1], holes[:, 0], holes[:, -1]])
    closed = stats[:, cv2.CC_STAT_AREA] < HOLE_PX
    closed[edges] = False
    closed[0] = False
    distance = np.where(closed[holes], 0.5 * reach_px, distance)
    return alpha, cv2.GaussianBlur(distance, (0, 0), SOFTNESS_PX)


def _dashes(distance: Plane, at_px: float) -> Plane:
    """Return dashes along the line where `distance` is `at_px`, 0 .. 1."""
    contours, _ = cv2.findContours((distance < at_px).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    out = np.zeros(distance.shape, np.uint8)
    for contour in contours:
        points = contour[:, 0].astype(np.float32)
        if len(points) < 420:  # a prop: dashes would hide it
            continue
        closed = np.concatenate([points[-6:], points, points[:6]])
        smooth = cv2.blur(closed[None], (9, 1))[0][6:-6]
        steps = np.hypot(*np.diff(np.concatenate([smooth, smooth[:1]]), axis=0).T)
        along = np.concatenate([[0], np.cumsum(steps)])
        rounds = max(1, round(along[-1] / (DASH_PX + GAP_PX)))
        period = along[-1] / rounds
        for number in range(rounds):
            start, stop = np.searchsorted(along, (number * period, number * period + DASH_PX))
            dash = np.take(smooth, range(int(start), int(stop) + 1), axis=0, mode="wrap")
            cv2.polylines(out, [np.round(dash * 16).astype(np.int32)], False, 255, DASH_WIDTH_PX, cv2.LINE_AA, 4)
    return out.astype(np.float32) / 255


def _celled(drawing: Drawing, outline: Outline, outline_width: OutlineWidth) -> Rgba:
    """Average what was painted over the cells, and put a border of whole cells around them."""
    cell = drawing.cell_px
    grid = (drawing.matte.shape[1] // cell, drawing.matte.shape[0] // cell)
    used = (grid[0] * cell, grid[1] * cell)
    picture = cv2.resize(drawing.picture[: used[1], : used[0]], grid, interpolation=cv2.INTER_AREA)
    matte = (cv2.resize(drawing.matte[: used[1], : used[0]], grid, interpolation=cv2.INTER_AREA) > 0.5) * np.float32(1)
    rings = drawing.border.rings
    has_ink = len(rings) > 1 and outline is Outline.AUTO
    ink = tuple(int(value) for value in rings[0][0]) if has_ink else (30, 22, 34)
    return cell_outline(
        np.repeat(np.repeat(to_bytes(picture), cell, 0), cell, 1),
        np.repeat(np.repeat(matte, cell, 0), cell, 1).astype(np.float32),
        cell,
        (ink[0], ink[1], ink[2]),
        None if outline is Outline.NONE else OUTLINES.get(outline, WHITE),
        2 if outline_width is OutlineWidth.THICK else 1,
    )
