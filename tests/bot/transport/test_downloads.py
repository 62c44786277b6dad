"""Fetching a photo over a line that breaks, stalls and lies. Real connections to the emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from telegram import Bot

from bot.errors import DownloadFailed, DownloadInterrupted
from bot.transport.connection import connect
from bot.transport.downloads import download
from emulator.driver import PersonDriver
from emulator.rules import Rules
from emulator.server import Emulator, make_bot
from service.errors import PhotoTooBig
from tests.acceptance.stage import picture

TOKEN = "42:a-token-of-the-emulator"


@dataclass
class Line:
    bot: Bot
    emulator: Emulator
    person: PersonDriver

    async def sent(self, data: bytes) -> str:
        """The file id of a document somebody sent."""
        seen = await self.person.send_document(data, "me.jpg", "image/jpeg")
        return str(seen.json["document"]["file_id"])


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    emulator = Emulator([make_bot(TOKEN, "sticker_face_bot")], rules=Rules(flood=None))
    url = await emulator.start()
    bot = connect(TOKEN, url)
    await bot.initialize()
    yield Line(bot, emulator, emulator.person(7, "Ada"))
    await bot.shutdown()
    await emulator.stop()


async def test_the_bytes_come_as_they_were_sent(line: Line) -> None:
    data = picture()

    assert await download(line.bot, await line.sent(data)) == data


@pytest.mark.parametrize(
    ("method", "action", "details"),
    [
        ("download", "cut", {"at_byte": 100}),
        ("download", "wrong_length", {}),
        ("download", "expired", {}),
        ("download", "html", {"code": 502}),
        ("getFile", "html", {"code": 502}),
        ("getFile", "error", {"code": 500, "description": "Internal Server Error"}),
        ("getFile", "garbage", {}),
        ("getFile", "drop_before", {}),
    ],
)
async def test_an_outage_is_told_from_a_file_that_cannot_be_had(
    line: Line, method: str, action: str, details: dict[str, Any]
) -> None:
    data = picture()
    file_id = await line.sent(data)
    fault = line.emulator.faults.add(method, action, **details)

    with pytest.raises(DownloadInterrupted) as failure:
        await download(line.bot, file_id)

    assert fault.fired
    assert TOKEN not in repr(failure.value)
    assert await download(line.bot, file_id) == data


async def test_a_file_shorter_than_telegram_says_is_half_a_file_unless_it_is_known_to_be_so_long(line: Line) -> None:
    data = picture()
    file_id = await line.sent(data)
    line.emulator.faults.add("download", "truncate", count=2)

    with pytest.raises(DownloadInterrupted) as failure:
        await download(line.bot, file_id)

    assert failure.value.length == len(data) // 2
    assert await download(line.bot, file_id, length=len(data) // 2) == data[: len(data) // 2]


async def test_over_20_megabytes_are_refused_by_telegram_itself(line: Line) -> None:
    with pytest.raises(PhotoTooBig):
        await download(line.bot, await line.sent(bytes((20 << 20) + 1)))


async def test_a_file_nobody_knows_cannot_be_had(line: Line) -> None:
    with pytest.raises(DownloadFailed):
        await download(line.bot, "AgACnothing")
