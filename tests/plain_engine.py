"""A small honest engine for tests that are not about pixels: it shrinks the photo into a 512 px sticker.

What it does is steered by the test: `hold()` keeps it at its first step until `release()`, `fail_with` makes the
next requests fail.
"""

from __future__ import annotations

import io
import threading
import time
import zlib
from collections.abc import Sequence

from PIL import Image

from engine.errors import Cancelled, EngineError
from engine.model import ResultFile
from engine.types import OnStep, Outline, OutlineWidth, Shape, Step, StickerRequest, StickerResult

STEPS = ("face", "cutout", "draw", "finish")


class PlainEngine:
    name = "plain"
    models = frozenset({"face-to-sticker", "ip-adapter-face-id", "photomaker"})
    parameters = frozenset({"steps", "guidance", "width", "height", "allow_no_face"})
    shapes = frozenset(Shape) - {Shape.AUTO}

    def __init__(self, max_batch: int = 1) -> None:
        self.max_batch = max_batch
        self.calls: list[int] = []  # requests of each call
        self.fail_with: list[Exception] = []
        self.fail_after_hold: list[EngineError] = []  # the same, from the first step on
        self.likeness: float | None = None
        self.is_safe = True  # what its safety checker says of every picture
        self.seen: list[StickerRequest] = []
        self.is_loaded = False
        self.is_closed = False
        self.seconds_per_step = 0.0
        self.holding = threading.Event()  # set while a request stands at its first step
        self._gate = threading.Event()
        self._gate.set()
        self.may_load = threading.Event()  # cleared by a test, `load` waits for it
        self.may_load.set()

    def hold(self) -> None:
        self._gate.clear()

    def release(self) -> None:
        self._gate.set()

    def load(self) -> None:
        self.may_load.wait(20)
        self.is_loaded = True

    def close(self) -> None:
        self.is_closed = True

    def is_at_hand(self, request: StickerRequest) -> bool:
        return True

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        return one.style == other.style

    def generate(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[StickerResult | EngineError]:
        self.calls.append(len(requests))
        return [self._one(index, request, on_step) for index, request in enumerate(requests)]

    def _one(self, index: int, request: StickerRequest, on_step: OnStep) -> StickerResult | EngineError:
        self.seen.append(request)
        if self.fail_with:
            error = self.fail_with.pop(0)
            if isinstance(error, EngineError) and error.code != "engine_dead":
                return error
            raise error
        for number, phase in enumerate(STEPS):
            if not on_step(index, Step(phase, number, len(STEPS))):
                return Cancelled()
            time.sleep(self.seconds_per_step)
            if number == 0:
                self.holding.set()
                self._gate.wait(20)
                self.holding.clear()
                if self.fail_after_hold:
                    return self.fail_after_hold.pop(0)
        return self._draw(request)

    def _draw(self, request: StickerRequest) -> StickerResult:
        photo = Image.open(io.BytesIO(request.faces[0])).convert("RGBA").resize((512, 512))
        photo.putpixel((0, 0), (request.seed % 256, request.seed // 256 % 256, request.seed // 65536 % 256, 255))
        if (request.text, request.outline, request.outline_width) != ("", Outline.AUTO, OutlineWidth.NORMAL):
            digest = zlib.crc32(f"{request.text}:{request.outline}:{request.outline_width}".encode())
            photo.putpixel((1, 0), (digest % 256, digest // 256 % 256, digest // 65536 % 256, 255))
        shape = Shape.BUST if request.shape is Shape.AUTO else request.shape
        webp, png = io.BytesIO(), io.BytesIO()
        photo.save(webp, "WEBP", lossless=True)
        photo.save(png, "PNG")
        return StickerResult(
            {
                ResultFile.STICKER: webp.getvalue(),
                ResultFile.PICTURE: png.getvalue(),
                ResultFile.CUTOUT: png.getvalue(),
            },
            request.seed,
            request.style,
            shape,
            is_safe=self.is_safe,
            likeness=self.likeness,
            timings={"draw": 0.01},
        )
