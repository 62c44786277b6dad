"""InputSticker: read and refused in the order and words of the Bot API server (Client.cpp), then uploaded."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from emulator import pictures
from emulator.call_parameters import FilePart
from emulator.errors import BotApiError, bad_request
from emulator.files import FileType, StoredFile
from emulator.methods.files import find_stored
from emulator.methods.registry import MethodCall
from emulator.state import Json
from emulator.sticker_sets import SetSticker
from emulator.text.emoji_rule import is_emoji
from emulator.world import World

FORMATS = ("static", "animated", "video", "auto")
MASK_POINTS = ("forehead", "eyes", "mouth", "chin")
MAX_EMOJI = 20
MAX_KEYWORDS = 20
MAX_KEYWORDS_LENGTH = 64
MAX_BYTES = {"static": 512 << 10, "animated": 64 << 10, "video": 256 << 10}
MAX_CUSTOM_EMOJI_BYTES = {"static": 128 << 10, "animated": 64 << 10, "video": 64 << 10}


@dataclass(slots=True)
class InputSticker:
    """A parsed InputSticker; `source` is the upload or the file it names."""

    source: FilePart | StoredFile
    format: str
    emoji_list: list[str]
    keywords: list[str]
    mask_position: Json | None = None


def parse_input_sticker(call: MethodCall, value: Any, default_format: str | None) -> InputSticker:
    """Parse one InputSticker; `default_format` None makes the field required.

    Raises `BotApiError` with the inner text; callers put their `can't parse ...` before it.
    """
    if not isinstance(value, dict):
        raise bad_request("InputSticker must be an Object")
    sticker = _string(value, "sticker", "")
    source: FilePart | StoredFile | None
    if not sticker or sticker.startswith("attach://"):
        source = call.parameters.uploads.get(sticker.removeprefix("attach://")) if sticker else None
    else:
        source = find_stored(call, sticker)
    if source is None:
        raise bad_request("sticker not found")
    sticker_format = _string(value, "format", default_format)
    if sticker_format not in FORMATS:
        raise bad_request("Invalid sticker format specified")
    if "emoji_list" not in value:
        raise bad_request('Can\'t find field "emoji_list"')
    emoji_list = parse_emoji_list(value["emoji_list"])
    keywords = parse_keywords(value.get("keywords", []))
    return InputSticker(source, sticker_format, emoji_list, keywords, parse_mask_position(value.get("mask_position")))


def _string(value: Json, name: str, default: str | None) -> str:
    if name not in value:
        if default is None:
            raise bad_request(f'Can\'t find field "{name}"')
        return default
    if not isinstance(value[name], str):
        raise bad_request(f'Field "{name}" must be of type String')
    return str(value[name])


def parse_emoji_list(value: Any) -> list[str]:
    """Parse 1 to 20 emoji. Raises `BotApiError` with the inner text."""
    if not isinstance(value, list):
        raise bad_request("expected an Array of string")
    if not value:
        raise bad_request("emoji list must be non-empty")
    if len(value) > MAX_EMOJI:
        raise bad_request("too many emoji specified")
    for element in value:
        if not isinstance(element, str):
            raise bad_request("emoji must be a string")
        if not is_emoji(element):
            raise bad_request("expected a Unicode emoji")
    return list(value)


def parse_keywords(value: Any) -> list[str]:
    """Parse up to 20 keywords, 64 characters together; commas and newlines inside become spaces.

    Raises `BotApiError` with the inner text.
    """
    if not isinstance(value, list):
        raise bad_request('Field "keywords" must be an Array')
    if not all(isinstance(element, str) for element in value):
        raise bad_request("keyword must be a string")
    if len(value) > MAX_KEYWORDS:
        raise bad_request("too many keywords specified")
    keywords = [re.sub(r"[,\n]", " ", keyword).strip() for keyword in value]
    if len(",".join(keywords)) > MAX_KEYWORDS_LENGTH:
        raise bad_request("STICKER_KEYWORDS_TOO_LONG")
    return [keyword for keyword in keywords if keyword]


def parse_mask_position(value: Any) -> Json | None:
    """Parse a MaskPosition, None for none. Raises `BotApiError` with the inner text."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("MaskPosition must be an Object")
    if _string(value, "point", None) not in MASK_POINTS:
        raise bad_request("Wrong point specified")
    numbers = {}
    for name in ("x_shift", "y_shift", "scale"):
        if isinstance(value.get(name), bool) or not isinstance(value.get(name), int | float):
            raise bad_request(f'Can\'t find field "{name}"')
        numbers[name] = float(value[name])
    return {"point": value["point"], **numbers}


async def make_sticker(call: MethodCall, parsed: InputSticker, sticker_type: str) -> SetSticker:
    """Upload, check as Telegram's servers do, and make the in-set sticker: a new file with ids of its own.

    Raises `BotApiError`: STICKER_PNG_DIMENSIONS and its family, `file is too big`.
    """
    source = parsed.source
    if isinstance(source, FilePart):
        source = await upload_sticker(call.world, source, parsed.format, sticker_type)
    if source.type is FileType.PHOTO or source.type is FileType.THUMBNAIL:
        raise bad_request(f"can't use file of type {source.type} as Sticker")
    if parsed.format == "animated":
        raise bad_request("STICKER_TGS_NOTGS")
    if parsed.format == "video":
        raise bad_request("STICKER_VIDEO_NOWEBM")
    facts, data, picture = await asyncio.to_thread(_checked, source.data, sticker_type)
    preview = call.world.files.add_picture(FileType.THUMBNAIL, picture) if picture else None
    size, symbol = (facts.width, facts.height), parsed.emoji_list[0]
    file = call.world.files.add(FileType.STICKER, data, "image/webp", size=size, thumbnail=preview, emoji=symbol)
    custom_emoji_id = call.world.new_id() if sticker_type == "custom_emoji" else ""
    mask_position = parsed.mask_position if sticker_type == "mask" else None
    return SetSticker(file, source, parsed.emoji_list, parsed.keywords, custom_emoji_id, mask_position)


async def upload_sticker(
    world: World, upload: FilePart, sticker_format: str, sticker_type: str = "regular"
) -> StoredFile:
    """Keep an uploaded sticker file; only its size is checked here. Raises `BotApiError`: empty or too big."""
    if not upload.data:
        raise bad_request("file must be non-empty")
    limits = MAX_CUSTOM_EMOJI_BYTES if sticker_type == "custom_emoji" else MAX_BYTES
    if len(upload.data) > limits.get(sticker_format, limits["static"]):
        raise bad_request("file is too big")
    return world.files.add(FileType.DOCUMENT, upload.data, upload.mime, name=upload.name)


def _checked(data: bytes, sticker_type: str) -> tuple[pictures.PictureInfo, bytes, pictures.EncodedPicture | None]:
    """Decode, measure, and turn PNG into WebP; WebP stays as it is. Raises `BotApiError`."""
    try:
        facts = pictures.inspect(data)
    except pictures.NotAPictureError as error:
        raise bad_request("STICKER_PNG_NOPNG") from error
    if facts.format not in {"WEBP", "PNG"} or facts.is_animated:
        raise bad_request("STICKER_PNG_NOPNG")
    sides = (facts.width, facts.height)
    fits = sides == (100, 100) if sticker_type == "custom_emoji" else max(sides) == 512
    if not fits:
        raise bad_request("STICKER_PNG_DIMENSIONS")
    webp = data if facts.format == "WEBP" else pictures.to_webp(data)
    return facts, webp, pictures.thumbnail(data)


@contextmanager
def prefixed(prefix: str) -> Iterator[None]:
    """Raise the block's `BotApiError` in the words of the outer parser."""
    try:
        yield
    except BotApiError as error:
        raise bad_request(f"{prefix}: {error.message}") from error
