"""What a device can fail with: short of memory, or gone for good; everything else becomes an error of ours."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch

from engine.errors import DrawingFailed, EngineDead, EngineError

# Apple's GPUs; the host, on Linux and on Windows
SHORT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")

T = TypeVar("T")


class OutOfMemory(DrawingFailed):
    """One job did not fit, not even alone; another may."""


def attempt(work: Callable[[], T], device: torch.device) -> T | EngineError:
    """Return what `work` returns, or its error as one of ours; unused memory is given back after `OutOfMemory`.

    Raises `EngineDead` where the device answers no more.
    """
    try:
        with device_errors(device):
            return work()
    except EngineDead:
        raise
    except EngineError as error:
        failed = error
    except Exception as error:  # the outermost handler: one request must not end the engine
        failed = OutOfMemory("out of memory") if is_memory_short(error) else DrawingFailed(type(error).__name__)
        failed.__cause__ = error
        traceback.clear_frames(error.__traceback__)  # their tensors would stay in memory
    if isinstance(failed, OutOfMemory):
        free_memory()
    return failed


@contextmanager
def device_errors(device: torch.device) -> Iterator[None]:
    """Turn an error after which the device answers no more into `EngineDead`."""
    try:
        yield
    except RuntimeError as error:
        if is_device_gone(error, device):
            raise EngineDead(f"{device}: {str(error).splitlines()[0]}") from error
        raise


def is_memory_short(error: BaseException) -> bool:
    """Return whether memory ran out: CUDA has a class for it, Apple's GPUs and the host have only words."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in SHORT_OF_MEMORY)


def is_device_gone(error: RuntimeError, device: torch.device) -> bool:
    """Return whether no further call can succeed: a CUDA context that once failed fails for ever."""
    if is_memory_short(error):
        return False
    if isinstance(error, torch.AcceleratorError):
        return True
    if device.type != "cuda":
        return False
    try:
        torch.cuda.synchronize(device)
    except RuntimeError:
        return True
    return False


def free_memory() -> None:
    """Give memory that nothing refers to back to the device."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
