"""The people tests act as."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import aiohttp
import pytest

import emulator as package
from emulator.driver import PersonDriver
from emulator.errors import Refusal
from emulator.seen import NothingSeenError
from emulator.server import Emulator
from tests.emulator.conftest import Api, picture


async def test_waiting_in_vain_shows_the_conversation(api: Api, ada: PersonDriver) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "g"}]]}
    await api("sendMessage", chat_id=7, text="hello", reply_markup=keyboard)
    with pytest.raises(NothingSeenError) as nothing:
        await ada.wait_for_text("goodbye", timeout_s=0.01)
    assert str(nothing.value).splitlines() == [
        "text 'goodbye' did not come in 0.01 s:",
        "   1 person: /start",
        "   2 bot: hello [Go]",
    ]


async def test_each_wait_goes_on_after_the_last_message_found(api: Api, ada: PersonDriver) -> None:
    for colour in ("red", "blue"):
        await api("sendSticker", chat_id=7, sticker=picture(colour))
    first, second = await ada.wait_for_sticker(), await ada.wait_for_sticker()
    assert (first.id, second.id) == (2, 3)
    assert (first.data, second.data) == (picture("red"), picture("blue"))


async def test_a_wait_ends_when_an_old_message_is_edited(api: Api, ada: PersonDriver) -> None:
    await api("sendMessage", chat_id=7, text="drawing")
    waiting = asyncio.create_task(ada.wait_for_text("done", timeout_s=5))
    await api("editMessageText", chat_id=7, message_id=2, text="Done.")
    assert (await waiting).id == 2


async def test_a_button_that_is_not_there_cannot_be_pressed(api: Api, ada: PersonDriver) -> None:
    await api("sendMessage", chat_id=7, text="hello")
    with pytest.raises(NothingSeenError, match="button 'Go' did not come"):
        await ada.press(await ada.wait_for_text("hello"), "Go")


async def test_who_blocked_the_bot_must_unblock_it_to_write(ada: PersonDriver) -> None:
    await ada.block()
    with pytest.raises(Refusal, match="unblock it first"):
        await ada.send_text("hello")


async def test_a_surprising_refusal_is_reported_and_an_expected_one_is_not(
    emulator: Emulator, api: Api, ada: PersonDriver
) -> None:
    await api("sendMessage", chat_id=99, text="hello")
    emulator.calls.check_refusals("chat not found")
    with pytest.raises(AssertionError, match=r"sendMessage: Bad Request: chat not found"):
        emulator.calls.check_refusals()


async def test_two_bots_see_one_person_and_two_chats(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    other = emulator.person(7, "Ada", bot="other_bot")
    await other.send_text("for the other")
    mine = (await api("getUpdates"))["result"]
    others = (await api("getUpdates", token="43:def"))["result"]
    assert [update["message"]["text"] for update in mine] == ["/start"]
    assert [update["message"]["text"] for update in others] == ["for the other"]


async def test_it_runs_alone(http: aiohttp.ClientSession) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "emulator", "--port", "0", "--token", "5:five", "--username", "five_bot"),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(package.__file__).parents[1],
    )
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode() for _ in range(3)]
    url = lines[-1].split()[-1].rstrip("/")
    try:
        async with http.get(f"{url}/bot5:five/getMe") as response:
            answer = await response.json()
    finally:
        process.terminate()
        await process.wait()
    assert answer["result"]["username"] == "five_bot"
