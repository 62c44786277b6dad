"""Guest mode: a photo answered with @bot, or sent with it, in a chat that the bot is not in."""

from __future__ import annotations

from bot.handlers.context import UpdateContext
from bot.handlers.feature import GUESTS, Feature
from bot.handlers.groups import author_of, picture_of, submit, tell, words_for
from storage.records import Entrance


async def on_guest(context: UpdateContext) -> None:
    """Draw the photo; the sticker is the one answer there is. What cannot be drawn is answered with a sentence."""
    message = context.message
    query_id = message.guest_query_id
    if query_id is None:
        return
    asked = message if picture_of(message) else message.reply_to_message
    file = picture_of(asked)
    if asked is None or file is None:
        await tell(context, context.say("guest-how"))
        return
    source = f"{Entrance.TELEGRAM}:guest:{query_id}"  # the numbers of such chats and messages are not ours
    job = await context.service.job_from(source)
    if job is None:
        if not context.parts.groups.takes_sticker(context.chat_id):
            await tell(context, context.say("group-slow"))
            return
        words = words_for(message, context.bot.username) or ""
        job = await submit(context, source, words, file, author_of(context, asked), guest=query_id)
    if job is not None and job.wants_photo:
        context.parts.notifier.announce(job)


FEATURE = Feature(messages=((GUESTS, on_guest),))
