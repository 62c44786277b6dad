"""Where the networks run and in which number format. Knows no network."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from engine.errors import EngineUnavailable

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class DevicePlacement:
    """Say where networks run; `reason` is for the log."""

    device: torch.device
    dtype: torch.dtype
    reason: str


def choose_device(wanted: str = AUTO) -> DevicePlacement:
    """Return the place for `wanted`: cuda, mps, cpu, or auto for the first of them that is there.

    Raises `EngineUnavailable` where the wanted one is not there.
    """
    is_there = {"cuda": has_cuda(), "mps": bool(torch.backends.mps.is_available()), "cpu": True}
    chosen = next(name for name in is_there if is_there[name]) if wanted == AUTO else wanted
    if not is_there[chosen]:
        raise EngineUnavailable(f"DEVICE={wanted}: PyTorch {torch.__version__} finds none on this machine")
    if chosen == "cpu":
        return DevicePlacement(torch.device("cpu"), torch.float32, "CPU: minutes per sticker")
    if chosen == "mps":
        return DevicePlacement(torch.device("mps"), torch.float16, "Apple GPU; the VAE stays float32")
    device = torch.device("cuda", torch.cuda.current_device())
    name = torch.cuda.get_device_name(device)
    if torch.cuda.is_bf16_supported(including_emulation=False):
        return DevicePlacement(device, torch.bfloat16, f"{name}, which calculates in bfloat16")
    return DevicePlacement(device, torch.float16, f"{name}, which is too old for bfloat16; the VAE stays float32")


def has_cuda() -> bool:
    """Return whether a CUDA device can be used here."""
    return bool(torch.cuda.is_available())


def onnx_on_cpu_hint() -> str:
    """Return how to put faces and cut-outs on a CUDA device where they run on the CPU beside one; else ""."""
    if not has_cuda() or len(onnx_providers(torch.device("cuda"))) > 1:
        return ""
    return "; faces and cut-outs run on the CPU: pip install '.[gpu]' into a fresh environment"


def onnx_providers(device: torch.device) -> tuple[str, ...]:
    """Return onnxruntime's providers: the GPU where it was built for one, and the CPU for what that cannot do."""
    import onnxruntime

    wanted = {"cuda": "CUDAExecutionProvider"}.get(device.type)
    found = (wanted,) if wanted in onnxruntime.get_available_providers() else ()
    return (*found, "CPUExecutionProvider")
