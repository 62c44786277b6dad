"""/style: style and model for every photo to come, and the buttons with the names of all styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Command, Feature
from bot.words.buttons import Press, choice, in_pairs
from bot.words.captions import find_style
from bot.words.translations import say, style_title
from engine.errors import UnknownStyle
from engine.styles import DEFAULT_STYLE, all_styles, style


async def on_style(context: UpdateContext) -> None:
    """Handle `/style comic`, or bare to see them all."""
    words = " ".join(context.args)
    current = context.user.style or DEFAULT_STYLE
    if not words:
        await context.answer(_question(context), _keyboard(context, current))
    elif name := find_style(words):
        await context.answer(await _set_style(context, name))
    else:
        await context.answer(context.say("error-unknown-style"), _keyboard(context, current))


async def choose(context: UpdateContext, press: Press) -> str:
    """Use the style for every photo to come. Raises `UnknownStyle`."""
    text = await _set_style(context, offered(press.argument))
    context.edit(_keyboard(context, press.argument))
    return text


async def choose_model(context: UpdateContext, press: Press) -> str:
    """Use the model for every photo to come."""
    if press.argument not in context.parts.offers.choices:  # another engine runs than when the button was sent
        return context.say("press-stale")
    user = await context.service.set_preference(context.owner, model=press.argument)
    chosen = replace(context, user=user)
    context.edit(_keyboard(chosen, user.style or DEFAULT_STYLE), _question(chosen))
    return context.say("model-chosen", model=context.say(f"model-{press.argument}"))


def offered(name: str) -> str:
    """Return the name of a style that buttons offer. Raises `UnknownStyle`: the button may be older than its end."""
    if name not in {each.name for each in all_styles()}:
        raise UnknownStyle(name)
    return name


async def _set_style(context: UpdateContext, name: str) -> str:
    await context.service.set_preference(context.owner, style=name)
    return context.say("style-chosen", style=style_title(context.language, style(name)))


def _question(context: UpdateContext) -> str:
    """Return what stands over the buttons of `/style`: of models only where there are several."""
    language, offers = context.language, context.parts.offers
    current = style(context.user.style or DEFAULT_STYLE)
    lines = [context.say("style-choose", style=style_title(language, current))]
    if len(offers.choices) > 1:
        lines.append(context.say("model-current", model=context.say(f"model-{offers.model_for(context.user.model)}")))
    return "\n".join(lines)


def _keyboard(context: UpdateContext, current: str) -> InlineKeyboardMarkup:
    offers, styles = context.parts.offers, keyboard(context.language, current).inline_keyboard
    models = model_rows(context.language, offers.choices, offers.model_for(context.user.model))
    return InlineKeyboardMarkup([*styles, *models])


def model_rows(language: str, models: Sequence[str], current: str) -> list[list[InlineKeyboardButton]]:
    """Return the models to choose from, two in a row, the current one marked; none where there is no choice."""
    buttons = [
        choice(say(language, f"model-{name}"), Press("model", argument=name), is_current=name == current)
        for name in models
    ]
    return in_pairs(buttons) if len(buttons) > 1 else []


def keyboard(language: str, current: str | None, job_id: str = "") -> InlineKeyboardMarkup:
    """Return all styles, two in a row, the current one marked: for one photo (`job_id`), or for all to come."""
    operation = "restyle" if job_id else "choose"
    buttons = [
        choice(
            f"{each.emoji} {style_title(language, each)}",
            Press(operation, job_id, each.name),
            is_current=each.name == current,
        )
        for each in all_styles()
    ]
    return InlineKeyboardMarkup(in_pairs(buttons))


FEATURE = Feature(
    commands=(Command("style", on_style, aliases=("styles",)),),
    callbacks={
        "choose": Callback(choose, has_job=False, arguments=None),  # `style` knows which there are
        "model": Callback(choose_model, has_job=False, arguments=None),
    },
)
