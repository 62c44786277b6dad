"""Messages an entrance took over and has not handled yet: at-least-once, whatever happens to the process."""

from __future__ import annotations

from collections.abc import Sequence

from service.store_retry import keep_trying
from storage.inbox import Inbox as InboxRows


class Inbox:
    """Stored before they are confirmed to the sender; what is open after a crash is handled by the next process."""

    def __init__(self, rows: InboxRows) -> None:
        self._rows = rows

    async def put(self, messages: Sequence[tuple[int, str]]) -> list[int]:
        """Store (number, body) pairs, all or none; return the numbers that were new. Raises `StorageError`."""
        return await self._rows.put(messages)

    async def open(self) -> list[tuple[int, str]]:
        """Return what was stored and not handled, in the sender's order. Raises `StorageError`."""
        return await self._rows.open()

    async def start(self, number: int, most_attempts: int) -> bool:
        """Count an attempt; False where there were `most_attempts` and the message is given up."""
        return await keep_trying(lambda: self._rows.start(number, most_attempts))

    async def excuse(self, number: int) -> None:
        """Count no attempt so far: the message is not what ends the process."""
        await keep_trying(lambda: self._rows.excuse(number))

    async def handled(self, number: int) -> None:
        """Mark as handled and drop its text."""
        await keep_trying(lambda: self._rows.handled(number))
