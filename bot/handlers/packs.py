"""/pack: the person's packs with their links."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Command, Feature


async def on_pack(context: UpdateContext) -> None:
    """Send the person's packs. Raises `PackError`."""
    packs = await context.parts.sets.overview(context.user_id)
    if not packs:
        await context.answer(context.say("pack-none"))
        return
    lines = [context.say("pack-list", count=len(packs))]
    lines += [context.say("pack-line", title=each.title, stickers=each.count) for each in packs]
    links = [[InlineKeyboardButton(f"📦 {each.title}", url=each.url)] for each in packs]
    await context.answer("\n".join(lines), InlineKeyboardMarkup(links))


FEATURE = Feature(commands=(Command("pack", on_pack, aliases=("packs",)),))
