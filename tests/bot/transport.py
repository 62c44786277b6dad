"""An emulated Telegram, bots that reach it over HTTP, and a wire that can be cut at any call."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from telegram.request import HTTPXRequest

from bot.connection import UpdatesBot, connect, http_requests
from bot.limiter import LaneLimiter
from emulator.people import introduce, open_chat, send_text
from emulator.rules import Rules
from emulator.server import Emulator, make_bot

TOKEN = "4200:test_token"
USERNAME = "sticker_test_bot"
ADA = 7
RULES = Rules(flood=None)


def sticker_webp(color: str, height: int) -> bytes:
    """A small still WebP of 512 x `height` px; another height has another number of bytes."""
    picture = Image.new("RGBA", (512, height), color)
    for x in range(0, height, 7):
        picture.putpixel((x, x * x % height), (x % 256, height % 256, 0, 255))
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


@asynccontextmanager
async def telegram(rules: Rules = RULES) -> AsyncIterator[Emulator]:
    """A Telegram with one bot and one person, Ada, who has opened it."""
    emulator = Emulator([make_bot(TOKEN, USERNAME)], rules=rules)
    await emulator.start()
    bot = emulator.world.bots_by_token[TOKEN]
    ada = introduce(emulator.world, ADA, "Ada")
    send_text(emulator.world, ada, open_chat(emulator.world, ada, bot), "/start")
    try:
        yield emulator
    finally:
        await emulator.stop()


class Cut(asyncio.CancelledError):
    """The process ends here."""


@dataclass
class Wire:
    """Counts the bot's calls and breaks chosen ones: `break_at` gives for (number, method) an error to raise instead of
    the call (`before`) or of its answer (`after`). Numbers start at 1."""

    before: Callable[[int, str], BaseException | None] = lambda number, method: None
    after: Callable[[int, str], BaseException | None] = lambda number, method: None
    methods: list[str] = field(default_factory=list)

    def requests(self, pool_size: int) -> HTTPXRequest:
        return _Wired(self, http_requests(pool_size))

    def count(self, method: str) -> int:
        return self.methods.count(method)


class _Wired(HTTPXRequest):
    """python-telegram-bot's own client, watched by a `Wire`."""

    def __init__(self, wire: Wire, real: HTTPXRequest) -> None:
        super().__init__(connection_pool_size=8, read_timeout=real.read_timeout)
        self._wire = wire

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        method = url.rpartition("/")[2]
        if method in ("getMe", "getUpdates"):
            return await super().do_request(url, *args, **kwargs)
        self._wire.methods.append(method)
        number = len(self._wire.methods)
        if error := self._wire.before(number, method):
            raise error
        answer = await super().do_request(url, *args, **kwargs)
        if error := self._wire.after(number, method):
            raise error
        return answer


@asynccontextmanager
async def connected(emulator: Emulator, wire: Wire | None = None) -> AsyncIterator[UpdatesBot]:
    """The bot, connected over HTTP, without waits of its own limiter."""
    limiter = LaneLimiter(sleep=_no_time)
    bot = connect(TOKEN, emulator.url, limiter=limiter, requests=(wire or Wire()).requests)
    await bot.initialize()
    try:
        yield bot
    finally:
        await bot.shutdown()


async def _no_time(seconds: float) -> None:
    await asyncio.sleep(0)
