"""Estimates how far away each px of a photo is, with ZoeDepth from a local folder. Knows no hint and no face.

Its own preparation of the photo, because the library's needs torchvision; the numbers come from the folder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from engine.diffusion.models.face_to_sticker.hints import depth_picture
from engine.diffusion.reading import check_weights, read_pretrained, reading
from engine.pixels import Rgb

if TYPE_CHECKING:
    pass

SHORT_SIDE_PX = 1024  # of the depth picture
MULTIPLE_PX = 64  # the photo is filled up to it at the right and below, and the filling cut off again


@dataclass(frozen=True, slots=True)
class ZoeInput:
    """What the network was trained to see, read from preprocessor_config.json beside its weights."""

    height: int
    width: int
    multiple: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    is_padded: bool

    @classmethod
    def read(cls, folder: Path) -> ZoeInput:
        """Read the file. Raises OSError, KeyError or ValueError where it is missing or foreign."""
        config = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
        size = config["size"]
        return cls(
            size["height"],
            size["width"],
            config["ensure_multiple_of"],
            tuple(config["image_mean"]),
            tuple(config["image_std"]),
            config.get("do_pad", True),
        )


class DepthEstimator:
    """ZoeDepth. Holds nothing of a photo."""

    def __init__(self, network: Any, seen: ZoeInput, device: torch.device, dtype: torch.dtype) -> None:
        self._network, self._seen, self._device, self._dtype = network, seen, device, dtype

    @torch.inference_mode()
    def depth(self, photo: Rgb) -> NDArray[np.float32]:
        """Return the depth (height, width) of `photo` in metres, the mean of the photo and its mirror image."""
        height, width = photo.shape[:2]
        seen = self._seen
        # Mirrored outward above and below, and at both sides: the network is unsure at the border.
        pad = (int((height / 2) ** 0.5 * 3), int((width / 2) ** 0.5 * 3)) if seen.is_padded else (0, 0)
        pixels = torch.from_numpy(photo.copy()).permute(2, 0, 1)[None].to(torch.float32) / 255
        pixels = functional.pad(pixels, (pad[1], pad[1], pad[0], pad[0]), mode="reflect")
        size = _network_size(pixels.shape[-2], pixels.shape[-1], seen)
        pixels = functional.interpolate(pixels, size, mode="bilinear", align_corners=True)
        mean, std = (torch.tensor(each, dtype=torch.float32).view(1, 3, 1, 1) for each in (seen.mean, seen.std))
        pixels = (pixels - mean) / std  # [1, 3, h, w]
        both = torch.cat([pixels, pixels.flip(-1)])
        near, mirrored = self._network(both.to(self._device, self._dtype)).predicted_depth.float()  # each [h, w]
        average = ((near + mirrored.flip(-1)) / 2)[None, None]
        whole = functional.interpolate(average, (height + 2 * pad[0], width + 2 * pad[1]), mode="bicubic")[0, 0]
        return whole[pad[0] : pad[0] + height, pad[1] : pad[1] + width].cpu().numpy()

    def picture(self, photo: Rgb) -> Rgb:
        """Return the depth picture of `photo`, short side 1024 px, near is bright."""
        height, width = photo.shape[:2]
        scale = SHORT_SIDE_PX / min(height, width)
        size = (round(width * scale), round(height * scale))
        scaled = cv2.resize(photo, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA)
        width, height = size
        fill = ((0, -height % MULTIPLE_PX), (0, -width % MULTIPLE_PX), (0, 0))
        return depth_picture(self.depth(np.pad(scaled, fill, mode="edge")))[:height, :width]


def load_depth_estimator(folder: Path, device: torch.device, dtype: torch.dtype) -> DepthEstimator:
    """Load ZoeDepth from a transformers folder. Raises `EngineUnavailable`."""
    from transformers import ZoeDepthForDepthEstimation

    with reading("depth_estimator", folder):
        seen = ZoeInput.read(folder)
        network = read_pretrained(ZoeDepthForDepthEstimation, folder, dtype=dtype)
        check_weights("depth_estimator", folder, network)
    return DepthEstimator(network.to(device).requires_grad_(False).eval(), seen, device, dtype)


def _network_size(height: int, width: int, seen: ZoeInput) -> tuple[int, int]:
    """Scale as little as possible so that one side fits, keep the shape, round to the network's multiple."""
    scales = (seen.height / height, seen.width / width)
    scale = min(scales, key=lambda each: abs(1 - each))  # of two as good the height's
    rounded = [max(1, round(side * scale / seen.multiple)) * seen.multiple for side in (height, width)]
    return rounded[0], rounded[1]
