"""getUpdates, callbacks, inline queries: order, confirmation, expiry."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from emulator.driver import PersonDriver
from emulator.seen import SpinnerTimeoutError
from emulator.server import Emulator
from tests.emulator.conftest import Api, picture

TERMINATED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


async def texts(api: Api, **parameters: Any) -> list[str]:
    return [update["message"]["text"] for update in (await api("getUpdates", **parameters))["result"]]


async def poll_until_it_waits(emulator: Emulator, api: Api, **parameters: Any) -> asyncio.Task[Any]:
    """A getUpdates call that has arrived at the server and waits there."""
    queue = emulator.world.bots[0].updates
    before = queue.poll
    task = asyncio.create_task(api("getUpdates", timeout=50, **parameters))
    while queue.poll is before:
        await queue.arrived.wait()
    return task


async def test_updates_stay_until_an_offset_confirms_them(api: Api, ada: PersonDriver) -> None:
    await ada.send_text("one")
    first = (await api("getUpdates"))["result"]
    assert await texts(api) == ["/start", "one"]
    assert await texts(api, offset=first[0]["update_id"] + 1) == ["one"]
    assert await texts(api, limit=1) == ["one"]


async def test_a_negative_offset_keeps_only_the_last(api: Api, ada: PersonDriver) -> None:
    await ada.send_text("one")
    assert await texts(api, offset=-1) == ["one"]
    assert await texts(api) == ["one"]


async def test_a_long_poll_ends_with_the_first_update(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    last = (await api("getUpdates"))["result"][-1]["update_id"]
    poll = await poll_until_it_waits(emulator, api, offset=last + 1)
    await ada.send_text("one")
    assert [update["message"]["text"] for update in (await poll)["result"]] == ["one"]


async def test_a_long_poll_ends_empty_when_its_time_is_over(emulator: Emulator, api: Api) -> None:
    poll = await poll_until_it_waits(emulator, api)
    emulator.clock.advance(50)
    assert (await poll)["result"] == []


async def test_a_second_poller_ends_the_first(emulator: Emulator, api: Api) -> None:
    older = await poll_until_it_waits(emulator, api)
    newer = await poll_until_it_waits(emulator, api)
    assert await older == {"ok": False, "error_code": 409, "description": TERMINATED}
    emulator.clock.advance(50)
    assert (await newer)["ok"]


async def test_polling_and_a_webhook_exclude_each_other(emulator: Emulator, api: Api) -> None:
    poll = await poll_until_it_waits(emulator, api)
    assert (await api("setWebhook", url="http://127.0.0.1:1/x"))["description"] == "Webhook was set"
    assert (await poll)["description"] == "Conflict: terminated by setWebhook request"
    assert (await api("getUpdates"))["description"] == (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )
    assert (await api("deleteWebhook"))["description"] == "Webhook was deleted"
    assert (await api("deleteWebhook"))["description"] == "Webhook is already deleted"
    assert (await api("getUpdates"))["ok"]


async def test_allowed_updates_are_remembered(api: Api, ada: PersonDriver) -> None:
    await api("getUpdates", allowed_updates=["edited_message", "nonsense"])
    sent = await ada.send_text("one")
    await ada.edit(sent, "two")
    updates = (await api("getUpdates"))["result"]
    assert [list(update)[1] for update in updates] == ["message", "edited_message"]
    assert updates[1]["edited_message"]["text"] == "two"


@pytest.mark.parametrize("allowed", [[], ["message_reaction"]])
async def test_reactions_come_only_when_asked_for(api: Api, ada: PersonDriver, allowed: list[str]) -> None:
    await api("getUpdates", allowed_updates=allowed)
    await ada.react(ada.transcript[0], "👍")
    kinds = [list(update)[1] for update in (await api("getUpdates"))["result"]]
    assert ("message_reaction" in kinds) == bool(allowed)


async def test_a_message_nobody_fetched_is_gone_after_a_day(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    emulator.clock.advance(86401)
    assert (await api("getUpdates"))["result"] == []


async def act(emulator: Emulator, action: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Begin an action of a person; return once its update is queued."""
    arrived = emulator.world.bots[0].updates.arrived
    task = asyncio.create_task(action)
    await arrived.wait()
    return task


async def press(emulator: Emulator, api: Api, ada: PersonDriver) -> tuple[asyncio.Task[Any], str]:
    """Press a button of a fresh message; the query as the bot receives it."""
    await api(
        "sendMessage", chat_id=7, text="?", reply_markup={"inline_keyboard": [[{"text": "Go", "callback_data": "g"}]]}
    )
    pressing = await act(emulator, ada.press(await ada.wait_for_text("?"), "Go", timeout_s=5))
    query = (await api("getUpdates"))["result"][-1]["callback_query"]
    assert (query["data"], query["from"]["id"], query["message"]["text"]) == ("g", 7, "?")
    return pressing, query["id"]


async def test_a_press_is_answered_once(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    pressing, query_id = await press(emulator, api, ada)
    assert (await api("answerCallbackQuery", callback_query_id=query_id, text="done", show_alert=True))["ok"]
    answer = await pressing
    assert (answer.text, answer.is_alert) == ("done", True)
    again = await api("answerCallbackQuery", callback_query_id=query_id)
    assert again["description"] == ("Bad Request: query is too old and response timeout expired or query ID is invalid")
    emulator.check_presses_answered()


async def test_a_late_answer_is_refused(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    pressing, query_id = await press(emulator, api, ada)
    emulator.clock.advance(151)
    assert not (await api("answerCallbackQuery", callback_query_id=query_id))["ok"]
    pressing.cancel()
    with pytest.raises(AssertionError, match="unanswered"):
        emulator.check_presses_answered()


async def test_a_press_without_an_answer_ends_in_a_spinner(api: Api, ada: PersonDriver) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "g"}]]}
    await api("sendMessage", chat_id=7, text="?", reply_markup=keyboard)
    with pytest.raises(SpinnerTimeoutError):
        await ada.press(await ada.wait_for_text("?"), "g", timeout_s=0.01)


async def test_inline_results_are_checked_and_sent(emulator: Emulator, api: Api, pack: str, ada: PersonDriver) -> None:
    sticker = (await api("getStickerSet", name=pack))["result"]["stickers"][0]["file_id"]
    asking = await act(emulator, ada.inline("red"))
    query = (await api("getUpdates"))["result"][-1]["inline_query"]
    result = {"type": "sticker", "id": "1", "sticker_file_id": sticker}
    stale = await api("answerInlineQuery", inline_query_id=query["id"], results=[{**result, "sticker_file_id": "x"}])
    twice = await api("answerInlineQuery", inline_query_id=query["id"], results=[result, result])
    assert stale["description"] == "Bad Request: wrong sticker_file_id specified"
    assert twice["description"] == "Bad Request: RESULT_ID_DUPLICATE"
    assert (await api("answerInlineQuery", inline_query_id=query["id"], results=[result]))["ok"]
    sent = await ada.choose(await asking, "1")
    assert (sent.kind, sent.set_name, sent.json["via_bot"]["id"]) == ("sticker", pack, 42)


async def test_a_photo_album_reaches_the_bot_as_several_messages(api: Api, ada: PersonDriver) -> None:
    await ada.send_album([picture("red"), picture("blue"), picture("lime")], "us")
    messages = [update["message"] for update in (await api("getUpdates"))["result"][1:]]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == ["us", None, None]
