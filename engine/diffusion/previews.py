"""Small pictures of a drawing on its way, made beside the loop, which waits for none of them. Knows no model."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import torch
from PIL import Image

from engine.diffusion.compile import uncompiled
from engine.diffusion.denoise import StepDone, preview
from engine.diffusion.output import to_pixels

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.networks import DiffusionNetworks
    from engine.diffusion.safety import SafetyChecker

QUALITY = 80  # of JPEG

_beside = ThreadPoolExecutor(1, "previews")


class _AtOnce(Executor):
    """Where the loop runs on the CPU nothing is gained by a thread."""

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        done: Future[list[bytes]] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class Previews:
    """The previews of one batch: asked at every step, they come with a later one."""

    def __init__(
        self,
        networks: DiffusionNetworks,
        checker: SafetyChecker | None,
        are_checked: Sequence[bool],
        every: int,
        executor: Executor | None = None,
    ) -> None:
        """`every` so many steps there is one, 0 for none.

        It is empty where the picture is to be checked and `checker` flags it.
        """
        self._networks = networks
        self._checker = checker
        self._are_checked = are_checked
        self._every = every
        self._executor = executor or (_beside if networks.device.type == "cuda" else _AtOnce())
        self._pending: Future[list[bytes]] | None = None

    def at(self, step: StepDone) -> list[bytes]:
        """Begin a preview where one is due, and return JPEGs that are ready, one a picture; empty ones where none is.

        One that is not ready when the next is due takes its place. Raises `DrawingFailed` for no numbers.
        """
        if self._every and step.done % self._every == 0 and step.done < step.total and self._pending is None:
            self._pending = self._executor.submit(self._begin(step.clean[: len(self._are_checked)]))
        if self._pending is None or not self._pending.done():
            return [b""] * len(self._are_checked)
        ready, self._pending = self._pending.result(), None
        return ready

    def _begin(self, clean: Tensor) -> Callable[[], list[bytes]]:
        """Launch the decoder and return what waits for it."""
        with uncompiled():  # the decoder's graph is for the whole picture
            decoded = preview(self._networks, clean)
        if decoded.device.type != "cuda":
            return partial(self._encoded, decoded)
        levels = torch.empty(decoded.shape, dtype=decoded.dtype, pin_memory=True)
        levels.copy_(decoded, non_blocking=True)
        copied = torch.cuda.Event()
        copied.record()

        def wait_and_encode() -> list[bytes]:
            copied.synchronize()
            return self._encoded(levels)

        return wait_and_encode

    def _encoded(self, decoded: Tensor) -> list[bytes]:
        pixels = to_pixels(decoded)
        is_looked_at = self._checker is not None and any(self._are_checked)
        flagged = self._checker.are_flagged(list(pixels)) if self._checker and is_looked_at else [False] * len(pixels)
        jpegs = []
        for picture, is_flagged, is_checked in zip(pixels, flagged, self._are_checked, strict=True):
            buffer = io.BytesIO()
            if not (is_flagged and is_checked):
                Image.fromarray(picture).save(buffer, "JPEG", quality=QUALITY)
            jpegs.append(buffer.getvalue())
        return jpegs
