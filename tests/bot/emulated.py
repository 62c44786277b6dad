"""An emulated Telegram, bots that reach it over HTTP, and a wire that can be cut at any call."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from telegram.request import HTTPXRequest

from bot.packs.sticker_sets import StickerSets
from bot.transport.connection import UpdatesBot, connect
from bot.transport.rate_limits import RateLimiter
from emulator.rules import Rules
from emulator.server import Emulator, make_bot
from service.packs import PackRegistry
from storage.inbox import Inbox
from storage.sqlite import SqliteDatabase
from storage.users import Users
from tests.bot.manual_time import LeapingTime

TOKEN = "4200:test_token"
USERNAME = "sticker_test_bot"
ADA = 7
STRANGER = 8  # has a job, from a group, and never opened the bot
RULES = Rules(flood=None)


def sticker_webp(color: str, height: int) -> bytes:
    """A small still WebP of 512 x `height` px; another height has another number of bytes."""
    picture = Image.new("RGBA", (512, height), color)
    for x in range(0, height, 7):
        picture.putpixel((x, x * x % height), (x % 256, height % 256, 0, 255))
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


RED, BLUE = sticker_webp("red", 300), sticker_webp("blue", 310)
AS_LONG_AS_RED = sticker_webp("green", 300)


@asynccontextmanager
async def telegram(rules: Rules = RULES) -> AsyncIterator[Emulator]:
    """A Telegram with one bot and one person, Ada, who has opened it."""
    emulator = Emulator([make_bot(TOKEN, USERNAME)], rules=rules)
    await emulator.start()
    await emulator.person(ADA, "Ada").start()
    try:
        yield emulator
    finally:
        await emulator.stop()


class Cut(asyncio.CancelledError):
    """The process ends here."""


@dataclass
class Wire:
    """Numbers the bot's calls from 1. The process ends before call `before`, or when call `after` is answered."""

    before: int = 0
    after: int = 0
    methods: list[str] = field(default_factory=list)

    def requests(self, pool_size: int) -> HTTPXRequest:
        return _Wired(self)

    def count(self, method: str) -> int:
        return self.methods.count(method)


class _Wired(HTTPXRequest):
    """python-telegram-bot's own client, watched by a `Wire`."""

    def __init__(self, wire: Wire) -> None:
        # Loading the certificates takes longer than a test's whole conversation, and nothing here is encrypted.
        super().__init__(connection_pool_size=8, read_timeout=30.0, httpx_kwargs={"verify": False})
        self._wire = wire

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        method = url.rpartition("/")[2]
        if method in ("getMe", "getUpdates"):
            return await super().do_request(url, *args, **kwargs)
        self._wire.methods.append(method)
        number = len(self._wire.methods)
        if number == self._wire.before:
            raise Cut
        answer = await super().do_request(url, *args, **kwargs)
        if number == self._wire.after:
            raise Cut
        return answer


@asynccontextmanager
async def connected(
    emulator: Emulator, wire: Wire | None = None, time: LeapingTime | None = None
) -> AsyncIterator[UpdatesBot]:
    """The bot, connected over HTTP; what its limiter waits for passes at once."""
    time = time or LeapingTime()
    limiter = RateLimiter(clock=time, sleep=time.sleep)
    bot = connect(TOKEN, emulator.url, limiter=limiter, requests=(wire or Wire()).requests)
    await bot.initialize()
    try:
        yield bot
    finally:
        await bot.shutdown()


@asynccontextmanager
async def packs_at(path: Path) -> AsyncIterator[PackRegistry]:
    """The store in a database file that knows Ada and the stranger."""
    database = await SqliteDatabase.open(path)
    for user_id in (ADA, STRANGER):
        await Users(database).set(f"tg:{user_id}", language="en")
    try:
        yield PackRegistry(database)
    finally:
        await database.close()


def sets_of(bot: UpdatesBot, packs: PackRegistry) -> StickerSets:
    return StickerSets(bot, packs, backoff_s=0.0, sleep=at_once)


async def until_handled(inbox: Inbox) -> None:
    """Wait until every stored update counts as handled."""
    while await inbox.open():  # noqa: ASYNC110 - rows that nothing announces
        await asyncio.sleep(0)


async def at_once(seconds: float) -> None:
    await asyncio.sleep(0)


def stickers_on_telegram(emulator: Emulator) -> list[int]:
    """How many stickers each of Ada's sets has, oldest set first."""
    return [len(found.stickers) for found in emulator.world.sets.owned_by(ADA)]
