"""Where the networks run and in which number format. Knows no network."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from engine.errors import EngineUnavailable

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Placement:
    """`reason` is for the log."""

    device: torch.device
    dtype: torch.dtype
    reason: str


def choose_device(wanted: str = AUTO) -> Placement:
    """Return the place for `wanted`: cuda, mps, cpu, or auto for the first of them that is there.

    Raises `EngineUnavailable` where the wanted one is not there.
    """
    places = {"cuda": _cuda, "mps": _mps, "cpu": _cpu}
    if wanted == AUTO:
        return next(place for choose in places.values() if (place := choose()) is not None)
    place = places[wanted]()
    if place is None:
        raise EngineUnavailable(f"DEVICE={wanted}: PyTorch {torch.__version__} finds none on this machine")
    return place


def has_cuda() -> bool:
    """Whether a CUDA device can be used here."""
    return bool(torch.cuda.is_available())


def _cuda() -> Placement | None:
    if not has_cuda():
        return None
    device = torch.device("cuda", torch.cuda.current_device())
    name = torch.cuda.get_device_name(device)
    if torch.cuda.is_bf16_supported(including_emulation=False):
        return Placement(device, torch.bfloat16, f"{name}, which calculates in bfloat16")
    return Placement(device, torch.float16, f"{name}, which is too old for bfloat16; the VAE stays float32")


def _mps() -> Placement | None:
    if not torch.backends.mps.is_available():
        return None
    return Placement(torch.device("mps"), torch.float16, "Apple GPU; the VAE stays float32")


def _cpu() -> Placement:
    return Placement(torch.device("cpu"), torch.float32, "CPU: minutes per sticker")
