"""A service on a real database, real files and a real engine thread."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.model import FACE
from engine.runner import EngineRunner
from service.limits import Limits
from service.pool import LocalPool
from service.stickers import StickerService, Submission
from service.worker import Worker
from storage.records import Job
from storage.store import Store
from tests.plain_engine import PlainEngine


@dataclass
class House:
    """Everything between an entrance and the disk."""

    store: Store
    service: StickerService
    engine: PlainEngine
    runner: LocalPool
    worker: Worker
    root: Path
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    def work(self) -> asyncio.Task[None]:
        """Start the worker."""
        task = asyncio.create_task(self.worker.run())
        self.tasks.append(task)
        return task

    async def submit(self, owner: str = "tg:1", source: str = "tg:1:1", **wish: Any) -> Job:
        return await self.service.submit(Submission(owner, source, **wish))

    async def submit_photo(self, owner: str = "tg:1", source: str = "tg:1:1", **wish: Any) -> Job:
        job = await self.submit(owner, source, **wish)
        return await self.service.attach_inputs(job.id, {FACE: [photo()]})

    async def held(self) -> None:
        """Wait until the engine stands at a first step."""
        await asyncio.to_thread(self.engine.holding.wait, 10)

    def files_left(self) -> list[Path]:
        return [path for path in (self.root / "files").rglob("*") if path.is_file()]


def photo(colour: tuple[int, int, int] = (200, 100, 50)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    store = await Store.open(tmp_path, database_url)
    service = StickerService(store, limits=Limits(jobs_per_owner=5, queue_length=8))
    engine = PlainEngine()
    runner = LocalPool(EngineRunner(engine))
    await runner.load()
    house = House(store, service, engine, runner, Worker(service, runner, step_timeout_s=30), tmp_path)
    yield house
    engine.release()
    for task in house.tasks:
        task.cancel()
    await asyncio.gather(*house.tasks, return_exceptions=True)
    await runner.close()
    await service.close()
