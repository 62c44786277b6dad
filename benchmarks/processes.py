"""How soon processes hear of each other: `python -m benchmarks.processes [--rounds 200] [--url URL]`.

A front end submits, and cancels, and hears of ends; a worker with an engine that takes no time draws, first in the same
process, then in another one on the same data. Prints milliseconds, median and worst of all rounds, and what a waiting
worker costs. DATABASE_URL, or `--url`, is an empty PostgreSQL that is measured, too, and stays filled.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import itertools
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from PIL import Image

from engine.errors import Cancelled, EngineError
from engine.model import FACE, ResultFile
from engine.runner import EngineRunner
from engine.types import OnStep, Shape, Step, StickerRequest, StickerResult
from service.events import EventKind
from service.pool import LocalPool
from service.stickers import StickerService, Submission
from service.worker import Worker
from storage.records import JobStatus

HOLD = "hold"  # the words of a request that is drawn until it is cancelled
STEP_S = 0.05
Tell = Callable[[str, float], None]
_numbers = itertools.count()


class InstantEngine:
    """Draws the same grey square at once, and tells when it began."""

    name = "instant"
    models = frozenset({"face-to-sticker"})
    parameters: frozenset[str] = frozenset()
    shapes = frozenset({Shape.BUST})
    max_batch = 1

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def load(self) -> None:
        pass

    def close(self) -> None:
        pass

    def is_at_hand(self, request: StickerRequest) -> bool:
        return True

    def can_batch(self, one: StickerRequest, other: StickerRequest) -> bool:
        return False

    def generate(self, requests: Sequence[StickerRequest], on_step: OnStep) -> list[StickerResult | EngineError]:
        self._tell("began", time.time())
        request = requests[0]
        while request.prompt == HOLD:
            if not on_step(0, Step("draw", 0, 1)):
                return [Cancelled()]
            time.sleep(STEP_S)
        files = {ResultFile.STICKER: picture("WEBP")}
        return [StickerResult(files, request.seed, request.style, Shape.BUST)]


def picture(form: str) -> bytes:
    """Return a small grey picture file."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(buffer, form)
    return buffer.getvalue()


@asynccontextmanager
async def working(service: StickerService, tell: Tell) -> AsyncIterator[None]:
    """Draw for a service, and tell when a drawing begins and when an end is heard of."""
    runner = LocalPool(EngineRunner(InstantEngine(tell)))

    async def listen() -> None:
        with service.events.listen() as events:
            while True:
                event = await events.get()
                if event.kind is EventKind.ENDED and event.job.status is JobStatus.CANCELLED:
                    tell("heard", time.time())

    tasks = [asyncio.create_task(work) for work in (Worker(service, runner, step_timeout_s=60).run(), listen())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await runner.close()


async def work(folder: Path, url: str) -> None:
    """Be the worker's process until the standard input ends."""
    async with await StickerService.open(folder, url) as service:
        runner = LocalPool(EngineRunner(InstantEngine(lambda *_: None)))
        await runner.load()
        await service.processes.join("worker", engine=runner, hears_steps=False)
        looking = asyncio.create_task(service.processes.run())
        async with working(service, lambda what, at: print(what, at, flush=True)):
            await asyncio.to_thread(sys.stdin.read)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await runner.close()


async def rounds_of(
    service: StickerService, told: asyncio.Queue[tuple[str, float]], rounds: int
) -> dict[str, list[float]]:
    """Return the seconds of each round until a waiting job was begun, an end heard of, and a cancelled job."""
    found: dict[str, list[float]] = {"begun": [], "ended": [], "cancelled": []}

    async def submit(prompt: str) -> str:
        number = next(_numbers)
        job = await service.submit(Submission(f"api:{number}", f"api:{number}:{time.time()}", prompt))
        await service.attach_inputs(job.id, {FACE: [picture("JPEG")]})
        return job.id

    async def until(word: str) -> float:
        while (each := await told.get())[0] != word:
            pass
        return each[1]

    async with asyncio.timeout(600):
        for _ in range(rounds):
            with service.events.listen() as events:
                await submit("")
                while (event := await events.get()).kind is not EventKind.QUEUED:
                    pass
                found["begun"].append(await until("began") - event.at)
                while (event := await events.get()).kind is not EventKind.ENDED:
                    pass
                found["ended"].append(time.time() - (event.job.finished_at or 0.0))
            job_id = await submit(HOLD)
            await until("began")
            at = time.time()
            job = await service.job(job_id)
            assert job is not None
            await service.cancel(job.owner, job.id)
            found["cancelled"].append(await until("heard") - at)
    return found


async def together(folder: Path, url: str, rounds: int) -> dict[str, list[float]]:
    """Measure front end and worker in one process."""
    told: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def tell(what: str, at: float) -> None:
        loop.call_soon_threadsafe(told.put_nowait, (what, at))

    async with await StickerService.open(folder, url) as service, working(service, tell):
        return await rounds_of(service, told, rounds)


async def apart(folder: Path, url: str, rounds: int, idle_s: float) -> tuple[dict[str, list[float]], float]:
    """Measure front end and worker in two processes; also the part of a core that the worker needs while it waits."""
    told: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
    command = [sys.executable, "-m", "benchmarks.processes", "--worker", str(folder), "--url", url]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )

    async def read() -> None:
        assert process.stdout is not None
        while line := (await process.stdout.readline()).decode().split():
            told.put_nowait((line[0], float(line[1])))

    async with await StickerService.open(folder, url) as service:
        await service.processes.join("api")
        tasks = [asyncio.create_task(task) for task in (read(), service.processes.run())]
        while not service.has_engine:
            await service.processes.look()
            await asyncio.sleep(0.05)
        before = _cpu_s(process.pid)
        await asyncio.sleep(idle_s)
        idle = (_cpu_s(process.pid) - before) / idle_s
        found = await rounds_of(service, told, rounds)
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return found, idle


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(name: str, folder: Path, url: str, rounds: int, idle_s: float) -> None:
    """Print the lines of one database."""
    alone = await together(folder / "together", url, rounds)
    found, idle = await apart(folder / "apart", url, rounds, idle_s)
    for what, seconds in found.items():
        one, two = ([1000 * figure(each) for figure in (median, max)] for each in (alone[what], seconds))
        print(f"{name:<12}{what:<12}{one[0]:>10.1f}{one[1]:>10.1f}{two[0]:>10.1f}{two[1]:>10.1f}")
    print(f"{name:<12}a worker that waits beside another process: {100 * idle:.1f} % of a core")


async def measure_all(url: str, rounds: int, idle_s: float) -> None:
    """Print everything."""
    print(f"{'milliseconds':<24}{'one process':>20}{'two processes':>20}")
    print(f"{'':<24}{'median':>10}{'worst':>10}{'median':>10}{'worst':>10}")
    with tempfile.TemporaryDirectory() as folder:
        await measure("SQLite", Path(folder) / "sqlite", "", rounds, idle_s)
        if url:
            await measure("PostgreSQL", Path(folder) / "postgres", url, rounds, idle_s)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--idle", type=float, default=10.0, help="seconds")
    parser.add_argument("--url", default=os.environ.get("DATABASE_URL", ""))
    parser.add_argument("--worker", type=Path, default=None, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker is not None:
        asyncio.run(work(arguments.worker, arguments.url))
    else:
        asyncio.run(measure_all(arguments.url, arguments.rounds, arguments.idle))


if __name__ == "__main__":
    main()
