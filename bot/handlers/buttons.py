"""Presses of buttons. Every press is answered, by its owner only, and twice is once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import CallbackQuery, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot import keyboards
from bot.addressee import OWNER_PREFIX, Addressee
from bot.delivery import emoji_of
from bot.handlers import language as languages
from bot.handlers import privacy, style
from bot.handlers.turn import Turn, explain_refusal
from bot.keyboards import Operation, Press, read_press
from bot.replies import LANGUAGES
from bot.sticker_sets import InPack
from bot.telegram_errors import Refusal, classify
from engine.styles import style as style_called
from engine.types import Shape
from service.errors import NoSuchJob
from storage.records import Job

logger = logging.getLogger(__name__)

_ANSWER_WITHIN_S = 3.0  # then the spinner stops with "one moment", and the work goes on
_ANSWER_CHARS = 200


async def on_press(turn: Turn) -> None:
    query = turn.update.callback_query
    if query is None:
        return
    press = read_press(query.data)
    if press is None:
        await _answer(query, turn.say("press-stale"))
        return
    if turn.chat_id != turn.user_id:
        await _answer(query, turn.say("press-not-yours"))
        return
    await _answer_in_time(turn, query, press)


async def _answer_in_time(turn: Turn, query: CallbackQuery, press: Press) -> None:
    work = asyncio.ensure_future(_OPERATIONS[press.operation](turn, press))
    try:
        done, _ = await asyncio.wait([work], timeout=_ANSWER_WITHIN_S)
    except asyncio.CancelledError:
        work.cancel()
        raise
    if not done:
        await _answer(query, turn.say("press-working"))
        await _finish_late(turn, work)
        return
    try:
        text = work.result()
    except TelegramError:
        await _answer(query, turn.say("error-busy"))
        raise
    await _answer(query, text)


async def _finish_late(turn: Turn, work: asyncio.Future[str]) -> None:
    """The press was answered before its work was done: what it comes to is a message now."""
    try:
        text = await work
    except TelegramError:
        raise
    except Exception as error:  # as in `Turns`, whose answer to the press would come too late
        text = explain_refusal(turn.language, error)
    if text:
        await turn.answer(text)


async def _answer(query: CallbackQuery, text: str) -> None:
    try:
        await query.answer(text[:_ANSWER_CHARS])
    except TelegramError as error:
        if classify(error) is not Refusal.QUERY_EXPIRED:
            raise


# --- another sticker from the same photo -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Change:
    """How the next sticker differs from the one under which the button stands."""

    style: str | None = None
    shape: str | None = None
    new_seed: bool = False
    replaces: str | None = None


async def _again(turn: Turn, press: Press) -> str:
    return await _draw(turn, press, _Change(new_seed=True))


async def _look(turn: Turn, press: Press) -> str:
    return await _draw(turn, press, _Change(style=style_called(press.argument).name))


async def _shape(turn: Turn, press: Press) -> str:
    if press.argument not in ("cutout", *Shape):
        raise NoSuchJob(press.job_id)
    return await _draw(turn, press, _Change(shape=Shape(press.argument), replaces=press.job_id))


async def _draw(turn: Turn, press: Press, change: _Change) -> str:
    service = turn.parts.service
    parent = await service.own(turn.owner, press.job_id)
    prefix = f"{OWNER_PREFIX}{turn.chat_id}:{press.operation}:{press.job_id}:{press.argument}:"
    source = prefix + _query(turn).id
    if await service.jobs.by_source(source) is None and await service.jobs.active_child(parent.id, prefix):
        return turn.say("press-already")
    before = Addressee.of(parent)
    to = Addressee(before.chat, before.message, turn.first_name, turn.language, before.emoji)
    job = await service.again(
        parent,
        source=source,
        reply=to.to_reply(),
        style=change.style,
        shape=change.shape,
        new_seed=change.new_seed,
        replaces=change.replaces,
    )
    turn.notifier.announce_soon(job)
    return turn.say("press-drawing")


async def _styles(turn: Turn, press: Press) -> str:
    job = await turn.parts.service.own(turn.owner, press.job_id)
    drawn = str(job.result.get("style") or job.request.style)
    await turn.bot.send_message(
        turn.chat_id,
        turn.say("style-for-photo"),
        reply_to_message_id=Addressee.of(job).message,
        allow_sending_without_reply=True,
        reply_markup=keyboards.styles(turn.language, drawn, job.id),
    )
    return ""


# --- in and out of the pack ------------------------------------------------------------------------------------------


async def _undo(turn: Turn, press: Press) -> str:
    sticker = await turn.parts.service.packs.sticker(press.job_id)
    if sticker is None or sticker.owner != turn.owner:  # the job's own row may be gone long before the sticker
        raise NoSuchJob(press.job_id)
    was_there = await turn.parts.sets.remove(press.job_id)
    await _set_keyboard(turn, keyboards.taken_out(turn.language, press.job_id))
    return turn.say("press-undone" if was_there else "press-already-undone")


async def _back(turn: Turn, press: Press) -> str:
    await _into_pack(turn, press)
    return turn.say("press-back")


async def _add(turn: Turn, press: Press) -> str:
    await _into_pack(turn, press)
    return turn.say("press-added")


async def _into_pack(turn: Turn, press: Press) -> InPack:
    service = turn.parts.service
    job = await service.own(turn.owner, press.job_id)
    webp = await service.files.result(job.owner, job.id, "sticker.webp")
    in_pack = await turn.parts.sets.add(turn.user_id, turn.first_name, job.id, webp, emoji_of(job))
    await _set_keyboard(turn, _in_pack_keyboard(turn, job, in_pack))
    return in_pack


def _in_pack_keyboard(turn: Turn, job: Job, in_pack: InPack) -> InlineKeyboardMarkup:
    return keyboards.in_pack(turn.language, job.id, str(job.result.get("shape", "")), in_pack.url)


# --- jobs and choices ------------------------------------------------------------------------------------------------


async def _cancel(turn: Turn, press: Press) -> str:
    stopped = await turn.parts.service.cancel(turn.owner, press.job_id)
    return turn.say("press-stopped" if stopped else "press-too-late")


async def _choose(turn: Turn, press: Press) -> str:
    text = await style.choose(turn, style_called(press.argument).name)
    await _set_keyboard(turn, keyboards.styles(turn.language, press.argument))
    return text


async def _language(turn: Turn, press: Press) -> str:
    if press.argument not in LANGUAGES:
        return turn.say("press-stale")
    text = await languages.choose(turn, press.argument)
    await _set_text(turn, text, keyboards.languages(press.argument))
    return text


async def _forget(turn: Turn, press: Press) -> str:
    if press.argument == "no":
        text = turn.say("forget-kept")
    else:
        text = await privacy.forget(turn, with_packs=press.argument == "packs")
    await _set_text(turn, text, None)
    return ""


_OPERATIONS: dict[Operation, Callable[[Turn, Press], Awaitable[str]]] = {
    Operation.AGAIN: _again,
    Operation.STYLES: _styles,
    Operation.LOOK: _look,
    Operation.SHAPE: _shape,
    Operation.UNDO: _undo,
    Operation.BACK: _back,
    Operation.ADD: _add,
    Operation.CANCEL: _cancel,
    Operation.CHOOSE: _choose,
    Operation.LANGUAGE: _language,
    Operation.FORGET: _forget,
}


# --- the message with the button -------------------------------------------------------------------------------------


def _query(turn: Turn) -> CallbackQuery:
    assert turn.update.callback_query is not None  # noqa: S101 - `on_press` checked
    return turn.update.callback_query


async def _set_keyboard(turn: Turn, keyboard: InlineKeyboardMarkup) -> None:
    message = _query(turn).message
    if message is not None and message.is_accessible:
        await _change(turn.bot.edit_message_reply_markup(turn.chat_id, message.message_id, reply_markup=keyboard))


async def _set_text(turn: Turn, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
    message = _query(turn).message
    if message is not None and message.is_accessible:
        await _change(turn.bot.edit_message_text(text, turn.chat_id, message.message_id, reply_markup=keyboard))


async def _change(edit: Awaitable[object]) -> None:
    """An edit whose loss changes nothing that matters: the message may be gone, or look like that already."""
    try:
        await edit
    except TelegramError as error:
        if classify(error) not in (Refusal.NOT_MODIFIED, Refusal.MESSAGE_GONE):
            raise
