"""The buttons under a sticker: another one from the same photo, out of the pack and back. Idempotent per press."""

from __future__ import annotations

from collections.abc import Mapping

from bot.delivery import keyboards
from bot.delivery.addressee import Addressee
from bot.delivery.deliver import ANOTHER, emoji_of, in_pack_keyboard
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.words.buttons import Press
from engine.model import ResultFile
from service.errors import NoSuchJob
from storage.records import Entrance


async def draw_again(
    context: UpdateContext,
    press: Press,
    *,
    style: str | None = None,
    shape: str | None = None,
    parameters: Mapping[str, str | int | float | bool] | None = None,
    new_seed: bool = False,
    replaces: str | None = None,
) -> str:
    """Submit another job with the photo of the pressed sticker. Raises `NoSuchJob`, and what `submit` raises.

    While one press's job is being drawn, another press of the same button is told so; of a sticker that is about to be
    replaced, another press for another replacement, too.
    """
    service = context.service
    parent = await service.own(context.owner, press.job_id)
    prefix = f"{Entrance.TELEGRAM}:{context.chat_id}:{press.operation}:{press.job_id}:"
    source = f"{prefix}{press.argument}:{context.query.id}"
    prefix = prefix if replaces else f"{prefix}{press.argument}:"
    if await service.job_from(source) is None and await service.active_child(parent, prefix):
        return context.say("press-already")
    before = Addressee.of(parent)
    to = Addressee(
        before.chat, before.message, context.first_name, context.language, before.emoji, thread=context.thread
    )
    job = await service.again(
        parent,
        source=source,
        note=to.to_json(),
        style=style,
        shape=shape,
        parameters=parameters,
        new_seed=new_seed,
        replaces=replaces,
    )
    context.parts.notifier.announce_soon(job)
    return context.say("press-paused" if await service.operators.is_paused() else "press-drawing")


async def another(context: UpdateContext, press: Press) -> str:
    """Draw the same photo with another seed."""
    return await draw_again(context, press, new_seed=True)


async def undo(context: UpdateContext, press: Press) -> str:
    """Take the sticker out of its pack. Raises `NoSuchJob`, `PackError`."""
    sticker = await context.service.packs.sticker(press.job_id)
    if sticker is None or sticker.owner != context.owner:  # the job's own row may be gone long before the sticker
        raise NoSuchJob(press.job_id)
    was_there = await context.parts.sets.remove(press.job_id)
    context.edit(keyboards.removed(context.language, press.job_id))
    return context.say("press-undone" if was_there else "press-already-undone")


async def put_back(context: UpdateContext, press: Press) -> str:
    """Put a removed sticker back into its pack. Raises `PackError`."""
    await _into_pack(context, press)
    return context.say("press-back")


async def try_adding(context: UpdateContext, press: Press) -> str:
    """Try the pack once more. Raises `PackError`."""
    await _into_pack(context, press)
    return context.say("press-added")


async def _into_pack(context: UpdateContext, press: Press) -> None:
    job = await context.service.own(context.owner, press.job_id)
    if job.result is None or not job.result.is_safe:  # no such button was ever under it
        raise NoSuchJob(job.id)
    webp = await context.service.result_file(job, ResultFile.STICKER)
    in_pack = await context.parts.sets.add(context.user_id, context.first_name, job.id, webp, (emoji_of(job),))
    context.edit(in_pack_keyboard(context.language, job, in_pack.url, context.parts.offers))


FEATURE = Feature(
    callbacks={
        ANOTHER: Callback(another),
        "undo": Callback(undo),
        "back": Callback(put_back),
        "add": Callback(try_adding),
    },
)
