"""Telegram down for minutes at one point of a photo's way after another, with the pauses as they really are.

    python -m tests.process.downtime --seconds 180

One process and one Telegram for each point, side by side. Prints a line for each, with when the stickers came after the
outage and what was told during it, and exits with 1 where a photo is lost or doubled. The pauses between retries are
tested quickly in `tests/acceptance/test_outages.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from emulator.driver import PersonDriver
from emulator.rules import Rules
from emulator.server import Emulator, make_bot
from tests.process.conftest import TOKEN, Product
from tests.process.outages import in_chat, in_packs, photo

POINTS = (
    "getFile",
    "download",
    "sendMessage",
    "uploadStickerFile",
    "createNewStickerSet",
    "addStickerToSet",
    "sendSticker",
)
_PATIENCE_S = 120.0  # after the outage
_HELP = "Send a photo with a face"  # the answer to /help begins so


@dataclass(frozen=True, slots=True)
class Downtime:
    """What came of the photos that met one outage.

    `late_s` is when the last sticker came after its end, `help_s` how long a /help sent meanwhile took to be answered;
    `told` is every text of the bot that stood in a chat during the outage.
    """

    point: str
    photos: int
    lost: int
    doubled: int
    refused_calls: int
    late_s: float
    help_s: float
    told: tuple[str, ...]


async def downtime(folder: Path, point: str, *, seconds: float, people: int = 2) -> Downtime:
    """Let `point` answer 502 for so long, with a photo of each person on its way, and wait for the stickers."""
    emulator = Emulator([make_bot(TOKEN, "process_bot")], rules=Rules(flood=None, identical_sticker="same_file"))
    await emulator.start()
    product = Product(emulator, folder, 120.0)
    try:
        await product.started()
        everybody = [emulator.person(100 + number, f"P{number}") for number in range(people)]
        before = 0 if point == "createNewStickerSet" else 1  # all other calls meet people who have a pack
        for number in range(before):
            for person in everybody:
                await person.send_photo(photo(number * people + person.id))
            await arrived(everybody, before, 120)
        known = {person.id: len(person.transcript) for person in everybody}
        rule = emulator.faults.add(point, "html", code=502, count=10**9)
        for person in everybody:
            await person.send_photo(photo(1000 + person.id))
            await person.send_text("/help")
        helped = asyncio.gather(*(_helped(person) for person in everybody))
        told = set[str]()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await asyncio.sleep(0.5)
            told |= {
                seen.text
                for person in everybody
                for seen in person.transcript[known[person.id] :]
                if seen.is_from_bot and seen.text and not seen.text.startswith(_HELP)
            }
        emulator.faults.clear()
        ended = time.monotonic()
        await arrived(everybody, before + 1, _PATIENCE_S)
        late_s = time.monotonic() - ended
        await asyncio.sleep(2.0)  # a sticker too many would come now
        wanted = before + 1
        return Downtime(
            point,
            people,
            sum(max(0, wanted - min(in_packs(person), in_chat(person))) for person in everybody),
            sum(max(0, in_packs(person) - wanted, in_chat(person) - wanted) for person in everybody),
            len(rule.fired),
            round(late_s, 1),
            round(max(await helped), 1),
            tuple(sorted(told)),
        )
    finally:
        if product.process is not None and product.process.returncode is None:
            await product.end()
        await emulator.stop()


async def _helped(person: PersonDriver) -> float:
    """Return how long the answer to /help takes from now on, in seconds."""
    began = time.monotonic()
    await person.wait_for_text(_HELP, timeout_s=3600)
    return time.monotonic() - began


async def arrived(everybody: list[PersonDriver], each: int, timeout_s: float) -> None:
    """Wait until everybody has so many stickers in chat and pack, or the time is over."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end and any(  # noqa: ASYNC110 - people, as packs, announce nothing
        min(in_packs(person), in_chat(person)) < each for person in everybody
    ):
        await asyncio.sleep(0.1)


async def _all(folder: Path, seconds: float) -> list[Downtime]:
    folders = [folder / point for point in POINTS]
    for each in folders:
        each.mkdir()
    return await asyncio.gather(
        *(downtime(each, point, seconds=seconds) for each, point in zip(folders, POINTS, strict=True))
    )


def main() -> int:
    """Run it as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=180.0)
    with tempfile.TemporaryDirectory() as folder:
        outcomes = asyncio.run(_all(Path(folder), parser.parse_args().seconds))
    for outcome in outcomes:
        print(outcome)
    return int(any(outcome.lost or outcome.doubled for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
