"""Sticker sets: making, filling, changing, deleting them."""

from __future__ import annotations

import re
from typing import Any

from emulator.errors import ApiError, bad_request
from emulator.files import StoredFile
from emulator.methods.attachments import find_upload
from emulator.methods.input_stickers import (
    InputSticker,
    make_sticker,
    parse_emoji_list,
    parse_input_sticker,
    parse_keywords,
    upload_sticker,
    with_prefix,
)
from emulator.methods.registry import Call, method
from emulator.methods.targets import check_reachable, find_user
from emulator.state import Bot, Json, Person
from emulator.sticker_sets import LIMITS, SetSticker, StickerSet, check_rights

MAX_INITIAL = 50
MAX_NAME = 64
MAX_TITLE = 64


@method("getStickerSet")
async def get_sticker_set(call: Call) -> Json:
    """A set by name, from a cache of some minutes."""
    name = _read_name(call)
    return call.render.sticker_set(call.world.sets.cached(name, call.world.now))


def _read_name(call: Call) -> str:
    name = call.parameters.text("name")
    if not name:
        raise bad_request("Sticker set name must be non-empty")
    return name


@method("uploadStickerFile")
async def upload_sticker_file(call: Call) -> Json:
    """Keep a file for later use in sets; its pixels are not looked at yet."""
    person = find_user(call)
    check_reachable(call, person)
    sticker_format = call.parameters.text("sticker_format")
    if sticker_format not in {"static", "animated", "video"}:
        raise bad_request("Invalid sticker format specified")
    value = call.parameters.text("sticker")
    upload = find_upload(call, "sticker", value) or call.parameters.uploads.get("sticker")
    if upload is None:
        raise bad_request("inputFile is not specified")
    if not upload.data:
        raise bad_request("can't upload sticker file: empty file")
    file = await upload_sticker(call.world, upload, sticker_format)
    return call.render.file(file)


@method("createNewStickerSet")
async def create_new_sticker_set(call: Call) -> bool:
    """A set of 1 to 50 stickers owned by the user."""
    parsed = _read_stickers(call)
    sticker_type = call.parameters.text("sticker_type") or "regular"
    if sticker_type not in LIMITS:
        raise bad_request("Unsupported sticker type specified")
    owner = find_user(call)
    title = call.parameters.text("title").strip()[:MAX_TITLE]
    if not title:
        raise bad_request("Sticker set title must be non-empty")
    name = _read_name(call)[:MAX_NAME]
    if not parsed:
        raise bad_request("At least 1 sticker must be specified")
    check_reachable(call, owner)
    stickers = [await make_sticker(call, sticker, sticker_type) for sticker in parsed]
    _check_name(call, name)
    new = StickerSet(name, title, sticker_type, owner, call.bot, stickers)
    call.world.sets.add(new)
    call.world.tell_pack(new, "created")
    return True


def _read_stickers(call: Call) -> list[InputSticker]:
    value = call.parameters.parsed("stickers", "Can't parse stickers JSON object")
    if not isinstance(value, list):
        raise bad_request("Expected an Array of InputSticker")
    if len(value) > MAX_INITIAL:
        raise bad_request("Too many stickers specified")
    legacy = call.parameters.text("sticker_format") or None
    try:
        return [parse_input_sticker(call, sticker, legacy) for sticker in value]
    except ApiError as error:
        raise with_prefix("Can't parse InputSticker", error) from error


def _check_name(call: Call, name: str) -> None:
    suffix = f"_by_{call.bot.username}"
    well_formed = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) and "__" not in name
    if not well_formed or not name.lower().endswith(suffix.lower()):
        raise bad_request("PACK_SHORT_NAME_INVALID")
    if call.world.sets.is_occupied(name, call.world.now):
        raise bad_request("PACK_SHORT_NAME_OCCUPIED")


@method("addStickerToSet")
async def add_sticker_to_set(call: Call) -> bool:
    """One more at the end; one that is already there changes nothing."""
    parsed = _read_sticker(call)
    owner, sticker_set = _find_owned_set(call)
    sticker = await make_sticker(call, parsed, sticker_set.sticker_type)
    if any(_is_identical(call, old, sticker) for old in sticker_set.stickers):
        return True
    call.world.sets.append(sticker_set, sticker)
    call.world.tell_pack(sticker_set, "changed")
    return True


def _is_identical(call: Call, old: SetSticker, new: SetSticker) -> bool:
    if call.world.rules.identical_sticker == "same_file":
        return old.source.number == new.source.number
    return old.source.digest == new.source.digest


def _read_sticker(call: Call) -> InputSticker:
    value: Any = call.parameters.parsed("sticker", "Can't parse sticker JSON object")
    try:
        return parse_input_sticker(call, value, "auto")
    except ApiError as error:
        raise with_prefix("Can't parse sticker", error) from error


def _find_owned_set(call: Call) -> tuple[Person, StickerSet]:
    owner = find_user(call)
    sticker_set = call.world.sets.require(_read_name(call))
    check_rights(sticker_set, call.bot, owner)
    return owner, sticker_set


def _locate(call: Call, field: str = "sticker") -> tuple[StickerSet, int]:
    """The set and place of the in-set sticker a call names."""
    file_id = call.parameters.text(field)
    if not file_id:
        raise bad_request("sticker is not specified")
    sticker_set, position = call.world.sets.locate(call.world.files.find(file_id, call.bot.id))
    check_rights(sticker_set, call.bot, None)
    return sticker_set, position


def _changed(call: Call, sticker_set: StickerSet) -> bool:
    call.world.sets.refresh(sticker_set)
    call.world.tell_pack(sticker_set, "changed")
    return True


@method("deleteStickerFromSet")
async def delete_sticker_from_set(call: Call) -> bool:
    """Take a sticker out; the last one leaves an empty set."""
    sticker_set, position = _locate(call)
    call.world.sets.remove_sticker(sticker_set.stickers[position].file)
    return _changed(call, sticker_set)


@method("deleteStickerSet")
async def delete_sticker_set(call: Call) -> bool:
    """Delete a whole set."""
    sticker_set = call.world.sets.require(_read_name(call))
    check_rights(sticker_set, call.bot, None)
    call.world.sets.delete(sticker_set, call.world.now)
    call.world.tell_pack(sticker_set, "deleted")
    return True
