"""The packs and stickers tables: what was made and where it is collected."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from storage.database import Database, Row, record_of
from storage.records import Pack, PackState, Question, Sticker, StickerState
from storage.users import ADD_OWNER

_LISTS = ("emoji_list", "keywords")
_STICKER_COLUMNS = ("state", "pack_id", "upload_id", "file_id", "file_unique_id", "message_id", *_LISTS)


class Packs:
    """The rows of packs and of the stickers in them."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def open_pack(self, owner: str) -> Pack | None:
        """Return the pack that takes the owner's next sticker; None where that one begins a pack."""
        row = await self._database.one(
            """SELECT * FROM packs WHERE owner = :owner AND state = 'open'
               AND NOT EXISTS (SELECT 1 FROM planned_packs WHERE owner = :owner)
               ORDER BY chosen_at DESC, generation DESC LIMIT 1""",
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
        """Write an open pack, which takes the next sticker; the same name again is the same pack, opened again."""
        async with self._database.transaction() as transaction:
            await transaction.run(ADD_OWNER, {"owner": owner, "now": self._clock()})
            rows = await transaction.run(
                """INSERT INTO packs (owner, name, title, generation, state, created_at, chosen_at)
                   VALUES (:owner, :name, :title, :generation, 'open', :now, :now)
                   ON CONFLICT (name) DO UPDATE SET state = 'open', title = excluded.title, chosen_at = :now
                   RETURNING *""",
                {"owner": owner, "name": name, "title": title, "generation": generation, "now": self._clock()},
            )
            await transaction.run("DELETE FROM planned_packs WHERE owner = :owner", {"owner": owner})
            return _pack(rows[0])

    async def add_mosaic(self, owner: str, name: str, title: str, generation: int, sticker_id: str) -> Pack:
        """Write an emoji set that is about to be made of a sticker: gone, until it is there."""
        rows = await self._database.run(
            """INSERT INTO packs (owner, name, title, generation, state, created_at, mosaic_of)
               VALUES (:owner, :name, :title, :generation, 'gone', :now, :sticker)
               ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING *""",
            {
                "owner": owner,
                "name": name,
                "title": title,
                "generation": generation,
                "now": self._clock(),
                "sticker": sticker_id,
            },
        )
        return _pack(rows[0])

    async def mosaic_of(self, owner: str, sticker_id: str) -> Pack | None:
        """Return the last emoji set that was begun of a sticker, in whatever state."""
        row = await self._database.one(
            """SELECT * FROM packs WHERE owner = :owner AND mosaic_of = :sticker ORDER BY generation DESC LIMIT 1""",
            {"owner": owner, "sticker": sticker_id},
        )
        return _pack(row) if row else None

    async def mosaics_of_owner(self, owner: str) -> list[Pack]:
        """Return the owner's emoji sets that still exist, oldest first."""
        rows = await self._database.run(
            """SELECT * FROM packs WHERE owner = :owner AND state != 'gone' AND mosaic_of IS NOT NULL
               ORDER BY generation""",
            {"owner": owner},
        )
        return [_pack(row) for row in rows]

    async def plan(self, owner: str, title: str) -> None:
        """Note that the owner's next sticker begins a pack of this title."""
        async with self._database.transaction() as transaction:
            await transaction.run(ADD_OWNER, {"owner": owner, "now": self._clock()})
            await transaction.run(
                """INSERT INTO planned_packs (owner, title) VALUES (:owner, :title)
                   ON CONFLICT (owner) DO UPDATE SET title = excluded.title""",
                {"owner": owner, "title": title},
            )

    async def planned_title(self, owner: str) -> str | None:
        """Return the title of the pack that the owner's next sticker begins, None where it begins none."""
        row = await self._database.one("SELECT title FROM planned_packs WHERE owner = :owner", {"owner": owner})
        return row["title"] if row else None

    async def choose(self, pack: Pack) -> None:
        """Let this pack take the owner's next sticker; a full one is tried again."""
        async with self._database.transaction() as transaction:
            await transaction.run("DELETE FROM planned_packs WHERE owner = :owner", {"owner": pack.owner})
            await transaction.run(
                "UPDATE packs SET state = 'open', chosen_at = :now WHERE id = :id AND state != 'gone'",
                {"id": pack.id, "now": self._clock()},
            )

    async def set_title(self, pack_id: int, title: str) -> None:
        """Note what the pack is called now."""
        await self._database.run("UPDATE packs SET title = :title WHERE id = :id", {"id": pack_id, "title": title})

    async def by_name(self, owner: str, name: str) -> Pack | None:
        """Return the owner's pack of this name, in whatever state; servers write it in any case."""
        row = await self._database.one(
            "SELECT * FROM packs WHERE owner = :owner AND LOWER(name) = :name",
            {"owner": owner, "name": name.lower()},
        )
        return _pack(row) if row else None

    async def get(self, pack_id: int) -> Pack | None:
        """Return the pack of that id, in whatever state."""
        row = await self._database.one("SELECT * FROM packs WHERE id = :id", {"id": pack_id})
        return _pack(row) if row else None

    async def set_state(self, pack_id: int, state: PackState) -> None:
        await self._database.run(
            "UPDATE packs SET state = :state WHERE id = :id", {"id": pack_id, "state": state.value}
        )

    async def of_owner(self, owner: str) -> list[Pack]:
        """Return the owner's packs that still exist, oldest first; no emoji sets."""
        rows = await self._database.run(
            "SELECT * FROM packs WHERE owner = :owner AND state != 'gone' AND mosaic_of IS NULL ORDER BY generation",
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
               ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING *""",
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

    async def has_others(self, owner: str, sticker_id: str) -> bool:
        """Return whether the owner has, or had, another sticker than this one."""
        row = await self._database.one(
            "SELECT 1 AS n FROM stickers WHERE owner = :owner AND id != :id LIMIT 1", {"owner": owner, "id": sticker_id}
        )
        return row is not None

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

    async def sticker_by_unique_id(self, owner: str, unique_id: str) -> Sticker | None:
        """Return the owner's sticker that has this id in its set; of several rows one that is in a pack."""
        row = await self._database.one(
            """SELECT * FROM stickers WHERE owner = :owner AND file_unique_id = :unique
               ORDER BY state = 'in_pack' DESC, created_at DESC LIMIT 1""",
            {"owner": owner, "unique": unique_id},
        )
        return _sticker(row) if row else None

    async def adopt(self, sticker_id: str, pack: Pack, emoji: str, file_id: str, unique_id: str) -> Sticker:
        """Write a sticker that its owner put into the pack without us; the same id again is the same sticker."""
        rows = await self._database.run(
            """INSERT INTO stickers (id, owner, state, emoji_list, pack_id, file_id, file_unique_id, created_at)
               VALUES (:id, :owner, 'in_pack', :emoji_list, :pack, :file, :unique, :now)
               ON CONFLICT (id) DO UPDATE SET state = 'in_pack', pack_id = excluded.pack_id, file_id = excluded.file_id
               RETURNING *""",
            {
                "id": sticker_id,
                "owner": pack.owner,
                "emoji_list": _json([emoji] if emoji else []),
                "pack": pack.id,
                "file": file_id,
                "unique": unique_id,
                "now": self._clock(),
            },
        )
        return _sticker(rows[0])

    async def rows_of(self, pack: Pack) -> list[Sticker]:
        """Return every sticker that was or is to be in this pack, in whatever state, oldest first."""
        rows = await self._database.run(
            "SELECT * FROM stickers WHERE pack_id = :pack ORDER BY created_at, id", {"pack": pack.id}
        )
        return [_sticker(row) for row in rows]

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

    async def ask(self, owner: str, subject: str, argument: str, message_id: int) -> None:
        """Note that the owner is asked something in a message; a question that was open is not any more."""
        async with self._database.transaction() as transaction:
            await transaction.run(ADD_OWNER, {"owner": owner, "now": self._clock()})
            await transaction.run(
                """INSERT INTO questions (owner, subject, argument, message_id, asked_at)
                   VALUES (:owner, :subject, :argument, :message, :now)
                   ON CONFLICT (owner) DO UPDATE SET subject = excluded.subject, argument = excluded.argument,
                   message_id = excluded.message_id, asked_at = excluded.asked_at""",
                {
                    "owner": owner,
                    "subject": subject,
                    "argument": argument,
                    "message": message_id,
                    "now": self._clock(),
                },
            )

    async def question(self, owner: str) -> Question | None:
        """Return what the owner was asked last."""
        row = await self._database.one(
            "SELECT *, :now - asked_at AS age_s FROM questions WHERE owner = :owner",
            {"owner": owner, "now": self._clock()},
        )
        return record_of(Question, row) if row else None

    async def answered(self, owner: str) -> None:
        """Note that the owner's last question is answered: only a reply to it is another answer."""
        await self._database.run("UPDATE questions SET asked_at = 0 WHERE owner = :owner", {"owner": owner})


def _json(words: object) -> str:
    return json.dumps(words, ensure_ascii=False)


def _pack(row: Row) -> Pack:
    return record_of(Pack, row, state=PackState(row["state"]))


def _sticker(row: Row) -> Sticker:
    lists = {name: tuple(json.loads(row[name])) for name in _LISTS}
    return record_of(Sticker, row, state=StickerState(row["state"]), **lists)
