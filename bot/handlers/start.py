"""/start: one picture of what will come, and a first sticker from the profile photo; the pointer that groups get."""

from __future__ import annotations

import hashlib
import logging
from functools import cache
from importlib import resources

from telegram import InlineKeyboardMarkup, PhotoSize
from telegram.error import TelegramError

from bot.delivery.addressee import CONSENT, Addressee
from bot.delivery.deliver import WELCOMED
from bot.delivery.groups import ADD_LATER
from bot.handlers.context import UpdateContext
from bot.handlers.feature import GROUPS, Callback, Command, Feature
from bot.handlers.groups import add_later
from bot.handlers.reactions import draw_all
from bot.handlers.sticker import buttons_of
from bot.handlers.style_sheet import show_styles
from bot.transport.telegram_errors import NOBODY_THERE, TelegramErrorKind, classify
from bot.words.buttons import Press, button, link
from service.person_settings import PersonSettings
from service.readable import readable
from service.stickers import Submission
from storage.records import Entrance, JobStatus

logger = logging.getLogger(__name__)

NAMELESS = "none"  # as the sentence has it: a greeting for names of which nothing can be seen
_NOT_TAKEN = (TelegramErrorKind.FILE_REFUSED, TelegramErrorKind.FILE_TOO_BIG, TelegramErrorKind.OTHER)


async def on_start(context: UpdateContext) -> None:
    """Greet: a picture, a line, and a button for the profile photo where there is one.

    A deep link under a sticker of a group puts it into the person's pack; any other, `/start hello`, says nothing else.
    """
    if context.args and context.args[0].startswith(ADD_LATER):
        await add_later(context, context.args[0].removeprefix(ADD_LATER))
        return
    await context.service.show_hint_once(context.owner, WELCOMED)
    text = context.say("start", name=readable(context.first_name) or NAMELESS)
    keyboard = None
    try:
        if await _profile_photo(context) is not None:
            keyboard = profile_keyboard(context.language)
    except TelegramError as error:
        if classify(error) in NOBODY_THERE:
            raise
        logger.info("the profile photo is not known: %s", classify(error))
    if not await _send_picture(context, text, keyboard):
        await context.answer(text, keyboard)


async def _send_picture(context: UpdateContext, caption: str, keyboard: InlineKeyboardMarkup | None) -> bool:
    """Send the picture, uploaded once and by its file id from then on; False where Telegram takes it neither way.

    Raises `TelegramError`.
    """
    name = f"welcome {context.bot.id} {hashlib.sha256(welcome_picture()).hexdigest()[:16]}"
    known = await context.service.fact(name)
    for photo in (known, welcome_picture()):
        if not photo:
            continue
        try:
            sent = await context.bot.send_photo(
                context.chat_id,
                photo,
                caption=caption,
                message_thread_id=context.thread,
                reply_markup=keyboard,
                filename="stickers.jpg",
            )
        except TelegramError as error:
            if classify(error) not in _NOT_TAKEN:
                raise
            continue
        if sent.photo and sent.photo[-1].file_id != known:
            await context.service.set_fact(name, sent.photo[-1].file_id)
        return True
    return False


@cache
def welcome_picture() -> bytes:
    """Return the picture of what will come, a JPEG; `python -m benchmarks.welcome` draws it."""
    return (resources.files("bot.handlers") / "welcome.jpg").read_bytes()


async def use_profile_photo(context: UpdateContext, press: Press) -> str:
    """Make a sticker of the person's newest profile photo. Raises `TelegramError`, and what `submit` raises."""
    photo = await _profile_photo(context)
    if photo is None:
        return context.say("press-no-profile-photo")
    service = context.service
    prefix = f"{Entrance.TELEGRAM}:{context.chat_id}:profile:"
    source = prefix + context.query.id
    known = await service.job_from(source)
    for job in await service.jobs_of(context.owner, JobStatus.QUEUED, JobStatus.RUNNING):
        if known is None and job.source.startswith(prefix):
            return context.say("press-already")
    offers = context.parts.offers
    to = Addressee(
        context.chat_id,
        0,
        context.first_name,
        context.language,
        thread=context.thread,
        photo=photo.file_id,
        is_first=CONSENT not in context.user.hints_shown and PersonSettings.of(context.user).adds_to_pack,
    )
    job = await service.submit(
        Submission(
            context.owner,
            source,
            model=offers.model_for(context.user.model),
            note=to.to_json(),
            only_stickers=True,
        )
    )
    if to.is_first:
        await service.show_hint_once(context.owner, CONSENT)
    context.parts.notifier.announce(job)
    return await context.say_drawing()


async def _profile_photo(context: UpdateContext) -> PhotoSize | None:
    """Return the largest size of the newest profile photo; None where there is none, or none that we may see."""
    photos = await context.bot.get_user_profile_photos(context.user_id, limit=1)
    sizes = photos.photos[0] if photos.photos else ()
    return max(sizes, key=lambda size: size.width * size.height) if sizes else None


async def go_on(context: UpdateContext, press: Press) -> str:
    """Do what a button under the first sticker says; its usual buttons come back.

    Raises `NoSuchJob`, and what the button's own action raises.
    """
    job = await context.service.own(context.owner, press.job_id)
    context.edit(await buttons_of(context, job))
    match press.argument:
        case "reactions":
            return await draw_all(context, press)
        case "styles":
            return await show_styles(context, press)
        case _:
            return context.say("press-done")


async def on_group_start(context: UpdateContext) -> None:
    """Point a group to the private chat."""
    url = f"https://t.me/{context.bot.username}?start=hello"
    to_chat = link(context.language, "button-open-chat", url)
    await context.answer(context.say("start-in-group"), InlineKeyboardMarkup([[to_chat]]))


def profile_keyboard(language: str) -> InlineKeyboardMarkup:
    """Return the button under the greeting."""
    return InlineKeyboardMarkup([[button(language, "button-profile-photo", Press("profile"))]])


FEATURE = Feature(
    commands=(
        Command("start", on_start),
        Command("start", on_group_start, aliases=("help",), in_menu=False, filters=GROUPS),
    ),
    callbacks={
        "profile": Callback(use_profile_photo, has_job=False),
        "first": Callback(go_on, arguments=("reactions", "styles", "done")),
    },
)
