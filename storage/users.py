"""The users table: what a person chose, and how to forget them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping

from storage.database import Database, Row, record_of
from storage.records import User

ADD_OWNER = "INSERT INTO users (owner, created_at) VALUES (:owner, :now) ON CONFLICT (owner) DO NOTHING"
_COLUMNS = ("style", "seed", "language", "model", "is_blocked")


class Users:
    """The store of the people and keys that own jobs."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def get(self, owner: str) -> User:
        """Return the owner's row; defaults, and no row, for somebody new."""
        row = await self._database.one("SELECT * FROM users WHERE owner = :owner", {"owner": owner})
        return _user(row) if row else User(owner)

    async def set(self, owner: str, **columns: str | int | bool | None) -> User:
        """Change some of style, seed, language, model, is_blocked; the row is made where there is none."""
        unknown = columns.keys() - set(_COLUMNS)
        if unknown:
            raise TypeError(f"no such columns: {sorted(unknown)}")
        names = ", ".join(columns)
        values = ", ".join(f":{name}" for name in columns)
        changes = ", ".join(f"{name} = excluded.{name}" for name in columns)
        rows = await self._database.run(
            f"""INSERT INTO users (owner, created_at, {names}) VALUES (:owner, :now, {values})
                ON CONFLICT (owner) DO UPDATE SET {changes} RETURNING *""",  # noqa: S608 - names checked above
            {"owner": owner, "now": self._clock(), **columns},
        )
        return _user(rows[0])

    async def set_settings(self, owner: str, words: Mapping[str, str]) -> User:
        """Change some of the owner's settings; the row is made where there is none."""
        rows = await self._database.run(
            """INSERT INTO users (owner, created_at, settings) VALUES (:owner, :now, :words)
               ON CONFLICT (owner) DO UPDATE SET settings = json_patch(users.settings, excluded.settings)
               RETURNING *""",
            {"owner": owner, "now": self._clock(), "words": json.dumps(dict(words))},
        )
        return _user(rows[0])

    async def note_app_language(self, owner: str, language: str) -> None:
        """Note the language of the owner's app, where there is a row."""
        await self._database.run(
            "UPDATE users SET app_language = :language WHERE owner = :owner", {"owner": owner, "language": language}
        )

    async def with_setting(self, name: str, word: str, since: float) -> list[str]:
        """Return the owners who set `name` to `word` and submitted a job after `since`."""
        rows = await self._database.run(
            """SELECT owner FROM users WHERE json_extract(settings, '$.' || :name) = :word
               AND EXISTS (SELECT 1 FROM jobs WHERE jobs.owner = users.owner AND jobs.created_at > :since)""",
            {"name": name, "word": word, "since": since},
        )
        return [row["owner"] for row in rows]

    async def show_hint_once(self, owner: str, hint: str) -> bool:
        """Return True the first time this owner is to see this hint, and never again."""
        async with self._database.transaction(lock=owner) as transaction:
            await transaction.run(ADD_OWNER, {"owner": owner, "now": self._clock()})
            row = await transaction.one("SELECT hints_shown FROM users WHERE owner = :owner", {"owner": owner})
            shown = set(json.loads(row["hints_shown"])) if row else set()
            if hint in shown:
                return False
            await transaction.run(
                "UPDATE users SET hints_shown = :shown WHERE owner = :owner",
                {"owner": owner, "shown": json.dumps(sorted(shown | {hint}))},
            )
            return True

    async def forget(self, owner: str) -> None:
        """Delete the owner with every job, sticker and pack row of theirs."""
        await self._database.run("DELETE FROM users WHERE owner = :owner", {"owner": owner})


def _user(row: Row) -> User:
    shown = frozenset(json.loads(row["hints_shown"]))
    settings = json.loads(row["settings"])
    return record_of(User, row, hints_shown=shown, is_blocked=bool(row["is_blocked"]), settings=settings)
