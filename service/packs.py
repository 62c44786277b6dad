"""Which packs an owner has and how far each sticker has come on its way into one: the rows and their transitions.

Knows no chat: what a pack is called and how it is reached on the other side is the entrance's business.
"""

from __future__ import annotations

from storage.packs import Packs
from storage.records import Pack, PackState, StickerState


class PackRegistry(Packs):
    """Packs and stickers of every owner. Each transition is one statement, and safe to repeat."""

    async def mark_full(self, pack: Pack) -> None:
        """Note that the pack takes no more stickers."""
        await self.set_state(pack.id, PackState.FULL)

    async def mark_gone(self, pack: Pack) -> None:
        """Note that the pack was deleted on the other side."""
        await self.set_state(pack.id, PackState.GONE)

    async def mark_loose(self, sticker_id: str) -> None:
        """Note that the sticker was sent without a pack."""
        await self.change(sticker_id, state=StickerState.LOOSE)

    async def mark_removed(self, sticker_id: str) -> None:
        """Note that the sticker was taken out of its pack."""
        await self.change(sticker_id, state=StickerState.REMOVED)
