"""A bot and a front end that draw nothing, and two workers, on one DATA_DIR: each its own process, one killed."""

from __future__ import annotations

import asyncio
import re
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest

from emulator.driver import PersonDriver
from emulator.server import Emulator
from service.stickers import StickerService
from tests.api.conftest import RUN, data_uri
from tests.process.conftest import ASTRONAUT, Product

Found = TypeVar("Found")


async def until(look: Callable[[], Found]) -> Found:
    """Look every few milliseconds until something is found: other processes cannot tell this one's event loop."""
    async with asyncio.timeout(60):
        while True:
            if found := look():
                return found
            await asyncio.sleep(0.005)


class Installation:
    """The processes on one DATA_DIR, and a look into their database."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.folder = folder
        self.bot = Product(emulator, folder)
        self.front = Product(emulator, folder, command="serve")
        self.workers = [Product(emulator, folder, command="worker") for _ in range(2)]
        self.all = [self.bot, self.front, *self.workers]
        for number, process in enumerate(self.all):
            process.log = folder / f"{number}.log"
        for process in (self.bot, self.front):
            process.environment["POOL"] = "none"

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "data" / "stickerface.sqlite3")) as database:
            return database.execute(sql).fetchall()

    async def drawn(self, count: int) -> None:
        """Wait until so many jobs are done."""
        await until(lambda: self.rows("SELECT COUNT(*) FROM jobs WHERE status = 'done'") == [(count,)])

    async def running(self) -> list[Any]:
        """Wait until jobs are drawn; return their ids with the pid of their worker."""
        sql = "SELECT jobs.id, pid FROM jobs JOIN processes ON claimed_by = processes.id WHERE status = 'running'"
        return await until(lambda: self.rows(sql))

    async def url(self) -> str:
        """Return where the front end listens."""
        found = await until(lambda: re.search(r"HTTP on http://.*:(\d+)", self.front.log.read_text()))
        return f"http://127.0.0.1:{found[1]}"

    async def make_key(self) -> str:
        async with await StickerService.open(self.folder / "data") as service:
            return (await service.keys.add("test"))[1]

    async def drawing(self) -> tuple[Product, str]:
        """Return a worker and the job that it is drawing; it stands still in the middle of it."""
        while True:
            job_id, pid = (await self.running())[0]
            (worker,) = [each for each in self.workers if each.process and each.process.pid == pid]
            assert worker.process is not None
            worker.process.send_signal(signal.SIGSTOP)
            if self.rows(f"SELECT 1 FROM jobs WHERE id = '{job_id}' AND status = 'running'"):
                return worker, job_id
            worker.process.send_signal(signal.SIGCONT)


@pytest.fixture
async def installation(emulator: Emulator, tmp_path: Path) -> AsyncIterator[Installation]:
    installation = Installation(emulator, tmp_path)
    yield installation
    for each in installation.all:
        if each.process is not None and each.process.returncode is None:
            await each.kill()


def _arrived(person: PersonDriver) -> list[str]:
    return [seen.json["sticker"]["file_unique_id"] for seen in person.seen if seen.kind == "sticker"]


def _in_pack(person: PersonDriver) -> list[str]:
    return [each["sticker"]["file_unique_id"] for pack in person.packs for each in pack["stickers"]]


async def test_a_bot_a_front_end_and_workers_are_one_product_whichever_of_them_ends(installation: Installation) -> None:
    for each in (installation.front, *installation.workers):
        await each.start()
    await installation.bot.started()
    url, key = await installation.url(), await installation.make_key()
    ada, bob = (installation.bot.emulator.person(number, name) for number, name in ((7, "Ada"), (8, "Bob")))

    # A sticker through each entrance.
    await ada.send_photo(ASTRONAUT)
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Key {key}"}) as session,
        session.post(f"{url}{RUN}", json={"image_url": data_uri(ASTRONAUT), "prompt": "x"}) as response,
    ):
        assert response.status == 200
        assert (await response.json())["images"][0]["url"].startswith(url)
    sticker = await ada.wait_for_sticker(timeout_s=60)

    # What is cancelled in the chat is not drawn to its end.
    await ada.press(sticker, "All reactions")
    ((job_id, _),) = await installation.running()
    await ada.send_text("/cancel")
    stopped = f"job {job_id[:8]} cancelled while drawing"
    await until(lambda: any(stopped in worker.log.read_text() for worker in installation.workers))

    # kill -9 of a worker in the middle of a job: the other draws it.
    for person in (ada, bob):
        await person.send_photo(ASTRONAUT)
        await person.send_photo(ASTRONAUT)
    killed, job_id = await installation.drawing()
    await killed.kill()
    await bob.wait_until(lambda: len(_arrived(bob)) >= 2, timeout_s=60)
    await ada.wait_until(lambda: len(_arrived(ada)) >= 3, timeout_s=60)
    assert installation.rows(f"SELECT status, crashes, attempts FROM jobs WHERE id = '{job_id}'") == [("done", 1, 1)]
    assert installation.rows("SELECT COUNT(*), SUM(crashes) FROM jobs WHERE status = 'done'") == [(6, 1)]

    # While the bot is away workers go on, and what they drew is delivered by its next start.
    await bob.send_photo(ASTRONAUT)
    await installation.running()
    assert (await installation.bot.end())[0] == 0
    await installation.drawn(7)
    await installation.bot.started()
    await bob.wait_until(lambda: len(_arrived(bob)) >= 3, timeout_s=60)

    codes = [(await each.end())[0] for each in installation.all if each is not killed]
    assert codes == [0, 0, 0]
    assert (len(_arrived(ada)), len(_arrived(bob))) == (3, 3)
    assert (len(set(_arrived(ada))), len(set(_arrived(bob)))) == (len(_in_pack(ada)), len(_in_pack(bob)))
    assert [installation.rows(f"SELECT COUNT(*) FROM {table}") for table in ("processes", "events")] == [[(0,)]] * 2
    assert all("Traceback" not in each.log.read_text() for each in installation.all)
