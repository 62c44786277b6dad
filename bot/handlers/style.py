"""/style: which look every photo gets from now on."""

from __future__ import annotations

from bot import keyboards
from bot.caption import find_style
from bot.handlers.turn import Turn
from bot.replies import style_title
from engine.styles import DEFAULT_STYLE, style


async def on_style(turn: Turn) -> None:
    words = " ".join(turn.args)
    if not words:
        current = turn.user.style or DEFAULT_STYLE
        text = turn.say("style-choose", style=style_title(turn.language, style(current)))
        await turn.answer(text, keyboards.styles(turn.language, current))
        return
    name = find_style(words)
    if name is None:
        text = turn.say("error-unknown-style")
        await turn.answer(text, keyboards.styles(turn.language, turn.user.style or DEFAULT_STYLE))
        return
    await turn.answer(await choose(turn, name))


async def choose(turn: Turn, name: str) -> str:
    """Remember the look; returns what to say."""
    await turn.parts.service.set_preference(turn.owner, style=name)
    return turn.say("style-chosen", style=style_title(turn.language, style(name)))
