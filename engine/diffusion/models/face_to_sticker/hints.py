"""What the ControlNets are shown: the photo at working size, its keypoints and its depth, cropped alike.

Knows no network; `engine.diffusion.depth` estimates the depth. Pictures are (height, width, 3), uint8, RGB.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.pixels import Rgb

if TYPE_CHECKING:
    from torch import Tensor

# InstantID's working size. Dots and limbs of the keypoints have fixed sizes in px: on a 4000 px photo they vanish.
SHORT_SIDE_PX = 1024
LONG_SIDE_PX = 1280
MULTIPLE_PX = 64

DOT_RADIUS_PX = 10
LIMB_HALF_WIDTH_PX = 4
LIMB_BRIGHTNESS = 0.6
# left eye, right eye, nose, left and right corner of the mouth
COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255))
LIMBS = ((0, 2), (1, 2), (3, 2), (4, 2))  # all meet at the nose; drawn in the first point's colour


def working_size(width: int, height: int) -> tuple[int, int]:
    """Return the (width, height) a photo is brought to before anything is measured on it.

    The short side to 1024 px, then the long side to 1280 px, then both down to multiples of 64.
    """
    for side, wanted in ((min, SHORT_SIDE_PX), (max, LONG_SIDE_PX)):
        scale = wanted / side(width, height)
        width, height = round(width * scale), round(height * scale)
    return max(1, width // MULTIPLE_PX) * MULTIPLE_PX, max(1, height // MULTIPLE_PX) * MULTIPLE_PX


def to_working_size(photo: Rgb) -> Rgb:
    """Bring a photo to its working size."""
    height, width = photo.shape[:2]
    size = working_size(width, height)
    return np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.BILINEAR))


def draw_keypoints(keypoints: NDArray[np.floating], width: int, height: int) -> Rgb:
    """Draw five keypoints [5, 2] (x, y in px) on black, as InstantID's ControlNet was trained to see them."""
    canvas = np.zeros((height, width, 3), np.uint8)
    for start, end in LIMBS:
        # An ellipse between the two; whole px and whole degrees, cut off.
        one, other = keypoints[start], keypoints[end]
        middle = np.mean([one, other], axis=0, dtype=one.dtype)
        dx, dy = one[0] - other[0], one[1] - other[1]
        axes = (int((dx**2 + dy**2) ** 0.5 / 2), LIMB_HALF_WIDTH_PX)
        angle = int(math.degrees(math.atan2(dy, dx)))
        limb = cv2.ellipse2Poly((int(middle[0]), int(middle[1])), axes, angle, 0, 360, 1)
        cv2.fillConvexPoly(canvas, np.asarray(limb, np.int32), COLOURS[start])
    # Dimmed as a whole and cut to bytes; the dots come after, at full colour.
    canvas = (canvas * LIMB_BRIGHTNESS).astype(np.uint8)
    for (x, y), colour in zip(keypoints, COLOURS, strict=True):
        cv2.circle(canvas, (int(x), int(y)), DOT_RADIUS_PX, colour, cv2.FILLED)
    return canvas


def depth_picture(depth: NDArray[np.floating]) -> Rgb:
    """Turn depth (height, width), any unit, into a picture: near is bright, the farthest 15 % are black."""
    near, far = np.percentile(depth, (2, 85))
    # Where everything is equally far there is no scale: all of it counts as near.
    away = (depth - near) / max(float(far - near), 1e-6)
    grey = ((1 - away) * 255).clip(0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def fit_hint(picture: Rgb, width: int, height: int) -> Rgb:
    """Crop the centre of `picture` to the shape of `width` x `height` and scale it there without mixing px.

    Keypoints and depth go through the same crop, or they would contradict each other.
    """
    there, here = picture.shape[1] / picture.shape[0], width / height
    left = round(picture.shape[1] * (1 - here / there) / 2) if there > here else 0
    top = round(picture.shape[0] * (1 - there / here) / 2) if there < here else 0
    cropped = picture[top : picture.shape[0] - top, left : picture.shape[1] - left]
    rows = _nearest_exact(cropped.shape[0], height)
    columns = _nearest_exact(cropped.shape[1], width)
    return np.ascontiguousarray(cropped[rows][:, columns])


def _nearest_exact(there: int, here: int) -> NDArray[np.int64]:
    """Return for each of `here` px the one of `there` px whose centre is nearest; float32 as in torch."""
    scale = np.float32(there) / np.float32(here)
    index = np.floor((np.arange(here, dtype=np.float32) + np.float32(0.5)) * scale).astype(np.int64)
    return np.minimum(index, there - 1)


def to_tensor(picture: Rgb) -> Tensor:
    """Return a picture as a ControlNet's hint: [3, height, width], float32, 0 .. 1, RGB."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1).to(torch.float32) / 255
