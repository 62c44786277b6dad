"""/start, /help, and the pointer that groups get."""

from __future__ import annotations

from bot.handlers.context import Turn
from bot.words import buttons as keyboards


async def on_start(turn: Turn) -> None:
    await turn.answer(turn.say("start", name=turn.first_name))


async def on_help(turn: Turn) -> None:
    await turn.answer(turn.say("help"))


async def on_group_start(turn: Turn) -> None:
    keyboard = keyboards.open_chat(turn.language, turn.bot.username)
    await turn.answer(turn.say("start-in-group"), keyboard)
