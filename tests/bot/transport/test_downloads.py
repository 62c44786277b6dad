"""Fetching a photo over a line that breaks, stalls and lies. Real connections to the emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from telegram import Bot

from bot.errors import DownloadFailed
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


@pytest.mark.parametrize("action", ["cut", "expired"])
async def test_a_download_that_breaks_off_once_is_fetched_again(line: Line, action: str) -> None:
    data = picture()
    fault = line.emulator.faults.add("download", action, at_byte=100)

    assert await download(line.bot, await line.sent(data)) == data
    assert fault.fired


async def test_one_that_always_breaks_off_is_given_up_without_naming_the_address(line: Line) -> None:
    line.emulator.faults.add("download", "cut", at_byte=100, count=99)

    with pytest.raises(DownloadFailed) as failure:
        await download(line.bot, await line.sent(picture()))

    assert TOKEN not in str(failure.value)


async def test_over_20_megabytes_are_refused_by_telegram_itself(line: Line) -> None:
    with pytest.raises(PhotoTooBig):
        await download(line.bot, await line.sent(bytes((20 << 20) + 1)))


async def test_a_file_nobody_knows_is_not_asked_for_three_times(line: Line) -> None:
    with pytest.raises(DownloadFailed):
        await download(line.bot, "AgACnothing")

    assert len([record for record in line.emulator.calls.records if record.method == "getFile"]) == 1
