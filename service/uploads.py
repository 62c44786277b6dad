"""Files that callers hand in ahead of a request: bytes on disk and their row, kept and deleted together."""

from __future__ import annotations

from storage.files import Files
from storage.records import Upload
from storage.uploads import Uploads as UploadRows


class Uploads:
    """Uploads with a lifetime and a quota per owner."""

    def __init__(self, rows: UploadRows, files: Files) -> None:
        self._rows = rows
        self._files = files

    async def get(self, upload_id: str) -> Upload | None:
        """Return the upload, None where it is unknown or past its lifetime."""
        return await self._rows.get(upload_id)

    async def read(self, upload: Upload) -> bytes:
        """Return the bytes. Raises `FileGone`."""
        return await self._files.upload(upload.owner, upload.id)

    async def of_owner(self, owner: str) -> list[Upload]:
        """Return the owner's uploads within their lifetime, newest first."""
        return await self._rows.of_owner(owner)

    async def delete(self, upload: Upload) -> None:
        """Delete the row, then the file: a crash in between leaves a file that the sweep deletes. Idempotent."""
        await self._rows.delete(upload.id)
        await self._files.delete_upload(upload.owner, upload.id)

    async def bytes_of(self, owner: str) -> int:
        """Return how many bytes count against the owner's quota."""
        return await self._rows.bytes_of(owner)

    async def keep(self, upload: Upload, data: bytes, quota_bytes: int) -> bool:
        """Keep an upload; False where its id is taken or the owner's quota is used up.

        File first, then the row: a crash in between leaves a file that the sweep deletes.
        """
        await self._files.save_upload(upload.owner, upload.id, data)
        if await self._rows.add(upload, quota_bytes):
            return True
        await self._files.delete_upload(upload.owner, upload.id)
        return False

    async def sweep(self) -> None:
        """Delete what is past its lifetime."""
        for upload in await self._rows.take_expired():
            await self._files.delete_upload(upload.owner, upload.id)
