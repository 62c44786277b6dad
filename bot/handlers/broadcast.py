"""/broadcast: what an operator writes to everybody, first shown as it will look.

`bot/delivery/broadcaster.py` sends it.
"""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot.delivery.addressee import source_of_message
from bot.delivery.keyboards import news
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Callback, Command, Feature
from bot.words.buttons import Press, button


async def on_broadcast(context: UpdateContext) -> None:
    """Show what stands behind the command as everybody will see it, and ask."""
    _, _, text = (context.message.text or "").partition(context.command)
    text = text.strip()
    if not text:
        await context.answer(context.say("broadcast-empty"))
        return
    source = source_of_message(context.chat_id, context.message.message_id)
    draft = await context.service.broadcasts.draft(source, context.owner, text)
    await context.answer(text, news(context.language, is_on=True))
    count = await context.service.broadcasts.count_wanted()
    await context.answer(context.say("broadcast-ask", count=count), keyboard(context.language, draft.id))


async def confirm(context: UpdateContext, press: Press) -> str:
    """Send the draft to everybody, or to nobody."""
    word, _, number = press.argument.partition("-")
    if context.user_id not in context.parts.admin_ids or word not in ("send", "drop") or not number.isdigit():
        return context.say("press-stale")
    if word == "drop":
        is_new = await context.service.broadcasts.drop(int(number))
        context.edit(None, context.say("broadcast-dropped"))
    else:
        is_new = await context.service.broadcasts.start(int(number))
        context.edit(None, context.say("broadcast-sending"))
        context.parts.broadcaster.wake()
    if not is_new:
        context.edits.clear()
        context.edit(None)
    return "" if is_new else context.say("press-stale")


def keyboard(language: str, broadcast_id: int) -> InlineKeyboardMarkup:
    """Return the second step before everybody gets it."""
    return InlineKeyboardMarkup(
        [
            [button(language, "button-broadcast-send", Press("cast", "", f"send-{broadcast_id}"))],
            [button(language, "button-broadcast-drop", Press("cast", "", f"drop-{broadcast_id}"))],
        ]
    )


FEATURE = Feature(
    commands=(Command("broadcast", on_broadcast, is_for_operators=True),),
    callbacks={"cast": Callback(confirm, has_job=False, arguments=None)},
)
