"""Groups: /sticker under a photo or as a reply to one makes a sticker there, for who asked.

Nothing is said to what is not addressed to the bot. A photo of somebody else's gives a sticker in this chat and nothing
more, unless its author agrees.
"""

from __future__ import annotations

from collections.abc import Mapping

from telegram import ChatMemberUpdated, Document, Message, PhotoSize
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, TelegramError
from telegram.ext import filters as only

from bot.delivery.addressee import CONSENT, Addressee, source_of_album, source_of_message
from bot.delivery.deliver import NEWS, emoji_of, in_pack_keyboard
from bot.delivery.groups import into_pack, keyboard
from bot.delivery.guests import answer_in_words
from bot.handlers import text
from bot.handlers.context import UpdateContext
from bot.handlers.feature import GROUPS, PRIVATE, Callback, Command, Feature
from bot.transport.telegram_errors import TelegramErrorKind, classify
from bot.words.assignments import explain_problems
from bot.words.buttons import Press
from bot.words.captions import parse_caption
from bot.words.sentences import explain, explain_error
from engine.model import ResultFile
from engine.types import OutlineWidth
from service.errors import DailyLimitReached, NoSuchJob, PhotoTooBig, QueueFull, TooManyJobs
from service.limits import MAX_PHOTO_BYTES
from service.stickers import Submission
from storage.errors import FileGone
from storage.records import Entrance, Job, JobStatus, StickerState

_COMMAND = "sticker"
_ON, _OFF = "on", "off"
_OUT = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
_ADMINISTRATORS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


def words_for(message: Message, username: str) -> str | None:
    """Return the words of a message that is for the bot: behind `/sticker`, `/sticker@bot`, or around `@bot`.

    None for a message that is for others, or for nobody.
    """
    said = (message.text or message.caption or "").strip()
    head, _, rest = said.partition(" ") if " " in said.split("\n")[0] else said.partition("\n")
    if head.startswith("/"):
        name, at, addressee = head[1:].partition("@")
        is_ours = name.casefold() == _COMMAND and (not at or addressee.casefold() == username.casefold())
        return rest.strip() if is_ours else None
    words = said.split()
    others = [word for word in words if word.strip(".,:;!?").casefold() != f"@{username}".casefold()]
    return " ".join(others) if len(others) < len(words) else None


def picture_of(message: Message | None) -> PhotoSize | Document | None:
    """Return the photo of a message, or its picture sent as a file; None where it has none."""
    if message is None:
        return None
    if message.photo:
        return message.photo[-1]
    file = message.document
    return file if file is not None and (file.mime_type or "").startswith("image/") else None


class _ForTheBot(only.MessageFilter):
    """A message with /sticker; one that mentions the bot, where there is a photo to speak of."""

    def filter(self, message: Message) -> bool:
        said = message.text or message.caption or ""
        if words_for(message, message.get_bot().username) is None:
            return False
        return said.startswith("/") or bool(picture_of(message) or picture_of(message.reply_to_message))


class _OfAnAlbum(only.MessageFilter):
    def filter(self, message: Message) -> bool:
        return message.media_group_id is not None and picture_of(message) is not None


async def on_sticker(context: UpdateContext) -> None:
    """Make a sticker for who asks; `/sticker off` and `/sticker on` are for administrators."""
    message, chat = context.message, context.chat_id
    words = words_for(message, context.bot.username) or ""
    if words.casefold() in (_ON, _OFF):
        await _switch(context, is_off=words.casefold() == _OFF)
        return
    if await context.service.groups.is_off(chat):
        return
    if message.sender_chat is not None:  # an administrator who stays anonymous, or a channel
        await tell(context, context.say("group-anonymous"))
        return
    asked = message if picture_of(message) else message.reply_to_message
    file = picture_of(asked)
    if asked is None or file is None:
        await tell(context, context.say("group-how"))
        return
    album = message.media_group_id if asked is message else None
    source = source_of_album(chat, album) if album else source_of_message(chat, message.message_id)
    job = await context.service.job_from(source)
    if job is None:
        if not context.parts.groups.takes_sticker(chat):
            await tell(context, context.say("group-slow"))
            return
        job = await submit(context, source, words, file, author_of(context, asked), album=album)
    if job is not None and job.wants_photo:
        context.parts.notifier.announce(job)


async def submit(
    context: UpdateContext,
    source: str,
    words: str,
    file: PhotoSize | Document,
    author: int | None,
    *,
    album: str | None = None,
    guest: str | None = None,
) -> Job | None:
    """Submit the job of a photo in a group or of a guest; None, once that was said, where it cannot be."""
    message, offers = context.message, context.parts.offers
    caption, model = parse_caption(words), offers.model_for(context.user.model)
    options, problems = offers.read(caption.assignments, model)
    refusal = explain_problems(context.language, problems, is_kept=False) if problems else None
    if refusal is None and caption.text:
        refusal = await text.refused(context, caption.text)
    if refusal is not None:
        await tell(context, refusal)
        return None
    is_too_big = (file.file_size or 0) > MAX_PHOTO_BYTES
    number = str(message.message_id)
    photos: Mapping[str, str] = {}
    if album:
        photos = {**context.parts.groups.photos(album), number: "" if is_too_big else file.file_id}
    to = Addressee(
        context.chat_id,
        message.message_id,
        context.first_name,
        context.language,
        caption.emoji,
        thread=context.thread,
        photo=None if album else file.file_id,
        album=photos,
        author=author,
        guest=guest,
    )
    try:
        job = await context.service.submit(
            Submission(
                context.owner,
                source,
                caption.prompt,
                options.style or caption.style,
                options.seed,
                model=options.model or model,
                parameters=options.parameters,
                note=to.to_json(),
                only_stickers=True,
                text=caption.text,
                shape=options.shape,
                outline=options.outline,
                outline_width=options.outline_width or OutlineWidth.NORMAL,
            )
        )
    except (TooManyJobs, QueueFull, DailyLimitReached) as full:
        await tell(context, explain_error(context.language, full))
        return None
    if is_too_big and not album:
        await context.service.fail(job.id, PhotoTooBig.code)
        return None
    return job


def author_of(context: UpdateContext, asked: Message) -> int | None:
    """Return who sent a photo; None for who asks themselves, 0 for a bot, a channel or somebody anonymous."""
    sender = asked.from_user
    if sender is None or sender.is_bot or asked.sender_chat is not None:
        return 0
    return None if sender.id == context.user_id else sender.id


async def on_album_photo(context: UpdateContext) -> None:
    """Add a photo to its album's job; where no /sticker came with one of its photos yet, remember it for a while."""
    message, service = context.message, context.service
    file, album = picture_of(message), message.media_group_id
    if file is None or album is None or message.sender_chat is not None:
        return
    number, file_id = str(message.message_id), "" if (file.file_size or 0) > MAX_PHOTO_BYTES else file.file_id
    job = await service.job_from(source_of_album(context.chat_id, album))
    if job is None:
        context.parts.groups.note_photo(album, number, file_id)
    elif job.wants_photo and not Addressee.of(job).is_closed and number not in Addressee.of(job).album:
        await service.set_note(job.id, album={number: file_id})
        context.parts.notifier.announce(job)


async def _switch(context: UpdateContext, *, is_off: bool) -> None:
    sender_chat = context.message.sender_chat
    is_the_group = sender_chat is not None and sender_chat.id == context.chat_id  # an administrator, unnamed
    if not is_the_group and (sender_chat is not None or not await _is_administrator(context)):
        if not await context.service.groups.is_off(context.chat_id):
            await tell(context, context.say("group-only-admins"))
        return
    await context.service.groups.switch(context.chat_id, is_off=is_off)
    await context.reply(context.say("group-off" if is_off else "group-on"))


async def _is_administrator(context: UpdateContext) -> bool:
    try:
        member = await context.bot.get_chat_member(context.chat_id, context.user_id)
    except BadRequest:  # not in the group
        return False
    return member.status in _ADMINISTRATORS


async def tell(context: UpdateContext, sentence: str) -> None:
    """Answer with a sentence; in a group unless enough was said there in this minute."""
    query_id = context.message.guest_query_id
    if query_id is not None:
        await answer_in_words(context.bot, query_id, sentence)
    elif context.parts.groups.takes_sentence(context.chat_id):
        await context.reply(sentence)


async def on_migration(context: UpdateContext) -> None:
    """Follow a group that became a supergroup: it has another number from now on."""
    if new_chat := context.message.migrate_to_chat_id:
        await context.service.groups.move(context.chat_id, new_chat)


async def on_group_membership(context: UpdateContext, change: ChatMemberUpdated) -> None:
    """Say one line in a group the bot is new in; draw no more for one that it is out of, and forget it."""
    chat = change.chat.id
    if change.new_chat_member.status not in _OUT:
        if chat < 0 and change.old_chat_member.status in _OUT and await context.service.groups.add(chat):
            await context.bot.send_message(chat, context.say("group-how"))
        return
    await context.service.groups.forget(chat)
    for job in await context.service.waiting(Entrance.TELEGRAM):
        if Addressee.of(job).chat == chat and Addressee.of(job).is_group:
            await context.service.cancel(job.owner, job.id)


# --- buttons ----------------------------------------------------------------------------------------------------------


async def another(context: UpdateContext, press: Press) -> str:
    """Draw the same photo with another seed, for the group. Raises `NoSuchJob`, and what `submit` raises."""
    service, chat = context.service, context.chat_id
    parent = await service.own(context.owner, press.job_id)
    if Addressee.of(parent).author is not None:
        return context.say("press-stale")
    prefix = f"{Entrance.TELEGRAM}:{chat}:groupagain:{parent.id}:"
    source = prefix + context.query.id
    if await service.job_from(source) is None:
        if await service.active_child(parent, prefix):
            return context.say("press-already")
        if await service.groups.is_off(chat) or not context.parts.groups.takes_sticker(chat):
            return context.say("group-slow")
    shown = context.query.message
    asked = shown.reply_to_message if isinstance(shown, Message) else None
    to = Addressee(
        chat,
        asked.message_id if asked else 0,
        context.first_name,
        context.language,
        Addressee.of(parent).emoji,
        thread=context.thread,
    )
    job = await service.again(parent, source=source, note=to.to_json(), new_seed=True)
    context.parts.notifier.announce(job)
    return context.say("press-drawing")


async def agree(context: UpdateContext, press: Press) -> str:
    """Let a sticker of one's photo go into the pack of who asked for it. Raises `NoSuchJob`, `FileGone`."""
    job = await context.service.job(press.job_id)
    if job is None:
        raise NoSuchJob(press.job_id)
    if context.user_id != Addressee.of(job).author:
        return context.say("press-not-author")
    webp = await context.service.result_file(job, ResultFile.STICKER)
    agreed = await context.service.set_note(job.id, is_agreed=True) or job
    is_in_pack = await into_pack(context.service, context.parts.sets, agreed, webp) is not None
    language = Addressee.of(job).language
    context.edit(keyboard(language, agreed, context.bot.username, is_in_pack=is_in_pack))
    return context.say("press-agreed")


async def remove(context: UpdateContext, press: Press) -> str:
    """Delete a sticker from the group; for who asked and the photo's author from the pack, too. Raises `PackError`."""
    job = await context.service.job(press.job_id)
    if job is None:
        raise NoSuchJob(press.job_id)
    is_theirs = job.owner == context.owner or context.user_id == Addressee.of(job).author
    if not is_theirs and not await _is_administrator(context):
        return context.say("press-not-remove")
    if is_theirs:
        row = await context.service.packs.sticker(job.id)
        if row is not None and row.state is StickerState.IN_PACK:
            await context.parts.sets.remove(job.id)
        await context.service.delete_results(job)
    message = context.query.message
    try:
        if message is not None:
            await context.bot.delete_message(context.chat_id, message.message_id)
    except TelegramError as error:
        if classify(error) not in (TelegramErrorKind.MESSAGE_GONE, TelegramErrorKind.NO_RIGHTS):
            raise
        context.edit(None)
    return context.say("press-removed")


# --- the deep link under a sticker ------------------------------------------------------------------------------------


async def add_later(context: UpdateContext, job_id: str) -> None:
    """Put a sticker of a group into its owner's pack and send it, now that they opened the bot. Raises `PackError`."""
    service = context.service
    job = await service.job(job_id)
    if job is not None and job.owner != context.owner:
        await context.answer(context.say("start-not-yours"))
        return
    if job is None or job.status is not JobStatus.DONE or job.result is None or not job.result.is_safe:
        await context.answer(explain(context.language, NoSuchJob.code))
        return
    try:
        webp = await service.result_file(job, ResultFile.STICKER)
    except FileGone as gone:
        await context.answer(explain(context.language, gone.code))
        return
    to = Addressee.of(job)
    if to.is_others:
        await context.bot.send_sticker(context.chat_id, webp, message_thread_id=context.thread)
        return
    in_pack = await context.parts.sets.add(context.user_id, context.first_name, job.id, webp, emoji_of(job))
    # From here on it is one of this chat's, as are the buttons under it.
    note = {"chat": context.chat_id, "message": context.message.message_id, "thread": context.thread}
    await service.set_note(job.id, **note)
    sent = await context.bot.send_sticker(
        context.chat_id,
        in_pack.file_id,
        message_thread_id=context.thread,
        reply_markup=in_pack_keyboard(context.language, job, in_pack.url, context.parts.offers),
    )
    await service.packs.change(job.id, message_id=sent.message_id)
    if in_pack.news:
        await context.answer(context.say(NEWS[in_pack.news]))
    await service.show_hint_once(context.owner, CONSENT)  # the news of the first pack says the same


async def on_sticker_in_private(context: UpdateContext) -> None:
    """Say that a photo is all it takes here."""
    await context.answer(context.say("send-a-selfie"))


FEATURE = Feature(
    commands=(Command(_COMMAND, on_sticker_in_private, in_menu=False, filters=PRIVATE),),
    callbacks={
        "groupagain": Callback(another, in_groups=True),
        "agree": Callback(agree, in_groups=True, is_for_all=True),
        "remove": Callback(remove, in_groups=True, is_for_all=True),
    },
    messages=(
        (GROUPS & _ForTheBot(), on_sticker),
        (GROUPS & _OfAnAlbum(), on_album_photo),
        (GROUPS & only.StatusUpdate.MIGRATE, on_migration),
    ),
)
