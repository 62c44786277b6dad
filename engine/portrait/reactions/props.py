"""Props: drawn things that hold on to a figure (hearts, a hat, tears), each as data in a file of `props/`.

A file has one or more `[[part]]`:

    anchors = ["left_eye", "right_eye"]   names of `anchors.ANCHORS`; the part is drawn once at each
    at = [0.0, 0.1]                       from the anchor, face widths: away from the nose (at sided anchors), down
    size = 0.36                           face widths per unit of the paths
    turn_deg = -8                         clockwise; at sided anchors outwards
    is_mirrored = true                    whether the drawing at the left is the mirror image of that at the right
    is_behind = false                     behind the figure
    rim = 0.06                            width of the white rim in units of the paths, 0 for none

and in it one or more `[[part.shape]]`, drawn in their order:

    path = "M 0 .38 C ... Z"              SVG path of absolute M L C Q Z, about -.5 .. .5
    fill = "#e8283e"                      leave out for a line only
    fill_low = "#b00f2c"                  colour at the shape's lower end: a gradient
    line = "#7d0a20"                      leave out for none
    line_width = 0.045                    units of the paths
    opacity = 1.0
    soft = 0.0                            blur of the edge, units of the paths

A part with `scatter = 30` is strewn that many times around the figure instead of held by an anchor. Knows no reaction.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.portrait.figure import Figure, Points
from engine.portrait.reactions.anchors import ANCHORS, Affine, anchor
from engine.portrait.tone import Colour, Plane, rgb
from engine.portrait.variation import Variation

Layer = NDArray[np.float32]  # (height, width, 4), sRGB 0 .. 255 multiplied by alpha, alpha 0 .. 1

CURVE_POINTS = 14  # a curve of a path is flattened to this many lines
SHIFT = 4  # sub-pixel bits of OpenCV's drawing
RIM = rgb("#ffffff")
NEAREST_FW, FARTHEST_FW = 0.10, 0.42  # how far from the figure scattered pieces lie
LOWEST_SCATTER = 0.7  # of the canvas


class PropBroken(ValueError):
    """A prop's file is not as `props` describes it; the message says where."""


@dataclass(frozen=True, slots=True)
class Polyline:
    """A flattened piece of a path."""

    points: Points
    is_closed: bool


@dataclass(frozen=True, slots=True)
class PropShape:
    """One filled or outlined path; lengths in units of the paths."""

    lines: tuple[Polyline, ...]
    fill: Colour | None
    fill_low: Colour | None
    line: Colour | None
    line_width: float
    opacity: float
    soft: float


@dataclass(frozen=True, slots=True)
class Part:
    """Shapes that stay together at each of their anchors."""

    anchors: tuple[str, ...]
    at: tuple[float, float]
    size: float
    turn_deg: float
    is_mirrored: bool
    is_behind: bool
    rim: float
    scatter: int
    shapes: tuple[PropShape, ...]


@dataclass(frozen=True, slots=True)
class Prop:
    """A drawn thing."""

    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A part on the canvas: `affine` takes units of its paths to canvas px."""

    part: Part
    affine: Affine
    colours_from: int = 0  # a scattered piece shows this one of its part's shapes only

    @property
    def shapes(self) -> tuple[PropShape, ...]:
        """What is drawn here."""
        if self.part.scatter:
            return (self.part.shapes[self.colours_from % len(self.part.shapes)],)
        return self.part.shapes

    def outlines(self) -> list[Polyline]:
        """Return the flattened paths in canvas px."""
        return [
            Polyline(line.points @ self.affine[:, :2].T + self.affine[:, 2], line.is_closed)
            for shape in self.shapes
            for line in shape.lines
        ]

    def unit_px(self) -> float:
        """Return the px of one unit of the paths."""
        return float(np.sqrt(abs(np.linalg.det(self.affine[:, :2]))))

    def box(self) -> tuple[Points, Points]:
        """Return the upper left and the lower right corner in canvas px, rim and lines included."""
        points = np.concatenate([line.points for line in self.outlines()])
        around = self.unit_px() * max(self.part.rim, *(0.5 * shape.line_width for shape in self.shapes))
        return points.min(0) - around, points.max(0) + around


@lru_cache
def prop(name: str) -> Prop:
    """Read `props/<name>.toml`. Raises `PropBroken`, `FileNotFoundError`."""
    file = resources.files(__package__) / "props" / f"{name}.toml"
    return parse_prop(name, file.read_text(encoding="utf-8"))


def prop_names() -> list[str]:
    """Return the names of all props, sorted."""
    folder = resources.files(__package__) / "props"
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def parse_prop(name: str, text: str) -> Prop:
    """Parse a prop's TOML. Raises `PropBroken`."""
    try:
        raw = tomllib.loads(text)
        parts_of_it = raw.pop("part")
        if not isinstance(parts_of_it, list):
            raise TypeError("a shape stands before its [[part]]")
        parts = tuple(_part(part) for part in parts_of_it)
    except (KeyError, TypeError, ValueError) as error:
        raise PropBroken(f"{name}: {error!r}") from error
    if raw:
        raise PropBroken(f"{name}: unknown {', '.join(raw)}")
    return Prop(name, parts)


def _part(raw: dict[str, Any]) -> Part:
    shapes = tuple(_shape(shape) for shape in raw.pop("shape"))
    scatter = int(raw.pop("scatter", 0))
    anchors = tuple(raw.pop("anchors", ()))
    if bool(anchors) == bool(scatter):
        raise ValueError("a part has either anchors or a scatter")
    if unknown := set(anchors) - ANCHORS:
        raise ValueError(f"no anchor {', '.join(sorted(unknown))}")
    across, down = raw.pop("at", (0.0, 0.0))
    part = Part(
        anchors,
        (float(across), float(down)),
        float(raw.pop("size")),
        float(raw.pop("turn_deg", 0)),
        bool(raw.pop("is_mirrored", False)),
        bool(raw.pop("is_behind", False)),
        float(raw.pop("rim", 0)),
        scatter,
        shapes,
    )
    if raw:
        raise ValueError(f"unknown {', '.join(raw)}")
    return part


def _shape(raw: dict[str, Any]) -> PropShape:
    lines = tuple(flatten(raw.pop("path")))
    colours = {key: rgb(raw.pop(key)) if key in raw else None for key in ("fill", "fill_low", "line")}
    shape = PropShape(
        lines,
        line_width=float(raw.pop("line_width", 0.04)),
        opacity=float(raw.pop("opacity", 1)),
        soft=float(raw.pop("soft", 0)),
        **colours,
    )
    if raw:
        raise ValueError(f"unknown {', '.join(raw)}")
    return shape


def flatten(path: str) -> list[Polyline]:
    """Flatten an SVG path of absolute M, L, C, Q and Z. Raises `ValueError`."""
    tokens = re.findall(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)", path)
    lines: list[Polyline] = []
    points: list[NDArray[np.float64]] = []
    command, at = "", 0
    t = np.linspace(0, 1, CURVE_POINTS + 1)[1:, None]

    def take(count: int) -> NDArray[np.float64]:
        nonlocal at
        if at + 2 * count > len(tokens):
            raise ValueError(f"path ends in the middle of {command}")
        at += 2 * count
        return np.array(tokens[at - 2 * count : at], float).reshape(count, 2)

    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at]
            at += 1
            if command in "MZ" and points:
                lines.append(Polyline(np.array(points, np.float32), command == "Z"))
                points = []
            if command == "Z":
                continue
        if command == "M":
            points = [take(1)[0]]
            command = "L"
        elif not points:
            raise ValueError(f"path draws {command} before M")
        elif command == "L":
            points.append(take(1)[0])
        elif command == "Q":
            (b, c), a = take(2), points[-1]
            points.extend((1 - t) ** 2 * a + 2 * (1 - t) * t * b + t**2 * c)
        elif command == "C":
            (b, c, d), a = take(3), points[-1]
            points.extend((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)
        else:
            raise ValueError(f"path has {command!r}, which is not of M L C Q Z")
    if points:
        lines.append(Polyline(np.array(points, np.float32), False))
    if not lines:
        raise ValueError("path is empty")
    return lines


def place(names: Sequence[str], figure: Figure, near: int, variation: Variation) -> list[Placed]:
    """Return every part of the named props on the figure; scattered ones around it, as `variation` throws them."""
    placed = []
    for name in names:
        for part in prop(name).parts:
            if part.scatter:
                placed += _scattered(part, figure, variation)
            for where in part.anchors:
                frame, side = anchor(figure, where, near)
                turn = np.deg2rad(part.turn_deg)
                cos, sin = np.cos(turn) * part.size, np.sin(turn) * part.size
                own = np.array([[cos, -sin, part.at[0]], [sin, cos, part.at[1]], [0, 0, 1]], np.float32)
                if side < 0 and not part.is_mirrored:
                    own = own @ np.diag(np.array([-1, 1, 1], np.float32))  # the frame mirrors; undo it for the drawing
                placed.append(Placed(part, frame @ own))
    return placed


def _scattered(part: Part, figure: Figure, variation: Variation) -> list[Placed]:
    """Pieces strewn over the band around the figure, none on another."""
    dice = variation.dice("confetti")
    size = figure.person.shape[0]
    away = cv2.distanceTransform((figure.matte < 0.5).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    unit = part.size * figure.face_px
    pieces: list[Placed] = []
    taken: list[NDArray[np.float64]] = []
    margin = 0.05 * size
    for at in dice.uniform(margin, size - margin, (60 * part.scatter, 2)):
        if len(pieces) == part.scatter:
            break
        distance = away[int(at[1]), int(at[0])] / figure.face_px
        if not NEAREST_FW < distance < FARTHEST_FW or at[1] > LOWEST_SCATTER * size:
            continue
        if taken and np.hypot(*(np.array(taken) - at).T).min() < 1.5 * unit:
            continue
        taken.append(at)
        turn, scale = dice.uniform(0, 2 * np.pi), unit * dice.uniform(0.75, 1.15)
        cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
        pieces.append(Placed(part, np.array([[cos, -sin, at[0]], [sin, cos, at[1]]], np.float32), len(pieces)))
    return pieces


def draw(placed: Sequence[Placed], height: int, width: int, *, ink: Colour | None = None, line_px: float = 0) -> Layer:
    """Return placed parts as a layer: their rims first, so that no rim cuts through a neighbour.

    `ink` replaces the colour of their lines, which are at least `line_px` wide.
    """
    layer = np.zeros((height, width, 4), np.float32)
    for each in placed:
        if each.part.rim <= 0:
            continue
        unit = each.unit_px()
        for line in each.outlines():
            _fill(layer, [line.points] if line.is_closed else [], RIM, None, 1, 0)
            _stroke(layer, line, 2 * each.part.rim * unit, RIM, 1)
    for each in placed:
        unit = each.unit_px()
        for shape in each.shapes:
            lines = [
                Polyline(line.points @ each.affine[:, :2].T + each.affine[:, 2], line.is_closed) for line in shape.lines
            ]
            if shape.fill is not None:
                _fill(
                    layer, [line.points for line in lines], shape.fill, shape.fill_low, shape.opacity, shape.soft * unit
                )
            if shape.line is not None:
                wide = max(shape.line_width * unit, line_px if shape.fill is not None else 0)
                colour = shape.line if ink is None or shape.fill is None else ink
                for line in lines:
                    _stroke(layer, line, wide, colour, shape.opacity)
    return layer


def _window(points: Points, margin_px: float, layer: Layer) -> tuple[int, int, int, int]:
    left, top = np.clip(np.floor(points.min(0) - margin_px), 0, layer.shape[1::-1]).astype(int)
    right, bottom = np.clip(np.ceil(points.max(0) + margin_px) + 1, 0, layer.shape[1::-1]).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _lay(layer: Layer, box: tuple[int, int, int, int], share: Plane, colour: NDArray[np.float32]) -> None:
    """Lay a colour ([3] or [h, 1, 3]) over a box of the layer."""
    left, top, right, bottom = box
    part = layer[top:bottom, left:right]
    part *= 1 - share[..., None]
    part[..., :3] += colour * share[..., None]
    part[..., 3] += share


def _fill(
    layer: Layer, polygons: Sequence[Points], colour: Colour, low: Colour | None, opacity: float, soft_px: float
) -> None:
    if not polygons:
        return
    points = np.concatenate(polygons)
    box = left, top, right, bottom = _window(points, 3 * soft_px + 2, layer)
    if right <= left or bottom <= top:
        return
    mask = np.zeros((bottom - top, right - left), np.uint8)
    at = [np.round((polygon - (left, top)) * 2**SHIFT).astype(np.int32) for polygon in polygons]
    cv2.fillPoly(mask, at, 255, cv2.LINE_AA, SHIFT)
    share = mask.astype(np.float32) * np.float32(opacity / 255)
    if soft_px > 0.3:
        share = cv2.GaussianBlur(share, (0, 0), soft_px)
    paint = colour
    if low is not None:
        start, end = points[:, 1].min(), points[:, 1].max()
        t = np.clip((np.arange(top, bottom, dtype=np.float32) - start) / max(end - start, 1), 0, 1)
        paint = colour + (low - colour) * t[:, None, None]
    _lay(layer, box, share, paint)


def _stroke(layer: Layer, line: Polyline, width_px: float, colour: Colour, opacity: float) -> None:
    """A line with round ends; drawn four times as large, as OpenCV knows whole widths only."""
    box = left, top, right, bottom = _window(line.points, width_px / 2 + 2, layer)
    if right <= left or bottom <= top:
        return
    scale = 4 if width_px < 16 else 1
    mask = np.zeros(((bottom - top) * scale, (right - left) * scale), np.uint8)
    at = ((line.points - (left, top) + 0.5) * scale - 0.5) * 2**SHIFT
    width = max(1, round(width_px * scale))
    cv2.polylines(mask, [np.round(at).astype(np.int32)], line.is_closed, 255, width, cv2.LINE_AA, SHIFT)
    if scale > 1:
        mask = cv2.resize(mask, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    _lay(layer, box, mask.astype(np.float32) * np.float32(opacity / 255), colour)
