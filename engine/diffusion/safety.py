"""Looks for what must not be sent: CompVis's safety checker on local files. Knows no request and no sticker set."""

from __future__ import annotations

from collections.abc import Sequence
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


def censor(checker: SafetyChecker | None, sticker: Rgb, cutout: Rgba) -> tuple[Rgb, Rgba, bool]:
    """Return sticker and cut-out, both blackened where the sticker is flagged, and whether they may be sent.

    The sticker is looked at once; its verdict holds for the cut-out. Without a checker everything may be sent.
    """
    if checker is None or not checker.are_flagged([sticker])[0]:
        return sticker, cutout, True
    return blackened(sticker), blackened(cutout), False
