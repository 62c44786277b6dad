"""InlineQueryResult: read and refused as the Bot API server does, and the message that one becomes."""

from __future__ import annotations

import re
from typing import Any

from emulator.errors import BotApiError, Refusal, bad_request
from emulator.files import FILE_TYPES
from emulator.markup import check_markup
from emulator.state import Bot, Json, Media
from emulator.text.entities import parse_formatted
from emulator.world import World

MAX_RESULTS = 50
MAX_TEXT = 4096
MAX_CAPTION = 1024
# Fields that a result must have: always; besides a URL; and the kind of file behind `<type>_file_id`.
_REQUIRED = {
    "article": ("title",),
    "audio": (),
    "contact": ("phone_number", "first_name"),
    "document": ("title",),
    "game": ("game_short_name",),
    "gif": (),
    "location": ("latitude", "longitude", "title"),
    "mpeg4_gif": (),
    "photo": (),
    "sticker": (),
    "venue": ("latitude", "longitude", "title", "address"),
    "video": ("title",),
    "voice": ("title",),
}
_BESIDES_URL = {
    "audio": ("title",),
    "document": ("mime_type",),
    "gif": ("thumbnail_url",),
    "mpeg4_gif": ("thumbnail_url",),
    "photo": ("thumbnail_url",),
    "video": ("thumbnail_url", "mime_type"),
}
_FILES = {
    **{kind: kind for kind in ("audio", "document", "photo", "sticker", "video", "voice")},
    **{"gif": "animation", "mpeg4_gif": "animation"},
}


def check_results(world: World, bot: Bot, value: Any) -> list[Json]:
    """Return the `results` of answerInlineQuery. Raises `BotApiError`."""
    if not isinstance(value, list):
        raise bad_request("Expected an Array of InlineQueryResult")
    if len(value) > MAX_RESULTS:
        raise bad_request("Too many inline query results specified")
    results = [check_result(world, bot, result) for result in value]
    if len({result["id"] for result in results}) != len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    return results


def check_result(world: World, bot: Bot, result: Any) -> Json:
    """Return one InlineQueryResult. Raises `BotApiError`: `can't parse InlineQueryResult: ...`, or a constant."""
    try:
        kind = _check_fields(result)
    except BotApiError as error:
        raise bad_request(f"can't parse InlineQueryResult: {error.message}") from error
    if not 1 <= len(result["id"].encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    field = f"{kind}_file_id"
    if kind in _FILES and field in result:
        try:
            file = world.files.find(str(result[field]), bot.id)
        except BotApiError as error:
            raise bad_request(f"Wrong {field} specified") from error
        if file.type is not FILE_TYPES[_FILES[kind]]:
            raise bad_request(f"Wrong {field} specified")
    return dict(result)


def _check_fields(result: Any) -> str:
    if not isinstance(result, dict):
        raise bad_request("Inline query result must be an object")
    kind = _string(result, "type")
    _string(result, "id")
    if kind not in _REQUIRED:
        raise bad_request(f'type "{kind}" is unsupported for the inline query result')
    _check_words(result, is_content_required=kind == "article")
    if "reply_markup" in result and "inline_keyboard" in (check_markup(result["reply_markup"]) or {}):
        result["reply_markup"] = check_markup(result["reply_markup"])
    for name in _REQUIRED[kind]:
        if name in {"latitude", "longitude"} and isinstance(result.get(name), int | float):
            continue
        _string(result, name)
    if kind in _FILES:
        if f"{kind}_url" in result and kind != "sticker":
            for name in _BESIDES_URL.get(kind, ()):
                _string(result, name)
        else:
            _string(result, f"{kind}_file_id")
    return kind


def _check_words(result: Json, *, is_content_required: bool) -> None:
    content = result.get("input_message_content")
    if content is None:
        if is_content_required:
            raise bad_request("Input message content is not specified")
    elif not isinstance(content, dict):
        raise bad_request('Field "input_message_content" must be of type Object')
    elif "message_text" in content:
        text, _ = parse_formatted(
            _string(content, "message_text"), str(content.get("parse_mode", "")), content.get("entities")
        )
        if not text:
            raise bad_request("Message text is empty")
        if len(text) > MAX_TEXT:
            raise bad_request("MESSAGE_TOO_LONG")
    elif not {"latitude", "phone_number", "rich_message", "provider_token", "title"} & {*content}:
        raise bad_request("Input message content is not specified")
    caption, _ = parse_formatted(
        str(result.get("caption", "")), str(result.get("parse_mode", "")), result.get("caption_entities")
    )
    if len(caption) > MAX_CAPTION:
        raise bad_request("MEDIA_CAPTION_TOO_LONG")


def _string(value: Json, name: str) -> str:
    if name not in value:
        raise bad_request(f'Can\'t find field "{name}"')
    if not isinstance(value[name], str):
        raise bad_request(f'Field "{name}" must be of type String')
    return str(value[name])


def check_button(value: Any) -> Json | None:
    """Return the button above the results, None for none. Raises `BotApiError`."""
    if value is None:
        return None
    try:
        if not isinstance(value, dict):
            raise bad_request("InlineQueryResultsButton must be an Object")
        _string(value, "text")
    except BotApiError as error:
        raise bad_request(f"can't parse InlineQueryResultsButton: {error.message}") from error
    if not value["text"]:
        raise bad_request("SWITCH_PM_TEXT_EMPTY")
    if "web_app" not in value and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(value.get("start_parameter", ""))):
        raise bad_request("START_PARAM_INVALID" if value.get("start_parameter") else "START_PARAM_EMPTY")
    return value


def content_of(world: World, bot: Bot, result: Json) -> tuple[str, list[Json], Media | None]:
    """Return (text, entities, media) of the message that a checked result becomes.

    Raises `Refusal` for kinds of content that are not emulated: whatever would have to be fetched from a URL.
    """
    written = result.get("input_message_content")
    if written is not None:
        if "message_text" not in written:
            raise Refusal("bad_request", "only text is emulated as input_message_content")
        text, entities = parse_formatted(
            written["message_text"], written.get("parse_mode", ""), written.get("entities")
        )
        return text, entities, None
    kind = _FILES.get(result["type"])
    if kind is None or f"{result['type']}_file_id" not in result:
        raise Refusal("bad_request", f"inline results of type {result['type']} are only emulated with a file_id")
    text, entities = parse_formatted(
        result.get("caption", ""), result.get("parse_mode", ""), result.get("caption_entities")
    )
    file = world.files.find(result[f"{result['type']}_file_id"], bot.id)
    files = world.files.photo_family(file) if kind == "photo" else (file,)
    return text, entities, Media(kind, files)
