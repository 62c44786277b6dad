"""InputMedia objects of sendMediaGroup and editMessageMedia."""

from __future__ import annotations

from typing import Any

from emulator.errors import BotApiError, bad_request
from emulator.methods.files import take_media
from emulator.methods.registry import MethodCall
from emulator.methods.sending import FormattedText, check_caption
from emulator.state import Media
from emulator.text.entities import parse_formatted

KINDS = frozenset({"photo", "document", "animation", "video", "audio"})


async def parse_input_media(call: MethodCall, value: Any) -> tuple[Media, FormattedText]:
    """Parse one InputMedia with its caption.

    Raises `BotApiError`: `can't parse InputMedia: ...`, or what sending such a file would say.
    """
    kind, source = _read_source(value)
    mode = str(value.get("parse_mode", ""))
    words = FormattedText(*parse_formatted(str(value.get("caption", "")), mode, value.get("caption_entities")))
    media = await take_media(call, kind, source)
    media.has_spoiler = bool(value.get("has_spoiler"))
    return media, check_caption(words)


def _read_source(value: Any) -> tuple[str, str]:
    if not isinstance(value, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    for name in ("type", "media"):
        if name not in value:
            raise bad_request(f"can't parse InputMedia: Can't find field \"{name}\"")
        if not isinstance(value[name], str):
            raise bad_request(f'can\'t parse InputMedia: Field "{name}" must be of type String')
    if value["type"] not in KINDS:
        raise bad_request("can't parse InputMedia: invalid media type specified")
    if not value["media"]:
        raise bad_request("can't parse InputMedia: media not found")
    return value["type"], value["media"]


async def parse_album(call: MethodCall) -> list[tuple[Media, FormattedText]]:
    """Parse the `media` of sendMediaGroup: at most 10, documents among themselves. Raises `BotApiError`."""
    value = call.parameters.parsed("media", "Can't parse media JSON object")
    if not isinstance(value, list):
        raise bad_request("expected an Array of InputMedia")
    if not value:
        raise bad_request("There are no messages to send")
    if len(value) > 10:
        raise bad_request("Too many messages to send as an album")
    kinds = {_read_source(item)[0] for item in value}
    if "animation" in kinds or ("document" in kinds and len(kinds) > 1) or ("audio" in kinds and len(kinds) > 1):
        raise BotApiError(400, "Can't mix these media types in an album")
    return [await parse_input_media(call, item) for item in value]
