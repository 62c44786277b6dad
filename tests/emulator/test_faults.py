"""Things that go wrong on demand, and flood control."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from emulator.call_parameters import CallParameters
from emulator.clock import ManualClock
from emulator.driver import PersonDriver
from emulator.faults import Faults
from emulator.flood import FloodControl
from emulator.rules import FloodRules, Rules
from emulator.server import Emulator, make_bot
from tests.emulator.conftest import Api, picture


async def post(http: aiohttp.ClientSession, emulator: Emulator, text: str) -> tuple[int, bytes]:
    data = {"chat_id": "7", "text": text}
    async with http.post(f"{emulator.url}/bot42:abc/sendMessage", data=data) as response:
        return response.status, await response.read()


async def test_flood_control_on_order_has_the_header_and_the_parameter(
    emulator: Emulator, http: aiohttp.ClientSession, ada: PersonDriver
) -> None:
    fault = emulator.faults.add("send*", "error", retry_after=8)
    async with http.post(f"{emulator.url}/bot42:abc/sendMessage", data={"chat_id": "7", "text": "x"}) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "8")
        assert (await response.json())["parameters"] == {"retry_after": 8}
    assert (await post(http, emulator, "y"))[0] == 200
    assert fault.fired == [1]
    assert emulator.calls.records[0].fault == "error"


@pytest.mark.parametrize(("code", "words"), [(500, "Internal Server Error"), (502, "Bad Gateway")])
async def test_a_server_error_on_order(emulator: Emulator, api: Api, code: int, words: str) -> None:
    emulator.faults.add("getMe", "error", code=code)
    assert await api("getMe") == {"ok": False, "error_code": code, "description": words}


async def test_a_proxys_page_is_html(emulator: Emulator, http: aiohttp.ClientSession, ada: PersonDriver) -> None:
    emulator.faults.add("sendMessage", "html", code=502)
    status, body = await post(http, emulator, "x")
    assert (status, body.startswith(b"<html>"), ada.seen) == (502, True, [])


@pytest.mark.parametrize(("action", "was_done"), [("drop_before", False), ("drop_after", True)])
async def test_a_dropped_call_was_done_or_not(
    emulator: Emulator, http: aiohttp.ClientSession, ada: PersonDriver, action: str, was_done: bool
) -> None:
    emulator.faults.add("sendMessage", action)
    with pytest.raises(aiohttp.ClientError):
        await post(http, emulator, "x")
    assert len(ada.seen) == was_done


async def test_a_client_that_hangs_up_does_not_undo_its_call(
    emulator: Emulator, http: aiohttp.ClientSession, ada: PersonDriver
) -> None:
    late = emulator.faults.add("sendMessage", "delay_before", seconds=6)
    impatient = asyncio.create_task(post(http, emulator, "x"))
    await late.has_fired.wait()
    impatient.cancel()
    emulator.clock.advance(6)
    assert (await ada.wait_for_text("x")).text == "x"


@pytest.mark.parametrize("action", ["truncate", "garbage"])
async def test_a_spoilt_answer_is_not_json(
    emulator: Emulator, http: aiohttp.ClientSession, ada: PersonDriver, action: str
) -> None:
    emulator.faults.add("sendMessage", action)
    status, body = await post(http, emulator, "x")
    with pytest.raises(ValueError):
        json.loads(body)
    assert (status, len(ada.seen)) == (200, 1)


async def test_a_stalled_answer_breaks_off(emulator: Emulator, http: aiohttp.ClientSession, ada: PersonDriver) -> None:
    emulator.faults.add("sendMessage", "stall", seconds=0.0)
    with pytest.raises(aiohttp.ClientPayloadError):
        await post(http, emulator, "x")
    assert len(ada.seen) == 1


async def test_the_person_may_act_in_the_middle_of_a_call(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    emulator.faults.add("sendMessage", "run", run=lambda: ada.person.blocked.add(42))
    answer = await api("sendMessage", chat_id=7, text="x")
    assert answer["description"] == "Forbidden: bot was blocked by the user"


async def test_a_rule_can_choose_its_call(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    fault = emulator.faults.add("send*", "error", code=500, chat_id=7, after=1, count=2)
    outcomes = [(await api("sendMessage", chat_id=7, text="x"))["ok"] for _ in range(4)]
    assert (outcomes, len(fault.fired)) == ([True, False, False, True], 2)


def test_a_probability_is_the_same_every_time() -> None:
    def fired() -> list[int]:
        faults = Faults()
        fault = faults.add("*", "error", probability=0.5, seed=1, count=100)
        for number in range(20):
            faults.find("getMe", {}, number)
        return fault.fired

    assert fired() == fired()
    assert 0 < len(fired()) < 20


@pytest.mark.parametrize(("action", "arguments"), [("cut", {"at_byte": 10}), ("wrong_length", {})])
async def test_a_download_breaks_off(
    emulator: Emulator, api: Api, http: aiohttp.ClientSession, ada: PersonDriver, action: str, arguments: dict[str, Any]
) -> None:
    sent = await ada.send_photo(picture(encoding="JPEG"))
    path = (await api("getFile", file_id=sent.json["photo"][-1]["file_id"]))["result"]["file_path"]
    emulator.faults.add("download", action, **arguments)
    async with http.get(f"{emulator.url}/file/bot42:abc/{path}") as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()
    async with http.get(f"{emulator.url}/file/bot42:abc/{path}") as response:
        assert await response.read() == sent.data


async def test_an_update_comes_twice_or_late(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    emulator.faults.add("update", "duplicate")
    emulator.faults.add("update", "late", seconds=60)
    await ada.send_text("twice")
    await ada.send_text("late")
    await ada.send_text("now")
    texts = [update["message"]["text"] for update in (await api("getUpdates"))["result"]]
    assert texts == ["/start", "twice", "twice", "now"]
    last = emulator.world.bots[0].updates
    arrived = last.arrived
    emulator.clock.advance(60)
    await arrived.wait()
    assert (await api("getUpdates"))["result"][-1]["message"]["text"] == "late"


async def test_state_survives_a_restart_at_the_same_address(
    emulator: Emulator, api: Api, pack: str, ada: PersonDriver
) -> None:
    url = emulator.url
    await emulator.restart()
    assert emulator.url == url
    assert (await api("getStickerSet", name=pack))["ok"]


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no action 'explode'"):
        Faults().add("*", "explode")


async def test_a_chat_takes_a_burst_then_waits_then_refuses() -> None:
    clock = ManualClock()
    flood = FloodControl(FloodRules(chat_burst=2, chat_per_s=0.1, silent_wait_s=8), clock)
    message = CallParameters({"chat_id": "7"})
    await flood.admit(42, "sendMessage", message)
    await flood.admit(42, "sendMessage", message)
    with pytest.raises(Exception, match="retry after 10"):
        await flood.admit(42, "sendMessage", message)
    await flood.admit(42, "sendMessage", CallParameters({"chat_id": "8"}))
    clock.advance(10)
    await flood.admit(42, "sendMessage", message)


async def test_flood_control_stops_one_persons_uploads_and_nobody_elses(http: aiohttp.ClientSession) -> None:
    rules = Rules(flood=FloodRules(sticker_burst=1, sticker_per_s=0.1))
    emulator = Emulator([make_bot("42:abc")], clock=ManualClock(), rules=rules)
    url = f"{await emulator.start()}/bot42:abc/uploadStickerFile"

    async def upload(user_id: int) -> Any:
        form = aiohttp.FormData({"user_id": str(user_id), "sticker_format": "static"})
        form.add_field("sticker", picture(), filename="sticker.webp")
        async with http.post(url, data=form) as response:
            return (await response.json()).get("description")

    for user_id in (7, 8):
        await emulator.person(user_id, "Somebody").start()
    answers = [await upload(7), await upload(7), await upload(8)]
    await emulator.stop()
    assert answers == [None, "Too Many Requests: retry after 10", None]
