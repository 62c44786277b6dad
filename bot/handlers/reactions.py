"""All reactions of one photo: many stickers at once into the pack, and all of them out again."""

from __future__ import annotations

from bot.delivery import keyboards
from bot.delivery.addressee import Addressee
from bot.delivery.reactions import is_batch
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.words.buttons import Press
from engine.model import ResultFile
from engine.models import REACTIONS
from service.errors import NoSuchJob
from storage.records import Entrance, StickerState


async def draw_all(context: UpdateContext, press: Press) -> str:
    """Draw the pressed sticker's photo in every mood. Raises `NoSuchJob`, and what `submit` raises.

    Pressed again it is the same job, unless that came to nothing or its stickers were taken out; what was stopped while
    they were added goes on.
    """
    service = context.service
    if REACTIONS.name not in context.parts.offers.models:  # another engine runs than when the button was sent
        return context.say("press-stale")
    parent = await service.own(context.owner, press.job_id)
    prefix = f"{Entrance.TELEGRAM}:{context.chat_id}:reactions:{press.job_id}:"
    source = prefix + context.query.id
    last = await service.last_child(parent, prefix)
    if last is not None and last.source != source:
        if not last.status.is_final or (is_batch(last) and last.delivered_at is None):
            return context.say("press-already-all")
        states = {row.state for row in await service.packs.stickers_of(last.id)}
        if states & {StickerState.MADE, StickerState.UPLOADED}:
            await context.parts.notifier.go_on_adding(last)
            return context.say("press-drawing")
        if StickerState.IN_PACK in states:
            return context.say("press-all-there")
    before = Addressee.of(parent)
    to = Addressee(before.chat, before.message, context.first_name, context.language, thread=context.thread)
    known = {name: value for name, value in parent.request.parameters.items() if name in REACTIONS.parameters}
    job = await service.again(
        parent, source=source, note=to.to_json(), model=REACTIONS.name, parameters=known, is_low=True
    )
    context.parts.notifier.announce(job)
    return await context.say_drawing()


async def undo_all(context: UpdateContext, press: Press) -> str:
    """Take all stickers of one job out of their pack. Raises `NoSuchJob`, `PackError`."""
    rows = await context.service.packs.stickers_of(press.job_id)
    if not rows or rows[0].owner != context.owner:  # the job's own row may be gone long before its stickers
        raise NoSuchJob(press.job_id)
    count = 0
    for row in rows:
        count += await context.parts.sets.remove(row.id)
    keyboard = keyboards.all_removed(context.language, press.job_id)
    context.edit(keyboard, context.say("press-undone-all"))
    return context.say("press-undone-all" if count else "press-already-undone-all")


async def put_all_back(context: UpdateContext, press: Press) -> str:
    """Add the stickers of one job that were taken out once more. Raises `NoSuchJob`, `FileGone`.

    They come as they came the first time: one progress message, and the sheet at the end.
    """
    service = context.service
    job = await service.own(context.owner, press.job_id)
    await service.result_file(job, ResultFile.SHEET)  # the files are not kept for ever
    rows = await service.packs.stickers_of(job.id)
    if job.delivered_at is None:
        return context.say("press-already-all")
    if all(row.state is StickerState.IN_PACK for row in rows):
        return context.say("press-all-there")
    for row in rows:
        if row.state is StickerState.REMOVED:
            await service.packs.change(row.id, state=StickerState.MADE, upload_id=None)
    await service.set_note(job.id, progress=None, sheet=None)
    await context.parts.notifier.go_on_adding(job)
    context.edit(None)
    return context.say("press-drawing")


FEATURE = Feature(
    callbacks={
        "reactions": Callback(draw_all),
        "undoall": Callback(undo_all),
        "backall": Callback(put_all_back),
    }
)
