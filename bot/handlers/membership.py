"""A person blocks the bot, or lets it in again."""

from __future__ import annotations

from telegram.constants import ChatMemberStatus, ChatType

from bot.handlers.context import Turn


async def on_membership(turn: Turn) -> None:
    change = turn.update.my_chat_member
    if change is None or change.chat.type != ChatType.PRIVATE:
        return  # being thrown out of a group says nothing about who did it
    if change.new_chat_member.status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT):
        await turn.notifier.shut_out(turn.owner)
    else:
        await turn.notifier.welcome_back(turn.owner)
