"""Draws a figure in a mood, in any style: the face moves, the style draws it, props go on. Knows no style."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from engine.portrait.figure import Figure, Points
from engine.portrait.reactions import paint, props
from engine.portrait.reactions.catalogue import Reaction
from engine.portrait.reactions.face import FaceFrame, corner_lift, has_glasses, mouth_openness
from engine.portrait.reactions.framing import close_up, framed
from engine.portrait.reactions.moves import Lids, near_side
from engine.portrait.reactions.warp import warp
from engine.portrait.styles.drawing import Drawing, as_it_is, paint_over
from engine.portrait.tone import Picture, Plane, rgb
from engine.portrait.variation import Variation

Draw = Callable[[Figure, Variation], Drawing]

LASH = rgb("#2e1a18")
SKIN_PX = 256  # the skin is found on a picture of this size
OWN_COLOUR = np.float32(0.6)  # how much of its own colour a prop keeps in a style of few colours
OPEN_SMILE = 0.1  # gap over width: a mouth that open has folds beside it
SHUT_FIRST = 0.94  # how much of an open mouth that shows nothing is closed before it is opened anew
CELL_COVER = 0.4  # a cell that a prop covers more than this is the prop's


def draw_reaction(figure: Figure, reaction: Reaction, draw: Draw, variation: Variation) -> Drawing:
    """Return the figure in a mood, as the style `draw` draws it; the same figure, reaction and variation, same drawing.

    A face whose mesh is not sure is left as it is and gets props only. Raises `ValueError` for a figure without a face.
    """
    if not figure.has_face:
        raise ValueError("a reaction needs a face")
    variation = replace(variation, has_backdrop=False)
    near = near_side(figure, variation.light_side)
    names = reaction.props if figure.is_mesh_sure else reaction.props_alone or reaction.props
    figure = close_up(figure)
    figure = framed(figure, props.place(names, figure, near, variation))
    lash_lines: tuple[Points | None, Points | None] = (None, None)
    if figure.is_mesh_sure:
        figure, lash_lines = in_mood(figure, reaction, near)
    drawing = draw(figure, variation)
    # A heart is told by its red: what a style makes of colours goes half way on props.
    natural = drawing
    if drawing.recolour is not as_it_is:
        natural = replace(drawing, recolour=lambda colours: _half_way(drawing.recolour(colours), colours))
    scale = np.float32(drawing.matte.shape[1] / figure.matte.shape[1])
    picture = drawing.picture.copy()
    if reaction.skin and figure.is_mesh_sure:
        area = paint.skin_area(figure, SKIN_PX)
        colour = natural.recolour(rgb(reaction.skin)[None, None])[0, 0]
        picture = paint.tint(picture, area, colour, reaction.skin_strength)
    down = FaceFrame.of(figure).axes[1]
    for line, lids in zip(lash_lines, _by_side(reaction, near), strict=True):
        if line is not None:
            paint.lashes(picture, line * scale, down, drawing.ink, is_arch=lids.arch > lids.close)
    result = replace(natural, picture=picture)
    placed = props.place(names, figure, near, variation)
    for is_behind in (True, False):
        parts = [each for each in placed if each.part.is_behind == is_behind]
        if parts:
            layer = props.draw(parts, *figure.matte.shape, line_px=float(drawing.line_px / scale))
            colours, alpha = _shrunk(layer, result)
            result = paint_over(result, colours, alpha * (1 - drawing.matte) if is_behind else alpha)
    return replace(result, recolour=drawing.recolour)


def _half_way(styled: Picture, own: Picture) -> Picture:
    return (styled + (own - styled) * OWN_COLOUR).astype(np.float32)


def _shrunk(layer: props.Layer, drawing: Drawing) -> tuple[Picture, Plane]:
    """Straight colours and alpha of a layer at the drawing's size, in whole cells where it has these."""
    height, width = drawing.matte.shape
    cell = drawing.cell_px
    if not cell:
        small = cv2.resize(layer, (width, height), interpolation=cv2.INTER_AREA)
    else:
        rows, columns = height // cell, width // cell
        share = layer.shape[0] / height
        used = layer[: round(rows * cell * share), : round(columns * cell * share)]
        cells = cv2.resize(used, (columns, rows), interpolation=cv2.INTER_AREA)
        is_on = cells[..., 3:] > CELL_COVER
        cells = np.where(is_on, cells / np.maximum(cells[..., 3:], np.float32(1e-4)), 0).astype(np.float32)
        small = np.zeros((height, width, 4), np.float32)
        small[: rows * cell, : columns * cell] = np.repeat(np.repeat(cells, cell, axis=0), cell, axis=1)
    colours, alpha = small[..., :3], small[..., 3]
    is_soft = (alpha > 0) & (alpha < 1)
    colours[is_soft] /= np.maximum(alpha[is_soft], np.float32(1e-4))[:, None]
    return colours, alpha


def _by_side(reaction: Reaction, near: int) -> tuple[Lids, Lids]:
    """The lids of the picture-left and of the picture-right eye."""
    lids = (reaction.moves.near_lids, reaction.moves.far_lids)
    return lids if near < 0 else lids[::-1]


def in_mood(figure: Figure, reaction: Reaction, near: int) -> tuple[Figure, tuple[Points | None, Points | None]]:
    """Return the figure with its face moved and painted as the reaction says, in natural colours; and its shut eyes.

    Of these, left and right, the line where the lids meet, [n, 2], None for an eye that is not shut.
    """
    openness, moves = mouth_openness(figure.mesh), reaction.moves
    is_painted = reaction.mouth is not None and (moves.shut > 0 or not paint.shows_teeth(figure))
    if is_painted and not moves.shut:
        moves = replace(moves, shut=SHUT_FIRST)
    warped = warp(figure, moves, near, has_glasses=has_glasses(figure))
    moved, mesh, face_px = warped.figure, warped.figure.mesh, figure.face_px
    picture = moved.rgb.astype(np.float32)
    smile_gone = corner_lift(figure.mesh) - corner_lift(mesh) + 0.1 * (moves.pucker > 0)
    if moves.shut and openness > OPEN_SMILE and smile_gone > 0:
        paint.smooth_dimples(picture, mesh, face_px, min(1.0, 8 * smile_gone))
    if reaction.blush:
        paint.blush(picture, moved, reaction.blush)
    if reaction.red_lips:
        paint.red_lips(picture, mesh, face_px, reaction.red_lips)
    if reaction.smile_folds:
        paint.smile_folds(picture, mesh, face_px, reaction.smile_folds)
    if reaction.frown:
        paint.frown(picture, mesh, face_px, reaction.frown)
    if reaction.worry:
        paint.worry(picture, mesh, face_px, reaction.worry)
    if is_painted and reaction.mouth is not None:
        paint.mouth_inside(
            picture,
            mesh,
            face_px,
            light=paint.face_light(figure),
            has_teeth=reaction.mouth.has_teeth,
            tongue=reaction.mouth.tongue,
        )
    elif moves.shut and openness > 0.05:
        paint.shut_lips(picture, mesh, face_px)
    down = FaceFrame.of(figure).axes[1]
    for line, lids in zip(warped.lash_lines, _by_side(reaction, near), strict=True):
        if line is not None:
            paint.lashes(picture, line, down, LASH, is_arch=lids.arch > lids.close)
    return replace(moved, rgb=cv2.convertScaleAbs(picture)), warped.lash_lines
