"""Chats and their members."""

from __future__ import annotations

from emulator.errors import BotApiError, bad_request
from emulator.methods.registry import MethodCall, method
from emulator.methods.targets import find_chat, find_user
from emulator.render import chat_json
from emulator.state import Account, Json
from emulator.world import member_json

ACCENT_COLORS = 7


@method("getChat")
async def get_chat(call: MethodCall) -> Json:
    """Return ChatFullInfo."""
    chat = find_chat(call)
    return {
        **chat_json(chat),
        "accent_color_id": abs(chat.id) % ACCENT_COLORS,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": chat.is_private,
            "limited_gifts": chat.is_private,
            "unique_gifts": chat.is_private,
            "premium_subscription": chat.is_private,
            "gifts_from_channels": chat.is_private,
        },
    }


@method("getChatMember")
async def get_chat_member(call: MethodCall) -> Json:
    """Return one member of a chat."""
    chat = find_chat(call)
    user_id = call.parameters.integer("user_id")
    account: Account = call.bot if user_id == call.bot.id else find_user(call)
    if chat.is_private:
        return member_json(account, "member")
    return member_json(account, chat.members.get(user_id, "left"))


@method("getChatAdministrators")
async def get_chat_administrators(call: MethodCall) -> list[Json]:
    """Return owner and administrators of a group; bots other than the asking one are left out."""
    chat = find_chat(call)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    accounts: dict[int, Account] = {**call.world.people, call.bot.id: call.bot}
    return [
        member_json(accounts[user_id], rank)
        for user_id, rank in chat.members.items()
        if rank in {"creator", "administrator"} and user_id in accounts
    ]


@method("getChatMemberCount")
async def get_chat_member_count(call: MethodCall) -> int:
    """Count the members of the chat, the bot included."""
    chat = find_chat(call)
    return 2 if chat.is_private else sum(rank not in {"left", "kicked"} for rank in chat.members.values())


@method("leaveChat")
async def leave_chat(call: MethodCall) -> bool:
    """Take the bot out of a group."""
    chat = find_chat(call)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    if chat.members[call.bot.id] in {"left", "kicked"}:
        raise BotApiError(403, f"bot is not a member of the {chat.type} chat")
    chat.members[call.bot.id] = "left"
    chat.bots.pop(call.bot.id, None)
    return True


@method("getUserProfilePhotos")
async def get_user_profile_photos(call: MethodCall) -> Json:
    """Return no profile photos: nobody here has one."""
    find_user(call)
    return {"total_count": 0, "photos": []}
