"""Anti-aliased shapes drawn on a picture: smooth curves, fills, tapered strokes. Knows no face and no style."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.portrait.figure import Points
from engine.portrait.tone import Colour, Picture, Plane

SHIFT = 4  # sub-pixel bits of OpenCV's drawing


def curve(points: Points, count: int = 48) -> Points:
    """Return `count` points of the Catmull-Rom spline through `points`, ends included."""
    knots = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    at = np.linspace(0, len(points) - 1, count)
    number = np.minimum(at.astype(int), len(points) - 2)
    t = (at - number)[:, None].astype(np.float32)
    a, b, c, d = (knots[number + shift] for shift in range(4))
    cubic = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * (b - c) + d - a) * t**3
    return (0.5 * cubic).astype(np.float32)


def circle(centre: Points, radius_px: float, count: int = 40) -> Points:
    """Return a circle as a polygon."""
    return ellipse(centre, (radius_px, radius_px), 0.0, count)


def ellipse(centre: Points, radii_px: tuple[float, float], turn_deg: float = 0.0, count: int = 48) -> Points:
    """Return an ellipse as a polygon, turned clockwise."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    x, y = radii_px[0] * np.cos(angle), radii_px[1] * np.sin(angle)
    cos, sin = np.cos(np.deg2rad(turn_deg)), np.sin(np.deg2rad(turn_deg))
    return (np.stack([x * cos - y * sin, x * sin + y * cos], 1) + centre).astype(np.float32)


def tapered(points: Points, width_px: float, start: float = 0.2, end: float = 0.2) -> Points:
    """Return the outline of a stroke along `points`: full width in the middle, `start` and `end` of it at the ends."""
    t = np.linspace(0, 1, len(points), dtype=np.float32)
    swell = np.sqrt(np.clip(np.sin(np.pi * t), 0, 1))
    ends = start + (end - start) * t
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-6
    half = (0.5 * width_px * (ends + (1 - ends) * swell))[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], 1) * half
    return np.concatenate([points + across, (points - across)[::-1]]).astype(np.float32)


def coverage(size: tuple[int, int], polygons: Sequence[Points]) -> Plane:
    """Return how much of every pixel the polygons cover, 0 .. 1; overlaps of two of them count as outside."""
    mask = np.zeros(size, np.uint8)
    cv2.fillPoly(mask, [np.round(each * 2**SHIFT).astype(np.int32) for each in polygons], 255, cv2.LINE_AA, SHIFT)
    return mask.astype(np.float32) * np.float32(1 / 255)


def fill(
    picture: Picture,
    polygon: Points,
    colour: Colour,
    opacity: float = 1.0,
    *,
    within: Plane | None = None,
    bottom: Colour | None = None,
    soft_px: float = 0.0,
) -> None:
    """Fill a polygon on `picture`, in place.

    `within` (0..1) multiplies the coverage; `bottom` makes a vertical gradient from `colour`; `soft_px` blurs the edge.
    """
    height, width = picture.shape[:2]
    pad = int(3 * soft_px) + 2
    x0, y0 = np.maximum(np.floor(polygon.min(0)).astype(int) - pad, 0)
    x1, y1 = np.minimum(np.ceil(polygon.max(0)).astype(int) + pad, (width, height))
    if x1 <= x0 or y1 <= y0:
        return
    share = coverage((y1 - y0, x1 - x0), [polygon - (x0, y0)]) * np.float32(opacity)
    if soft_px:
        share = cv2.GaussianBlur(share, (0, 0), soft_px)
    if within is not None:
        share = share * within[y0:y1, x0:x1]
    paint = colour
    if bottom is not None:
        low, high = polygon[:, 1].min(), polygon[:, 1].max()
        t = np.clip((np.arange(y0, y1, dtype=np.float32) - low) / max(high - low, 1), 0, 1)[:, None, None]
        paint = colour + (bottom - colour) * t
    part = picture[y0:y1, x0:x1]
    part += (paint - part) * share[..., None]


def stroke(
    picture: Picture,
    points: Points,
    width_px: float,
    colour: Colour,
    opacity: float = 1.0,
    *,
    within: Plane | None = None,
    start: float = 0.2,
    end: float = 0.2,
) -> None:
    """Draw a tapered stroke along `points` on `picture`, in place."""
    fill(picture, tapered(points, max(width_px, 0.8), start, end), colour, opacity, within=within)
