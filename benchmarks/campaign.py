"""Reliability campaign: kills, faults, a clock that jumps, a full disk, a locked database, hostile files, a long soak.

    python -m benchmarks.campaign all --pictures Pillow/Tests/images
    python -m benchmarks.campaign kills --jobs 1000 --kills 50

Every part runs the real program as a process of its own against the emulator, prints a line of figures, and the exit
code is 1 where something was lost, doubled or crashed. `clock` needs Debian's libfaketime, `disk` the right to mount a
tmpfs; parts that cannot run here say so. `files` takes a folder of pictures beside its own hostile ones: the tests'
pictures of an unpacked Pillow source, for instance.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import errno
import os
import random
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout

from benchmarks.process import memory_mb
from emulator.driver import PersonDriver
from emulator.rules import Rules
from emulator.server import Emulator, make_bot
from tests.process.conftest import TOKEN, Product
from tests.process.outages import in_chat, in_packs, outages, photo

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
START_S = 120.0  # a busy machine starts slowly
ARRIVAL_S = 300.0
MOST_RSS_MB = 1024
LIMITED = 429  # whoever is limited had its file not looked at


@asynccontextmanager
async def running(folder: Path, **environment: str) -> AsyncIterator[tuple[Emulator, Product]]:
    """Yield an emulator and the program that talks to it; both are ended after the block."""
    emulator = Emulator([make_bot(TOKEN, "process_bot")], rules=Rules(flood=None, identical_sticker="same_file"))
    await emulator.start()
    product = Product(emulator, folder, START_S)
    product.environment |= environment
    try:
        await product.started()
        yield emulator, product
    finally:
        if product.process is not None and product.process.returncode is None:
            await product.end()
        await emulator.stop()


async def arrived(people: list[PersonDriver], each: int, timeout_s: float = ARRIVAL_S) -> None:
    """Wait until everybody has so many stickers in chat and pack, or the time is over."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end and any(min(in_packs(one), in_chat(one)) < each for one in people):  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    await asyncio.sleep(2.0)  # a sticker too many would come now


def verdict(people: list[PersonDriver], each: int) -> tuple[int, int]:
    """Return (stickers lost, stickers too many) where everybody should have `each`."""
    lost = sum(max(0, each - min(in_packs(one), in_chat(one))) for one in people)
    doubled = sum(max(0, in_packs(one) - each) for one in people)
    return lost, doubled


# --- the parts --------------------------------------------------------------------------------------------------------


async def kills(folder: Path, arguments: argparse.Namespace) -> bool:
    """Send many photos through kill -9 and a Bot API that fails at random."""
    outcome = await outages(
        folder,
        jobs=arguments.jobs,
        kills=arguments.kills,
        people=max(1, arguments.jobs // 10),
        probability=0.05,
        seed=1,
        start_timeout=START_S,
    )
    print(f"kills: {outcome}")
    return not (outcome.lost or outcome.doubled)


async def clock(folder: Path, arguments: argparse.Namespace) -> bool:
    """Set the clock an hour forward and back while photos are on their way: monotonic time goes on as it does."""
    if not FAKETIME.exists():
        print("clock: not run, apt-get install libfaketime")
        return True
    offset = folder / "offset"
    offset.write_text("+0\n")
    environment = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    ok = True
    async with running(folder, **environment) as (emulator, product):
        people = [emulator.person(100 + number, f"P{number}") for number in range(5)]
        count = 0
        for jump in ("+3600", "+0", "-3600", "+0"):
            began = time.monotonic()
            for person in people:
                for _ in range(2):
                    count += 1
                    await person.send_photo(photo(count))
            await asyncio.sleep(1.0)
            offset.write_text(f"{jump}\n")
            each = count // len(people)
            await arrived(people, each)
            lost, doubled = verdict(people, each)
            print(f"clock: to {jump} s, lost {lost}, doubled {doubled}, {time.monotonic() - began:.0f} s")
            ok = ok and not (lost or doubled)
        return _log_is_clean("clock", product) and ok


async def disk(folder: Path, arguments: argparse.Namespace) -> bool:
    """Fill the disk of DATA_DIR while photos come, then make room: everybody is told, and nothing is lost for good."""
    data = folder / "data"
    data.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m,mode=0700", "none", data], check=False).returncode:
        print("disk: not run, mounting a tmpfs is not allowed here")
        return True
    try:
        async with running(folder) as (emulator, product):
            people = [emulator.person(100 + number, f"P{number}") for number in range(5)]
            for number, person in enumerate(people):
                await person.send_photo(photo(number))
            await arrived(people, 1)
            ballast = data / "ballast"
            with until_full(), ballast.open("wb") as file:
                while True:
                    file.write(bytes(1 << 16))
                    file.flush()
            for number, person in enumerate(people):
                await person.send_photo(photo(100 + number))
            await asyncio.sleep(30.0)
            told = sum("isn't lost" in seen.text for person in people for seen in person.seen)
            ballast.unlink()
            began = time.monotonic()
            for number, person in enumerate(people):
                await person.send_photo(photo(200 + number))
            await arrived(people, 3)
            lost, doubled = verdict(people, 3)
            alive = product.process is not None and product.process.returncode is None
            print(
                f"disk: full for 30 s, alive {alive}, told {told} of 5, lost {lost}, doubled {doubled}, "
                f"{time.monotonic() - began:.0f} s after it"
            )
            return alive and told == len(people) and not (lost or doubled)
    finally:
        subprocess.run(["umount", "-l", data], check=False)


@contextmanager
def until_full() -> Iterator[None]:
    """End the block where the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


async def locked(folder: Path, arguments: argparse.Namespace) -> bool:
    """Hold the database's write lock for 30 s while photos come."""
    async with running(folder) as (emulator, product):
        people = [emulator.person(100 + number, f"P{number}") for number in range(5)]
        for number, person in enumerate(people):
            await person.send_photo(photo(number))
        await arrived(people, 1)
        other = sqlite3.connect(folder / "data" / "stickerface.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for number, person in enumerate(people):
            await person.send_photo(photo(100 + number))
        await asyncio.sleep(30.0)
        other.execute("ROLLBACK")
        other.close()
        began = time.monotonic()
        await arrived(people, 2)
        lost, doubled = verdict(people, 2)
        print(f"locked: for 30 s, lost {lost}, doubled {doubled}, {time.monotonic() - began:.0f} s after it")
        return not (lost or doubled) and product.process is not None and product.process.returncode is None


# --- hostile files ----------------------------------------------------------------------------------------------------


def hostile() -> Iterator[tuple[str, bytes]]:
    """Yield files made to hurt a reader of pictures, with their names."""
    good = photo(1)
    yield "text.jpg", b"this is no picture " * 1000
    yield "zeros.png", bytes(1 << 20)
    chance = random.Random(7)
    for number in range(60):
        broken = bytearray(good)
        for _ in range(chance.randrange(1, 40)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        yield f"flipped{number}.jpg", bytes(broken[: chance.randrange(len(broken) // 2, len(broken))])
    for side in (30_000, 65_535, 2**31 - 1):
        yield f"bomb{side}.png", _png(side, side, zlib.compress(bytes(1 << 22), 9))
    yield "deep.png", _png(8000, 8000, zlib.compress(bytes(8000 * 8001), 9))
    yield "chunks.png", _png(8, 8, zlib.compress(bytes(72))) + _chunk(b"tEXt", b"a" * 1000) * 5000
    yield "script.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield "entity.svg", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><svg>&b;</svg>'
    yield "page.pdf", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>"
    yield "archive.zip", b"PK\x03\x04" + bytes(200)
    yield "post.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) run\n"


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, data: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


async def files(folder: Path, arguments: argparse.Namespace) -> bool:
    """Send every file through the chat and through the API: each gets an answer, and the process lives."""
    every = list(hostile())
    if arguments.pictures:
        paths = sorted(path for path in arguments.pictures.rglob("*") if path.is_file())
        every += [(path.name, path.read_bytes()) for path in paths if path.stat().st_size < 20_000_000]
    with free_port() as port:
        pass
    environment = {"PORT": str(port), "ALLOW_PRIVATE_HOSTS": "true", "JOBS_PER_PERSON": "50"}
    (folder / "data").mkdir()
    key = _new_key(folder)
    async with running(folder, **environment) as (emulator, product):
        assert product.process is not None
        pid = product.process.pid
        silent = await _files_by_chat(emulator, every)
        through_chat = memory_mb(pid, "VmHWM")
        codes = await _files_by_api(f"http://127.0.0.1:{port}", key, every)
        peak = memory_mb(pid, "VmHWM")
        alive = product.process.returncode is None
        print(
            f"files: {len(every)} through the chat, silence for {len(silent)} {silent[:5]}; through the API, statuses "
            f"{dict(sorted(codes.items()))} (0: none); alive {alive}; "
            f"peak {through_chat:.0f} MB, {peak:.0f} MB after the API"
        )
        ok = alive and not silent and peak < MOST_RSS_MB and all(0 < code < 500 and code != LIMITED for code in codes)
        return _log_is_clean("files", product) and ok


async def _files_by_chat(emulator: Emulator, every: list[tuple[str, bytes]]) -> list[str]:
    """Send each file as a document; return the names of those that nothing was answered to."""
    silent = []
    limit = asyncio.Semaphore(8)

    async def one(number: int, name: str, data: bytes) -> None:
        async with limit:
            person = emulator.person(1000 + number, f"P{number}")
            await person.send_document(data, name, "image/jpeg")
            end = time.monotonic() + ARRIVAL_S
            while time.monotonic() < end:
                # A progress message has a button to stop; what comes after it is the answer.
                if any(each.is_from_bot and not each.is_deleted and "Stop" not in str(each) for each in person.seen):
                    return
                await asyncio.sleep(0.05)
            silent.append(name)

    await asyncio.gather(*(one(number, name, data) for number, (name, data) in enumerate(every)))
    return silent


async def _files_by_api(url: str, key: str, every: list[tuple[str, bytes]]) -> dict[int, int]:
    """Send each file as Segmind's clients do; return how often each status was answered."""
    codes: dict[int, int] = {}
    limit = asyncio.Semaphore(4)
    async with ClientSession(timeout=ClientTimeout(total=ARRIVAL_S)) as session:

        async def one(name: str, data: bytes) -> None:
            body = {"image": base64.b64encode(data).decode(), "base64": True}
            async with limit:
                try:
                    async with session.post(
                        f"{url}/v1/face-to-sticker", json=body, headers={"x-api-key": key}
                    ) as answer:
                        await answer.read()
                        code = answer.status
                except TimeoutError:
                    code = 0
                    print(f"files: no answer for {ARRIVAL_S:.0f} s to {name}")
            codes[code] = codes.get(code, 0) + 1

        await asyncio.gather(*(one(name, data) for name, data in every))
    return codes


def _new_key(folder: Path) -> str:
    environment = {**os.environ, "DATA_DIR": str(folder / "data"), "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-m", "cli.main", "keys", "add", "campaign", "--per-minute", "100000"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=folder)
    return next(word for word in done.stdout.split() if len(word) > 40)


@contextmanager
def free_port() -> Iterator[int]:
    """Yield a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield int(probe.getsockname()[1])


def _log_is_clean(part: str, product: Product) -> bool:
    tracebacks = product.log.read_text(errors="replace").count("Traceback")
    if tracebacks:
        print(f"{part}: {tracebacks} tracebacks in {product.log}")
    return not tracebacks


PARTS: dict[str, Callable[[Path, argparse.Namespace], Awaitable[bool]]] = {
    "clock": clock,
    "disk": disk,
    "locked": locked,
    "files": files,
    "kills": kills,
}


async def _run(names: list[str], arguments: argparse.Namespace) -> bool:
    ok = True
    for name in names:
        with tempfile.TemporaryDirectory(prefix=f"campaign-{name}-") as folder:
            ok = await PARTS[name](Path(folder), arguments) and ok
    return ok


def main() -> int:
    """Run it as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=[*PARTS, "all"])
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    names = list(PARTS) if "all" in arguments.parts else arguments.parts
    return int(not asyncio.run(_run(names, arguments)))


if __name__ == "__main__":
    sys.exit(main())
