"""The styles of one photo: on one picture of the person's own face, or by name; the one that is pressed is drawn."""

from __future__ import annotations

from telegram import InputMediaPhoto
from telegram.error import TelegramError

from bot.delivery.addressee import Addressee
from bot.delivery.places import holder_of
from bot.delivery.styles import CAPTIONS, SheetPage, draw_page, page_keyboard
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Feature
from bot.handlers.sticker import draw_again
from bot.handlers.style import keyboard, offered
from bot.transport.telegram_errors import TelegramErrorKind, classify
from bot.words.buttons import Press
from engine.models import STYLES
from storage.records import Entrance, Job, JobStatus, StickerState

_THING = "allow_no_face"


async def show_styles(context: UpdateContext, press: Press) -> str:
    """Draw the pressed sticker's photo in every style, on one picture; where that takes long, send their names.

    Raises `NoSuchJob`, and what `submit` raises. Pressed again while it is drawn it is the same job.
    """
    service = context.service
    parent = await service.own(context.owner, press.job_id)
    before = Addressee.of(parent)
    if not context.parts.offers.has_styles:
        await context.bot.send_message(
            context.chat_id,
            context.say("style-for-photo"),
            reply_to_message_id=before.reply_to,
            allow_sending_without_reply=True,
            message_thread_id=context.thread,
            reply_markup=keyboard(context.language, parent.drawn_style, parent.id),
        )
        return ""
    prefix = f"{Entrance.TELEGRAM}:{context.chat_id}:styles:{press.job_id}:"
    source = prefix + context.query.id
    last = await service.last_child(parent, prefix)
    if last is not None and last.source != source and _is_under_way(last):
        return context.say("press-already-all")
    to = Addressee(before.chat, before.message, context.first_name, context.language, thread=context.thread)
    known = {name: value for name, value in parent.request.parameters.items() if name in STYLES.parameters}
    job = await service.again(
        parent, source=source, note=to.to_json(), model=STYLES.name, parameters={**known, _THING: True}, is_low=True
    )
    context.parts.notifier.announce(job)
    return await context.say_drawing()


async def change_mode(context: UpdateContext, press: Press) -> str:
    """Change what a press on a style does: another sticker, or one in the place of the one there is.

    Raises `NoSuchJob`.
    """
    if (page := SheetPage.parse(press.argument)) is None:
        return context.say("press-stale")
    job = await context.service.own(context.owner, press.job_id)
    buttons = await page_keyboard(context.service, job, page, context.language)
    context.edit(buttons, context.say(CAPTIONS[page.mode]))
    return ""


async def turn(context: UpdateContext, press: Press) -> str:
    """Show another page of the styles. Raises `NoSuchJob`, `FileGone`."""
    message = context.query.message
    if (page := SheetPage.parse(press.argument)) is None or message is None or not message.is_accessible:
        return context.say("press-stale")
    job = await context.service.own(context.owner, press.job_id)
    picture = await draw_page(context.service, job, page, context.language)
    try:
        await context.bot.edit_message_media(
            InputMediaPhoto(picture, caption=context.say(CAPTIONS[page.mode]), filename="styles.jpg"),
            context.chat_id,
            message.message_id,
            reply_markup=await page_keyboard(context.service, job, page, context.language),
        )
    except TelegramError as error:
        if classify(error) not in (TelegramErrorKind.NOT_MODIFIED, TelegramErrorKind.MESSAGE_GONE):
            raise
    return ""


async def draw_in_style(context: UpdateContext, press: Press) -> str:
    """Draw the same photo in another style; one that is in the pack already is not drawn again.

    Raises `NoSuchJob`, `UnknownStyle`.
    """
    name = offered(press.argument)
    parent = await context.service.own(context.owner, press.job_id)
    prefix = f"{Entrance.TELEGRAM}:{context.chat_id}:restyle:{parent.id}:{name}:"
    last = await context.service.last_child(parent, prefix)
    if last is not None and last.source != prefix + context.query.id:
        if _is_under_way(last):
            return context.say("press-already")
        if await _is_in_pack(context, last):
            return context.say("press-is-in-pack")
    is_the_same = context.parts.offers.has_styles and name == parent.drawn_style
    if is_the_same and await _is_in_pack(context, parent):
        return context.say("press-is-in-pack")
    return await draw_again(context, press, style=name)


async def swap(context: UpdateContext, press: Press) -> str:
    """Draw the same photo in another style, in the place that its sticker has in the pack.

    Raises `NoSuchJob`, `UnknownStyle`.
    """
    name = offered(press.argument)
    parent = await context.service.own(context.owner, press.job_id)
    prefix = f"{Entrance.TELEGRAM}:{context.chat_id}:replace:{parent.id}:"
    source = f"{prefix}{name}:{context.query.id}"
    last = await context.service.last_child(parent, prefix)
    holder = await holder_of(context.service, parent)
    if last is None or last.source != source:
        now = await context.service.job(holder.id) if holder else None
        if last is not None and _is_under_way(last):
            return context.say("press-already")
        if now is not None and now.drawn_style == name:
            return context.say("press-is-in-pack")
    return await draw_again(context, press, style=name, replaces=parent.id if holder else None)


def _is_under_way(job: Job) -> bool:
    """Return whether a job is not drawn yet, or drawn and not delivered."""
    return not job.status.is_final or (job.status is JobStatus.DONE and job.delivered_at is None)


async def _is_in_pack(context: UpdateContext, job: Job) -> bool:
    sticker = await context.service.packs.sticker(job.id)
    return sticker is not None and sticker.state is StickerState.IN_PACK


FEATURE = Feature(
    callbacks={
        "styles": Callback(show_styles),
        "stylemode": Callback(change_mode, arguments=None),
        "stylepage": Callback(turn, arguments=None),
        "restyle": Callback(draw_in_style, arguments=None),
        "swap": Callback(swap, arguments=None),
    }
)
