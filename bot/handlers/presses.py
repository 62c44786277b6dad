"""Callback queries: parse the data, let the feature's callback work, answer every press within a second. Owner only."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from telegram.error import TelegramError

from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback
from bot.transport.telegram_errors import TelegramErrorKind, classify
from bot.words.buttons import PRESS_ANSWER_CHARS, Press, parse_press
from bot.words.sentences import explain_error

_ANSWER_WITHIN_S = 0.7  # then the spinner stops with "one moment", and the work goes on


async def on_press(callbacks: Mapping[str, Callback], context: UpdateContext) -> None:
    """Run the callback that `callbacks` has for the pressed button's operation.

    Callback data is a stranger's input: apps send what they like, and buttons outlive the versions that made them.
    """
    press = parse_press(context.query.data)
    callback = callbacks.get(press.operation) if press else None
    if press is None or callback is None or not callback.takes(press):
        await _answer(context, context.say("press-stale"))
        return
    if context.chat_id != context.user_id and not await _may_press(context, callback, press):
        await _answer(context, context.say("press-not-yours"))
        return
    work = asyncio.ensure_future(callback.handle(context, press))
    try:
        done, _ = await asyncio.wait([work], timeout=_ANSWER_WITHIN_S)
    except asyncio.CancelledError:
        work.cancel()
        raise
    if not done:
        await _answer(context, context.say("press-working"))
        await _finish_late(context, press, work)
        return
    try:
        text = work.result()
    except TelegramError:
        await _answer(context, context.say("error-busy"))
        raise
    await _answer(context, text)
    await context.make_edits()


async def _may_press(context: UpdateContext, callback: Callback, press: Press) -> bool:
    """Return whether a person in a group may press this button."""
    if not callback.in_groups or callback.is_for_all:
        return callback.in_groups
    job = await context.service.job(press.job_id)
    return job is None or job.owner == context.owner


async def _finish_late(context: UpdateContext, press: Press, work: asyncio.Future[str]) -> None:
    """Send what the work comes to as a message: its press was answered before."""
    try:
        text = await work
    except TelegramError:
        raise
    except Exception as error:  # as in the middleware, whose answer to the press would come too late
        text = explain_error(context.language, error, press.job_id)
    await context.make_edits()
    if text:
        await context.answer(text)


async def _answer(context: UpdateContext, text: str) -> None:
    try:
        await context.query.answer(text[:PRESS_ANSWER_CHARS])
    except TelegramError as error:
        if classify(error) is not TelegramErrorKind.QUERY_EXPIRED:
            raise
