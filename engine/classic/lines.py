"""Lines as an illustrator would ink them: a flow-guided difference of Gaussians. Knows no look."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def flow(lightness: Plane, sigma: float = 2.5) -> tuple[Plane, Plane]:
    """Unit vectors along the edges of `lightness`: (x, y), from the smoothed structure tensor."""
    gx = cv2.Sobel(lightness, cv2.CV_32F, 1, 0)
    gy = cv2.Sobel(lightness, cv2.CV_32F, 0, 1)
    xx, xy, yy = (cv2.GaussianBlur(p, (0, 0), sigma) for p in (gx * gx, gx * gy, gy * gy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    return np.cos(angle), np.sin(angle)


def along_flow(field: NDArray[np.float32], tx: Plane, ty: Plane, steps: int, sigma: float) -> NDArray[np.float32]:
    """Smooth `field` along the flow: a Gaussian of `sigma` px, `steps` px each way."""
    height, width = tx.shape
    x0, y0 = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    total, weight = field.copy(), 1.0
    for sign in (1, -1):
        x, y, dx, dy = x0, y0, sign * tx, sign * ty
        for step in range(1, steps + 1):
            x, y = x + dx, y + dy
            share = float(np.exp(-(step**2) / (2 * sigma**2)))
            total += share * cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            weight += share
            nx = cv2.remap(tx, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
            ny = cv2.remap(ty, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
            turn = np.where(nx * dx + ny * dy < 0, np.float32(-1), np.float32(1))
            dx, dy = nx * turn, ny * turn
    return total / weight


def ink(lightness: Plane, sigma: float, amount: float = 18.0, threshold: float = 0.58, slope: float = 8.0) -> Plane:
    """Ink 0 (paper) .. 1 (full line) where `lightness` (0 .. 100) is locally dark. `sigma`: line width in px."""
    mean = cv2.GaussianBlur(lightness, (0, 0), 14)
    spread = np.sqrt(np.maximum(cv2.GaussianBlur((lightness - mean) ** 2, (0, 0), 14), 0)) + 6
    level = np.clip(0.5 + 0.22 * (lightness - mean) / spread, 0, 1)
    tx, ty = flow(lightness)
    fine = cv2.GaussianBlur(level, (0, 0), sigma)
    wide = cv2.GaussianBlur(level, (0, 0), sigma * 1.6)
    sharp = along_flow((1 + amount) * fine - amount * wide, tx, ty, 4, 3.0)
    return np.clip((threshold - sharp) * slope * 0.5 + 0.0, 0, 1).astype(np.float32)
