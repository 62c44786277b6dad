"""Inline mode and guest mode: what people ask a bot from chats it is not in, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.driver import PersonDriver
from emulator.server import Emulator
from tests.emulator.conftest import Api
from tests.emulator.test_updates import act

KEYBOARD = {"inline_keyboard": [[{"text": "Another", "callback_data": "again"}]]}


async def _last(api: Api, kind: str) -> Any:
    """The last waiting update of a kind."""
    return [update[kind] for update in (await api("getUpdates"))["result"] if kind in update][-1]


@pytest.fixture
async def sticker_id(api: Api, pack: str) -> str:
    return str((await api("getStickerSet", name=pack))["result"]["stickers"][0]["file_id"])


async def _choose(emulator: Emulator, api: Api, person: PersonDriver, result: dict[str, Any], **more: Any) -> Any:
    """Type, be answered with one result, and send it; returns the message as the person has it."""
    asking = await act(emulator, person.inline("cat"))
    query = await _last(api, "inline_query")
    answer = await api("answerInlineQuery", inline_query_id=query["id"], results=[result], **more)
    assert answer == {"ok": True, "result": True}
    return await person.choose(await asking, result["id"])


async def test_a_result_is_sent_in_the_persons_name_and_edited_by_its_id(
    emulator: Emulator, api: Api, ada: PersonDriver, sticker_id: str
) -> None:
    group = await ada.create_group("Friends", with_bot=False)
    result = {"type": "sticker", "id": "1", "sticker_file_id": sticker_id, "reply_markup": KEYBOARD}
    seen = await _choose(emulator, api, group, result, is_personal=True)
    assert (seen.json["via_bot"]["username"], seen.json["from"]["id"]) == ("my_bot", 7)
    assert (await _last(api, "inline_query"))["chat_type"] == "supergroup"
    chosen = await _last(api, "chosen_inline_result")
    inline_id = chosen["inline_message_id"]

    pressing = await act(emulator, group.press(seen, "Another"))
    query = await _last(api, "callback_query")
    assert query["inline_message_id"] == inline_id
    assert "message" not in query
    await api("answerCallbackQuery", callback_query_id=query["id"])
    await pressing

    markup = {"inline_keyboard": [[{"text": "Done", "callback_data": "done"}]]}
    assert (await api("editMessageReplyMarkup", inline_message_id=inline_id, reply_markup=markup))["result"] is True
    assert seen.buttons[0]["text"] == "Done"
    foreign = await api("editMessageReplyMarkup", "43:def", inline_message_id=inline_id)
    assert foreign["description"] == "Bad Request: MESSAGE_ID_INVALID"


async def test_without_a_keyboard_a_result_has_no_id(
    emulator: Emulator, api: Api, ada: PersonDriver, sticker_id: str
) -> None:
    await _choose(emulator, api, ada, {"type": "sticker", "id": "1", "sticker_file_id": sticker_id})
    assert "inline_message_id" not in await _last(api, "chosen_inline_result")


async def test_the_server_keeps_answers_for_all_or_for_one_person(
    emulator: Emulator, api: Api, ada: PersonDriver
) -> None:
    boris = emulator.person(8, "Boris")
    article = {"type": "article", "id": "1", "title": "x", "input_message_content": {"message_text": "x"}}
    await _choose(emulator, api, ada, article, is_personal=True, cache_time=60, next_offset="50")
    again = await ada.inline("cat")
    assert (again.answer["results"], again.answer["next_offset"]) == ([article], "50")
    page = await act(emulator, ada.inline("cat", offset="50"))  # a page is a query of its own
    await api("answerInlineQuery", inline_query_id=(await _last(api, "inline_query"))["id"], results=[])
    assert (await page).answer["results"] == []

    await _choose(emulator, api, boris, article, cache_time=30)
    assert (await emulator.person(9, "Clara").inline("cat")).answer["results"] == [article]
    emulator.clock.advance(61)
    await _choose(emulator, api, ada, article, cache_time=0)
    await _choose(emulator, api, ada, article, cache_time=0)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("x", "can't parse InlineQueryResult: Inline query result must be an object"),
        ({"type": "article"}, "can't parse InlineQueryResult: Can't find field \"id\""),
        (
            {"type": "cat", "id": "1"},
            'can\'t parse InlineQueryResult: type "cat" is unsupported for the inline query result',
        ),
        ({"type": "sticker", "id": "1"}, "can't parse InlineQueryResult: Can't find field \"sticker_file_id\""),
        ({"type": "sticker", "id": "1", "sticker_file_id": "x"}, "wrong sticker_file_id specified"),
        (
            {"type": "article", "id": "1", "title": "x"},
            "can't parse InlineQueryResult: Input message content is not specified",
        ),
        (
            {"type": "article", "id": "1", "input_message_content": {"message_text": "x"}},
            "can't parse InlineQueryResult: Can't find field \"title\"",
        ),
        (
            {"type": "photo", "id": "1", "photo_url": "https://example.org/a.jpg"},
            "can't parse InlineQueryResult: Can't find field \"thumbnail_url\"",
        ),
    ],
)
async def test_a_wrong_result_is_refused(
    emulator: Emulator, api: Api, ada: PersonDriver, result: Any, words: str
) -> None:
    asking = await act(emulator, ada.inline("x"))
    query = (await _last(api, "inline_query"))["id"]
    refused = await api("answerInlineQuery", inline_query_id=query, results=[result])
    assert refused["description"] == f"Bad Request: {words}"
    await api("answerInlineQuery", inline_query_id=query, results=[])
    await asking


async def test_the_button_above_results_needs_a_start_parameter(
    emulator: Emulator, api: Api, ada: PersonDriver
) -> None:
    asking = await act(emulator, ada.inline("x"))
    query = (await _last(api, "inline_query"))["id"]
    button = {"text": "Make one", "start_parameter": "a b"}
    refused = await api("answerInlineQuery", inline_query_id=query, results=[], button=button)
    assert refused["description"] == "Bad Request: START_PARAM_INVALID"
    button["start_parameter"] = "new"
    assert (await api("answerInlineQuery", inline_query_id=query, results=[], button=button))["ok"]
    assert (await asking).answer["button"] == button


@pytest.fixture
async def guest_bot(emulator: Emulator) -> None:
    emulator.world.bot_named("my_bot").supports_guests = True


@pytest.mark.usefixtures("guest_bot")
async def test_a_guest_is_called_by_mention_and_answers_once(
    emulator: Emulator, api: Api, ada: PersonDriver, sticker_id: str
) -> None:
    assert (await api("getMe"))["result"]["supports_guest_queries"] is True
    group = await ada.create_group("Friends", with_bot=False)
    said = await group.send_text("hello all")
    await group.send_text("@my_bot make this neon", reply_to=said)
    asked = await _last(api, "guest_message")
    assert (asked["text"], asked["chat"]["id"], asked["from"]["id"]) == ("@my_bot make this neon", group.chat.id, 7)
    assert asked["reply_to_message"]["text"] == "hello all"
    result = {"type": "sticker", "id": "1", "sticker_file_id": sticker_id, "reply_markup": KEYBOARD}

    sent = await api("answerGuestQuery", guest_query_id=asked["guest_query_id"], result=result)

    seen = group.seen[-1]
    assert (seen.kind, seen.message.sender, seen.message.reply_to.text) == ("sticker", group.bot, asked["text"])  # type: ignore[union-attr]
    assert seen.json["guest_bot_caller_user"]["id"] == 7
    markup = {"inline_message_id": sent["result"]["inline_message_id"]}
    assert (await api("editMessageReplyMarkup", **markup))["result"] is True
    again = await api("answerGuestQuery", guest_query_id=asked["guest_query_id"], result=result)
    assert again["description"] == ("Bad Request: query is too old and response timeout expired or query ID is invalid")
    assert (await api("sendMessage", chat_id=group.chat.id, text="x"))["description"] == "Bad Request: chat not found"

    await group.send_text("and in blue?", reply_to=seen)
    assert (await _last(api, "guest_message"))["text"] == "and in blue?"


@pytest.mark.usefixtures("guest_bot")
async def test_a_guest_sees_nothing_else_and_a_member_is_no_guest(api: Api, ada: PersonDriver) -> None:
    group = await ada.create_group("Friends", with_bot=False)
    await group.send_text("about my_bot, not to it")
    await group.add_bot()
    await group.send_text("@my_bot hello")
    kinds = {kind for update in (await api("getUpdates"))["result"] for kind in update}
    assert "guest_message" not in kinds


async def test_a_bot_without_guest_mode_is_not_called(api: Api, ada: PersonDriver) -> None:
    group = await ada.create_group("Friends", with_bot=False)
    await group.send_text("@my_bot hello")
    assert all("guest_message" not in update for update in (await api("getUpdates"))["result"])
