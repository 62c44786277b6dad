"""The file of a call: an upload, an `attach://` reference, or the id of a file already here."""

from __future__ import annotations

import asyncio

from emulator import pictures
from emulator.attachment_kinds import FILE_TYPES, KINDS
from emulator.call_parameters import FilePart
from emulator.errors import BotApiError, bad_request
from emulator.files import FileType, StoredFile
from emulator.methods.registry import MethodCall
from emulator.state import Media
from emulator.world import World


def find_upload(call: MethodCall, field: str, value: str) -> FilePart | None:
    """The uploaded part a field brings: its own, or the one an `attach://` value names."""
    if value.startswith("attach://"):
        return call.parameters.uploads.get(value.removeprefix("attach://"))
    return None if value else call.parameters.uploads.get(field)


def find_stored(call: MethodCall, file_id: str) -> StoredFile:
    """The file behind a file_id.

    Raises:
        BotApiError: it is a URL (nothing is fetched offline), malformed, or another bot's.
    """
    if "." in file_id or ":" in file_id:
        raise bad_request("WEBPAGE_CURL_FAILED")
    return call.world.files.find(file_id, call.bot.id)


async def take_media(call: MethodCall, kind: str, value: str | None = None, *, field: str = "") -> Media:
    """The media a sending method was given in its parameter `kind`.

    Raises:
        BotApiError: nothing there, wrong kind of file, too big, not a picture.
    """
    field = field or kind
    value = call.parameters.text(field) if value is None else value
    upload = find_upload(call, field, value)
    if upload is not None:
        return await store_upload(call.world, kind, upload)
    if not value or value.startswith("attach://"):
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    file = find_stored(call, value)
    return _reuse(call.world, kind, file)


def _reuse(world: World, kind: str, file: StoredFile) -> Media:
    """A file sent again by id keeps what it is: documents of all sorts are one family, photos another."""
    wanted = FILE_TYPES[kind]
    photo_mixed = (wanted is FileType.PHOTO) != (file.type is FileType.PHOTO)
    if photo_mixed or file.type is FileType.THUMBNAIL:
        raise bad_request(f"can't use file of type {file.type} as {wanted}")
    if file.type is FileType.PHOTO:
        return Media("photo", world.files.photo_family(file))
    return Media(KINDS[file.type], (file,))


async def store_upload(world: World, kind: str, upload: FilePart) -> Media:
    """Keep uploaded bytes as the kind of media they are sent as.

    Raises:
        BotApiError: empty, too big, or a photo that is no picture.
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
        picture = await asyncio.to_thread(pictures.thumbnail, upload.data)
        preview = world.files.add_picture(FileType.THUMBNAIL, picture) if picture else None
    return world.files.add(file_type, upload.data, upload.mime, name=upload.name, thumbnail=preview)


async def _store_loose_sticker(world: World, upload: FilePart) -> Media:
    """A static WebP with one side of 512 px is a sticker; anything else arrives as a document."""
    try:
        facts = await asyncio.to_thread(pictures.inspect, upload.data)
    except pictures.NotAPictureError:
        return Media("document", (await store_document(world, upload, FileType.DOCUMENT),))
    if facts.format != "WEBP" or facts.is_animated or max(facts.width, facts.height) != 512:
        return Media("document", (await store_document(world, upload, FileType.DOCUMENT),))
    picture = await asyncio.to_thread(pictures.thumbnail, upload.data)
    preview = world.files.add_picture(FileType.THUMBNAIL, picture) if picture else None
    size = (facts.width, facts.height)
    file = world.files.add(FileType.STICKER, upload.data, "image/webp", size=size, thumbnail=preview)
    return Media("sticker", (file,))
