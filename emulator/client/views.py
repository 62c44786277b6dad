"""What the chat page reads: the conversation, the bot's profile, the packs."""

from __future__ import annotations

from emulator import people
from emulator.client.request import ClientHandler, ClientRequest
from emulator.errors import Refusal
from emulator.membership import member_of
from emulator.render import chat_json
from emulator.state import OUT, Account, Json

MAX_ENTRIES = 1000
SHOWN_ENTRIES = 200


async def _chat(request: ClientRequest) -> Json:
    person, bot, chat, world = request.person, request.bot, request.chat, request.world
    render = world.render(bot)
    accounts: dict[int, Account] = {**world.people, **{each.id: each for each in world.bots}}
    last = request.integer("before", chat.last_message_id + 1) - 1
    count = min(request.integer("limit", SHOWN_ENTRIES), MAX_ENTRIES)
    shown = [chat.messages[number] for number in range(max(last - count, 0) + 1, last + 1) if number in chat.messages]
    return {
        "chat": chat_json(chat),
        "bot": world.bot_profile(bot, person, chat),
        "person": people.person_json(person),
        "started": bot.id in person.started,
        "blocked": bot.id in person.blocked,
        "entries": [{"message": render.shown(m), "deleted": m.is_deleted} for m in shown],
        # ChatMember of everybody in a group; a private chat has none.
        "members": [member_of(chat, accounts[one]) for one, status in chat.members.items() if status not in OUT],
        "forbidden": sorted(chat.forbidden),
        "topics": [
            {"message_thread_id": number, "name": each.name, "icon_color": each.icon_color, "is_closed": each.is_closed}
            for number, each in chat.topics.items()
        ],
        "pinned": [message.message_id for message in chat.pinned if not message.is_deleted],
        "reactions": {str(number): chat.reactions_to(number) for number in chat.reactions},
        "last_event_id": world.events.last_id,
    }


async def _chats(request: ClientRequest) -> Json:
    """List the person's chats: the private one with the bot, then the groups they are in."""
    person, bot, world = request.person, request.bot, request.world
    groups = [chat for chat in world.groups.values() if people.is_in(person, chat)]
    shown = []
    for chat in [world.private_chat(bot, person), *groups]:
        living = (message for message in reversed(chat.messages.values()) if not message.is_deleted)
        last = next(living, None)
        shown.append(
            {
                "chat": chat_json(chat),
                "last_message": world.render(bot).shown(last) if last else None,
                "has_bot": chat.is_private or bot.id in chat.bots,
            }
        )
    return {"chats": shown}


async def _bot(request: ClientRequest) -> Json:
    return request.world.bot_profile(request.bot, request.person)


async def _bots(request: ClientRequest) -> Json:
    person = request.person
    return {"bots": [request.world.bot_profile(bot, person) for bot in request.world.bots]}


async def _users(request: ClientRequest) -> Json:
    world = request.world
    render = world.render(world.bots[0])
    photos = {str(one.id): render.file_id(one.photos[0][0]) for one in world.people.values() if one.photos}
    return {"users": [people.person_json(person) for person in world.people.values()], "photos": photos}


async def _packs(request: ClientRequest) -> Json:
    found = request.world.sets.owned_by(request.person.id)
    return {"packs": [request.world.render(pack.bot).pack(pack) for pack in found]}


async def _pack(request: ClientRequest) -> Json:
    found = request.world.sets.get(request.text("name"))
    if found is None:
        raise Refusal("no_such_pack", "there is no such pack", 404)
    return request.world.render(found.bot).pack(found)


async def _clock(request: ClientRequest) -> Json:
    return {"now": request.world.now}


VIEWS: dict[str, ClientHandler] = {
    "chat": _chat,
    "chats": _chats,
    "bot": _bot,
    "bots": _bots,
    "users": _users,
    "packs": _packs,
    "packs/{name}": _pack,
    "clock": _clock,
}
