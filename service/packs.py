"""Which packs an owner has and how far each sticker has come on its way into one: named transitions over the rows.

Knows no chat: what a pack is called and how it is reached on the other side is the entrance's business.
"""

from __future__ import annotations

from storage.packs import Packs
from storage.records import Pack, PackState, Sticker, StickerState


class PackRegistry:
    """Packs and stickers of every owner. Each transition is one statement, and safe to repeat."""

    def __init__(self, rows: Packs) -> None:
        self._rows = rows

    async def open_pack(self, owner: str) -> Pack | None:
        """Return the pack that takes the owner's next sticker."""
        return await self._rows.open_pack(owner)

    async def get(self, pack_id: int) -> Pack | None:
        """Return the pack of that id, in whatever state."""
        return await self._rows.get(pack_id)

    async def of_owner(self, owner: str) -> list[Pack]:
        """Return the owner's packs that still exist, oldest first."""
        return await self._rows.of_owner(owner)

    async def next_generation(self, owner: str) -> int:
        """Return one more than the highest generation ever used: names of deleted packs are not used again."""
        return await self._rows.next_generation(owner)

    async def add(self, owner: str, name: str, title: str, generation: int) -> Pack:
        """Write an open pack; the same name again is the same pack, opened again."""
        return await self._rows.add(owner, name, title, generation)

    async def mark_full(self, pack: Pack) -> None:
        """Note that the pack takes no more stickers."""
        await self._rows.set_state(pack.id, PackState.FULL)

    async def mark_gone(self, pack: Pack) -> None:
        """Note that the pack was deleted on the other side."""
        await self._rows.set_state(pack.id, PackState.GONE)

    async def sticker(self, sticker_id: str) -> Sticker | None:
        """Return the sticker that the job of that id made."""
        return await self._rows.sticker(sticker_id)

    async def sticker_in_message(self, owner: str, message_id: int) -> Sticker | None:
        """Return the owner's sticker that was sent in this message."""
        return await self._rows.sticker_in_message(owner, message_id)

    async def stickers_of(self, job_id: str) -> list[Sticker]:
        """Return the stickers of a job that made several, in the order in which they were begun."""
        return await self._rows.stickers_of(job_id)

    async def stickers_in(self, pack: Pack) -> list[Sticker]:
        """Return the stickers known to be in this pack, oldest first."""
        return await self._rows.stickers_in(pack.id)

    async def begin(self, sticker_id: str, owner: str, emoji: str) -> Sticker:
        """Write the sticker a job made; the same job again is the same sticker, as far as it has come."""
        return await self._rows.add_sticker(sticker_id, owner, emoji)

    async def change(self, sticker_id: str, **columns: str | int | StickerState | None) -> Sticker | None:
        """Change some of state, emoji, pack_id, upload_id, file_id, file_unique_id, message_id.

        Returns None where the sticker is gone: its owner was forgotten.
        """
        return await self._rows.update_sticker(sticker_id, **columns)

    async def mark_loose(self, sticker_id: str) -> None:
        """Note that the sticker was sent without a pack."""
        await self._rows.update_sticker(sticker_id, state=StickerState.LOOSE)

    async def mark_removed(self, sticker_id: str) -> None:
        """Note that the sticker was taken out of its pack."""
        await self._rows.update_sticker(sticker_id, state=StickerState.REMOVED)
