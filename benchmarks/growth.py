"""What jobs that ended cost those that come: `python -m benchmarks.growth [--many 1000000] [--rounds 200]`.

Two databases side by side, one with a thousand ended jobs, one with `--many`: half of them of the owner who asks, the
others of ten thousand people. Prints the median time of each question in both, in turns, and the ratio. Submitting is
through the service with its limits; /healthz asks what it asks; opening is what a start costs.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from storage.jobs import NewJob
from storage.records import JobRequest, JobResult, JobStatus
from storage.store import DATABASE_NAME, Store

FEW = 1000
OWNER = "tg:1"
DAY_S = 86_400
REQUEST = JobRequest(style="toon", model="face-to-sticker", inputs={"face": ("a.jpg",)})
Question = Callable[[Store], Awaitable[object]]
_numbers = itertools.count()


async def turn(store: Store) -> None:
    """Submit a job, start it, end it and mark it delivered."""
    job, _ = await store.jobs.add(NewJob(OWNER, f"new{next(_numbers)}", REQUEST, 1, {}), 5)
    claimed = await store.jobs.claim()
    assert job is not None and claimed is not None and claimed.id == job.id
    await store.jobs.finish(job.id, JobResult("toon", "bust", {}))
    await store.jobs.mark_delivered(job.id)


async def submission(store: Store) -> None:
    """Ask what a submission asks before it is written."""
    await store.jobs.waiting_and_active(OWNER)
    await store.jobs.count_since(OWNER, time.time() - DAY_S)


async def health(store: Store) -> None:
    await store.jobs.count(JobStatus.QUEUED)
    await store.jobs.count(JobStatus.RUNNING)


async def queue(store: Store) -> None:
    await store.jobs.of_owner(OWNER, JobStatus.QUEUED, JobStatus.RUNNING)
    await store.jobs.positions()


async def retention(store: Store) -> None:
    """Look for what is due, where nothing is."""
    await store.jobs.delete_finished_before(0)
    await store.jobs.files_due("tg", 0, 0, 0, 0)
    await store.jobs.delete_without_files("tg", 0)
    await store.inbox.delete_handled_before(0)


QUESTIONS: dict[str, Question] = {
    "submit, claim, finish, deliver": turn,
    "limits of a submission": submission,
    "/healthz": health,
    "/queue": queue,
    "retention, nothing due": retention,
    "jobs to go on with at a start": lambda store: store.jobs.recover(),
}


def fill(path: Path, ended: int) -> None:
    """Write `ended` delivered jobs whose files are gone, finished one a second until a day ago."""
    connection = sqlite3.connect(path)
    connection.executescript(
        f"""
        PRAGMA synchronous = OFF;
        BEGIN;
        INSERT INTO users (owner, created_at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT 'tg:' || i, 0 FROM n;
        INSERT INTO jobs (id, owner, entrance, source, status, request, seed, is_ready, created_at, claimed_at,
                          finished_at, delivered_at, files_gone_at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ended})
        SELECT lower(hex(randomblob(16))), CASE i % 2 WHEN 0 THEN '{OWNER}' ELSE 'tg:' || (1 + i % 9999) END, 'tg',
               'old' || i, 'done', '{REQUEST.to_json()}', 1, 1, t, t, t, t, t
        FROM (SELECT i, {time.time() - DAY_S} - i AS t FROM n);
        COMMIT;
        """  # noqa: S608 - numbers and constants of this file
    )
    connection.close()


async def timed(store: Store, question: Question) -> float:
    start = time.perf_counter()
    await question(store)
    return time.perf_counter() - start


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stores = {}
        for ended in (FEW, arguments.many):
            path = Path(folder) / str(ended)
            await (await Store.open(path)).close()
            fill(path / DATABASE_NAME, ended)
            start = time.perf_counter()
            stores[ended] = await Store.open(path)
            print(f"opening with {ended} ended jobs: {(time.perf_counter() - start) * 1000:.1f} ms")
        print(f"{'median, ms':34} {FEW:>9} {arguments.many:>9}  ratio")
        for name, question in QUESTIONS.items():
            seconds: dict[int, list[float]] = {ended: [] for ended in stores}
            for _ in range(arguments.rounds):
                for ended, store in stores.items():
                    seconds[ended].append(await timed(store, question))
            few, many = (median(seconds[ended]) * 1000 for ended in stores)
            print(f"{name:34} {few:9.2f} {many:9.2f}  {many / few:5.2f}")
        for store in stores.values():
            await store.close()


if __name__ == "__main__":
    asyncio.run(main())
