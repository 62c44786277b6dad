"""Many photos, many kills -9 and a Bot API that fails at random, on the real process: what is lost, what is doubled.

    python -m tests.process.outages --jobs 1000 --kills 50 --people 100

Prints one line and exits with 1 where a photo is lost or a sticker is twice in a set. `test_outages.py` runs it short.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from emulator.driver import PersonDriver
from emulator.rules import Rules
from emulator.server import Emulator, make_bot
from tests.process.conftest import ASTRONAUT, START_S, TOKEN, Product

FAULTS = (
    ("getFile", "html", {"code": 502}),
    ("download", "cut", {"at_byte": 1000}),
    ("sendMessage", "error", {"code": 500}),
    ("uploadStickerFile", "drop_after", {}),
    ("createNewStickerSet", "drop_after", {}),
    ("addStickerToSet", "drop_after", {}),
    ("addStickerToSet", "html", {"code": 502}),
    ("sendSticker", "drop_before", {}),
    ("deleteMessage", "html", {"code": 502}),
)
_WAITING_AT_ONCE = 10  # photos of one person: the default limit


@dataclass(frozen=True, slots=True)
class Outcome:
    """Photos sent, those without a sticker in a pack or in the chat, stickers more than photos in the packs."""

    jobs: int
    lost: int
    doubled: int
    kills: int
    faults: int
    seconds: float


def photo(number: int) -> bytes:
    """The astronaut, a little different each time: the same picture twice would be one sticker."""
    with Image.open(io.BytesIO(ASTRONAUT)) as picture:
        small = np.asarray(picture.convert("RGB").resize((192, 192))).copy()
    small[:24, :24] = ((number * 37) % 256, (number // 7 * 53) % 256, (number * 11) % 256)
    buffer = io.BytesIO()
    Image.fromarray(small).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def in_packs(person: PersonDriver) -> int:
    return sum(len(pack["stickers"]) for pack in person.packs)


def in_chat(person: PersonDriver) -> int:
    return len({seen.json["sticker"]["file_unique_id"] for seen in person.seen if seen.kind == "sticker"})


async def outages(
    folder: Path,
    *,
    jobs: int,
    kills: int,
    people: int,
    probability: float,
    seed: int,
    start_timeout: float = START_S,
) -> Outcome:
    """Send `jobs` photos from `people`, kill the process so many times on the way, and wait for every sticker."""
    began, chance = time.monotonic(), random.Random(seed)
    emulator = Emulator([make_bot(TOKEN, "process_bot")], rules=Rules(flood=None, identical_sticker="same_file"))
    await emulator.start()
    product = Product(emulator, folder, start_timeout)
    rules = [
        emulator.faults.add(method, action, probability=probability, count=10**9, seed=chance.randrange(2**31), **more)
        for method, action, more in FAULTS
    ]
    try:
        await product.started()
        everybody = [emulator.person(100 + number, f"P{number}") for number in range(people)]
        sent = {person.id: 0 for person in everybody}
        due = [index * jobs // (kills + 1) for index in range(1, kills + 1)]  # kill when so many have arrived
        killed, last = 0, time.monotonic()
        while True:
            arrived = sum(min(in_packs(each), in_chat(each)) for each in everybody)
            if killed < kills and arrived >= due[killed]:
                await asyncio.sleep(chance.random())
                await product.kill()
                await product.started()
                killed += 1
            for person in everybody:
                number = sum(sent.values())
                is_due = number < jobs and sent[person.id] < -(-jobs // people)
                if is_due and sent[person.id] - in_chat(person) < _WAITING_AT_ONCE // 2:
                    await person.send_photo(photo(number))
                    sent[person.id] += 1
                    last = time.monotonic()
            if arrived >= jobs or time.monotonic() - last > 900:
                break
            await asyncio.sleep(0.2)
        await asyncio.sleep(2.0)  # a sticker too many would come now
        lost = sum(max(0, sent[each.id] - min(in_packs(each), in_chat(each))) for each in everybody)
        doubled = sum(max(0, in_packs(each) - sent[each.id]) for each in everybody)
        await product.end()
        fired = sum(len(rule.fired) for rule in rules)
        return Outcome(sum(sent.values()), lost, doubled, killed, fired, time.monotonic() - began)
    finally:
        if product.process is not None and product.process.returncode is None:
            await product.kill()
        await emulator.stop()


def main() -> int:
    """Run it as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("jobs", 1000), ("kills", 50), ("people", 100), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--probability", type=float, default=0.05)
    parser.add_argument("--start-timeout", type=float, default=120.0, help="seconds; a busy machine starts slowly")
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(outages(Path(folder), **vars(parser.parse_args())))
    print(outcome)
    return int(outcome.lost > 0 or outcome.doubled > 0)


if __name__ == "__main__":
    sys.exit(main())
