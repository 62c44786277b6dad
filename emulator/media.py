"""Keeps what is sent as the kind of media it is sent as: photos re-encoded, stickers checked, files byte for byte."""

from __future__ import annotations

import asyncio

from emulator import pictures
from emulator.call_parameters import FilePart
from emulator.errors import BotApiError, bad_request
from emulator.files import FILE_TYPES, FileType, StoredFile
from emulator.state import Media
from emulator.world import World


async def store_upload(world: World, kind: str, upload: FilePart) -> Media:
    """Keep uploaded bytes as the kind of media they are sent as.

    Raises `BotApiError`: empty, too big, or a photo that is no picture.
    """
    if not upload.data:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        return Media("photo", await _store_photo(world, upload))
    if len(upload.data) > world.rules.upload_limit:
        raise BotApiError(413, "")
    if kind == "sticker":
        return await _store_loose_sticker(world, upload)
    return Media(kind, (await store_document(world, upload, FILE_TYPES[kind]),))


async def _store_photo(world: World, upload: FilePart) -> tuple[StoredFile, ...]:
    if len(upload.data) > world.rules.photo_limit:
        raise bad_request("file is too big")
    try:
        sizes = await asyncio.to_thread(pictures.photo_sizes, upload.data)
    except pictures.NotAPictureError as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error
    largest = sizes[-1].size
    if max(largest) > 20 * min(largest):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return world.files.add_photo(sizes)


async def store_document(world: World, upload: FilePart, file_type: FileType) -> StoredFile:
    """Keep bytes exactly, with a thumbnail where Pillow can draw one."""
    preview = None
    if upload.mime.startswith("image/") or upload.name.lower().endswith((".png", ".jpg", ".jpeg", ".webp")):
        preview = await _preview(world, upload)
    return world.files.add(file_type, upload.data, upload.mime, name=upload.name, thumbnail=preview)


async def _preview(world: World, upload: FilePart) -> StoredFile | None:
    picture = await asyncio.to_thread(pictures.thumbnail, upload.data)
    return world.files.add_picture(FileType.THUMBNAIL, picture) if picture else None


async def _store_loose_sticker(world: World, upload: FilePart) -> Media:
    """Keep a static WebP with one side of 512 px as a sticker, anything else as a document."""
    try:
        facts = await asyncio.to_thread(pictures.inspect, upload.data)
    except pictures.NotAPictureError:
        return Media("document", (await store_document(world, upload, FileType.DOCUMENT),))
    if facts.format != "WEBP" or facts.is_animated or max(facts.width, facts.height) != 512:
        return Media("document", (await store_document(world, upload, FileType.DOCUMENT),))
    preview, size = await _preview(world, upload), (facts.width, facts.height)
    file = world.files.add(FileType.STICKER, upload.data, "image/webp", size=size, thumbnail=preview)
    return Media("sticker", (file,))
