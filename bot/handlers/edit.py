"""The second level of buttons under a sticker: everything that can be changed of it, and the sticker as a file."""

from __future__ import annotations

from bot.delivery import keyboards
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.handlers.sticker import buttons_of, draw_again
from bot.words.buttons import Press
from storage.records import StickerState


async def show_edit(context: UpdateContext, press: Press) -> str:
    """Show what can be changed in place of the sticker's other buttons, or those again. Raises `NoSuchJob`."""
    job = await context.service.own(context.owner, press.job_id)
    sticker = await context.service.packs.sticker(job.id)
    if press.argument or sticker is None or sticker.state is not StickerState.IN_PACK:
        context.edit(await buttons_of(context, job))
        return ""
    shapes = context.parts.offers.other_shapes(job.result) if job.result else []
    context.edit(keyboards.edit(context.language, job.id, shapes, has_text=bool(job.request.text)))
    return ""


async def send_file(context: UpdateContext, press: Press) -> str:
    """Draw the sticker once more as a PNG, which comes as a file. Raises `NoSuchJob`, and what `submit` raises."""
    return await draw_again(context, press, is_file=True)


FEATURE = Feature(
    callbacks={
        "edit": Callback(show_edit, arguments=("", "close")),
        "png": Callback(send_file),
    }
)
