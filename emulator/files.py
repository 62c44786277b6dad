"""Stored bytes and the two names Telegram gives them: file_id (per bot, changes) and file_unique_id (does not)."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from emulator.errors import bad_request
from emulator.pictures import EncodedPicture


class FileType(StrEnum):
    """TDLib's file types, by the words its errors use."""

    THUMBNAIL = "Thumbnail"
    PHOTO = "Photo"
    VOICE = "VoiceNote"
    VIDEO = "Video"
    DOCUMENT = "Document"
    STICKER = "Sticker"
    AUDIO = "Audio"
    ANIMATION = "Animation"
    VIDEO_NOTE = "VideoNote"


# The media fields of a message and the file types behind them.
FILE_TYPES = {
    "photo": FileType.PHOTO,
    "document": FileType.DOCUMENT,
    "sticker": FileType.STICKER,
    "animation": FileType.ANIMATION,
    "video": FileType.VIDEO,
    "voice": FileType.VOICE,
    "video_note": FileType.VIDEO_NOTE,
    "audio": FileType.AUDIO,
}
KINDS = {file_type: kind for kind, file_type in FILE_TYPES.items()}
# The first byte of a file_id tells its type: base64 makes AgAC a photo, BQAC a document, CAAC a sticker.
_TAGS = {
    FileType.THUMBNAIL: 0,
    FileType.PHOTO: 2,
    FileType.VOICE: 3,
    FileType.VIDEO: 4,
    FileType.DOCUMENT: 5,
    FileType.STICKER: 8,
    FileType.AUDIO: 9,
    FileType.ANIMATION: 10,
    FileType.VIDEO_NOTE: 13,
}
_TYPES = {tag: file_type for file_type, tag in _TAGS.items()}
_FOLDERS = {
    FileType.THUMBNAIL: "thumbnails",
    FileType.PHOTO: "photos",
    FileType.VOICE: "voice",
    FileType.VIDEO: "videos",
    FileType.STICKER: "stickers",
    FileType.AUDIO: "music",
    FileType.ANIMATION: "animations",
    FileType.VIDEO_NOTE: "video_notes",
}
_LAYOUT = struct.Struct(">B2sQQI16s")  # type, version, bot, file, reference, signature
_REFERENCE_LIFE_S = 3600  # a file's id changes that often, as its file reference does


@dataclass(slots=True)
class StoredFile:
    """Bytes with what Telegram knows of them; sizes in pixels, 0 where nobody looked."""

    number: int
    type: FileType
    data: bytes
    mime: str
    name: str = ""
    width: int = 0
    height: int = 0
    thumbnail: StoredFile | None = None
    emoji: str = ""
    digest: bytes = field(default=b"", repr=False)

    @property
    def unique_id(self) -> str:
        """The same for every bot and at all times; useless for sending."""
        head = b"\x01\x00\x03" if self.type in (FileType.PHOTO, FileType.THUMBNAIL) else b"\x02\x00\x03"
        return _encode(head + hashlib.sha256(b"unique%d" % self.number).digest()[:9])


class FileStore:
    """All files of this Telegram, and the download paths handed out."""

    def __init__(self) -> None:
        self._files: dict[int, StoredFile] = {}
        self._by_unique_id: dict[str, StoredFile] = {}
        self._families: dict[int, tuple[StoredFile, ...]] = {}
        self._paths: dict[tuple[int, str], tuple[int, float]] = {}

    def add(
        self,
        file_type: FileType,
        data: bytes,
        mime: str,
        *,
        name: str = "",
        size: tuple[int, int] = (0, 0),
        thumbnail: StoredFile | None = None,
        emoji: str = "",
    ) -> StoredFile:
        """Keep `data` under a new number."""
        number = len(self._files) + 1
        digest = hashlib.sha256(data).digest()
        file = StoredFile(number, file_type, data, mime, name, *size, thumbnail=thumbnail, emoji=emoji, digest=digest)
        self._files[number] = file
        self._by_unique_id[file.unique_id] = file
        return file

    def add_picture(self, file_type: FileType, picture: EncodedPicture) -> StoredFile:
        """Keep a picture that the emulator encoded itself."""
        return self.add(file_type, picture.data, picture.mime, size=picture.size)

    def add_photo(self, sizes: Iterable[EncodedPicture]) -> tuple[StoredFile, ...]:
        """Keep a photo's sizes together: any of their ids brings them all."""
        family = tuple(self.add_picture(FileType.PHOTO, size) for size in sizes)
        for file in family:
            self._families[file.number] = family
        return family

    def photo_family(self, file: StoredFile) -> tuple[StoredFile, ...]:
        """Return all sizes of the photo one of whose sizes this is."""
        return self._families[file.number]

    def file_id(self, file: StoredFile, bot_id: int, now: float) -> str:
        """Return the id under which this bot may use the file."""
        reference = int(now // _REFERENCE_LIFE_S)
        head = struct.pack(">B2sQQI", _TAGS[file.type], b"\x00\x02", bot_id, file.number, reference)
        return _encode(head + _signature(head))

    def find(self, file_id: str, bot_id: int) -> StoredFile:
        """Return the file behind an id this bot was given.

        Raises `BotApiError` where it is malformed or another bot's.
        """
        number, owner = _decode(file_id)
        if owner != bot_id or number not in self._files:
            raise bad_request("wrong remote file identifier specified: can't unserialize it. Wrong last symbol")
        return self._files[number]

    def find_any(self, file_id: str) -> StoredFile:
        """Return the file behind an id, whoever's it is: the people's apps may.

        Raises `BotApiError` where it is malformed.
        """
        number, _ = _decode(file_id)
        return self._files[number]

    def find_unique(self, unique_id: str) -> StoredFile | None:
        """Return the file with this file_unique_id, None where there is none."""
        return self._by_unique_id.get(unique_id)

    def hand_out(self, file: StoredFile, bot_id: int, until: float) -> str:
        """Return a download path for this bot, valid until the given time."""
        folder = _FOLDERS.get(file.type, "documents")
        extension = PurePosixPath(file.name).suffix or EXTENSIONS.get(file.mime, "")
        path = f"{folder}/file_{file.number}{extension}"
        self._paths[bot_id, path] = (file.number, until)
        return path

    def download(self, bot_id: int, path: str, now: float) -> StoredFile | None:
        """Return the file at a path handed out to this bot, None where there is none or it has expired."""
        number, until = self._paths.get((bot_id, path), (0, 0.0))
        return self._files[number] if now < until else None


EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "audio/ogg": ".oga",
    "application/x-tgsticker": ".tgs",
}


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _signature(head: bytes) -> bytes:
    return hashlib.sha256(b"emulated telegram" + head).digest()[:16]


def _decode(file_id: str) -> tuple[int, int]:
    """Return file number and bot id of a file_id. Raises `BotApiError` where it is no id of this server."""
    try:
        raw = base64.b64decode(file_id + "=" * (-len(file_id) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise bad_request("wrong remote file identifier specified: Wrong character in the string") from error
    if len(raw) != _LAYOUT.size or _signature(raw[:-16]) != raw[-16:] or raw[0] not in _TYPES:
        raise bad_request("wrong remote file identifier specified: can't unserialize it. Wrong last symbol")
    _, _, bot_id, number, _, _ = _LAYOUT.unpack(raw)
    return number, bot_id
