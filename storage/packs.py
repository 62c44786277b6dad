"""The packs and stickers tables: what was made and where it is collected."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable

from storage.database import Database, record_of
from storage.records import Pack, PackState, Sticker, StickerState
from storage.users import ADD_OWNER

_LISTS = ("emoji_list", "keywords")
_STICKER_COLUMNS = ("state", "pack_id", "upload_id", "file_id", "file_unique_id", "message_id", *_LISTS)


class Packs:
    """The rows of packs and of the stickers in them."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def open_pack(self, owner: str) -> Pack | None:
        """Return the pack that takes the owner's next sticker."""
        row = await self._database.one(
            "SELECT * FROM packs WHERE owner = :owner AND state = 'open' ORDER BY generation DESC LIMIT 1",
            {"owner": owner},
        )
        return _pack(row) if row else None

    async def next_generation(self, owner: str) -> int:
        """Return one more than the highest generation ever used: names of deleted packs are not used again."""
        row = await self._database.one(
            "SELECT COALESCE(MAX(generation), 0) + 1 AS n FROM packs WHERE owner = :owner", {"owner": owner}
        )
        return int(row["n"]) if row else 1

    async def add(self, owner: str, name: str, title: str, generation: int) -> Pack:
        """Write an open pack; the same name again is the same pack, opened again."""
        async with self._database.transaction() as transaction:
            await transaction.run(ADD_OWNER, {"owner": owner, "now": self._clock()})
            rows = await transaction.run(
                """INSERT INTO packs (owner, name, title, generation, state, created_at)
                   VALUES (:owner, :name, :title, :generation, 'open', :now)
                   ON CONFLICT (name) DO UPDATE SET state = 'open', title = excluded.title RETURNING *""",
                {"owner": owner, "name": name, "title": title, "generation": generation, "now": self._clock()},
            )
            return _pack(rows[0])

    async def get(self, pack_id: int) -> Pack | None:
        """Return the pack of that id, in whatever state."""
        row = await self._database.one("SELECT * FROM packs WHERE id = :id", {"id": pack_id})
        return _pack(row) if row else None

    async def set_state(self, pack_id: int, state: PackState) -> None:
        await self._database.run(
            "UPDATE packs SET state = :state WHERE id = :id", {"id": pack_id, "state": state.value}
        )

    async def of_owner(self, owner: str) -> list[Pack]:
        """Return the owner's packs that still exist, oldest first."""
        rows = await self._database.run(
            "SELECT * FROM packs WHERE owner = :owner AND state != 'gone' ORDER BY generation",
            {"owner": owner},
        )
        return [_pack(row) for row in rows]

    async def begin(
        self, sticker_id: str, owner: str, emoji_list: tuple[str, ...], keywords: tuple[str, ...] = ()
    ) -> Sticker:
        """Write the sticker a job made; the same job again is the same sticker, as far as it has come."""
        rows = await self._database.run(
            """INSERT INTO stickers (id, owner, state, emoji_list, keywords, created_at)
               VALUES (:id, :owner, 'made', :emoji_list, :keywords, :now)
               ON CONFLICT (id) DO UPDATE SET id = id RETURNING *""",
            {
                "id": sticker_id,
                "owner": owner,
                "emoji_list": _json(emoji_list),
                "keywords": _json(keywords),
                "now": self._clock(),
            },
        )
        return _sticker(rows[0])

    async def sticker(self, sticker_id: str) -> Sticker | None:
        """Return the sticker of that id."""
        row = await self._database.one("SELECT * FROM stickers WHERE id = :id", {"id": sticker_id})
        return _sticker(row) if row else None

    async def first_sticker(self, owner: str) -> Sticker | None:
        """Return the owner's oldest sticker, in whatever state."""
        row = await self._database.one(
            "SELECT * FROM stickers WHERE owner = :owner ORDER BY created_at, rowid LIMIT 1", {"owner": owner}
        )
        return _sticker(row) if row else None

    async def sticker_in_message(self, owner: str, message_id: int) -> Sticker | None:
        """Return the owner's sticker that was sent in this message."""
        row = await self._database.one(
            "SELECT * FROM stickers WHERE owner = :owner AND message_id = :message ORDER BY created_at DESC LIMIT 1",
            {"owner": owner, "message": message_id},
        )
        return _sticker(row) if row else None

    async def count_stickers(self, owner: str) -> int:
        """Count the stickers that were made for the owner."""
        row = await self._database.one("SELECT COUNT(*) AS n FROM stickers WHERE owner = :owner", {"owner": owner})
        return int(row["n"]) if row else 0

    async def stickers_of(self, job_id: str) -> list[Sticker]:
        """Return the stickers of a job that made several: their ids are `<job>-<name>`."""
        rows = await self._database.run(
            "SELECT * FROM stickers WHERE id > :job || '-' AND id < :job || '.' ORDER BY rowid", {"job": job_id}
        )
        return [_sticker(row) for row in rows]

    async def change(
        self, sticker_id: str, **columns: str | int | StickerState | tuple[str, ...] | None
    ) -> Sticker | None:
        """Change some of state, emoji_list, keywords, pack_id, upload_id, file_id, file_unique_id, message_id.

        Returns None where the sticker is gone: its owner was forgotten.
        """
        unknown = columns.keys() - set(_STICKER_COLUMNS)
        if unknown:
            raise TypeError(f"no such columns: {sorted(unknown)}")
        changes = ", ".join(f"{name} = :{name}" for name in columns)
        row = await self._database.one(
            f"UPDATE stickers SET {changes} WHERE id = :id RETURNING *",  # noqa: S608 - names checked above
            {"id": sticker_id} | {name: _json(value) if name in _LISTS else value for name, value in columns.items()},
        )
        return _sticker(row) if row else None

    async def stickers_in(self, pack: Pack) -> list[Sticker]:
        """Return the stickers we know to be in this pack, oldest first."""
        rows = await self._database.run(
            "SELECT * FROM stickers WHERE pack_id = :pack AND state = 'in_pack' ORDER BY created_at, id",
            {"pack": pack.id},
        )
        return [_sticker(row) for row in rows]

    async def in_packs_of(self, owner: str) -> list[Sticker]:
        """Return the owner's stickers that are in a pack which still exists, newest first."""
        rows = await self._database.run(
            """SELECT stickers.* FROM stickers JOIN packs ON packs.id = pack_id
               WHERE stickers.owner = :owner AND stickers.state = 'in_pack' AND packs.state != 'gone'
               ORDER BY stickers.created_at DESC, stickers.rowid DESC""",
            {"owner": owner},
        )
        return [_sticker(row) for row in rows]


def _json(words: object) -> str:
    return json.dumps(words, ensure_ascii=False)


def _pack(row: sqlite3.Row) -> Pack:
    return record_of(Pack, row, state=PackState(row["state"]))


def _sticker(row: sqlite3.Row) -> Sticker:
    lists = {name: tuple(json.loads(row[name])) for name in _LISTS}
    return record_of(Sticker, row, state=StickerState(row["state"]), **lists)
