"""Small facts about this installation, by name."""

from __future__ import annotations

from storage.database import Database


class Facts:
    """The store of small facts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        row = await self._database.one("SELECT value FROM facts WHERE name = :name", {"name": name})
        return str(row["value"]) if row else None

    async def set(self, name: str, value: str) -> None:
        await self._database.run(
            """INSERT INTO facts (name, value) VALUES (:name, :value)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
            {"name": name, "value": value},
        )

    async def keep(self, name: str, value: str) -> str:
        """Set the fact unless it is known, and return what it is: of two processes that make one, both get the same."""
        row = await self._database.one(
            """INSERT INTO facts (name, value) VALUES (:name, :value)
               ON CONFLICT (name) DO UPDATE SET value = facts.value RETURNING value""",
            {"name": name, "value": value},
        )
        return str(row["value"]) if row else value
