"""SQLite and PostgreSQL side by side: `python -m benchmarks.databases [--jobs 400] [--rounds 3] [--url URL]`.

A job's way through the store: submitted, claimed, done, delivered, by one caller and by 16 at once, in turns; both wait
for the disk. Prints jobs per second and the ratio. Without `--url` a server is started in a temporary folder; the
database of a URL must be empty and stays filled.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import tempfile
import time
from pathlib import Path
from statistics import median

from storage.jobs import NewJob
from storage.records import JobRequest, JobResult
from storage.store import Store
from tests.postgres import DATABASE, MISSING, PostgresServer, programs

REQUEST = JobRequest(style="toon", model="face-to-sticker", inputs={"face": ("a.jpg",)})
RESULT = JobResult("toon", "bust", {})
_numbers = itertools.count()


async def submit(store: Store, jobs: int) -> None:
    for _ in range(jobs):
        number = next(_numbers)
        await store.jobs.add(NewJob(f"tg:{number}", f"s{number}", REQUEST, 1, {}), 5)


async def claim(store: Store, jobs: int) -> None:
    for _ in range(jobs):
        assert await store.jobs.claim() is not None


async def whole(store: Store, jobs: int) -> None:
    for _ in range(jobs):
        await submit(store, 1)
        job = await store.jobs.claim()
        assert job is not None
        await store.jobs.finish(job.id, RESULT)
        await store.jobs.mark_delivered(job.id)


async def end_all(store: Store) -> None:
    """Make room for the next round: what waits costs a claim."""
    sql = "UPDATE jobs SET status = 'done', finished_at = 1, delivered_at = 1 WHERE status IN ('queued', 'running')"
    await store.database.run(sql)


async def per_second(store: Store, jobs: int, callers: int) -> list[float]:
    """Return jobs per second: submitted, claimed, and from submitted to delivered."""
    rates = []
    for work in (submit, claim, whole):
        started = time.perf_counter()
        await asyncio.gather(*(work(store, jobs // callers) for _ in range(callers)))
        rates.append(jobs // callers * callers / (time.perf_counter() - started))
    await end_all(store)
    return rates


async def measure(url: str, folder: Path, jobs: int, rounds: int) -> None:
    """Print the table."""
    stores = {"SQLite": await Store.open(folder / "sqlite"), "PostgreSQL": await Store.open(folder / "postgres", url)}
    print(f"{'jobs a second':<34}{'SQLite':>10}{'PostgreSQL':>12}{'ratio':>8}")
    for callers in (1, 16):
        found: dict[str, list[list[float]]] = {name: [] for name in stores}
        for _ in range(rounds):
            for name, store in stores.items():
                found[name].append(await per_second(store, jobs, callers))
        for number, what in enumerate(("submitted", "claimed", "submitted to delivered")):
            sqlite, postgres = (median(rates[number] for rates in found[name]) for name in stores)
            label = f"{what}, {callers} at once" if callers > 1 else f"{what}, one by one"
            print(f"{label:<34}{sqlite:>10.0f}{postgres:>12.0f}{postgres / sqlite:>8.2f}")
    for store in stores.values():
        await store.close()


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--url", default="")
    arguments = parser.parse_args()
    server, url, bin_folder = None, arguments.url, programs()
    if not url:
        if bin_folder is None:
            raise SystemExit(MISSING)
        server = PostgresServer(bin_folder, fsync="on", full_page_writes="on")
        server.start()
        server.create(DATABASE)
        url = server.url()
    try:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(measure(url, Path(folder), arguments.jobs, arguments.rounds))
    finally:
        if server is not None:
            server.remove()


if __name__ == "__main__":
    main()
