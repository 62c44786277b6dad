"""Sending, editing, deleting: what is refused and in which words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.driver import PersonDriver
from emulator.server import Emulator
from tests.emulator.conftest import Api, picture

BUTTON = {"text": "Go", "callback_data": "go"}


def keyboard(*buttons: Any) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


async def sent_id(api: Api, **parameters: Any) -> int:
    answer = await api("sendMessage", **{"chat_id": 7, "text": "hello"} | parameters)
    return int(answer["result"]["message_id"])


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "  "}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"chat_id": ""}, "chat_id is empty"),
        ({"chat_id": 8}, "chat not found"),
        ({"chat_id": -100}, "chat not found"),
        ({"chat_id": "@nobody"}, "chat not found"),
        ({"parse_mode": "BBCode"}, "unsupported parse_mode"),
        (
            {"parse_mode": "HTML", "text": "<b>x"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"reply_markup": "[]"}, "object expected as reply markup"),
        ({"reply_markup": {"inline_keyboard": {}}}, 'field "inline_keyboard" must be of type Array'),
        ({"reply_markup": {"inline_keyboard": [{}]}}, "inline keyboard must be an Array of Arrays"),
        ({"reply_markup": keyboard({})}, "can't parse inline keyboard button: Can't find field \"text\""),
        (
            {"reply_markup": keyboard({"text": "x"})},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"reply_markup": keyboard({"text": "x", "callback_data": "d" * 65})}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": keyboard({"text": "x", "callback_data": "é" * 33})}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": keyboard({"text": "x", "callback_data": ""})}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": keyboard({**BUTTON, "url": "https://a.b"})}, "BUTTON_TYPE_INVALID"),
        ({"reply_markup": keyboard({"text": "x", "url": "ftp://a.b"})}, "BUTTON_URL_INVALID"),
        ({"reply_markup": keyboard(*[BUTTON] * 101)}, "REPLY_MARKUP_TOO_LONG"),
        ({"reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"reply_to_message_id": 99}, "message to be replied not found"),
    ],
)
async def test_a_bad_message_is_refused(api: Api, ada: PersonDriver, parameters: dict[str, Any], words: str) -> None:
    answer = await api("sendMessage", **{"chat_id": 7, "text": "hello"} | parameters)
    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {words}"}
    assert ada.seen == []


async def test_a_message_is_shown_as_the_server_shows_it(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    answer = await api(
        "sendMessage",
        chat_id=7,
        text="<b>hé😀</b> &amp; /start",
        parse_mode="HTML",
        reply_markup=keyboard(BUTTON),
        reply_parameters={"message_id": 1},
    )
    now = int(emulator.clock.now())
    chat = {"id": 7, "first_name": "Ada", "type": "private"}
    person = {"id": 7, "is_bot": False, "first_name": "Ada", "language_code": "en"}
    command = [{"offset": 0, "length": 6, "type": "bot_command"}]
    assert answer["result"] == {
        "message_id": 2,
        "from": {"id": 42, "is_bot": True, "first_name": "My bot", "username": "my_bot"},
        "chat": chat,
        "date": now,
        "reply_to_message": {
            "message_id": 1,
            "from": person,
            "chat": chat,
            "date": now,
            "text": "/start",
            "entities": command,
        },
        "text": "hé😀 & /start",
        "entities": [
            {"offset": 0, "length": 4, "type": "bold"},
            {"offset": 7, "length": 6, "type": "bot_command"},
        ],
        "reply_markup": keyboard(BUTTON),
    }


async def test_a_lost_reply_target_may_be_ignored(api: Api, ada: PersonDriver) -> None:
    reply = {"message_id": 99, "allow_sending_without_reply": True}
    assert (await api("sendMessage", chat_id=7, text="hello", reply_parameters=reply))["ok"]


async def test_nobody_is_written_to_first(emulator: Emulator, api: Api) -> None:
    bob = emulator.person(9, "Bob")
    unknown = await api("sendMessage", chat_id=9, text="hello")
    await emulator.person(7, "Ada").create_group("Friends", [bob])
    met = await api("sendMessage", chat_id=9, text="hello")
    upload = await api("uploadStickerFile", user_id=9, sticker_format="static", sticker=picture())
    assert unknown["description"] == "Bad Request: chat not found"
    assert met["description"] == "Forbidden: bot can't initiate conversation with a user"
    assert upload["description"] == "Bad Request: PEER_ID_INVALID"


async def test_a_blocked_bot_cannot_write(api: Api, ada: PersonDriver) -> None:
    await ada.block()
    answer = await api("sendMessage", chat_id=7, text="hello")
    assert answer["description"] == "Forbidden: bot was blocked by the user"
    await ada.unblock()
    assert (await api("sendMessage", chat_id=7, text="hello"))["ok"]


async def test_a_photo_becomes_up_to_four_upright_jpegs(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    answer = await api("sendPhoto", chat_id=7, photo=picture("red", (2000, 1000), "PNG"), caption="c")
    sizes = [(size["width"], size["height"]) for size in answer["result"]["photo"]]
    assert sizes == [(90, 45), (320, 160), (800, 400), (1280, 640)]
    assert (await ada.wait_for_photo()).picture().format == "JPEG"


@pytest.mark.parametrize(
    ("method", "parameters", "words"),
    [
        ("sendPhoto", {}, "there is no photo in the request"),
        ("sendPhoto", {"photo": b"no picture"}, "IMAGE_PROCESS_FAILED"),
        ("sendPhoto", {"photo": b""}, "file must be non-empty"),
        ("sendPhoto", {"photo": "attach://nothing"}, "there is no photo in the request"),
        ("sendPhoto", {"photo": "https://a.b/c.jpg"}, "failed to get HTTP URL content"),
        (
            "sendPhoto",
            {"photo": "AgACnonsense"},
            "wrong remote file identifier specified: can't unserialize it. Wrong last symbol",
        ),
        ("sendPhoto", {"photo": "?"}, "wrong remote file identifier specified: Wrong character in the string"),
        ("sendPhoto", {"photo": picture(), "caption": "c" * 1025}, "message caption is too long"),
        ("sendSticker", {}, "there is no sticker in the request"),
        ("sendChatAction", {"action": "dance"}, "wrong parameter action in request"),
        ("getFile", {"file_id": "nonsense"}, "invalid file_id"),
        ("sendMediaGroup", {"media": []}, "there are no messages to send"),
        ("copyMessage", {"from_chat_id": 7, "message_id": 99}, "message to copy not found"),
        ("deleteMessage", {"message_id": 99}, "message to delete not found"),
        ("deleteMessage", {}, "message identifier is not specified"),
        ("editMessageText", {"message_id": 99, "text": "x"}, "message to edit not found"),
        ("editMessageText", {"message_id": 1, "text": "x"}, "message can't be edited"),
        ("setMessageReaction", {"message_id": 1, "reaction": [{"type": "emoji", "emoji": "🥑"}]}, "REACTION_INVALID"),
    ],
)
async def test_a_bad_call_is_refused(
    api: Api, ada: PersonDriver, method: str, parameters: dict[str, Any], words: str
) -> None:
    answer = await api(method, chat_id=7, **parameters)
    assert answer["description"] == f"Bad Request: {words}"


async def test_a_sticker_cannot_be_sent_as_a_photo(api: Api, ada: PersonDriver) -> None:
    sent = await api("sendSticker", chat_id=7, sticker=picture())
    answer = await api("sendPhoto", chat_id=7, photo=sent["result"]["sticker"]["file_id"])
    assert answer["description"] == "Bad Request: can't use file of type Sticker as Photo"


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (picture(), "sticker"),
        (picture(size=(500, 500)), "document"),
        (picture(encoding="PNG"), "document"),
        (b"what", "document"),
    ],
)
async def test_a_loose_file_is_a_sticker_only_as_a_512_px_webp(
    api: Api, ada: PersonDriver, file: bytes, kind: str
) -> None:
    answer = await api("sendSticker", chat_id=7, sticker=file)
    assert kind in answer["result"]


async def test_an_album_is_several_messages_with_one_group_id(api: Api, ada: PersonDriver) -> None:
    media = [
        {"type": "photo", "media": "attach://a", "caption": "<i>c</i>", "parse_mode": "HTML"},
        {"type": "photo", "media": "attach://b"},
    ]
    answer = await api("sendMediaGroup", chat_id=7, media=media, a=picture("red"), b=picture("blue"))
    first, second = answer["result"]
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], "caption" in second) == ("c", False)


async def test_an_edit_that_changes_nothing_is_refused(api: Api, ada: PersonDriver) -> None:
    message_id = await sent_id(api, reply_markup=keyboard(BUTTON))
    same = {"chat_id": 7, "message_id": message_id, "text": "hello", "reply_markup": keyboard(BUTTON)}
    answer = await api("editMessageText", **same)
    assert answer["description"].startswith("Bad Request: message is not modified: specified new message content")
    del same["reply_markup"]
    assert "reply_markup" not in (await api("editMessageText", **same))["result"]


async def test_a_sticker_message_has_no_words_to_edit(api: Api, ada: PersonDriver) -> None:
    sent = await api("sendSticker", chat_id=7, sticker=picture())
    target = {"chat_id": 7, "message_id": sent["result"]["message_id"]}
    text = await api("editMessageText", **target, text="x")
    caption = await api("editMessageCaption", **target, caption="x")
    markup = await api("editMessageReplyMarkup", **target, reply_markup=keyboard(BUTTON))
    assert text["description"] == "Bad Request: there is no text in the message to edit"
    assert caption["description"] == "Bad Request: there is no caption in the message to edit"
    assert markup["ok"]


async def test_a_photo_is_exchanged_with_its_caption(api: Api, ada: PersonDriver) -> None:
    sent = await api("sendPhoto", chat_id=7, photo=picture("red"), caption="old")
    media = {"type": "photo", "media": "attach://new", "caption": "new"}
    target = {"chat_id": 7, "message_id": sent["result"]["message_id"]}
    edited = await api("editMessageMedia", **target, media=media, new=picture("blue"))
    assert edited["result"]["caption"] == "new"
    assert (await ada.wait_for_photo()).picture().getpixel((5, 5))[2] > 200


async def test_a_picture_takes_the_place_of_a_text(api: Api, ada: PersonDriver) -> None:
    sent = await api("sendMessage", chat_id=7, text="wait")
    media = {"type": "photo", "media": "attach://new", "caption": "so far"}
    target = {"chat_id": 7, "message_id": sent["result"]["message_id"]}
    edited = await api("editMessageMedia", **target, media=media, new=picture("blue"))
    text = await api("editMessageText", **target, text="x")

    assert (edited["result"]["caption"], "text" in edited["result"]) == ("so far", False)
    assert text["description"] == "Bad Request: there is no text in the message to edit"


async def test_a_message_older_than_48_hours_stays(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    message_id = await sent_id(api)
    emulator.clock.advance(48 * 3600 + 1)
    answer = await api("deleteMessage", chat_id=7, message_id=message_id)
    assert answer["description"] == "Bad Request: message can't be deleted for everyone"


async def test_deleting_several_skips_what_is_gone(api: Api, ada: PersonDriver) -> None:
    ids = [await sent_id(api), await sent_id(api)]
    assert (await api("deleteMessages", chat_id=7, message_ids=[*ids, 99]))["ok"]
    assert ada.seen == []


async def test_forwarding_tells_whose_it_was_and_copying_does_not(api: Api, ada: PersonDriver) -> None:
    source = {"chat_id": 7, "from_chat_id": 7, "message_id": 1}
    forwarded = (await api("forwardMessage", **source))["result"]
    copied = (await api("copyMessage", **source))["result"]
    assert forwarded["forward_origin"]["sender_user"]["first_name"] == "Ada"
    assert copied == {"message_id": 3}


async def test_a_reaction_is_seen_and_taken_back(emulator: Emulator, api: Api, ada: PersonDriver) -> None:
    await api("setMessageReaction", chat_id=7, message_id=1, reaction=[{"type": "emoji", "emoji": "👀"}])
    assert ada.chat.reactions_to(1) == [{"type": "emoji", "emoji": "👀"}]
    await api("setMessageReaction", chat_id=7, message_id=1)
    assert ada.chat.reactions_to(1) == []


async def test_a_document_arrives_byte_for_byte(emulator: Emulator, api: Api, ada: PersonDriver, http: Any) -> None:
    original = picture("red", (3000, 10), "JPEG")
    sent = await ada.send_document(original, "me.jpg", "image/jpeg", "c")
    file = (await api("getFile", file_id=sent.json["document"]["file_id"]))["result"]
    url = f"{emulator.url}/file/bot42:abc/{file['file_path']}"
    async with http.get(url) as response:
        assert await response.read() == original
    emulator.clock.advance(3601)
    async with http.get(url) as response:
        assert response.status == 404


async def test_a_file_over_20_megabytes_cannot_be_fetched(api: Api, ada: PersonDriver) -> None:
    sent = await ada.send_document(bytes((20 << 20) + 1), "big.bin", "application/octet-stream")
    answer = await api("getFile", file_id=sent.json["document"]["file_id"])
    assert answer["description"] == "Bad Request: file is too big"


@pytest.mark.parametrize("method", ["sendMessage", "addStickerToSet", "answerCallbackQuery", "editMessageText"])
async def test_no_method_succeeds_without_parameters(api: Api, method: str) -> None:
    assert not (await api(method))["ok"]


async def test_in_a_group_only_commands_replies_and_mentions_reach_the_bot(emulator: Emulator, api: Api) -> None:
    ada = emulator.person(7, "Ada")
    group = await ada.create_group("Friends")
    for text in ("hello", "/go", "/go@my_bot", "/go@other_bot", "hey @my_bot"):
        await group.send_text(text)
    updates = (await api("getUpdates"))["result"]
    assert [update["message"].get("text", "joined") for update in updates if "message" in update] == [
        "joined",
        "/go",
        "/go@my_bot",
        "hey @my_bot",
    ]


async def test_a_bot_thrown_out_of_a_group_is_told_and_cannot_write(emulator: Emulator, api: Api) -> None:
    group = await emulator.person(7, "Ada").create_group("Friends")
    await group.remove_bot()
    answer = await api("sendMessage", chat_id=group.chat.id, text="hello")
    assert answer["description"] == "Forbidden: bot was kicked from the supergroup chat"
    last = (await api("getUpdates"))["result"][-1]["my_chat_member"]
    assert (last["new_chat_member"]["status"], json.dumps(last["new_chat_member"]["until_date"])) == ("kicked", "0")
