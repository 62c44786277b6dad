"""A real Ray cluster on this machine: a head without CPUs, and a node whose actors draw."""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from engine.model import FACE
from service.cluster.pool import ClusterPool, ClusterRunner, Scale
from service.limits import Limits
from service.stickers import StickerService, Submission
from service.worker import Worker
from storage.records import Job
from storage.store import Store
from tests.service.cluster.steered_engine import SteeredEngine
from tests.service.conftest import photo


@dataclass
class Ray:
    """The cluster, in a process that starts and kills its nodes."""

    process: subprocess.Popen[str]
    address: str = ""

    def answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, command: str) -> None:
        """`add` a node with two CPUs, or `kill -9` the raylet of the newest."""
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        assert self.answer() == "done"


@pytest.fixture(scope="module")
def ray_cluster() -> Iterator[Ray]:
    if importlib.util.find_spec("ray") is None:
        pytest.skip("needs ray: the extra [cluster]")
    folder = tempfile.mkdtemp(prefix="ray-")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(16))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
        command = [sys.executable, "-m", "tests.service.cluster.ray_nodes", folder]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            ray = Ray(process)
            ray.address = ray.answer()
            patch.setenv("TELEGRAM_BOT_TOKEN", "1000:secret-of-the-bot")
            yield ray
            process.communicate()
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Drawing:
    """A pool of steered engines; with `house` a service and a worker on it."""

    pool: ClusterPool
    folder: Path
    service: StickerService
    worker: Worker
    work: asyncio.Task[None]
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    async def submit(self, **wish: Any) -> Job:
        number = next(self.numbers)
        job = await self.service.submit(Submission(f"tg:{number}", f"tg:{number}:1", seed=number, **wish))
        return await self.service.attach_inputs(job.id, {FACE: [photo()]})

    def hold(self) -> None:
        (self.folder / "hold").touch()

    def release(self) -> None:
        (self.folder / "hold").unlink()

    async def held(self, job: Job) -> None:
        """Wait until an engine stands at the first step of the job."""
        while not (self.folder / f"at-{job.seed}").exists():  # noqa: ASYNC110 - another process cannot set an event here
            await asyncio.sleep(0.005)

    def batches(self) -> list[list[int]]:
        """The seeds that were drawn, by call of an engine."""
        return [[int(seed) for seed in line.split()] for line in (self.folder / "drawn").read_text().splitlines()]

    def runners(self) -> list[ClusterRunner]:
        return [runner for runner in self.pool.runners if isinstance(runner, ClusterRunner)]

    async def ready(self, count: int) -> None:
        """Wait until so many engines can draw."""
        while len(self.pool.runners) < count:  # noqa: ASYNC110 - the pool's listener is the worker's
            await asyncio.sleep(0.01)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(ray_cluster: Ray, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[ClusterPool, Path]]:
    async def queue_age_s() -> float:
        return 0.0

    folder = tmp_path_factory.mktemp("steer")
    build = functools.partial(SteeredEngine, folder)
    pool = ClusterPool(
        build, queue_age_s=queue_age_s, address=ray_cluster.address, gpus=0, scale=Scale(least=2, most=2)
    )
    async with asyncio.timeout(300):
        await pool.load()
    yield pool, folder
    await pool.close()


@pytest_asyncio.fixture(loop_scope="module")
async def drawing(pool: tuple[ClusterPool, Path], tmp_path: Path) -> AsyncIterator[Drawing]:
    engines, folder = pool
    for file in folder.iterdir():
        file.unlink()
    service = StickerService(await Store.open(tmp_path), limits=Limits(queue_length=50))
    worker = Worker(service, engines, step_timeout_s=300)
    drawing = Drawing(engines, folder, service, worker, asyncio.create_task(worker.run()))
    async with asyncio.timeout(300):
        await drawing.ready(2)
    yield drawing
    (folder / "hold").unlink(missing_ok=True)
    assert not drawing.work.done()
    await worker.stop(60)
    drawing.work.cancel()
    await asyncio.gather(drawing.work, return_exceptions=True)
    await service.close()
