"""Looks for what must not be sent: CompVis's safety checker on local files. Knows no request and no sticker set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.diffusion.image_encoder import ClipInput
from engine.diffusion.reading import check_weights, read_pretrained, reading
from engine.pixels import Rgb, Rgba


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
        network = read_pretrained(StableDiffusionSafetyChecker, folder, dtype=dtype)
        check_weights("safety", folder, network)
    return SafetyChecker(network.to(device).requires_grad_(False).eval(), seen, device, dtype)


def blackened(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a black picture of the same size; with alpha it is opaque, so that no silhouette is left."""
    black = np.zeros_like(picture)
    black[..., 3:] = 255
    return black


@dataclass(frozen=True, slots=True, eq=False)
class CheckedPicture:
    """A picture (height, width, 3), and whether it may be sent."""

    pixels: Rgb
    is_safe: bool


def check(checker: SafetyChecker | None, pictures: Sequence[Rgb]) -> list[CheckedPicture]:
    """Look at every picture once, on the checker's device. Without a checker everything may be sent."""
    flagged = checker.are_flagged(pictures) if checker else [False] * len(pictures)
    return [CheckedPicture(picture, not each) for picture, each in zip(pictures, flagged, strict=True)]


def censor(picture: CheckedPicture, cutout: Rgba) -> tuple[Rgb, Rgba]:
    """Return the picture and its cut-out, both blackened where it may not be sent: its verdict holds for both."""
    if picture.is_safe:
        return picture.pixels, cutout
    return blackened(picture.pixels), blackened(cutout)
