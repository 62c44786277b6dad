"""The uploads table: files that callers of the HTTP API hand in ahead of a request. The bytes are in `files`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict

from storage.database import Database, record_of
from storage.records import Upload
from storage.users import ADD_OWNER

LEAST_BYTES = 64 * 1024  # that any upload counts as: a file of one byte costs a block, a folder's entry and a row


# What counts against the owner's quota.
_USED = f"""(SELECT COALESCE(SUM(CASE WHEN size < {LEAST_BYTES} THEN {LEAST_BYTES} ELSE size END), 0) FROM uploads
             WHERE owner = :owner AND expires_at > :now)"""  # noqa: S608 - a constant of this file


class Uploads:
    """The store of uploads."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def add(self, upload: Upload, quota_bytes: int) -> bool:
        """Write an upload whose bytes are kept already: once, so False where the id is taken.

        False, too, where the owner has `quota_bytes` of uploads here already.
        """
        async with self._database.transaction(lock=upload.owner) as transaction:
            await transaction.run(ADD_OWNER, {"owner": upload.owner, "now": upload.created_at})
            row = await transaction.one(
                f"""INSERT INTO uploads (id, owner, content_type, size, created_at, expires_at)
                   SELECT :id, :owner, :content_type, :size, :created_at, :expires_at
                   WHERE {_USED} < :quota
                   ON CONFLICT (id) DO NOTHING RETURNING id""",
                {**asdict(upload), "now": self._clock(), "quota": quota_bytes},
            )
            return row is not None

    async def get(self, upload_id: str) -> Upload | None:
        """Return the upload, None where it is unknown or past its lifetime."""
        row = await self._database.one(
            "SELECT * FROM uploads WHERE id = :id AND expires_at > :now", {"id": upload_id, "now": self._clock()}
        )
        return record_of(Upload, row) if row else None

    async def of_owner(self, owner: str) -> list[Upload]:
        """Return the owner's uploads within their lifetime, newest first."""
        rows = await self._database.run(
            "SELECT * FROM uploads WHERE owner = :owner AND expires_at > :now ORDER BY created_at DESC, id",
            {"owner": owner, "now": self._clock()},
        )
        return [record_of(Upload, row) for row in rows]

    async def delete(self, upload_id: str) -> None:
        """Delete the row; unknown ids are ignored."""
        await self._database.run("DELETE FROM uploads WHERE id = :id", {"id": upload_id})

    async def bytes_of(self, owner: str) -> int:
        """Return how many bytes of uploads the owner has here, small ones counted as `LEAST_BYTES`."""
        row = await self._database.one(f"SELECT {_USED} AS n", {"owner": owner, "now": self._clock()})
        return int(row["n"]) if row else 0

    async def take_expired(self) -> list[Upload]:
        """Delete the rows past their lifetime and return them, so that their files can go."""
        rows = await self._database.run(
            "DELETE FROM uploads WHERE expires_at <= :now RETURNING *", {"now": self._clock()}
        )
        return [record_of(Upload, row) for row in rows]
