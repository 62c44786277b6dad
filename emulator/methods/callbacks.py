"""Answers to pressed buttons and to inline queries."""

from __future__ import annotations

from typing import Any

from emulator.errors import BotApiError, bad_request
from emulator.files import FileType
from emulator.methods.registry import MethodCall, method
from emulator.state import Json

MAX_ANSWER_TEXT = 200
MAX_RESULTS = 50
_CACHED = {"sticker": FileType.STICKER, "photo": FileType.PHOTO, "document": FileType.DOCUMENT}


@method("answerCallbackQuery")
async def answer_callback_query(call: MethodCall) -> bool:
    """End the spinner on a button, once, with or without a note."""
    parameters, world = call.parameters, call.world
    query = world.callback_queries.get(parameters.text("callback_query_id"))
    is_open = query is not None and query.bot is call.bot and not query.answered.is_set()
    if query is None or not is_open or world.now - query.asked_at > world.rules.callback_life_s:
        raise bad_request("QUERY_ID_INVALID")
    text, url = parameters.text("text"), parameters.text("url")
    if len(text) > MAX_ANSWER_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
    if url and not url.startswith((f"https://t.me/{call.bot.username}?", f"t.me/{call.bot.username}?")):
        raise bad_request("URL_INVALID")
    query.answer = {"text": text, "show_alert": parameters.flag("show_alert"), "url": url or None}
    query.answered.set()
    where = {"message_id": query.message.message_id, "callback_query_id": query.id}
    world.notify_person("callback_answer", query.person, query.message.chat, {**where, **query.answer})
    return True


@method("answerInlineQuery")
async def answer_inline_query(call: MethodCall) -> bool:
    """Answer what a person typed with up to 50 results."""
    world = call.world
    query = world.inline_queries.get(call.parameters.text("inline_query_id"))
    is_open = query is not None and query.bot is call.bot and not query.answered.is_set()
    results = _read_results(call)
    if query is None or not is_open or world.now - query.asked_at > world.rules.inline_life_s:
        raise bad_request("QUERY_ID_INVALID")
    next_offset = call.parameters.text("next_offset")
    if len(next_offset.encode()) > 64:
        raise bad_request("NEXT_OFFSET_INVALID")
    button = call.parameters.parsed("button", "Can't parse inline query results button JSON object")
    query.answer = {"results": results, "next_offset": next_offset, "button": button}
    query.answered.set()
    return True


def _read_results(call: MethodCall) -> list[Json]:
    value = call.parameters.parsed("results", "Can't parse JSON encoded inline query results")
    if not isinstance(value, list):
        raise bad_request("Expected an Array of inline query results")
    if len(value) > MAX_RESULTS:
        raise bad_request("Too many inline query results specified")
    results = [_checked_result(call, result) for result in value]
    if len({result["id"] for result in results}) != len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    return results


def _checked_result(call: MethodCall, result: Any) -> Json:
    prefix = "can't parse inline query result: "
    if not isinstance(result, dict):
        raise bad_request(prefix + "Inline query result must be an object")
    for name in ("type", "id"):
        if not isinstance(result.get(name), str):
            raise bad_request(f'{prefix}Can\'t find field "{name}"')
    if not 1 <= len(result["id"].encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    file_type = _CACHED.get(result["type"])
    if file_type is not None and f"{result['type']}_file_id" in result:
        _check_cached(call, result, file_type)
    return result


def _check_cached(call: MethodCall, result: Json, file_type: FileType) -> None:
    """Refuse a cached result that does not name a file of this bot, of the right type. Raises `BotApiError`."""
    field = f"{result['type']}_file_id"
    try:
        file = call.world.files.find(str(result[field]), call.bot.id)
    except BotApiError as error:
        raise bad_request(f"Wrong {field} specified") from error
    if file.type is not file_type:
        raise bad_request(f"Wrong {field} specified")
