from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from PIL import Image

from emulator.clock import ManualClock
from emulator.driver import PersonDriver
from emulator.server import Emulator, make_bot

TOKEN = "42:abc"
PACK = "u7_1_by_my_bot"

Api = Callable[..., Awaitable[Any]]


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """A Telegram where time stands still."""
    emulator = Emulator(
        [make_bot(TOKEN, "my_bot", "My bot", supports_inline=True), make_bot("43:def", "other_bot")],
        clock=ManualClock(),
    )
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def api(emulator: Emulator, http: aiohttp.ClientSession) -> Api:
    """Call a Bot API method as python-telegram-bot does; bytes become file parts. Returns the whole answer."""

    async def call(method: str, token: str = TOKEN, **parameters: Any) -> Any:
        form = aiohttp.FormData()
        for name, value in parameters.items():
            if isinstance(value, bytes):
                form.add_field(name, value, filename="file", content_type="application/octet-stream")
            else:
                form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        async with http.post(f"{emulator.url}/bot{token}/{method}", data=form) as response:
            answer = await response.json()
        assert response.status == answer.get("error_code", 200)
        return answer

    return call


@pytest.fixture
async def ada(emulator: Emulator) -> PersonDriver:
    """A person who has started the bot."""
    person = emulator.person(7, "Ada")
    await person.start()
    return person


@pytest.fixture
async def pack(api: Api, ada: PersonDriver) -> str:
    """The name of Ada's set of one red sticker."""
    sticker = input_sticker()
    made = await api(
        "createNewStickerSet", user_id=7, name=PACK, title="Ada's", stickers=[sticker], file=picture("red")
    )
    assert made == {"ok": True, "result": True}
    return PACK


def input_sticker(**fields: Any) -> dict[str, Any]:
    """A sound InputSticker whose file is the part named `file`."""
    return {"sticker": "attach://file", "format": "static", "emoji_list": ["😀"], **fields}


def picture(colour: str = "red", size: tuple[int, int] = (512, 400), encoding: str = "WEBP") -> bytes:
    """An encoded picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB" if encoding == "JPEG" else "RGBA", size, colour).save(buffer, encoding)
    return buffer.getvalue()
