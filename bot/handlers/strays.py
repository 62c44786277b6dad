"""Everything that is neither a photo nor a command we know: each kind has its own hint."""

from __future__ import annotations

from bot.handlers.context import Turn


async def on_text(turn: Turn) -> None:
    await turn.answer(turn.say("send-a-selfie"))


async def on_unknown_command(turn: Turn) -> None:
    await turn.answer(turn.say("unknown-command"))


async def on_animation(turn: Turn) -> None:
    await turn.reply(turn.say("is-animation"))


async def on_sticker(turn: Turn) -> None:
    sticker = turn.message.sticker
    moves = sticker is not None and (sticker.is_animated or sticker.is_video)
    await turn.reply(turn.say("is-animation" if moves else "is-sticker"))


async def on_document(turn: Turn) -> None:
    await turn.reply(turn.say("is-document"))


async def on_anything_else(turn: Turn) -> None:
    await turn.reply(turn.say("send-a-photo"))
