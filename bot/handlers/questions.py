"""Ask a person for words, and take their next ones as the answer. Knows no feature."""

from __future__ import annotations

from collections.abc import Mapping

from telegram import ForceReply

from bot.handlers.context import UpdateContext
from bot.handlers.feature import AnswerHandler, Handler

_OPEN_S = 300.0  # for so long words are an answer that reply to nothing
_PLACEHOLDER_CHARS = 64  # Bot API


async def ask(context: UpdateContext, subject: str, argument: str, text: str, placeholder: str = "") -> None:
    """Ask; the feature's answer to `subject` gets `argument` with the words. What was asked before is dropped."""
    sent = await context.bot.send_message(
        context.chat_id,
        text,
        message_thread_id=context.thread,
        reply_markup=ForceReply(input_field_placeholder=placeholder[:_PLACEHOLDER_CHARS] or None),
    )
    await context.service.packs.ask(context.owner, subject, argument, sent.message_id)


async def take_answer(answers: Mapping[str, AnswerHandler], otherwise: Handler, context: UpdateContext) -> None:
    """Give a text to what it answers, any other message to `otherwise`.

    A reply to the question is its answer, and so are the next words of the next minutes that reply to nothing.
    """
    message = context.message
    text = message.text or ""
    if context.chat_id == context.user_id and text and not text.startswith("/") and context.update.message is not None:
        question = await context.service.packs.question(context.owner)
        replied = message.reply_to_message
        is_meant = question is not None and (
            question.age_s < _OPEN_S if replied is None else replied.message_id == question.message_id
        )
        if question is not None and is_meant and question.subject in answers:
            if await answers[question.subject](context, question.argument, text):
                await context.service.packs.answered(context.owner)
            return
    await otherwise(context)
