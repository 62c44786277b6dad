"""A person blocks the bot, or unblocks it; groups go to `groups`."""

from __future__ import annotations

from telegram.constants import ChatMemberStatus, ChatType

from bot.delivery.delivery_queue import mark_blocked
from bot.handlers.context import UpdateContext
from bot.handlers.feature import Feature
from bot.handlers.groups import on_group_membership


async def on_membership(context: UpdateContext) -> None:
    """Note who blocks the bot; deliver what waits for those who are back."""
    change = context.update.my_chat_member
    if change is None:
        return
    if change.chat.type != ChatType.PRIVATE:  # being thrown out of a group says nothing about who did it
        await on_group_membership(context, change)
        return
    if change.new_chat_member.status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT):
        await mark_blocked(context.service, context.owner)
    else:
        await context.parts.notifier.unblock(context.owner)


FEATURE = Feature(membership=on_membership)
