"""/language: another one than the app's."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Command, Feature
from bot.words.buttons import Press, choice, in_pairs
from bot.words.translations import LANGUAGES


async def on_language(context: UpdateContext) -> None:
    """Send the languages to choose from."""
    await context.answer(context.say("language-choose"), keyboard(context.language))


async def choose(context: UpdateContext, press: Press) -> str:
    """Use the language from now on."""
    await context.service.set_preference(context.owner, language=press.argument)
    text = context.in_language(press.argument).say("language-chosen")
    context.edit(keyboard(press.argument), text)
    return text


def keyboard(current: str) -> InlineKeyboardMarkup:
    """Return all languages, two in a row, the current one marked."""
    buttons = [choice(name, Press("lang", "", code), is_current=code == current) for code, name in LANGUAGES.items()]
    return InlineKeyboardMarkup(in_pairs(buttons))


FEATURE = Feature(
    commands=(Command("language", on_language, aliases=("lang",)),),
    callbacks={"lang": Callback(choose, has_job=False, arguments=LANGUAGES)},
)
