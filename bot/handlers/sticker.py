"""The buttons under a sticker: another one from the same photo, out of the pack and back. Idempotent per press."""

from __future__ import annotations

from collections.abc import Mapping

from telegram import InlineKeyboardMarkup

from bot.delivery import keyboards
from bot.delivery.addressee import Addressee
from bot.delivery.deliver import ANOTHER, emoji_of, in_pack_keyboard
from bot.delivery.places import holder_of
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.packs.names import set_link
from bot.words.buttons import Press
from engine.model import ResultFile
from service.errors import NoSuchJob
from storage.errors import FileGone
from storage.records import Entrance, Job, Sticker, StickerState


async def draw_again(
    context: UpdateContext,
    press: Press,
    *,
    style: str | None = None,
    shape: str | None = None,
    parameters: Mapping[str, str | int | float | bool] | None = None,
    new_seed: bool = False,
    text: str | None = None,
    outline: str | None = None,
    outline_width: str | None = None,
    is_file: bool = False,
    replaces: str | None = None,
) -> str:
    """Submit another job with the photo of the pressed sticker. Raises `NoSuchJob`, and what `submit` raises.

    While one press's job is being drawn, another press of the same button is told so; of a sticker that is about to be
    replaced, another press for another replacement, too. `is_file`: the sticker is wanted as a file.
    """
    service = context.service
    parent = await service.own(context.owner, press.job_id)
    operation = "replace" if replaces else press.operation
    prefix = f"{Entrance.TELEGRAM}:{context.chat_id}:{operation}:{press.job_id}:"
    source = f"{prefix}{press.argument}:{context.query.id}"
    prefix = prefix if replaces else f"{prefix}{press.argument}:"
    if await service.job_from(source) is None and await service.active_child(parent, prefix):
        return context.say("press-already")
    before = Addressee.of(parent)
    to = Addressee(
        before.chat,
        before.message,
        context.first_name,
        context.language,
        before.emoji,
        thread=context.thread,
        is_file=is_file,
    )
    job = await service.again(
        parent,
        source=source,
        note=to.to_json(),
        style=style,
        shape=shape,
        parameters=parameters,
        new_seed=new_seed,
        text=text,
        outline=outline,
        outline_width=outline_width,
        only_stickers=False if is_file else None,
        replaces=replaces,
    )
    context.parts.notifier.announce_soon(job)
    return await context.say_drawing()


async def another(context: UpdateContext, press: Press) -> str:
    """Draw the same photo with another seed."""
    return await draw_again(context, press, new_seed=True)


async def undo(context: UpdateContext, press: Press) -> str:
    """Take the sticker out of its pack; the one whose place it took comes back. Raises `NoSuchJob`, `PackError`."""
    sticker = await context.service.packs.sticker(press.job_id)
    if sticker is None or sticker.owner != context.owner:  # the job's own row may be gone long before the sticker
        raise NoSuchJob(press.job_id)
    job = await context.service.job(press.job_id)
    if job is not None and sticker.state is StickerState.REMOVED:
        context.edit(await buttons_of(context, job))
        return context.say("press-already-undone")
    before = await context.service.job(job.replaces) if job and job.replaces else None
    if job is not None and before is not None and sticker.state is StickerState.IN_PACK:
        try:
            await _into_place_of(context, before, sticker)
        except FileGone:  # it is not kept for ever: then there is nothing to come back
            pass
        else:
            context.edit(keyboards.replaced(context.language, job.id))
            row = await context.service.packs.sticker(before.id)
            context.edit_other(row.message_id if row else None, await buttons_of(context, before))
            return context.say("press-restored")
    was_there = await context.parts.sets.remove(press.job_id)
    context.edit(keyboards.removed(context.language, press.job_id))
    return context.say("press-undone" if was_there else "press-already-undone")


async def put_back(context: UpdateContext, press: Press) -> str:
    """Put a removed sticker back into its pack, or a replaced one into its place. Raises `PackError`, `FileGone`."""
    job = await context.service.own(context.owner, press.job_id)
    holder = await holder_of(context.service, job)
    if holder is None or holder.id == job.id:
        await _into_pack(context, press)
        return context.say("press-back")
    await _into_place_of(context, job, holder)
    context.edit(await buttons_of(context, job))
    context.edit_other(holder.message_id, keyboards.replaced(context.language, holder.id))
    return context.say("press-restored")


async def try_adding(context: UpdateContext, press: Press) -> str:
    """Try the pack once more. Raises `PackError`."""
    await _into_pack(context, press)
    return context.say("press-added")


async def buttons_of(context: UpdateContext, job: Job) -> InlineKeyboardMarkup:
    """Return the buttons that belong under a job's sticker as it is now."""
    sticker = await context.service.packs.sticker(job.id)
    if sticker is not None and sticker.pack_id is not None and sticker.state is StickerState.IN_PACK:
        pack = await context.service.packs.get(sticker.pack_id)
        if pack is not None:
            return in_pack_keyboard(context.language, job, set_link(pack.name), context.parts.offers)
    if await holder_of(context.service, job) is not None:
        return keyboards.replaced(context.language, job.id)
    return keyboards.removed(context.language, job.id)


async def _into_place_of(context: UpdateContext, job: Job, holder: Sticker) -> None:
    """Put a job's sticker where `holder` is, with its emoji and keywords. Raises `PackError`, `FileGone`."""
    webp = await _webp(context, job)
    packs = context.service.packs
    await packs.begin(job.id, job.owner, holder.emoji_list, holder.keywords)
    await packs.change(job.id, emoji_list=holder.emoji_list, keywords=holder.keywords)
    await context.parts.sets.replace(
        context.user_id, context.first_name, holder.id, job.id, webp, holder.emoji_list, holder.keywords
    )


async def _into_pack(context: UpdateContext, press: Press) -> None:
    job = await context.service.own(context.owner, press.job_id)
    webp = await _webp(context, job)
    in_pack = await context.parts.sets.add(context.user_id, context.first_name, job.id, webp, emoji_of(job))
    context.edit(in_pack_keyboard(context.language, job, in_pack.url, context.parts.offers))


async def _webp(context: UpdateContext, job: Job) -> bytes:
    """Return a job's sticker. Raises `NoSuchJob`, `FileGone`."""
    if job.result is None or not job.result.is_safe:  # no such button was ever under it
        raise NoSuchJob(job.id)
    return await context.service.result_file(job, ResultFile.STICKER)


FEATURE = Feature(
    callbacks={
        ANOTHER: Callback(another),
        "undo": Callback(undo),
        "back": Callback(put_back),
        "add": Callback(try_adding),
    },
)
