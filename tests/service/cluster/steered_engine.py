"""A plain engine in another process, steered by files: it stands at its first step while `hold` exists."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from engine.errors import EngineDead, EngineError, NoFace
from engine.types import OnStep, Step, StickerRequest, StickerResult
from tests.plain_engine import PlainEngine


class SteeredEngine(PlainEngine):
    """Holds the networks of one model. The prompt says what goes wrong: "no face", "dead", "bug", "silent"."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.max_batch = 3
        self.folder = folder
        self.held = "face-to-sticker"

    def is_at_hand(self, request: StickerRequest) -> bool:
        return request.model == self.held

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        return one.model == other.model == "face-to-sticker"

    def generate(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[StickerResult | EngineError]:
        self.held = requests[0].model
        (self.folder / "pid").write_text(str(os.getpid()))
        with (self.folder / "drawn").open("a") as file:
            file.write(" ".join(str(request.seed) for request in requests) + "\n")
        return super().generate(requests, on_step)

    def _one(self, index: int, request: StickerRequest, on_step: OnStep) -> StickerResult | EngineError:
        def step(index: int, step: Step) -> bool:
            told = Step(step.phase, step.done, step.total, b"preview")
            goes_on = on_step(index, told)
            (self.folder / f"at-{request.seed}").touch()
            while goes_on and step.done == 0 and (self.folder / "hold").exists():
                time.sleep(0.005)
                goes_on = request.prompt == "silent" or on_step(index, told)
            if not goes_on:
                (self.folder / f"stopped-{request.seed}").touch()
            return goes_on

        if request.prompt == "no face":
            return NoFace("nobody is there")
        if request.prompt == "dead" and not (self.folder / "died").exists():
            (self.folder / "died").touch()
            raise EngineDead("context lost")
        if request.prompt == "bug":
            raise ValueError("surprise")
        return super()._one(index, request, step)
