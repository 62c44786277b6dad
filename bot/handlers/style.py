"""/style, for every photo to come, and the style buttons, for one photo."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot.delivery.addressee import Addressee
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Command, Feature
from bot.handlers.sticker import draw_again
from bot.words.buttons import Press, choice, in_pairs
from bot.words.captions import find_style
from bot.words.translations import style_title
from engine.errors import UnknownStyle
from engine.styles import DEFAULT_STYLE, all_styles, style


async def on_style(context: UpdateContext) -> None:
    """Handle `/style comic`, or bare to see them all."""
    words = " ".join(context.args)
    current = context.user.style or DEFAULT_STYLE
    if not words:
        text = context.say("style-choose", style=style_title(context.language, style(current)))
        await context.answer(text, keyboard(context.language, current))
    elif name := find_style(words):
        await context.answer(await _set_style(context, name))
    else:
        await context.answer(context.say("error-unknown-style"), keyboard(context.language, current))


async def choose(context: UpdateContext, press: Press) -> str:
    """Use the style for every photo to come. Raises `UnknownStyle`."""
    text = await _set_style(context, _offered(press.argument))
    context.edit(keyboard(context.language, press.argument))
    return text


async def show_styles(context: UpdateContext, press: Press) -> str:
    """Send the styles that this photo may be drawn in. Raises `NoSuchJob`."""
    job = await context.service.own(context.owner, press.job_id)
    drawn = job.drawn_style
    await context.bot.send_message(
        context.chat_id,
        context.say("style-for-photo"),
        reply_to_message_id=Addressee.of(job).message,
        allow_sending_without_reply=True,
        reply_markup=keyboard(context.language, drawn, job.id),
    )
    return ""


async def draw_in_style(context: UpdateContext, press: Press) -> str:
    """Draw the same photo in another style. Raises `UnknownStyle`."""
    return await draw_again(context, press, style=_offered(press.argument))


def _offered(name: str) -> str:
    """Return the name of a style that buttons offer. Raises `UnknownStyle`: the button may be older than its end."""
    if name not in {each.name for each in all_styles()}:
        raise UnknownStyle(name)
    return name


async def _set_style(context: UpdateContext, name: str) -> str:
    await context.service.set_preference(context.owner, style=name)
    return context.say("style-chosen", style=style_title(context.language, style(name)))


def keyboard(language: str, current: str | None, job_id: str = "") -> InlineKeyboardMarkup:
    """Return all styles, two in a row, the current one marked: for one photo (`job_id`), or for all to come."""
    operation = "look" if job_id else "choose"
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
        "styles": Callback(show_styles),
        "look": Callback(draw_in_style, arguments=None),
    },
)
