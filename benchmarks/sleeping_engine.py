"""An engine that sleeps for as long as a card would draw, and answers files of the usual size. Draws nothing."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Sequence

from PIL import Image

from engine.errors import Cancelled, EngineError
from engine.model import ResultFile
from engine.types import OnStep, Shape, Step, StickerRequest, StickerResult

STEPS = 20


class SleepingEngine:
    """Takes `seconds` for a sticker, in 20 steps. `noise_px`: the side of its picture of noise, which sets its size."""

    name = "sleeping"
    models = frozenset({"face-to-sticker"})
    parameters: frozenset[str] = frozenset()
    shapes = frozenset(Shape) - {Shape.AUTO}
    max_batch = 1

    def __init__(self, seconds: float, noise_px: int = 64) -> None:
        self._seconds = seconds
        self._noise_px = noise_px
        self._picture = b""

    def load(self) -> None:
        size = (self._noise_px, self._noise_px)
        noise = random.Random(1).randbytes(3 * self._noise_px**2)
        buffer = io.BytesIO()
        Image.frombytes("RGB", size, noise).save(buffer, "WEBP", lossless=True)
        self._picture = buffer.getvalue()

    def close(self) -> None:
        self._picture = b""

    def is_at_hand(self, request: StickerRequest) -> bool:
        return True

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        return False

    def generate(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[StickerResult | EngineError]:
        return [self._one(index, request, on_step) for index, request in enumerate(requests)]

    def _one(self, index: int, request: StickerRequest, on_step: OnStep) -> StickerResult | EngineError:
        until = time.monotonic()
        for number in range(STEPS if self._seconds else 1):
            if not on_step(index, Step("draw", number + 1, STEPS)):
                return Cancelled()
            until += self._seconds / STEPS
            time.sleep(max(0.0, until - time.monotonic()))
        files = {ResultFile.STICKER: self._picture, ResultFile.PICTURE: self._picture}
        return StickerResult(files, request.seed, request.style, Shape.BUST)
