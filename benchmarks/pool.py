"""What engines in a Ray cluster cost beside one in this process, on an engine that sleeps; and whether memory is flat.

    python -m benchmarks.pool [--seconds 1.0] [--jobs 12] [--latencies 100] [--local 20000] [--ray 3000]

Throughput: a queue of `--jobs` for each engine, of `--seconds` each, with 1, 2 and 4 engines. Latency: jobs one by one
on an engine that takes no time, with files of the usual size, in turns with the same engine in this process. Memory:
resident, while so many jobs of small files go through. A whole worker runs each time: claim, photo, files, row. The
cluster is of this machine alone, and starts and ends with the benchmark.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import io
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from itertools import count
from pathlib import Path

from PIL import Image

from benchmarks.process import memory_mb
from benchmarks.sleeping_engine import SleepingEngine
from engine.model import FACE
from engine.runner import EngineRunner
from service.cluster.pool import ClusterPool, Scale
from service.limits import Limits
from service.pool import LocalPool, Pool
from service.stickers import StickerService, Submission
from service.worker import Worker
from storage.records import JobStatus
from storage.store import Store

USUAL_PX = 320  # noise of so many pixels is two files of 300 KB
AT_ONCE = 16  # jobs that wait while memory is measured
REPORTS = 5


class House:
    """A store, a service and a worker on a pool."""

    def __init__(self, service: StickerService, pool: Pool) -> None:
        self.service = service
        self.pool = pool
        self._numbers = count(1)

    async def draw(self) -> None:
        """Submit a job and wait for its end."""
        number = next(self._numbers)
        job = await self.service.submit(Submission(f"tg:{number % 1000}", f"tg:{number}"))
        job = await self.service.wait((await self.service.attach_inputs(job.id, {FACE: [PHOTO]})).id)
        if job.status is not JobStatus.DONE or job.crashes or job.attempts > 1:
            raise RuntimeError(f"{job.status}: {job.error_code}, {job.attempts} attempts, {job.crashes} crashes")
        await self.service.mark_delivered(job.id)


@contextlib.asynccontextmanager
async def house(pool: Pool, engines: int) -> AsyncIterator[House]:
    """Open an empty store with a worker, whose engines are all ready."""
    with tempfile.TemporaryDirectory() as folder:
        service = StickerService(await Store.open(Path(folder)), limits=Limits(jobs_per_owner=500, queue_length=5000))
        worker = Worker(service, pool, step_timeout_s=300)
        work = asyncio.create_task(worker.run())
        while len(pool.runners) < engines:  # noqa: ASYNC110 - the worker is told
            await asyncio.sleep(0.01)
        yield House(service, pool)
        await worker.stop(10)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await pool.close()
        await service.close()


def local(seconds: float, px: int = 64) -> LocalPool:
    return LocalPool(EngineRunner(SleepingEngine(seconds, px)))


def cluster(seconds: float, px: int = 64, engines: int = 1) -> ClusterPool:
    """Return a pool of so many engines in a cluster of its own, which is told that it has a core for each."""
    os.environ["RAY_OVERRIDE_RESOURCES"] = f'{{"CPU": {engines}}}'
    return ClusterPool(
        partial(SleepingEngine, seconds, px), queue_age_s=_no_queue, gpus=0, scale=Scale(least=engines, most=engines)
    )


async def _no_queue() -> float:
    return 0.0


async def throughput(seconds: float, jobs: int) -> None:
    print(f"\n{jobs} jobs of {seconds:g} s for each engine\n\n| engines | jobs/s | of N engines that never wait |")
    print("| --- | --- | --- |")
    pools = {"1, this process": (local(seconds), 1)}
    pools |= {f"{engines}, Ray": (cluster(seconds, engines=engines), engines) for engines in (1, 2, 4)}
    for name, (pool, engines) in pools.items():
        async with house(pool, engines) as each:
            await asyncio.gather(*(each.draw() for _ in range(engines)))
            began = time.perf_counter()
            await asyncio.gather(*(each.draw() for _ in range(jobs * engines)))
            rate = jobs * engines / (time.perf_counter() - began)
        print(f"| {name} | {rate:.2f} | {rate * seconds / engines:.3f} |", flush=True)


async def latency(jobs: int) -> None:
    async with house(local(0, USUAL_PX), 1) as here, house(cluster(0, USUAL_PX), 1) as there:
        seconds: dict[str, list[float]] = {"this process": [], "Ray": []}
        for number in range(jobs + 10):
            for name, each in (("this process", here), ("Ray", there)):
                began = time.perf_counter()
                await each.draw()
                if number >= 10:  # warm
                    seconds[name].append(time.perf_counter() - began)
    print(f"\n{jobs} jobs one by one, photo to result\n\n| engine in | median | 90 of 100 |\n| --- | --- | --- |")
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    for name, each in seconds.items():
        print(f"| {name} | {1000 * medians[name]:.1f} ms | {1000 * statistics.quantiles(each, n=10)[-1]:.1f} ms |")
    print(f"| added by Ray | {1000 * (medians['Ray'] - medians['this process']):.1f} ms | |", flush=True)


async def memory(name: str, pool: Pool, jobs: int) -> None:
    print(f"\n{name}, {jobs} jobs, {AT_ONCE} at once, resident MB")
    async with house(pool, 1) as each:
        pids = {"this process": "self"}
        if isinstance(pool, ClusterPool):
            pids |= {"driver": str(pool.driver_pid), "engine": str(pool.reports[0].pid)}
        print(f"\n| jobs | jobs/s | {' | '.join(pids)} |\n|{' --- |' * (2 + len(pids))}", flush=True)

        async def draw_some(left: Iterator[int]) -> None:
            for _ in left:
                await each.draw()

        done = 0
        for part in range(REPORTS + 1):
            until = jobs * part // REPORTS if part else jobs // (4 * REPORTS)  # the first is only warm
            began = time.perf_counter()
            left = iter(range(done, until))
            await asyncio.gather(*(draw_some(left) for _ in range(AT_ONCE)))
            rate = (until - done) / (time.perf_counter() - began)
            done = until
            gc.collect()
            sizes = " | ".join(f"{memory_mb(pid, 'VmRSS'):.0f}" for pid in pids.values())
            print(f"| {until} | {rate:.0f} | {sizes} |", flush=True)


def _photo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 640), (200, 150, 120)).save(buffer, "JPEG")
    return buffer.getvalue()


PHOTO = _photo()


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--jobs", type=int, default=12)
    parser.add_argument("--latencies", type=int, default=100)
    parser.add_argument("--local", type=int, default=20_000)
    parser.add_argument("--ray", type=int, default=3_000)
    asked = parser.parse_args()
    if asked.jobs:
        await throughput(asked.seconds, asked.jobs)
    if asked.latencies:
        await latency(asked.latencies)
    if asked.local:
        await memory("This process", local(0), asked.local)
    if asked.ray:
        await memory("Ray", cluster(0), asked.ray)


if __name__ == "__main__":
    asyncio.run(main())
