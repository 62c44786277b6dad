"""A person blocks the bot, or lets it in again."""

from __future__ import annotations

from telegram.constants import ChatMemberStatus

from bot.handlers.turn import Turn


async def on_membership(turn: Turn) -> None:
    change = turn.update.my_chat_member
    if change is None:
        return
    if change.new_chat_member.status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT):
        await turn.notifier.shut_out(turn.owner)
    else:
        await turn.notifier.welcome_back(turn.owner)
