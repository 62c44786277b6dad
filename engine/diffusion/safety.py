"""Looks for what must not be sent: CompVis's safety checker on local files. Knows no request and no sticker set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from engine.diffusion.networks import reading
from engine.pixels import Rgb, Rgba

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class ClipInput:
    """Prepare pictures as the checker's CLIP was trained to see them, read from preprocessor_config.json."""

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


class SafetyChecker:
    """Run CompVis's checker: CLIP, and how near a picture comes to concepts that only the numbers name."""

    def __init__(self, network: Any, seen: ClipInput, device: torch.device, dtype: torch.dtype) -> None:
        self._network, self._seen, self._device, self._dtype = network, seen, device, dtype

    @torch.inference_mode()
    def are_flagged(self, pictures: Sequence[Rgb]) -> list[bool]:
        """Return for each picture whether it must not be sent; the pictures are left as they are."""
        if not pictures:
            return []
        pixels = torch.stack([self._seen.pixels(picture) for picture in pictures])
        # It blackens what it flags; what it gets for that is thrown away, `censor` does it for every version.
        thrown_away = [np.zeros(1) for _ in pictures]
        _, flagged = self._network(images=thrown_away, clip_input=pixels.to(self._device, self._dtype))
        return [bool(each) for each in flagged]


def load_safety_checker(folder: Path, device: torch.device, dtype: torch.dtype) -> SafetyChecker:
    """Load the checker from its folder. Raises `EngineUnavailable`."""
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

    with reading("safety", folder):
        seen = ClipInput.read(folder)
        network = StableDiffusionSafetyChecker.from_pretrained(folder, dtype=dtype, local_files_only=True)
    return SafetyChecker(network.to(device).requires_grad_(False).eval(), seen, device, dtype)


def blackened(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a black picture of the same size; with alpha it is opaque, so that no silhouette is left."""
    black = np.zeros_like(picture)
    black[..., 3:] = 255
    return black


def censor(checker: SafetyChecker | None, sticker: Rgb, cutout: Rgba) -> tuple[Rgb, Rgba, bool]:
    """Return sticker and cut-out, both blackened where the sticker is flagged, and whether they may be sent.

    The sticker is looked at once; its verdict holds for the cut-out. Without a checker everything may be sent.
    """
    if checker is None or not checker.are_flagged([sticker])[0]:
        return sticker, cutout, True
    return blackened(sticker), blackened(cutout), False
