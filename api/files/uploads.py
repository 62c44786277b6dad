"""Uploads: files that callers hand in ahead of a request, kept under an address of their own. Knows no provider."""

from __future__ import annotations

import re
import secrets
import time
from typing import Final

from api.errors import RateLimited
from api.files.lifetime import FileLifetimes
from api.files.public import SHOWN_TYPES
from api.server.routing import Origin
from service.errors import PhotoEmpty
from service.stickers import StickerService
from storage.records import ApiKey, Upload

UPLOAD_BYTES: Final = 25 * 1024 * 1024
UPLOAD_S: Final = 300.0  # a phone's connection needs minutes for so much
QUOTA_BYTES: Final = 200 * 1024 * 1024  # of one key's living uploads
QUOTA_PAUSE_S: Final = 3600.0  # by then some of them have ended
ARCHIVE_TYPES: Final = ("application/zip", "application/x-zip-compressed", "application/octet-stream")
_SUFFIX: Final = re.compile(r"\.([A-Za-z0-9]{1,5})$")
_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/zip": "zip"}


class UploadIntake:
    """Keeps what is handed in, within the quota of its key."""

    def __init__(self, service: StickerService, lifetimes: FileLifetimes) -> None:
        self._service = service
        self._lifetimes = lifetimes

    async def check_quota(self, key: ApiKey) -> None:
        """Check that there is room, before a body is read. Raises `RateLimited`."""
        if await self._service.uploads.bytes_of(key.owner) >= QUOTA_BYTES:
            raise RateLimited(QUOTA_PAUSE_S)

    async def keep(
        self, key: ApiKey, data: bytes, content_type: str, *, upload_id: str = "", lifetime_s: float | None = None
    ) -> Upload:
        """Keep `data` under a new id, or under `upload_id` once. Raises `PhotoEmpty`, `RateLimited`."""
        if not data:
            raise PhotoEmpty
        now = time.time()
        upload = Upload(
            id=upload_id or secrets.token_hex(16),
            owner=key.owner,
            content_type=safe_type(content_type),
            size=len(data),
            created_at=now,
            expires_at=now + self._lifetimes.bounded_s(lifetime_s),
        )
        if not await self._service.uploads.keep(upload, data, QUOTA_BYTES):  # others came while this one was read
            raise RateLimited(QUOTA_PAUSE_S)
        return upload


def safe_type(content_type: str) -> str:
    """Return the type if it is one that is served as such, else that of bytes."""
    plain = content_type.partition(";")[0].strip().lower()
    return plain if plain in SHOWN_TYPES or plain in ARCHIVE_TYPES else "application/octet-stream"


def upload_url(origin: Origin, upload_id: str, content_type: str, name: str = "") -> str:
    """Return the address of an upload; its ending is that of the caller's `name`, else its type's."""
    suffix = _SUFFIX.search(name)
    ending = suffix[1].lower() if suffix else _ENDINGS.get(safe_type(content_type), "bin")
    return origin.url("files", f"/{upload_id}/file.{ending}")
