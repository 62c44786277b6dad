"""Sticker sets as a whole: found, made, renamed, given an icon, deleted."""

from __future__ import annotations

import re

from emulator.errors import BotApiError, bad_request
from emulator.files import FileType, StoredFile
from emulator.methods.attachments import find_stored, find_upload
from emulator.methods.input_stickers import InputSticker, make_sticker, parse_input_sticker, with_prefix
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
    """A set by name, from a cache of some minutes."""
    name = read_name(call)
    return call.render.sticker_set(call.world.sets.cached(name, call.world.now))


def read_name(call: MethodCall) -> str:
    """The `name` of a call.

    Raises:
        BotApiError: it is empty.
    """
    name = call.parameters.text("name")
    if not name:
        raise bad_request("Sticker set name must be non-empty")
    return name


@method("createNewStickerSet")
async def create_new_sticker_set(call: MethodCall) -> bool:
    """A set of 1 to 50 stickers owned by the user."""
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
    new = StickerSet(name, title, sticker_type, owner, call.bot, stickers)
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
    try:
        return [parse_input_sticker(call, sticker, legacy) for sticker in value]
    except BotApiError as error:
        raise with_prefix("Can't parse InputSticker", error) from error


def _check_name(call: MethodCall, name: str) -> bool:
    """Refuse a bad or taken name; whether the server's cache still calls the set of that name deleted."""
    suffix = f"_by_{call.bot.username}"
    well_formed = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) and "__" not in name
    if not well_formed or not name.lower().endswith(suffix.lower()):
        raise bad_request("PACK_SHORT_NAME_INVALID")
    was_deleted = call.world.sets.was_deleted(name, call.world.now)
    if call.world.sets.get(name) or (was_deleted and call.world.rules.deleted_name == "occupied"):
        raise bad_request("PACK_SHORT_NAME_OCCUPIED")
    return was_deleted


def _read_title(call: MethodCall) -> str:
    """The title, cut to what fits without a word, as TDLib does."""
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
    """Another title; the name, and so the link, never changes."""
    title = _read_title(call)
    sticker_set = call.world.sets.require(read_name(call))
    check_rights(sticker_set, call.bot, None)
    sticker_set.title = title
    return changed(call, sticker_set)


@method("setStickerSetThumbnail")
async def set_sticker_set_thumbnail(call: MethodCall) -> bool:
    """The set's icon, 100 x 100; left out, the first sticker is it."""
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
    """The icon of an emoji set is one of its own stickers."""
    sticker_set = call.world.sets.require(read_name(call))
    check_rights(sticker_set, call.bot, None)
    wanted = call.parameters.text("custom_emoji_id")
    if sticker_set.sticker_type != "custom_emoji" or (
        wanted and all(sticker.custom_emoji_id != wanted for sticker in sticker_set.stickers)
    ):
        raise bad_request("STICKERSET_INVALID")
    return changed(call, sticker_set)


@method("getCustomEmojiStickers")
async def get_custom_emoji_stickers(call: MethodCall) -> list[Json]:
    """Stickers of emoji sets by their custom_emoji_id; unknown ids are left out."""
    ids = call.parameters.parsed("custom_emoji_ids", "Can't parse custom emoji identifiers JSON object")
    if not isinstance(ids, list):
        raise bad_request("Expected an Array of custom emoji identifiers")
    if len(ids) > MAX_CUSTOM_EMOJI_IDS:
        raise bad_request("Too many custom emoji identifiers specified")
    found = [call.world.sets.custom_emoji(str(custom_emoji_id)) for custom_emoji_id in ids]
    return [call.render.set_sticker(sticker) for sticker in found if sticker is not None]


def find_owned_set(call: MethodCall) -> StickerSet:
    """The set a call names, which this bot made for the user the call names.

    Raises:
        BotApiError: STICKERSET_INVALID, STICKERSET_OWNER_ANOTHER, `user not found`.
    """
    owner = find_user(call)
    sticker_set = call.world.sets.require(read_name(call))
    check_rights(sticker_set, call.bot, owner)
    return sticker_set


def changed(call: MethodCall, sticker_set: StickerSet) -> bool:
    """The end of every successful change: the server's cache is fresh, the owner's app knows."""
    call.world.sets.refresh(sticker_set)
    call.world.notify_pack(sticker_set, "changed")
    return True
