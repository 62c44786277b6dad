"""Files of a call: an upload, an `attach://` reference, or the id of a file already here; and getFile."""

from __future__ import annotations

from emulator.call_parameters import FilePart
from emulator.errors import BotApiError, bad_request
from emulator.files import FILE_TYPES, KINDS, FileType, StoredFile
from emulator.media import store_upload
from emulator.methods.registry import MethodCall, method
from emulator.state import Json, Media


def find_upload(call: MethodCall, field: str, value: str) -> FilePart | None:
    """Return the uploaded part of a field: its own, or the one an `attach://` value names."""
    if value.startswith("attach://"):
        return call.parameters.uploads.get(value.removeprefix("attach://"))
    return None if value else call.parameters.uploads.get(field)


def find_stored(call: MethodCall, file_id: str) -> StoredFile:
    """Return the file behind a file_id.

    Raises `BotApiError` where it is a URL (nothing is fetched offline), malformed, or another bot's.
    """
    if "." in file_id or ":" in file_id:
        raise bad_request("WEBPAGE_CURL_FAILED")
    return call.world.files.find(file_id, call.bot.id)


async def take_media(call: MethodCall, kind: str, value: str | None = None, *, field: str = "") -> Media:
    """Return the media a sending method was given in its parameter `kind`.

    Raises `BotApiError`: nothing there, wrong kind of file, too big, not a picture.
    """
    field = field or kind
    value = call.parameters.text(field) if value is None else value
    upload = find_upload(call, field, value)
    if upload is not None:
        return await store_upload(call.world, kind, upload)
    if not value or value.startswith("attach://"):
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    file, wanted = find_stored(call, value), FILE_TYPES[kind]
    # Documents of all sorts are one family, photos another.
    photo_mixed = (wanted is FileType.PHOTO) != (file.type is FileType.PHOTO)
    if photo_mixed or file.type is FileType.THUMBNAIL:
        raise bad_request(f"can't use file of type {file.type} as {wanted}")
    if file.type is FileType.PHOTO:
        return Media("photo", call.world.files.photo_family(file))
    return Media(KINDS[file.type], (file,))


@method("getFile")
async def get_file(call: MethodCall) -> Json:
    """Return a download path for a file of at most 20 MB."""
    try:
        file = call.world.files.find(call.parameters.text("file_id"), call.bot.id)
    except BotApiError as error:
        raise bad_request("invalid file_id") from error
    if len(file.data) > call.world.rules.download_limit:
        raise bad_request("file is too big")
    until = call.world.now + call.world.rules.file_path_life_s
    path = call.world.files.hand_out(file, call.bot.id, until)
    return {**call.render.file(file), "file_path": path}
