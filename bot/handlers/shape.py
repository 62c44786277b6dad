"""The shapes a sticker could have instead: shown under it, drawn in its place in the pack."""

from __future__ import annotations

from bot.delivery import keyboards
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.handlers.sticker import buttons_of, draw_again
from bot.words.buttons import Press
from engine.types import Shape


async def show_shapes(context: UpdateContext, press: Press) -> str:
    """Show the shapes in place of the sticker's other buttons, or those again. Raises `NoSuchJob`."""
    job = await context.service.own(context.owner, press.job_id)
    if press.argument:  # of older messages
        context.edit(await buttons_of(context, job))
    else:
        shapes = context.parts.offers.other_shapes(job.result) if job.result else []
        context.edit(keyboards.shapes_of(context.language, job.id, shapes))
    return ""


async def draw_in_shape(context: UpdateContext, press: Press) -> str:
    """Draw the same photo in another shape, and replace the sticker in its pack. Raises `NoSuchJob`."""
    context.edit(await buttons_of(context, await context.service.own(context.owner, press.job_id)))
    return await draw_again(context, press, shape=Shape(press.argument), replaces=press.job_id)


FEATURE = Feature(
    callbacks={
        "shapes": Callback(show_shapes, arguments=("", "close")),
        "shape": Callback(draw_in_shape, arguments=("cutout", *Shape)),  # "cutout" is what older buttons say
    }
)
