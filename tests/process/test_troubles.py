"""Troubles of the machine under the real process: a locked database, a full disk, and deliveries by webhook."""

from __future__ import annotations

import io
import resource
import socket
import sqlite3

import numpy as np
from aiohttp import ClientSession
from PIL import Image

from tests.process.conftest import ASTRONAUT, Product


async def test_a_database_locked_for_a_while_loses_nothing(product: Product) -> None:
    await product.started()
    ada = product.emulator.person(7, "Ada")
    await ada.start()
    await ada.wait_for_text("selfie")
    other = sqlite3.connect(product.folder / "data" / "stickerface.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await ada.send_photo(ASTRONAUT)
    # Longer than the process waits for a lock: the update is not confirmed, and asked for again.
    await product.until(lambda: "database_busy" in product.log.read_text(), 30)
    other.execute("ROLLBACK")
    other.close()
    sticker = await ada.wait_for_sticker(timeout_s=60)
    assert sticker.set_name
    assert sum(len(pack["stickers"]) for pack in ada.packs) == 1


async def test_a_database_locked_during_the_start_ends_nothing(product: Product) -> None:
    others: list[sqlite3.Connection] = []

    def lock() -> None:
        path = product.folder / "data" / "stickerface.sqlite3"
        others.append(sqlite3.connect(path, isolation_level=None))
        others[0].execute("BEGIN IMMEDIATE")

    product.emulator.faults.add("setMyCommands", "run", run=lock)
    await product.start()
    await product.until(lambda: "database_busy" in product.log.read_text(), 30)
    others[0].execute("ROLLBACK")
    others[0].close()
    ada = product.emulator.person(7, "Ada")
    await ada.send_photo(ASTRONAUT)
    assert (await ada.wait_for_sticker(timeout_s=60)).set_name


def _noise_photo() -> bytes:
    """A photo that is kept as about 4 MB."""
    pixels = np.random.default_rng(1).integers(0, 255, (2000, 2000, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


async def test_a_full_disk_is_told_and_what_fits_still_works(product: Product) -> None:
    await product.started()
    assert product.process is not None
    # No file may grow beyond 2 MB: the big photo finds no room, everything else does.
    resource.prlimit(product.process.pid, resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))
    ada = product.emulator.person(7, "Ada")
    await ada.send_document(_noise_photo(), "big.jpg", "image/jpeg")
    await ada.wait_for_text("can't save anything")
    await ada.send_photo(ASTRONAUT)
    assert (await ada.wait_for_sticker()).set_name
    assert not list((product.folder / "data" / "files").rglob("*.part"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_by_webhook_a_photo_becomes_a_sticker_and_strangers_are_refused(product: Product) -> None:
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    product.environment |= {
        "PORT": str(port),
        "TELEGRAM_WEBHOOK_URL": f"{url}/telegram",
        "TELEGRAM_WEBHOOK_SECRET": "only-telegram-knows",
    }
    await product.start()
    await product.until(lambda: product.emulator.calls.of("setWebhook"), 30)
    ada = product.emulator.person(7, "Ada")
    await ada.send_photo(ASTRONAUT)
    assert (await ada.wait_for_sticker()).set_name
    assert product.emulator.calls.of("getUpdates") == []
    forged = {"update_id": 1, "message": {}}
    async with ClientSession() as session:
        async with session.post(f"{url}/telegram", json=forged) as response:
            assert response.status == 401
        wrong = {"X-Telegram-Bot-Api-Secret-Token": "guess"}
        async with session.post(f"{url}/telegram", json=forged, headers=wrong) as response:
            assert response.status == 403
        async with session.get(f"{url}/healthz") as response:
            assert (await response.json())["status"] == "ok"
    code, seconds = await product.end()
    assert (code, seconds < 10) == (0, True)


async def test_twenty_photos_at_once_are_drawn_up_to_the_limit_and_others_are_not_kept_waiting(
    product: Product,
) -> None:
    product.environment["JOBS_PER_PERSON"] = "5"
    await product.started()
    greedy, patient = product.emulator.person(7, "Greedy"), product.emulator.person(8, "Patient")
    for _ in range(20):
        await greedy.send_photo(ASTRONAUT)
    await patient.send_photo(ASTRONAUT)
    await patient.wait_for_sticker(timeout_s=60)
    before = sum(seen.kind == "sticker" for seen in greedy.seen)
    assert before < 5  # fair: not all of one before the first of the other
    await greedy.wait_for_text("5 stickers at a time")
    # What is refused depends on how fast the drawing is, but five at least are made and none is doubled.
    await greedy.wait_until(lambda: sum(seen.kind == "sticker" for seen in greedy.seen) >= 5, timeout_s=60)
    assert sum("at a time" in seen.text for seen in greedy.seen) == 1
