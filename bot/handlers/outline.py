"""The outline of a sticker: its colour and width, shown under it, drawn in its place in the pack."""

from __future__ import annotations

from bot.delivery import keyboards
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.handlers.sticker import buttons_of, draw_again
from bot.words.buttons import Press
from engine.types import Outline, OutlineWidth


async def show_outlines(context: UpdateContext, press: Press) -> str:
    """Show colours and widths in place of the sticker's other buttons. Raises `NoSuchJob`."""
    asked = (await context.service.own(context.owner, press.job_id)).request
    outline, width = Outline(asked.outline), OutlineWidth(asked.outline_width)
    context.edit(keyboards.outlines(context.language, press.job_id, outline, width))
    return ""


async def draw_outline(context: UpdateContext, press: Press) -> str:
    """Replace the sticker by one with another outline. Raises `NoSuchJob`, and what `submit` raises."""
    job = await context.service.own(context.owner, press.job_id)
    is_width = press.operation == "width"
    if press.argument == (job.request.outline_width if is_width else job.request.outline):
        return context.say("press-same")
    context.edit(await buttons_of(context, job))
    outline, width = (None, press.argument) if is_width else (press.argument, None)
    return await draw_again(context, press, outline=outline, outline_width=width, replaces=job.id)


FEATURE = Feature(
    callbacks={
        "outlines": Callback(show_outlines),
        "outline": Callback(draw_outline, arguments=tuple(Outline)),
        "width": Callback(draw_outline, arguments=tuple(OutlineWidth)),
    }
)
