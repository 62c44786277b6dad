"""Sticker sets and the stickers in them: made, found, changed, deleted."""

from __future__ import annotations

import re
from typing import Any

from emulator.errors import BotApiError, bad_request
from emulator.files import FileType, StoredFile
from emulator.methods.files import find_stored, find_upload
from emulator.methods.input_stickers import (
    InputSticker,
    make_sticker,
    parse_emoji_list,
    parse_input_sticker,
    parse_keywords,
    parse_mask_position,
    prefixed,
    upload_sticker,
)
from emulator.methods.registry import MethodCall, method
from emulator.methods.targets import check_peer, find_user
from emulator.pictures import NotAPictureError, inspect
from emulator.state import Json
from emulator.sticker_sets import LIMITS, StickerSet, check_rights

MAX_INITIAL = 50
MAX_NAME = 64
MAX_TITLE = 64
MAX_THUMBNAIL_BYTES = 128 << 10
MAX_CUSTOM_EMOJI_IDS = 200


@method("getStickerSet")
async def get_sticker_set(call: MethodCall) -> Json:
    """Return a set by name, from a cache of some minutes."""
    name = read_name(call)
    return call.render.sticker_set(call.world.sets.cached(name, call.world.now))


def read_name(call: MethodCall) -> str:
    """Read the `name` of a call. Raises `BotApiError` where it is empty."""
    name = call.parameters.text("name")
    if not name:
        raise bad_request("Sticker set name must be non-empty")
    return name


@method("createNewStickerSet")
async def create_new_sticker_set(call: MethodCall) -> bool:
    """Create a set of 1 to 50 stickers owned by the user."""
    parsed = _read_stickers(call)
    sticker_type = call.parameters.text("sticker_type") or "regular"
    if sticker_type not in LIMITS:
        raise bad_request("Unsupported sticker type specified")
    needs_repainting = call.parameters.flag("needs_repainting")
    if needs_repainting and sticker_type != "custom_emoji":
        raise bad_request("Only custom emoji stickers support repainting")
    owner = find_user(call)
    title = _read_title(call)
    name = read_name(call)[:MAX_NAME]
    if not parsed:
        raise bad_request("At least 1 sticker must be specified")
    check_peer(call, owner)
    stickers = [await make_sticker(call, sticker, sticker_type) for sticker in parsed]
    is_known_as_deleted = _check_name(call, name)
    new = StickerSet(name, title, sticker_type, owner, call.bot, stickers, needs_repainting=needs_repainting)
    call.world.sets.add(new)
    call.world.notify_pack(new, "created")
    if is_known_as_deleted:
        raise BotApiError(500, "Created sticker set not found")
    return True


def _read_stickers(call: MethodCall) -> list[InputSticker]:
    value = call.parameters.parsed("stickers", "Can't parse stickers JSON object")
    if not isinstance(value, list):
        raise bad_request("Expected an Array of InputSticker")
    if len(value) > MAX_INITIAL:
        raise bad_request("Too many stickers specified")
    legacy = call.parameters.text("sticker_format") or None
    with prefixed("Can't parse InputSticker"):
        return [parse_input_sticker(call, sticker, legacy) for sticker in value]


def _check_name(call: MethodCall, name: str) -> bool:
    """Refuse a bad or taken name; return whether the server's cache still calls the set of that name deleted.

    Raises `BotApiError`.
    """
    suffix = f"_by_{call.bot.username}"
    well_formed = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) and "__" not in name
    if not well_formed or not name.lower().endswith(suffix.lower()):
        raise bad_request("PACK_SHORT_NAME_INVALID")
    was_deleted = call.world.sets.was_deleted(name, call.world.now)
    if call.world.sets.get(name) or (was_deleted and call.world.rules.deleted_name == "occupied"):
        raise bad_request("PACK_SHORT_NAME_OCCUPIED")
    return was_deleted


def _read_title(call: MethodCall) -> str:
    """Read the title, cut without a word to what fits, as TDLib does. Raises `BotApiError` where it is empty."""
    title = call.parameters.text("title").strip()[:MAX_TITLE]
    if not title:
        raise bad_request("Sticker set title must be non-empty")
    return title


@method("deleteStickerSet")
async def delete_sticker_set(call: MethodCall) -> bool:
    """Delete a whole set."""
    sticker_set = call.world.sets.require(read_name(call))
    check_rights(sticker_set, call.bot, None)
    call.world.sets.delete(sticker_set, call.world.now)
    call.world.notify_pack(sticker_set, "deleted")
    return True


@method("setStickerSetTitle")
async def set_sticker_set_title(call: MethodCall) -> bool:
    """Replace the title; the name, and so the link, never changes."""
    title = _read_title(call)
    sticker_set = call.world.sets.require(read_name(call))
    check_rights(sticker_set, call.bot, None)
    sticker_set.title = title
    return changed(call, sticker_set)


@method("setStickerSetThumbnail")
async def set_sticker_set_thumbnail(call: MethodCall) -> bool:
    """Set the icon of a set, 100 x 100 px; left out, the first sticker is it."""
    if call.parameters.text("format") not in {"static", "animated", "video"}:
        raise bad_request("Invalid sticker format specified")
    sticker_set = find_owned_set(call)
    if sticker_set.sticker_type == "custom_emoji":
        raise bad_request("The method can't be used to set thumbnail of custom emoji sticker sets")
    sticker_set.thumbnail = await _read_thumbnail(call)
    return changed(call, sticker_set)


async def _read_thumbnail(call: MethodCall) -> StoredFile | None:
    value = call.parameters.text("thumbnail")
    upload = find_upload(call, "thumbnail", value)
    if upload is None and not value:
        return None
    data = upload.data if upload is not None else find_stored(call, value).data
    if len(data) > MAX_THUMBNAIL_BYTES:
        raise bad_request("file is too big")
    try:
        facts = inspect(data)
    except NotAPictureError as error:
        raise bad_request("STICKER_THUMB_PNG_NOPNG") from error
    if (facts.width, facts.height) != (100, 100) or facts.format not in {"WEBP", "PNG"}:
        raise bad_request("STICKER_THUMB_PNG_NOPNG")
    mime = f"image/{facts.format.lower()}"
    return call.world.files.add(FileType.THUMBNAIL, data, mime, size=(facts.width, facts.height))


@method("setCustomEmojiStickerSetThumbnail")
async def set_custom_emoji_sticker_set_thumbnail(call: MethodCall) -> bool:
    """Make one of an emoji set's own stickers its icon; left out, the first is it."""
    sticker_set = call.world.sets.require(read_name(call))
    check_rights(sticker_set, call.bot, None)
    wanted = call.parameters.text("custom_emoji_id")
    found = [sticker for sticker in sticker_set.stickers if sticker.custom_emoji_id == wanted]
    if sticker_set.sticker_type != "custom_emoji" or (wanted and not found):
        raise bad_request("STICKERSET_INVALID")
    sticker_set.thumbnail = found[0].file if wanted else None
    return changed(call, sticker_set)


@method("getCustomEmojiStickers")
async def get_custom_emoji_stickers(call: MethodCall) -> list[Json]:
    """Return stickers of emoji sets by their custom_emoji_id; unknown ids are left out."""
    ids = call.parameters.parsed("custom_emoji_ids", "Can't parse custom emoji identifiers JSON object")
    if not isinstance(ids, list):
        raise bad_request("Expected an Array of custom emoji identifiers")
    if len(ids) > MAX_CUSTOM_EMOJI_IDS:
        raise bad_request("Too many custom emoji identifiers specified")
    found = [call.world.sets.custom_emoji(str(custom_emoji_id)) for custom_emoji_id in ids]
    return [call.render.set_sticker(sticker) for sticker in found if sticker is not None]


def find_owned_set(call: MethodCall) -> StickerSet:
    """Return the set a call names, which this bot made for the user the call names.

    Raises `BotApiError`: STICKERSET_INVALID, STICKERSET_OWNER_ANOTHER, `user not found`.
    """
    owner = find_user(call)
    sticker_set = call.world.sets.require(read_name(call))
    check_rights(sticker_set, call.bot, owner)
    return sticker_set


def changed(call: MethodCall, sticker_set: StickerSet) -> bool:
    """End a successful change: the server's cache is fresh, the owner's app is notified."""
    call.world.sets.refresh(sticker_set)
    call.world.notify_pack(sticker_set, "changed")
    return True


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
    """Add a sticker at the end; one that is already there changes nothing."""
    parsed = _read_sticker(call)
    sticker_set = find_owned_set(call)
    sticker = await make_sticker(call, parsed, sticker_set.sticker_type)
    if call.world.rules.identical_sticker == "same_file":
        is_there = any(old.source.number == sticker.source.number for old in sticker_set.stickers)
    else:
        is_there = any(old.source.digest == sticker.source.digest for old in sticker_set.stickers)
    if is_there:
        return True
    call.world.sets.append(sticker_set, sticker)
    call.world.notify_pack(sticker_set, "changed")
    return True


def _read_sticker(call: MethodCall) -> InputSticker:
    value: Any = call.parameters.parsed("sticker", "Can't parse sticker JSON object")
    with prefixed("Can't parse sticker"):
        return parse_input_sticker(call, value, "auto")


@method("replaceStickerInSet")
async def replace_sticker_in_set(call: MethodCall) -> bool:
    """Put another sticker into the same place, with ids of its own."""
    parsed = _read_sticker(call)
    sticker_set = find_owned_set(call)
    located, position = _locate(call, "old_sticker")
    if located is not sticker_set:
        raise bad_request("STICKER_INVALID")
    sticker = await make_sticker(call, parsed, sticker_set.sticker_type)
    call.world.sets.replace(sticker_set, position, sticker)
    return changed(call, sticker_set)


def _locate(call: MethodCall, field: str = "sticker") -> tuple[StickerSet, int]:
    """Return the set and place of the in-set sticker a call names. Raises `BotApiError`."""
    file_id = call.parameters.text(field)
    if not file_id:
        raise bad_request("sticker is not specified")
    sticker_set, position = call.world.sets.locate(call.world.files.find(file_id, call.bot.id))
    check_rights(sticker_set, call.bot, None)
    return sticker_set, position


@method("deleteStickerFromSet")
async def delete_sticker_from_set(call: MethodCall) -> bool:
    """Remove a sticker; the last one leaves an empty set."""
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
    """Replace a sticker's emoji; only the first is ever shown to bots."""
    value = call.parameters.parsed("emoji_list", "Can't parse emoji list JSON array")
    with prefixed("Can't parse emoji list"):
        emoji_list = parse_emoji_list(value)
    sticker_set, position = _locate(call)
    sticker = sticker_set.stickers[position]
    sticker.emoji_list, sticker.file.emoji = emoji_list, emoji_list[0]
    return changed(call, sticker_set)


@method("setStickerKeywords")
async def set_sticker_keywords(call: MethodCall) -> bool:
    """Replace the words a sticker is found by; left out, there are none."""
    value = call.parameters.parsed("keywords", "Can't parse keywords JSON object")
    keywords = parse_keywords([] if value is None else value)
    sticker_set, position = _locate(call)
    sticker_set.stickers[position].keywords = keywords
    return changed(call, sticker_set)


@method("setStickerMaskPosition")
async def set_sticker_mask_position(call: MethodCall) -> bool:
    """Place a sticker of a mask set on a face; left out, it has no place."""
    value = call.parameters.parsed("mask_position", "Can't parse mask position JSON object")
    with prefixed("Can't parse mask position"):
        mask_position = parse_mask_position(value)
    sticker_set, position = _locate(call)
    if sticker_set.sticker_type != "mask":
        raise bad_request("STICKER_MASK_COORDS_NOT_SUPPORTED")
    sticker_set.stickers[position].mask_position = mask_position
    return changed(call, sticker_set)
