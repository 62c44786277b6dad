"""The numbers under a photo that shows several faces: the same sticker of another one."""

from __future__ import annotations

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.handlers.sticker import draw_again
from bot.words.buttons import Press


async def draw_face(context: UpdateContext, press: Press) -> str:
    """Draw the face of that number. Raises `NoSuchJob`, and what `submit` raises."""
    job = await context.service.own(context.owner, press.job_id)
    number = int(press.argument) if press.argument.isascii() and press.argument.isdigit() else 0
    if job.result is None or not 1 <= number <= job.result.faces:
        return context.say("press-stale")
    return await draw_again(context, press, parameters={"face_index": number - 1})


FEATURE = Feature(callbacks={"face": Callback(draw_face, arguments=None)})
