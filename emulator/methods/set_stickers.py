"""The stickers in a set: uploaded, added, replaced, moved, described, removed."""

from __future__ import annotations

from typing import Any

from emulator.errors import BotApiError, bad_request
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
from emulator.methods.registry import MethodCall, method
from emulator.methods.sticker_sets import changed, find_owned_set
from emulator.methods.targets import check_peer, find_user
from emulator.state import Json
from emulator.sticker_sets import SetSticker, StickerSet, check_rights


@method("uploadStickerFile")
async def upload_sticker_file(call: MethodCall) -> Json:
    """Keep a file for later use in sets; its pixels are not looked at yet."""
    person = find_user(call)
    check_peer(call, person)
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


@method("addStickerToSet")
async def add_sticker_to_set(call: MethodCall) -> bool:
    """One more at the end; one that is already there changes nothing."""
    parsed = _read_sticker(call)
    sticker_set = find_owned_set(call)
    sticker = await make_sticker(call, parsed, sticker_set.sticker_type)
    if any(_is_identical(call, old, sticker) for old in sticker_set.stickers):
        return True
    call.world.sets.append(sticker_set, sticker)
    call.world.notify_pack(sticker_set, "changed")
    return True


def _is_identical(call: MethodCall, old: SetSticker, new: SetSticker) -> bool:
    if call.world.rules.identical_sticker == "same_file":
        return old.source.number == new.source.number
    return old.source.digest == new.source.digest


def _read_sticker(call: MethodCall) -> InputSticker:
    value: Any = call.parameters.parsed("sticker", "Can't parse sticker JSON object")
    try:
        return parse_input_sticker(call, value, "auto")
    except BotApiError as error:
        raise with_prefix("Can't parse sticker", error) from error


@method("replaceStickerInSet")
async def replace_sticker_in_set(call: MethodCall) -> bool:
    """Another sticker in the same place, with ids of its own."""
    parsed = _read_sticker(call)
    sticker_set = find_owned_set(call)
    located, position = _locate(call, "old_sticker")
    if located is not sticker_set:
        raise bad_request("STICKER_INVALID")
    sticker = await make_sticker(call, parsed, sticker_set.sticker_type)
    call.world.sets.replace(sticker_set, position, sticker)
    return changed(call, sticker_set)


def _locate(call: MethodCall, field: str = "sticker") -> tuple[StickerSet, int]:
    """The set and place of the in-set sticker a call names."""
    file_id = call.parameters.text(field)
    if not file_id:
        raise bad_request("sticker is not specified")
    sticker_set, position = call.world.sets.locate(call.world.files.find(file_id, call.bot.id))
    check_rights(sticker_set, call.bot, None)
    return sticker_set, position


@method("deleteStickerFromSet")
async def delete_sticker_from_set(call: MethodCall) -> bool:
    """Take a sticker out; the last one leaves an empty set."""
    sticker_set, position = _locate(call)
    call.world.sets.remove_sticker(sticker_set.stickers[position].file)
    return changed(call, sticker_set)


@method("setStickerPositionInSet")
async def set_sticker_position_in_set(call: MethodCall) -> bool:
    """Move a sticker; a place beyond the end is the end."""
    position = call.parameters.integer("position", -1)
    if position < 0:
        raise bad_request("Wrong sticker position specified")
    sticker_set, old = _locate(call)
    new = min(position, len(sticker_set.stickers) - 1)
    if new == old:
        raise bad_request("STICKERSET_NOT_MODIFIED")
    sticker_set.stickers.insert(new, sticker_set.stickers.pop(old))
    return changed(call, sticker_set)


@method("setStickerEmojiList")
async def set_sticker_emoji_list(call: MethodCall) -> bool:
    """Other emoji for a sticker; only the first is ever shown to bots."""
    value = call.parameters.parsed("emoji_list", "Can't parse emoji list JSON array")
    try:
        emoji_list = parse_emoji_list(value)
    except BotApiError as error:
        raise with_prefix("Can't parse emoji list", error) from error
    sticker_set, position = _locate(call)
    sticker = sticker_set.stickers[position]
    sticker.emoji_list, sticker.file.emoji = emoji_list, emoji_list[0]
    return changed(call, sticker_set)


@method("setStickerKeywords")
async def set_sticker_keywords(call: MethodCall) -> bool:
    """Words a sticker is found by; left out, there are none."""
    value = call.parameters.parsed("keywords", "Can't parse keywords JSON object")
    keywords = parse_keywords([] if value is None else value)
    sticker_set, position = _locate(call)
    sticker_set.stickers[position].keywords = keywords
    return changed(call, sticker_set)


@method("setStickerMaskPosition")
async def set_sticker_mask_position(call: MethodCall) -> bool:
    """Only mask sets have positions on a face."""
    sticker_set, _ = _locate(call)
    if sticker_set.sticker_type != "mask":
        raise bad_request("STICKER_MASK_COORDS_NOT_SUPPORTED")
    return changed(call, sticker_set)
