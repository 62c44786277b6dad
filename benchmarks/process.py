"""The process as an operator sees it: seconds to start, memory when idle, seconds from photo to sticker.

    python -m benchmarks.process [number of photos]

Runs `stickerface run` as its own process against an emulator without flood control.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from emulator.rules import Rules
from emulator.server import Emulator, make_bot

ROOT = Path(__file__).parents[1]
TOKEN = "1000:benchmark-token"


def memory_mb(pid: int | str, field: str) -> float:
    """Return `VmRSS` (now) or `VmHWM` (peak) of a process, from /proc."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


def _cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has taken, in all its threads: another measure than the clock of a busy machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _until_asked(emulator: Emulator) -> None:
    while not emulator.calls.of("getUpdates"):  # noqa: ASYNC110 - another process cannot set an event here
        await asyncio.sleep(0.005)


async def measure(photos: int) -> None:
    emulator = Emulator([make_bot(TOKEN, "benchmark_bot")], rules=Rules(flood=None))
    url = await emulator.start()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": url,
            "DATA_DIR": folder,
            "PORT": "0",
            "LOG_LEVEL": "WARNING",
        }
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli.main", "run", cwd=folder, env=environment
        )
        await asyncio.wait_for(_until_asked(emulator), 60)
        print(f"start to first getUpdates   {time.perf_counter() - began:6.2f} s, CPU {_cpu_s(process.pid):.2f} s")
        print(f"memory, idle                {memory_mb(process.pid, 'VmRSS'):6.0f} MB")
        print(f"photo to sticker in chat    {await _latencies(emulator, photos)}")
        print(f"memory, after {photos:3d} stickers  {memory_mb(process.pid, 'VmRSS'):6.0f} MB")
        print(f"memory, peak                {memory_mb(process.pid, 'VmHWM'):6.0f} MB")
        began = time.perf_counter()
        process.terminate()
        code = await process.wait()
        print(f"SIGTERM to exit code {code}      {time.perf_counter() - began:6.2f} s")
    await emulator.stop()


async def _latencies(emulator: Emulator, photos: int) -> str:
    photo = (ROOT / "cli/demo/astronaut.jpg").read_bytes()
    seconds = []
    for number in range(photos):
        person = emulator.person(100 + number, f"Person {number}")
        began = time.perf_counter()
        await person.send_photo(photo)
        await person.wait_for_sticker(timeout_s=60)
        seconds.append(time.perf_counter() - began)
    return f"{statistics.median(seconds):6.2f} s median, {max(seconds):.2f} s worst of {photos}"


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
