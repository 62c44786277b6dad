"""CLIP's image encoder: from a photo to the hidden states that image prompts are made of. Knows no face.

Pictures are [1, height, width, 3], float32, 0 .. 1, RGB unless said otherwise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from engine.diffusion.reading import check_weights, read_pretrained, reading
from engine.pixels import Rgb

if TYPE_CHECKING:
    from torch import Tensor

# Every CLIP the adapters were trained with has these, and image encoder folders come without a preprocessor config.
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True, slots=True)
class ClipInput:
    """Prepare pictures as CLIP was trained to see them: whole, but for what is beyond the centre square."""

    side: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @classmethod
    def read(cls, folder: Path) -> ClipInput:
        """Read the file. Raises OSError, KeyError or ValueError where it is missing or foreign."""
        config = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
        crop = config["crop_size"]  # a number in old files
        side = crop["height"] if isinstance(crop, dict) else crop
        return cls(side, tuple(config["image_mean"]), tuple(config["image_std"]))

    def pixels(self, picture: Rgb) -> Tensor:
        """Return the centre of `picture`, short side to `side`, as [3, side, side], float32."""
        image = Image.fromarray(picture)
        scale = self.side / min(image.size)
        # the longer side cut off to whole px, as CLIP's own preparation does
        size = tuple(max(self.side, int(edge * scale + 1e-9)) for edge in image.size)
        image = image.resize((size[0], size[1]), Image.Resampling.BICUBIC)
        left, top = ((edge - self.side) // 2 for edge in image.size)
        image = image.crop((left, top, left + self.side, top + self.side))
        pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1).to(torch.float32) / 255
        mean, std = (torch.tensor(each, dtype=torch.float32).view(3, 1, 1) for each in (self.mean, self.std))
        return (pixels - mean) / std


class ImageEncoder:
    """Encode pictures with CLIP. Holds nothing of a photo."""

    def __init__(self, network: Any, device: torch.device, dtype: torch.dtype) -> None:
        self._network, self._device, self._dtype = network, device, dtype
        self._side = int(network.config.image_size)
        self.width = int(network.config.hidden_size)  # of the states

    @torch.inference_mode()
    def states(self, picture: Tensor) -> Tensor:
        """Return the hidden states [1, states, width] before the encoder's last layer, for `Conditioning.photo`."""
        pixels = clip_pixels(picture, self._side).to(self._device, self._dtype)
        return self._network(pixels, output_hidden_states=True).hidden_states[-2]

    @torch.inference_mode()
    def nothing(self) -> Tensor:
        """Return the hidden states [1, states, width] of pixels that are 0 where the encoder takes them: no black."""
        pixels = torch.zeros(1, 3, self._side, self._side, device=self._device, dtype=self._dtype)
        return self._network(pixels, output_hidden_states=True).hidden_states[-2]

    def encode(self, photo: Rgb) -> Tensor:
        """Return the hidden states of `photo`."""
        return self.states(to_picture(photo))


def load_image_encoder(folder: Path, device: torch.device, dtype: torch.dtype) -> ImageEncoder:
    """Load a CLIP image encoder from a transformers folder. Raises `EngineUnavailable`."""
    from transformers import CLIPVisionModelWithProjection

    with reading("image_encoder", folder):
        network = read_pretrained(CLIPVisionModelWithProjection, folder, dtype=dtype)
        check_weights("image_encoder", folder, network)
    return ImageEncoder(network.to(device).requires_grad_(False).eval(), device, dtype)


def to_picture(photo: Rgb) -> Tensor:
    """Return a photo (height, width, 3), uint8, as a picture."""
    return torch.from_numpy(photo.copy())[None].to(torch.float32) / 255


def clip_pixels(picture: Tensor, side: int) -> Tensor:
    """Return the centre square of `picture` as the encoder takes it: [1, 3, side, side], float32.

    Values are clipped to 0 .. 1 and rounded to 8 bit, as they were in training; a scrambled picture goes beyond.
    """
    square = (centre_square(picture, side) * 255).clip(0, 255).round() / 255
    mean, std = (torch.tensor(each, dtype=torch.float32).view(1, 3, 1, 1) for each in (CLIP_MEAN, CLIP_STD))
    return (square - mean) / std


def centre_square(picture: Tensor, side: int) -> Tensor:
    """Crop the centre square of `picture` and scale it to [1, 3, side, side], float32, bicubic."""
    picture = picture.movedim(-1, 1)
    height, width = picture.shape[-2:]
    shorter = min(height, width)
    top, left = round((height - shorter) / 2), round((width - shorter) / 2)
    square = picture[..., top : top + shorter, left : left + shorter]
    return functional.interpolate(square, (side, side), mode="bicubic", align_corners=False, antialias=True)
