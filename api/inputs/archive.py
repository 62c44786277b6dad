"""Photos of a zip archive that may be hostile: read in memory, never extracted, every byte counted."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

from api.errors import ArchiveEmpty, ArchiveInvalid, ArchiveTooBig, ArchiveTooMany, ArchiveUnsupported
from service.photos import is_picture

PACKED_BYTES: Final = 20 * 1024 * 1024
MEMBER_BYTES: Final = 20 * 1024 * 1024
TOTAL_BYTES: Final = 64 * 1024 * 1024
MEMBERS: Final = 64  # of any kind; a folder of a phone's photos of one person has fewer
PHOTOS: Final = 20
ENTRIES: Final = 1000  # that may be skipped over: folders, macOS' own files

_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile unpacks others without a bound on a piece
_PIECE_BYTES: Final = 256 * 1024
_READ_BYTES: Final = 1024 * 1024


class _Packed(io.BytesIO):
    """The archive as zipfile reads it: a piece of a member at once, or the whole table of contents.

    Twenty megabytes of table become 446000 objects of 150 MB, whatever count the headers claim.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if len(data) > _READ_BYTES:
            raise ArchiveTooMany("a table of contents too long")
        return data


def read_archive(data: bytes) -> list[bytes]:
    """Return the photos of a zip archive, in its order. Blocking.

    Folders, dot files, `__MACOSX` and files that are no picture are passed over. Raises `ArchiveUnsupported`,
    `ArchiveInvalid`, `ArchiveTooBig`, `ArchiveTooMany`, `ArchiveEmpty`.
    """
    if len(data) > PACKED_BYTES:
        raise ArchiveTooBig("packed")
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise ArchiveUnsupported("no zip")
    try:
        with zipfile.ZipFile(_Packed(data)) as archive:
            return _photos(archive)
    # What zipfile and its unpackers raise at hostile bytes; RuntimeError: encrypted, NotImplementedError: odd method
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, OverflowError) as error:
        raise ArchiveInvalid(type(error).__name__) from error


def _photos(archive: zipfile.ZipFile) -> list[bytes]:
    entries = archive.infolist()
    if len(entries) > ENTRIES:
        raise ArchiveTooMany(f"{len(entries)} entries")
    members = [entry for entry in entries if _counts(entry)]
    if len(members) > MEMBERS:
        raise ArchiveTooMany(f"{len(members)} files")
    if any(entry.flag_bits & _ENCRYPTED for entry in members):
        raise ArchiveInvalid("encrypted")
    if any(entry.compress_type not in _METHODS for entry in members):
        raise ArchiveInvalid("packed in an odd way")
    # Of all entries, read or not: padding is a sign of nothing good.
    if any(entry.file_size > MEMBER_BYTES for entry in entries) or sum(e.file_size for e in entries) > TOTAL_BYTES:
        raise ArchiveTooBig("unpacked")
    photos: list[bytes] = []
    left = TOTAL_BYTES
    for entry in members:
        content = _content(archive, entry, min(MEMBER_BYTES, left))
        left -= len(content)
        if is_picture(content):
            photos.append(content)
    if len(photos) > PHOTOS:
        raise ArchiveTooMany(f"{len(photos)} photos")
    if not photos:
        raise ArchiveEmpty("no picture")
    return photos


def _counts(entry: zipfile.ZipInfo) -> bool:
    """Return whether the entry is a file that somebody put there on purpose."""
    parts = [part for part in entry.filename.replace("\\", "/").split("/") if part]
    is_hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    return bool(parts) and not entry.is_dir() and not is_hidden and "__MACOSX" not in parts


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Return the member's bytes, counted while they come: headers lie, and entries may overlap."""
    content = bytearray()
    with archive.open(entry) as file:
        while piece := file.read(_PIECE_BYTES):
            content += piece
            if len(content) > most:
                raise ArchiveTooBig("unpacked")
    if len(content) != entry.file_size:  # zipfile only minds where there is more than claimed
        raise ArchiveInvalid("lies about its size")
    return bytes(content)
