"""Enlarges a picture with an ESRGAN network (RRDBNet) from a .pth file. Knows no diffusion.

Every size is read off the weights. Three spellings of the same network are in use: that of the first ESRGAN
(4x-AnimeSharp), of BasicSR and of Real-ESRGAN, which is the one used here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from engine.diffusion.compile import uncompiled
from engine.diffusion.networks import to_device
from engine.diffusion.reading import check_weights, reading
from engine.pixels import Rgb

if TYPE_CHECKING:
    from torch import Tensor

RESIDUAL = 0.2  # how much of a block's own is added to what went in
SLOPE = 0.2

# Sides of what goes through at once. Enlarged four times, 64 channels in 16 bits, a layer of it has 0.5 GB; a layer of
# a whole picture of 1024 px has 2 GB, of 2048 px 9 GB, and several are alive at the same time.
PIECE_PX = 512
CONTEXT_PX = 32  # of its surroundings on each side; what is farther away changes nothing that could be seen


class DenseBlock(nn.Module):
    """Five convolutions, each of which sees what all before it saw and made."""

    def __init__(self, width: int, growth: int) -> None:
        super().__init__()
        for number in range(1, 6):
            seen = width + (number - 1) * growth
            setattr(self, f"conv{number}", nn.Conv2d(seen, growth if number < 5 else width, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """Map [n, width, h, w] to the same."""
        seen = x
        for number in range(1, 5):
            made = functional.leaky_relu(getattr(self, f"conv{number}")(seen), SLOPE)
            seen = torch.cat((seen, made), 1)
        made = self.conv5(seen)
        return x + made * RESIDUAL


class ResidualBlock(nn.Module):
    """Three dense blocks."""

    def __init__(self, width: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(width, growth)
        self.rdb2 = DenseBlock(width, growth)
        self.rdb3 = DenseBlock(width, growth)

    def forward(self, x: Tensor) -> Tensor:
        """Map [n, width, h, w] to the same."""
        made: Tensor = self.rdb3(self.rdb2(self.rdb1(x)))
        return x + made * RESIDUAL


class RRDBNet(nn.Module):
    """ESRGAN's generator; enlarges by 2 with each of its doublings."""

    def __init__(self, width: int, growth: int, blocks: int, doublings: int) -> None:
        super().__init__()
        self.conv_first = nn.Conv2d(3, width, 3, padding=1)
        self.body = nn.Sequential(*(ResidualBlock(width, growth) for _ in range(blocks)))
        self.conv_body = nn.Conv2d(width, width, 3, padding=1)
        self.conv_up = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(doublings))
        self.conv_hr = nn.Conv2d(width, width, 3, padding=1)
        self.conv_last = nn.Conv2d(width, 3, 3, padding=1)

    @property
    def dtype(self) -> torch.dtype:
        """Of its weights."""
        return self.conv_first.weight.dtype

    @property
    def scale(self) -> int:
        """How many times wider and higher the picture becomes."""
        return int(2 ** len(self.conv_up))

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge [n, 3, h, w] to [n, 3, scale h, scale w]; 0 .. 1, a little beyond at edges."""
        features = self.conv_first(x)
        features = features + self.conv_body(self.body(features))
        for conv in self.conv_up:
            features = functional.interpolate(features, scale_factor=2, mode="nearest")
            features = functional.leaky_relu(conv(features), SLOPE)
        enlarged: Tensor = self.conv_last(functional.leaky_relu(self.conv_hr(features), SLOPE))
        return enlarged

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor]) -> RRDBNet:
        """Build the network that `weights` are of. Raises ValueError or KeyError where they are of another one."""
        weights = _respell(weights)
        first = weights["conv_first.weight"]
        if first.shape[1] != 3:
            raise ValueError(f"takes {first.shape[1]} channels, not 3")
        with torch.device("meta"):
            network = cls(
                width=first.shape[0],
                growth=weights["body.0.rdb1.conv1.weight"].shape[0],
                blocks=1 + max(int(name.split(".")[1]) for name in weights if name.startswith("body.")),
                doublings=sum(bool(re.fullmatch(r"conv_up\.\d+\.weight", name)) for name in weights),
            )
        network.load_state_dict(dict(weights), strict=True, assign=True)
        return network


class Enlarger:
    """RRDBNet on a device. Holds nothing of a picture."""

    def __init__(self, network: RRDBNet, device: torch.device, dtype: torch.dtype) -> None:
        self._network: RRDBNet = to_device(network, device, dtype)
        self._device, self._dtype = device, dtype
        self._is_compiled = False

    def compile(self, **options: Any) -> None:
        """Compile its blocks in place, for pieces of a large picture's size. `options` go to `torch.compile`."""
        for block in self._network.body:
            block.compile(fullgraph=True, dynamic=False, **options)
        self._is_compiled = True
        self.enlarge(np.zeros((2 * PIECE_PX, 2 * PIECE_PX, 3), np.uint8))

    @torch.inference_mode()
    def enlarge(self, picture: Rgb) -> Rgb:
        """Return `picture` as many times larger as the network makes it; piece by piece, to take little memory."""
        (height, width), scale = picture.shape[:2], self._network.scale
        enlarged = np.empty((scale * height, scale * width, 3), np.uint8)
        for top in range(0, height, PIECE_PX):
            for left in range(0, width, PIECE_PX):
                above, before = min(top, CONTEXT_PX), min(left, CONTEXT_PX)
                below, after = top + PIECE_PX + CONTEXT_PX, left + PIECE_PX + CONTEXT_PX
                piece = torch.from_numpy(picture[top - above : below, left - before : after].copy())
                pixels = piece.permute(2, 0, 1)[None].to(self._device)
                is_usual = piece.shape[:2] == (PIECE_PX + CONTEXT_PX,) * 2
                with uncompiled() if self._is_compiled and not is_usual else nullcontext():
                    network_made = self._network((pixels.to(torch.float32) / 255).to(self._dtype))[0]
                levels = (network_made.float() * 255).round().clip(0, 255).to(torch.uint8)
                made = levels.permute(1, 2, 0).cpu().numpy()
                place = enlarged[scale * top : scale * (top + PIECE_PX), scale * left : scale * (left + PIECE_PX)]
                place[:] = made[scale * above :, scale * before :][: place.shape[0], : place.shape[1]]
        return enlarged


def load_enlarger(path: Path, device: torch.device, dtype: torch.dtype) -> Enlarger:
    """Load the network from a .pth file. Raises `EngineUnavailable`."""
    with reading("upscaler", path):
        weights = torch.load(path, map_location="cpu", weights_only=True)
        for wrapper in ("params_ema", "params"):
            if wrapper in weights:
                weights = weights[wrapper]
                break
        network = RRDBNet.from_weights(weights)
        check_weights("upscaler", path, network)
        return Enlarger(network, device, dtype)


_BASICSR = {
    r"RRDB_trunk\.": "body.",
    r"RDB(\d)": r"rdb\1",
    r"^trunk_conv": "conv_body",
    r"^upconv(\d)": r"conv_up\1",
    r"^HRconv": "conv_hr",
}


def _respell(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights under this module's names."""
    if "model.0.weight" in weights:
        renamed = _respell_first(list(weights))
    else:
        renamed = {name: _substitute(name, _BASICSR) for name in weights}
    # Real-ESRGAN counts the doublings from 1, a ModuleList from 0
    return {
        re.sub(r"^conv_up(\d)", lambda found: f"conv_up.{int(found[1]) - 1}", new): weights[old]
        for old, new in renamed.items()
    }


def _respell_first(names: list[str]) -> dict[str, str]:
    """The first ESRGAN is a numbered sequence: first, the trunk, then doublings, and two at the end."""
    numbers = sorted({int(name.split(".")[1]) for name in names} - {0, 1})
    parts = {0: "conv_first", numbers[-2]: "conv_hr", numbers[-1]: "conv_last"}
    parts |= {number: f"conv_up{count}" for count, number in enumerate(numbers[:-2], 1)}
    last = max(int(name.split(".")[3]) for name in names if name.startswith("model.1.sub."))
    block = {
        rf"^model\.1\.sub\.{last}\.(weight|bias)": r"conv_body.\1",
        r"^model\.1\.sub\.": "body.",
        r"RDB(\d)\.conv(\d)\.0": r"rdb\1.conv\2",
    }
    return {
        name: _substitute(name, block)
        if name.startswith("model.1.")
        else f"{parts[int(name.split('.')[1])]}.{name.split('.')[2]}"
        for name in names
    }


def _substitute(name: str, patterns: Mapping[str, str]) -> str:
    for pattern, replacement in patterns.items():
        name = re.sub(pattern, replacement, name)
    return name
