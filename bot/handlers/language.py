"""/language: another one than the app's."""

from __future__ import annotations

from bot import keyboards
from bot.handlers.turn import Turn


async def on_language(turn: Turn) -> None:
    await turn.answer(turn.say("language-choose"), keyboards.languages(turn.language))


async def choose(turn: Turn, language: str) -> str:
    """Remember the language; returns what to say, in it."""
    await turn.parts.service.set_preference(turn.owner, language=language)
    return turn.speaking(language).say("language-chosen")
