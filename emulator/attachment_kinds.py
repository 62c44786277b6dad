"""The media fields of a message and the file types behind them."""

from __future__ import annotations

from emulator.files import FileType

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
