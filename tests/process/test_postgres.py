"""The real process on PostgreSQL: the server fails, the process is killed; nothing is lost, nothing is twice."""

from __future__ import annotations

import asyncio
import signal

import pytest

from emulator.driver import PersonDriver
from tests.postgres import PostgresServer
from tests.process.conftest import ASTRONAUT, Product

PHOTOS = 2  # of each of two people
MOMENTS = [("getFile", 2), ("uploadStickerFile", 1), ("createNewStickerSet", 2), ("sendSticker", 2), ("sendSticker", 3)]


@pytest.fixture
def product(product: Product, postgres: PostgresServer) -> Product:
    product.environment["DATABASE_URL"] = postgres.url()
    return product


async def _send_photos(product: Product) -> list[PersonDriver]:
    people = [product.emulator.person(7, "Ada"), product.emulator.person(8, "Bob")]
    for _ in range(PHOTOS):
        for person in people:
            await person.send_photo(ASTRONAUT)
    return people


async def _everything_arrived_once(people: list[PersonDriver]) -> None:
    for person in people:
        await person.wait_until(lambda person=person: len(_in_packs(person)) >= PHOTOS, timeout_s=60)
        await person.wait_until(lambda person=person: len(_in_chat(person)) >= PHOTOS, timeout_s=60)
    for person in people:
        assert len(_in_packs(person)) == PHOTOS
        assert set(_in_chat(person)) == set(_in_packs(person))


def _in_packs(person: PersonDriver) -> list[str]:
    return [each["sticker"]["file_unique_id"] for pack in person.packs for each in pack["stickers"]]


def _in_chat(person: PersonDriver) -> list[str]:
    return [seen.json["sticker"]["file_unique_id"] for seen in person.seen if seen.kind == "sticker"]


async def test_a_server_that_fails_again_and_again_loses_no_photo_and_doubles_no_sticker(
    product: Product, postgres: PostgresServer
) -> None:
    await product.started()
    people = await _send_photos(product)
    for method, number in MOMENTS:
        await product.until(lambda method=method, number=number: len(product.emulator.calls.of(method)) >= number, 60)
        postgres.stop(signal.SIGQUIT)
        await asyncio.to_thread(postgres.start)
    await _everything_arrived_once(people)
    code, _ = await product.end()
    log = product.log.read_text()
    assert code == 0
    assert "Traceback" not in log
    assert postgres.url() not in log
    assert postgres.execute("SELECT COUNT(*) FROM jobs WHERE delivered_at IS NOT NULL AND attempts = 1") == [(4,)]


async def test_a_kill_loses_no_photo_and_doubles_no_sticker(product: Product) -> None:
    await product.started()
    people = await _send_photos(product)
    await product.until(lambda: product.emulator.calls.of("addStickerToSet"), 60)
    await product.kill()
    await product.started()
    await _everything_arrived_once(people)
    code, _ = await product.end()
    assert code == 0
    assert not (product.folder / "data" / "stickerface.sqlite3").exists()


async def test_a_bot_and_a_worker_outlive_the_server_and_the_worker_a_kill(
    product: Product, postgres: PostgresServer
) -> None:
    worker, second = (Product(product.emulator, product.folder, command="worker") for _ in range(2))
    for number, each in enumerate((worker, second)):
        each.environment["DATABASE_URL"] = postgres.url()
        each.log = product.folder / f"worker-{number}.log"
    product.environment["POOL"] = "none"

    def is_drawn() -> bool:
        return bool(postgres.execute("SELECT 1 FROM jobs WHERE status = 'running'"))

    try:
        await worker.start()
        await product.started()
        people = await _send_photos(product)
        await worker.until(is_drawn, 60)
        postgres.stop(signal.SIGQUIT)
        await asyncio.to_thread(postgres.start)
        await worker.until(is_drawn, 60)
        await worker.kill()
        await second.start()
        await _everything_arrived_once(people)
        assert [(await each.end())[0] for each in (product, second)] == [0, 0]
    finally:
        for each in (worker, second):
            if each.process is not None and each.process.returncode is None:
                await each.kill()
    assert postgres.execute("SELECT COUNT(*) FROM jobs WHERE delivered_at IS NOT NULL AND attempts = 1") == [(4,)]
    assert postgres.execute("SELECT COUNT(*) FROM processes") == [(0,)]
    assert all("Traceback" not in each.log.read_text() for each in (product, worker, second))


async def test_it_does_not_start_without_its_database_and_does_not_say_the_password(
    product: Product, postgres: PostgresServer
) -> None:
    product.environment["DATABASE_URL"] = postgres.url("nowhere").replace("@", ":a-secret@")
    await product.start()
    assert product.process is not None
    assert await product.process.wait() == 1
    log = product.log.read_text()
    assert 'database "nowhere" does not exist' in log
    assert "a-secret" not in log and "Traceback" not in log
