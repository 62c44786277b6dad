"""Chats and their members."""

from __future__ import annotations

from emulator.errors import bad_request
from emulator.membership import member_of, set_member
from emulator.methods.registry import MethodCall, method
from emulator.methods.targets import find_chat, find_user
from emulator.render import chat_json, member_json
from emulator.state import OUT, Account, Json

ACCENT_COLORS = 7
MAX_PROFILE_PHOTOS = 100


@method("getChat")
async def get_chat(call: MethodCall) -> Json:
    """Return ChatFullInfo."""
    chat = find_chat(call)
    photo: Json = {}
    if chat.person is not None and chat.person.photos:
        small, *_, big = chat.person.photos[0]
        photo["photo"] = {
            "small_file_id": call.render.file_id(small),
            "small_file_unique_id": small.unique_id,
            "big_file_id": call.render.file_id(big),
            "big_file_unique_id": big.unique_id,
        }
    pinned = {"pinned_message": call.render.message(chat.pinned[-1])} if chat.pinned else {}
    return {
        **chat_json(chat),
        **photo,
        **pinned,
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
    bots = {bot.id: bot for bot in call.world.bots if bot is call.bot or bot.id in chat.members}
    account: Account = bots[user_id] if user_id in bots else find_user(call)
    return member_json(account, "member") if chat.is_private else member_of(chat, account)


@method("getChatAdministrators")
async def get_chat_administrators(call: MethodCall) -> list[Json]:
    """Return owner and administrators of a group; bots other than the asking one are left out."""
    chat = find_chat(call)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    accounts: dict[int, Account] = {**call.world.people, call.bot.id: call.bot}
    return [
        member_of(chat, accounts[user_id]) for user_id in chat.members if chat.is_admin(user_id) and user_id in accounts
    ]


@method("getChatMemberCount")
async def get_chat_member_count(call: MethodCall) -> int:
    """Count the members of the chat, the bot included."""
    chat = find_chat(call)
    return 2 if chat.is_private else sum(rank not in OUT for rank in chat.members.values())


@method("leaveChat")
async def leave_chat(call: MethodCall) -> bool:
    """Take the bot out of a group."""
    chat = find_chat(call)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    set_member(call.world, call.bot, chat, call.bot, "left")
    return True


@method("getUserProfilePhotos")
async def get_user_profile_photos(call: MethodCall) -> Json:
    """Return a person's profile photos, newest first, each in its sizes."""
    person = find_user(call)
    offset = max(call.parameters.integer("offset"), 0)
    limit = min(max(call.parameters.integer("limit", MAX_PROFILE_PHOTOS), 1), MAX_PROFILE_PHOTOS)
    shown = person.photos[offset : offset + limit]
    photos = [[call.render.photo_size(size) for size in photo] for photo in shown]
    return {"total_count": len(person.photos), "photos": photos}
