"""How many updates a second the bot takes in, next to a bare python-telegram-bot, both against the emulated Telegram.

    python -m benchmarks.updates [--updates 1000] [--rounds 3]

Each text is answered with a text. Ours stores every update durably before confirming it and marks it handled after
its answer; the bare bot keeps updates in memory only. The flood limits' waits are left out on both sides, the
bookkeeping of ours is not. Every bot and the emulator run in processes of their own. Medians of the rounds; CPU is what
the bot's process took for each update, user and system.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.transport.connection import connect
from bot.transport.intake import Intake, RawUpdate
from bot.transport.outage import Outage
from bot.transport.polling import Polling
from bot.transport.rate_limits import RateLimiter
from emulator.rules import Rules
from emulator.server import Emulator, make_bot
from service.stickers import StickerService

TOKEN = "4200:benchmark_token"
PEOPLE = 50
SIDE_BY_SIDE = 64  # the bot's own limit of chats handled at the same time
Contestant = Callable[[str, int], Awaitable[None]]
AnyApplication = Application[Any, Any, Any, Any, Any, Any]


class Answers:
    """Answers texts and tells when all are answered."""

    def __init__(self, expected: int) -> None:
        self._left = expected
        self.all_given = asyncio.Event()

    async def on_text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_chat
        await context.bot.send_message(update.effective_chat.id, "an answer")
        self._left -= 1
        if self._left <= 0:
            self.all_given.set()

    def listen_to(self, application: AnyApplication) -> None:
        application.add_handler(MessageHandler(filters.TEXT, self.on_text))


async def bare(url: str, updates: int, concurrent: int) -> None:
    """python-telegram-bot as its examples use it."""
    builder = Application.builder().token(TOKEN).base_url(f"{url}/bot").concurrent_updates(concurrent)
    application = builder.job_queue(None).build()
    answers = Answers(updates)
    answers.listen_to(application)
    async with application:
        await application.start()
        assert application.updater
        await application.updater.start_polling()
        await answers.all_given.wait()
        await application.updater.stop()
        await application.stop()


async def bare_one_by_one(url: str, updates: int) -> None:
    await bare(url, updates, 1)


async def bare_side_by_side(url: str, updates: int) -> None:
    await bare(url, updates, SIDE_BY_SIDE)


class TimeThatLeaps:
    """A clock for flood control on which waiting takes no time."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self._ahead

    async def sleep(self, seconds: float) -> None:
        self._ahead += seconds


async def ours(url: str, updates: int) -> None:
    """This bot's polling, inbox, keyed queue and flood control."""
    leaping = TimeThatLeaps()
    bot = connect(TOKEN, url, limiter=RateLimiter(clock=leaping, sleep=leaping.sleep))
    application = Application.builder().bot(bot).updater(None).job_queue(None).build()
    answers = Answers(updates)
    answers.listen_to(application)

    async def handle(raw: RawUpdate) -> None:
        await application.process_update(Update.de_json(raw, bot))

    with tempfile.TemporaryDirectory() as folder:
        service = await StickerService.open(Path(folder))
        intake = Intake(service.inbox, handle)
        async with application:
            polling = asyncio.create_task(Polling(bot, intake, Outage("updates")).run())
            await answers.all_given.wait()
            await intake.stop(60.0)
            polling.cancel()
            await asyncio.wait([polling])
        await service.close()


CONTESTANTS: dict[str, Contestant] = {
    "bare python-telegram-bot, one by one": bare_one_by_one,
    f"bare python-telegram-bot, {SIDE_BY_SIDE} at once": bare_side_by_side,
    "this bot": ours,
}


async def send_texts(url: str, count: int) -> None:
    """People write so many messages, round robin."""
    async with aiohttp.ClientSession() as session:
        for number in range(count):
            body = {"user": 1 + number % PEOPLE, "text": f"message {number}"}
            async with session.post(f"{url}/emulator/send_text", json=body) as answer:
                answer.raise_for_status()


@asynccontextmanager
async def emulated_telegram() -> AsyncIterator[str]:
    """A Telegram without flood limits in another process; gives its URL."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.updates", "--serve", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def serve() -> None:
    print(await Emulator([make_bot(TOKEN, "benchmark_bot")], rules=Rules(flood=None)).start(), flush=True)
    await asyncio.Event().wait()


async def measure(name: str, url: str, updates: int) -> None:
    """In a process of its own: print the updates a second, and the CPU time of each in ms."""
    began, cpu_s = time.perf_counter(), time.process_time()
    await CONTESTANTS[name](url, updates)
    print(updates / (time.perf_counter() - began), (time.process_time() - cpu_s) / updates * 1e3)


async def compare(updates: int, rounds: int) -> None:
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTESTANTS}
    async with emulated_telegram() as url:
        for _ in range(rounds):
            for name, measured in figures.items():
                await send_texts(url, updates)
                arguments = ("--bot", name, "--url", url, "--updates", str(updates))
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "benchmarks.updates", *arguments, stdout=asyncio.subprocess.PIPE
                )
                rate, cpu_ms = (await process.communicate())[0].split()
                measured.append((float(rate), float(cpu_ms)))
    for name, measured in figures.items():
        rate, cpu_ms = (median(column) for column in zip(*measured, strict=True))
        print(f"{name:42} {rate:7.0f} updates/s, {cpu_ms:.2f} ms of CPU each")
    first, best, own = figures.values()
    for name, other in (("one by one", first), (f"{SIDE_BY_SIDE} at once", best)):
        ratios = [ours[0] / theirs[0] for ours, theirs in zip(own, other, strict=True)]
        told = f"{median(ratios):7.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"{f'this bot, times the bare {name}':42} {told}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--bot", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve())
    elif arguments.bot:
        asyncio.run(measure(arguments.bot, arguments.url, arguments.updates))
    else:
        asyncio.run(compare(arguments.updates, arguments.rounds))


if __name__ == "__main__":
    main()
