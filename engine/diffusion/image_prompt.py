"""What the photo itself tells the UNet: hidden states of a CLIP image encoder, and of the picture to keep away from.

Knows no face. Pictures are [1, height, width, 3], float32, 0 .. 1, RGB unless said otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from engine.diffusion.networks import reading
from engine.pixels import Rgb

if TYPE_CHECKING:
    from torch import Tensor

# Every CLIP the adapters were trained with has these, and image encoder folders come without a preprocessor config.
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)

UNWANTED_SIDE_PX = 224  # the scrambling is defined at this size, whatever the encoder takes
ELASTIC_REACH_PX = 75.0
ELASTIC_SIGMA_PX = 3.5  # at noise 1
UNWANTED_SEED = 0  # the same for every photo and job, so that the states can be kept


class ImageEncoder:
    """A CLIP image encoder. Holds nothing of a photo."""

    def __init__(self, network: Any, device: torch.device, dtype: torch.dtype) -> None:
        self._network, self._device, self._dtype = network, device, dtype
        self._side = int(network.config.image_size)

    @torch.inference_mode()
    def states(self, picture: Tensor) -> Tensor:
        """Return the hidden states [1, states, width] before the encoder's last layer, for `Wish.photo`."""
        pixels = clip_pixels(picture, self._side).to(self._device, self._dtype)
        return self._network(pixels, output_hidden_states=True).hidden_states[-2]

    def wanted(self, photo: Rgb) -> Tensor:
        """Return the hidden states of `photo`."""
        return self.states(to_picture(photo))

    def unwanted(self, photo: Rgb, noise: float) -> Tensor:
        """Return the hidden states of what the picture is kept away from, see `unwanted_picture`."""
        return self.states(unwanted_picture(to_picture(photo), noise))


def load_image_encoder(folder: Path, device: torch.device, dtype: torch.dtype) -> ImageEncoder:
    """Load a CLIP image encoder from a transformers folder. Raises `EngineUnavailable`."""
    from transformers import CLIPVisionModelWithProjection

    with reading("image_encoder", folder):
        network = CLIPVisionModelWithProjection.from_pretrained(folder, dtype=dtype, local_files_only=True)
    return ImageEncoder(network.to(device).requires_grad_(False).eval(), device, dtype)


def to_picture(photo: Rgb) -> Tensor:
    """Return a photo (height, width, 3), uint8, as a picture."""
    return torch.from_numpy(photo.copy())[None].to(torch.float32) / 255


def clip_pixels(picture: Tensor, side: int) -> Tensor:
    """Return the centre square of `picture` as the encoder takes it: [1, 3, side, side], float32.

    Values are clipped to 0 .. 1 and rounded to 8 bit, as they were in training; a scrambled picture goes beyond.
    """
    square = _scaled(_centre_square(picture.movedim(-1, 1)), side)
    square = (square * 255).clip(0, 255).round() / 255
    mean, std = (torch.tensor(each, dtype=torch.float32).view(1, 3, 1, 1) for each in (CLIP_MEAN, CLIP_STD))
    return (square - mean) / std


def unwanted_picture(picture: Tensor, noise: float, seed: int = UNWANTED_SEED) -> Tensor:
    """Return what the picture is kept away from: [1, 224, 224, 3], at `noise` above 0 beyond 0 .. 1.

    `noise` 0 .. 1: 0 is black, above it the photo, bent like rubber, upside down, under grain. More noise bends it
    more smoothly and grains it less. The order of the draws is the recipe's: equal seed, equal px.
    """
    side = UNWANTED_SIDE_PX
    if noise <= 0:
        return torch.zeros(1, side, side, 3, dtype=torch.float32)
    generator = torch.Generator("cpu").manual_seed(seed)
    square = _scaled(_centre_square(picture.movedim(-1, 1)), side)
    bent = _sample(square, _grid(side) + _displacement(side, noise * ELASTIC_SIGMA_PX, generator))
    for axis in (-2, -1):
        torch.rand(1, generator=generator, dtype=torch.float32)  # the recipe draws whether to flip, and always does
        bent = bent.flip(axis)
    turned = bent.movedim(1, -1)
    # empty_like keeps the strides, and the order in which normal_ fills them is part of the recipe
    grain = torch.empty_like(turned).normal_(generator=generator)
    return turned + (0.25 * (1 - noise) + 0.05) * grain


def _centre_square(picture: Tensor) -> Tensor:
    """[1, 3, height, width] -> [1, 3, s, s]"""
    height, width = picture.shape[-2:]
    side = min(height, width)
    top, left = round((height - side) / 2), round((width - side) / 2)
    return picture[..., top : top + side, left : left + side]


def _scaled(picture: Tensor, side: int) -> Tensor:
    return functional.interpolate(picture, (side, side), mode="bicubic", align_corners=False, antialias=True)


def _grid(side: int) -> Tensor:
    """Return where each px looks when nothing is bent: [1, side, side, 2] as x, y in -1 .. 1."""
    centres = torch.linspace((1 - side) / side, (side - 1) / side, side, dtype=torch.float32)
    y, x = torch.meshgrid(centres, centres, indexing="ij")
    return torch.stack([x, y], -1)[None]


def _displacement(side: int, sigma: float, generator: torch.Generator) -> Tensor:
    """Return a smooth random displacement [1, side, side, 2] for `_grid`; x is drawn before y."""
    fields = []
    for _ in "xy":
        uniform = torch.rand([1, 1, side, side], generator=generator, dtype=torch.float32) * 2 - 1
        fields.append(_blur(uniform, sigma) * ELASTIC_REACH_PX / side)
    return torch.cat(fields, 1).permute(0, 2, 3, 1)


def _blur(field: Tensor, sigma: float) -> Tensor:
    """Gaussian blur of [1, 1, side, side]; the kernel reaches four sigmas, its width is odd, borders mirror."""
    width = int(8 * sigma + 1) | 1
    reach = width // 2
    distance = torch.linspace(-reach, reach, width, dtype=torch.float32)
    bell = torch.exp(-0.5 * (distance / sigma).pow(2))
    bell = bell / bell.sum()
    padded = functional.pad(field, [reach] * 4, mode="reflect")
    return functional.conv2d(padded, torch.mm(bell[:, None], bell[None, :])[None, None])


def _sample(picture: Tensor, grid: Tensor) -> Tensor:
    """Look up `picture` at `grid`. What lies outside is black, and the border fades into it twice over."""
    covered = torch.ones((1, 1, *picture.shape[-2:]), dtype=torch.float32)
    looked_up = functional.grid_sample(
        torch.cat((picture, covered), 1), grid, mode="bilinear", padding_mode="zeros", align_corners=False
    )
    return looked_up[:, :3] * looked_up[:, 3:]
