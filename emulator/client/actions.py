"""What a person does through the chat page, one function per POST of CLIENT_API.md."""

from __future__ import annotations

import asyncio
import random

from emulator import membership, pack_owner, people, profile_photos, queries
from emulator.client.request import ClientHandler, ClientRequest
from emulator.errors import BotApiError, Refusal
from emulator.files import FileType
from emulator.render import chat_json
from emulator.state import Account, Json, Media, Message
from emulator.topics import open_topic

PRESS_TIMEOUT_S = 15.0
MAX_PRESS_TIMEOUT_S = 60.0
INLINE_TIMEOUT_S = 10.0


def _shown(request: ClientRequest, message: Message) -> Json:
    return {"message": request.world.render(request.world.bot_of(message.chat)).shown(message)}


async def _send_text(request: ClientRequest) -> Json:
    message = people.send_text(
        request.world, request.person, request.chat, request.text("text"), request.reply_to, request.topic
    )
    return _shown(request, message)


async def _send_media(request: ClientRequest) -> Json:
    if not request.uploads:
        raise Refusal("bad_request", "file is missing")
    messages = await people.send_media(
        request.world,
        request.person,
        request.chat,
        request.text("kind"),
        request.uploads,
        request.text("caption", ""),
        request.reply_to,
        topic=request.topic,
        order=_read_order(request),
        gap_s=float(request.text("gap_s", "0") or 0),
    )
    if len(messages) == 1:
        return _shown(request, messages[0])
    return {"messages": [_shown(request, message)["message"] for message in messages]}


def _read_order(request: ClientRequest) -> list[int]:
    """Return the order of an album's updates: `2,0,1`, or `shuffled`."""
    order = request.text("order", "")
    places = list(range(len(request.uploads)))
    if order == "shuffled":
        random.shuffle(places)
        return places
    if not all(place.isdigit() for place in order.split(",") if order):
        raise Refusal("bad_request", "order must be places, as 2,0,1, or shuffled")
    return [int(place) for place in order.split(",") if order]


async def _send_sticker(request: ClientRequest) -> Json:
    if request.uploads:
        request.fields["kind"] = "sticker"
        return await _send_media(request)
    try:
        file = request.world.files.find_any(request.text("file_id"))
    except BotApiError as error:
        raise Refusal("no_such_file", "there is no such sticker", 404) from error
    if file.type is not FileType.STICKER:
        raise Refusal("no_such_file", "this is not a sticker", 404)
    sticker = Media("sticker", (file,))
    message = people.send_media_again(request.world, request.person, request.chat, sticker, request.topic)
    return _shown(request, message)


async def _press(request: ClientRequest) -> Json:
    message = request.message
    button = _find_button(request, message)
    if "url" in button:
        return {"kind": "url", "url": button["url"]}
    if "copy_text" in button:
        return {"kind": "copy", "text": button["copy_text"]["text"]}
    if "callback_data" not in button:
        chosen = button.get("switch_inline_query_chosen_chat")
        if chosen is not None:
            return {"kind": "inline", "query": str(chosen.get("query", "")), "is_current_chat": False}
        is_here = "switch_inline_query_current_chat" in button
        query = button["switch_inline_query_current_chat"] if is_here else button.get("switch_inline_query", "")
        return {"kind": "inline", "query": query, "is_current_chat": is_here}
    query = queries.press(request.world, request.person, message, button["callback_data"])
    timeout_s = min(request.number("timeout_s", PRESS_TIMEOUT_S), MAX_PRESS_TIMEOUT_S)
    await _answer_in_time(query.answered, timeout_s)
    return {"kind": "callback", "callback_query_id": query.id, **query.answer}


async def _answer_in_time(answered: asyncio.Event, timeout_s: float) -> None:
    try:
        await asyncio.wait_for(answered.wait(), timeout_s)
    except TimeoutError as error:
        raise Refusal("spinner_timeout", "the bot did not answer in time", 504) from error


def _find_button(request: ClientRequest, message: Message) -> Json:
    rows = (message.reply_markup or {}).get("inline_keyboard", [])
    if "data" in request.fields:
        data = request.text("data")
        found: list[Json] = [button for row in rows for button in row if button.get("callback_data") == data]
    else:
        row, column = request.integer("row"), request.integer("column")
        found = rows[row][column : column + 1] if 0 <= row < len(rows) and column >= 0 else []
    if not found:
        raise Refusal("no_such_button", "this message has no such button", 404)
    return found[0]


async def _introduce(request: ClientRequest) -> Json:
    facts = {name: request.text(name) for name in ("last_name", "username", "language_code") if name in request.fields}
    person = people.introduce(request.world, request.integer("id"), request.text("first_name"), **facts)
    if "is_premium" in request.fields:
        person.is_premium = bool(request.fields["is_premium"])
    return {"person": people.person_json(person)}


async def _advance_clock(request: ClientRequest) -> Json:
    request.world.clock.advance(request.number("advance_s", 0.0))
    return {"now": request.world.now}


async def _edit(request: ClientRequest) -> Json:
    words = request.text("text" if "text" in request.fields else "caption")
    return _shown(request, people.edit(request.world, request.person, request.message, words))


async def _delete(request: ClientRequest) -> Json:
    people.delete(request.world, request.person, request.message)
    return {}


async def _react(request: ClientRequest) -> Json:
    people.react(request.world, request.person, request.message, request.text("emoji"))
    return {}


async def _block(request: ClientRequest) -> Json:
    membership.block(request.world, request.person, request.bot)
    return {"is_blocked": True}


async def _unblock(request: ClientRequest) -> Json:
    membership.unblock(request.world, request.person, request.bot)
    return {"is_blocked": False}


async def _delete_pack(request: ClientRequest) -> Json:
    pack_owner.delete_pack(request.world, request.person, request.text("name"))
    return {}


async def _delete_sticker(request: ClientRequest) -> Json:
    unique_id = request.text("file_unique_id", "")
    if not unique_id:
        try:
            unique_id = request.world.files.find_any(request.text("file_id")).unique_id
        except BotApiError as error:
            raise Refusal("no_such_sticker", "there is no such sticker", 404) from error
    pack_owner.delete_sticker(request.world, request.person, unique_id)
    return {}


async def _create_group(request: ClientRequest) -> Json:
    ids = request.fields.get("members", [])
    if not isinstance(ids, list) or not all(isinstance(user_id, int) for user_id in ids):
        raise Refusal("bad_request", "members must be a list of ids")
    members: list[Account] = [people.introduce(request.world, user_id) for user_id in ids]
    if request.fields.get("with_bot", True):
        members.append(request.bot)
    is_forum = bool(request.fields.get("is_forum", False))
    chat = membership.create_group(request.world, request.person, request.text("title"), members, is_forum=is_forum)
    return {"chat": chat_json(chat)}


def _member(request: ClientRequest) -> Account:
    """Return whom an action in a group is about: `member` (a person's id), else the bot."""
    return people.introduce(request.world, request.integer("member")) if "member" in request.fields else request.bot


async def _add_member(request: ClientRequest) -> Json:
    membership.add_member(request.world, request.person, request.chat, _member(request))
    return {}


async def _remove_member(request: ClientRequest) -> Json:
    membership.remove_member(request.world, request.person, request.chat, _member(request))
    return {}


async def _promote(request: ClientRequest) -> Json:
    rights = request.fields.get("rights", [])
    if not isinstance(rights, list) or not all(isinstance(right, str) for right in rights):
        raise Refusal("bad_request", "rights must be a list of names")
    membership.promote(request.world, request.person, request.chat, _member(request), rights)
    return {}


async def _forbid(request: ClientRequest) -> Json:
    kinds = request.fields.get("kinds", [])
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise Refusal("bad_request", "kinds must be a list of names")
    membership.forbid(request.world, request.person, request.chat, kinds)
    return {}


async def _open_topic(request: ClientRequest) -> Json:
    chat = request.chat
    if not chat.is_forum and not (chat.is_private and request.bot.has_topics):
        raise Refusal("bad_request", "this chat has no topics")
    people.check_may_write(request.person, chat)
    name = request.text("name").strip()
    if not name:
        raise Refusal("bad_request", "name must not be empty")
    return {"message_thread_id": open_topic(request.world, request.person, chat, name)}


async def _set_profile_photo(request: ClientRequest) -> Json:
    if not request.uploads:
        profile_photos.remove_profile_photos(request.world, request.person)
    for upload in request.uploads:
        await profile_photos.add_profile_photo(request.world, request.person, upload.data)
    return {}


async def _inline(request: ClientRequest) -> Json:
    asked = queries.ask_inline(
        request.world,
        request.person,
        request.bot,
        request.text("query", ""),
        request.text("offset", ""),
        request.chat,
    )
    await _answer_in_time(asked.answered, INLINE_TIMEOUT_S)
    return {"inline_query_id": asked.id, **asked.answer}


async def _inline_send(request: ClientRequest) -> Json:
    asked = request.world.inline_queries.get(request.text("inline_query_id"))
    if asked is None or asked.person is not request.person:
        raise Refusal("bad_request", "there is no such inline query", 404)
    message = queries.send_inline_result(request.world, request.person, request.chat, asked, request.text("result_id"))
    return _shown(request, message)


ACTIONS: dict[str, ClientHandler] = {
    "send_text": _send_text,
    "send_media": _send_media,
    "send_sticker": _send_sticker,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "press": _press,
    "inline": _inline,
    "inline_send": _inline_send,
    "block": _block,
    "unblock": _unblock,
    "delete_pack": _delete_pack,
    "delete_sticker": _delete_sticker,
    "groups": _create_group,
    "add_member": _add_member,
    "remove_member": _remove_member,
    "promote": _promote,
    "forbid": _forbid,
    "topics": _open_topic,
    "profile_photo": _set_profile_photo,
    "users": _introduce,
    "clock": _advance_clock,
}
