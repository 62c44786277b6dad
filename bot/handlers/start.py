"""/start, and the pointer that groups get."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot.delivery.groups import ADD_LATER
from bot.handlers.context import UpdateContext
from bot.handlers.feature import GROUPS, Command, Feature
from bot.handlers.groups import add_later
from bot.words.buttons import link
from service.readable import readable

NAMELESS = "none"  # as the sentence has it: a greeting for names of which nothing can be seen


async def on_start(context: UpdateContext) -> None:
    """Greet; a deep link under a sticker of a group puts it into the person's pack."""
    if context.args and context.args[0].startswith(ADD_LATER):
        await add_later(context, context.args[0].removeprefix(ADD_LATER))
        return
    await context.answer(context.say("start", name=readable(context.first_name) or NAMELESS))


async def on_group_start(context: UpdateContext) -> None:
    """Point a group to the private chat."""
    url = f"https://t.me/{context.bot.username}?start=hello"
    button = link(context.language, "button-open-chat", url)
    await context.answer(context.say("start-in-group"), InlineKeyboardMarkup([[button]]))


FEATURE = Feature(
    commands=(
        Command("start", on_start),
        Command("start", on_group_start, aliases=("help",), in_menu=False, filters=GROUPS),
    ),
)
