"""Draws a figure in a mood, in any style: the face moves, the style draws it, props go on. Knows no style."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from engine.portrait.figure import Figure, Points
from engine.portrait.reactions import paint, props
from engine.portrait.reactions.catalogue import Reaction
from engine.portrait.reactions.face import FaceFrame, has_glasses, mouth_openness
from engine.portrait.reactions.framing import close_up, framed
from engine.portrait.reactions.moves import Lids, near_side
from engine.portrait.reactions.warp import warp
from engine.portrait.styles.drawing import Drawing, paint_over
from engine.portrait.tone import rgb, to_bytes
from engine.portrait.variation import Variation

Draw = Callable[[Figure, Variation], Drawing]

LASH = rgb("#2e1a18")
SKIN_PX = 256  # the skin is found on a picture of this size
OPEN_MOUTH = 0.10  # a photo's mouth this open (gap over width) shows its own teeth


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
    scale = np.float32(drawing.matte.shape[1] / figure.matte.shape[1])
    picture = drawing.picture
    if reaction.skin:
        tinted = paint.tint(picture, paint.skin_area(figure, SKIN_PX), rgb(reaction.skin), reaction.skin_strength)
        picture = tinted
    picture = picture.copy()
    down = FaceFrame.of(figure).axes[1]
    for line, lids in zip(lash_lines, _by_side(reaction, near), strict=True):
        if line is not None:
            paint.lashes(picture, line * scale, down, drawing.ink, is_arch=lids.arch > lids.close)
    drawing = replace(drawing, picture=picture)
    placed = props.place(names, figure, near, variation)
    for is_behind in (True, False):
        parts = [each for each in placed if each.part.is_behind == is_behind]
        if not parts:
            continue
        layer = props.draw(parts, *figure.matte.shape, line_px=float(drawing.line_px / scale))
        layer = cv2.resize(layer, drawing.matte.shape[::-1], interpolation=cv2.INTER_AREA)
        alpha = layer[..., 3]
        colours = layer[..., :3] / np.maximum(alpha, np.float32(1e-4))[..., None]
        drawing = paint_over(drawing, colours, alpha * (1 - drawing.matte) if is_behind else alpha)
    return drawing


def _by_side(reaction: Reaction, near: int) -> tuple[Lids, Lids]:
    """The lids of the picture-left and of the picture-right eye."""
    lids = (reaction.moves.near_lids, reaction.moves.far_lids)
    return lids if near < 0 else lids[::-1]


def in_mood(figure: Figure, reaction: Reaction, near: int) -> tuple[Figure, tuple[Points | None, Points | None]]:
    """Return the figure with its face moved and painted as the reaction says, in natural colours; and its shut eyes.

    Of these, left and right, the line where the lids meet, [n, 2], None for an eye that is not shut.
    """
    openness = mouth_openness(figure.mesh)
    warped = warp(figure, reaction.moves, near, has_glasses=has_glasses(figure))
    moved, mesh, face_px = warped.figure, warped.figure.mesh, figure.face_px
    picture = moved.rgb.astype(np.float32)
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
    if reaction.mouth is not None and (openness < OPEN_MOUTH or reaction.moves.shut):
        paint.mouth_inside(
            picture,
            mesh,
            face_px,
            light=paint.face_light(figure),
            has_teeth=reaction.mouth.has_teeth,
            tongue=reaction.mouth.tongue,
        )
    elif reaction.moves.shut and openness > 0.05:
        paint.shut_lips(picture, mesh, face_px)
    down = FaceFrame.of(figure).axes[1]
    for line, lids in zip(warped.lash_lines, _by_side(reaction, near), strict=True):
        if line is not None:
            paint.lashes(picture, line, down, LASH, is_arch=lids.arch > lids.close)
    return replace(moved, rgb=to_bytes(picture)), warped.lash_lines
