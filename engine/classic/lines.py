"""Lines as an illustrator inks them: a difference of Gaussians along the flow of the picture. Knows no look.

Method: H. Winnemöller, J. E. Kyprianidis, S. C. Olsen, "XDoG", Computers & Graphics 36 (2012).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Plane

Field = NDArray[np.float32]  # (height, width) or (height, width, channels)

SOFTNESS = 0.35  # share of a threshold over which a line fades in
CONTEXT_PX = 27  # box that says what is locally dark; about a third of a face


class Flow:
    """Which way the edges of a picture run; smooths other pictures along them."""

    def __init__(self, lightness: Plane, sigma: float = 2.2, reach: int = 4) -> None:
        """Follow the flow of `lightness` (0 .. 100) for `reach` px each way; `sigma` px of agreement."""
        gx = cv2.Sobel(lightness, cv2.CV_32F, 1, 0)
        gy = cv2.Sobel(lightness, cv2.CV_32F, 0, 1)
        xx, xy, yy = (cv2.GaussianBlur(p, (0, 0), sigma) for p in (gx * gx, gx * gy, gy * gy))
        angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.float32(np.pi / 2)
        self.x, self.y = np.cos(angle), np.sin(angle)
        self._paths = [self._path(sign, reach) for sign in (1.0, -1.0)]

    def _path(self, sign: float, reach: int) -> list[tuple[Plane, Plane]]:
        height, width = self.x.shape
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        dx, dy = self.x * np.float32(sign), self.y * np.float32(sign)
        path = []
        for _ in range(reach):
            x, y = x + dx, y + dy
            path.append((x, y))
            nx, ny = _look_up(self.x, x, y), _look_up(self.y, x, y)
            turn = np.sign(nx * dx + ny * dy)
            dx, dy = nx * turn, ny * turn
        return path

    def smooth(self, field: Field, sigma: float) -> Field:
        """Gaussian of `sigma` px along the flow."""
        total, weight = field.copy(), 1.0
        for path in self._paths:
            for step, (x, y) in enumerate(path, 1):
                share = float(np.exp(-(step**2) / (2 * sigma**2)))
                if share < 0.02:
                    break
                total += share * cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
                weight += share
        return total / weight


def _look_up(plane: Plane, x: Plane, y: Plane) -> Plane:
    return cv2.remap(plane, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)


def soft_box(plane: Field, size: int) -> Field:
    """Two box blurs: as smooth as a Gaussian here and ten times faster."""
    return cv2.blur(cv2.blur(plane, (size, size)), (size, size))


def local_contrast(lightness: Plane, floor: Plane) -> Plane:
    """Lightness in local standard deviations, about -2 .. 2; `floor` (L) is the contrast that counts as flat."""
    mean = soft_box(lightness, CONTEXT_PX)
    spread: Plane = np.sqrt(np.maximum(soft_box((lightness - mean) ** 2, CONTEXT_PX), 0))
    return (lightness - mean) / (spread + floor)


def ink(contrast: Plane, flow: Flow, sigmas: tuple[float, float], thresholds: tuple[Plane, Plane]) -> Plane:
    """Ink 0 .. 1 where `contrast` falls off by more than a threshold within about a sigma (px), per line width."""
    drops = []
    for sigma in sigmas:
        fine, wide = cv2.GaussianBlur(contrast, (0, 0), sigma), cv2.GaussianBlur(contrast, (0, 0), sigma * 2.2)
        drops.append(wide - fine)
    smooth = cv2.split(flow.smooth(cv2.merge(drops), 3.0))
    lines = [(drop / threshold - 1) / SOFTNESS + 0.5 for drop, threshold in zip(smooth, thresholds, strict=True)]
    return np.clip(np.maximum(*lines), 0, 1)


def without_specks(lines: Plane, min_px: int, spare: Plane | None = None) -> Plane:
    """Drop strokes smaller than `min_px` pixels, except where `spare` (0 .. 1) asks to keep them."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((lines > 0.3).astype(np.uint8))
    keep = stats[:, cv2.CC_STAT_AREA] >= min_px
    keep[0] = False
    if spare is not None:
        keep[1:] |= np.bincount(labels.ravel(), (spare > 0.5).ravel(), count)[1:] > 0
    kept = cv2.dilate(keep[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
    return lines * kept


def silhouette(matte: Plane, width_px: float) -> Plane:
    """A line of `width_px` just inside the edge of `matte`, 0 .. 1."""
    return np.clip(width_px + 0.5 - cv2.GaussianBlur(depth(matte), (0, 0), 1.0), 0, 1) * (matte > 0)


def depth(matte: Plane) -> Plane:
    """Distance in px from the edge of `matte` into it; the border of the canvas is an edge too."""
    solid = np.pad((matte > 0.5).astype(np.uint8), 1)
    return cv2.distanceTransform(solid, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
