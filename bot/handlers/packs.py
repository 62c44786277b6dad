"""/pack: the person's packs with their links."""

from __future__ import annotations

from bot.handlers.context import Turn
from bot.words import buttons as keyboards


async def on_pack(turn: Turn) -> None:
    packs = await turn.parts.sets.overview(turn.user_id)
    if not packs:
        await turn.answer(turn.say("pack-none"))
        return
    lines = [turn.say("pack-list", count=len(packs))]
    lines += [turn.say("pack-line", title=each.title, stickers=each.count) for each in packs]
    await turn.answer("\n".join(lines), keyboards.packs([(each.title, each.url) for each in packs]))
