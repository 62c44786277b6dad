"""What the chat page reads: the conversation, the bot's profile, the packs."""

from __future__ import annotations

from emulator import people
from emulator.client.request import ClientHandler, ClientRequest
from emulator.errors import Refusal
from emulator.render import chat_json
from emulator.state import Json

MAX_ENTRIES = 1000
SHOWN_ENTRIES = 200


async def _chat(request: ClientRequest) -> Json:
    person, bot, chat, world = request.person, request.bot, request.chat, request.world
    render = world.render(bot)
    last = request.integer("before", chat.last_message_id + 1) - 1
    count = min(request.integer("limit", SHOWN_ENTRIES), MAX_ENTRIES)
    shown = [chat.messages[number] for number in range(max(last - count, 0) + 1, last + 1) if number in chat.messages]
    return {
        "chat": chat_json(chat),
        "bot": world.bot_profile(bot, person),
        "person": people.person_json(person),
        "started": bot.id in person.started,
        "blocked": bot.id in person.blocked,
        "entries": [{"message": render.shown(m), "deleted": m.is_deleted} for m in shown],
        "reactions": {str(number): chat.reactions_to(number) for number in chat.reactions},
        "last_event_id": world.events.last_id,
    }


async def _bot(request: ClientRequest) -> Json:
    return request.world.bot_profile(request.bot, request.person)


async def _bots(request: ClientRequest) -> Json:
    person = request.person
    return {"bots": [request.world.bot_profile(bot, person) for bot in request.world.bots]}


async def _users(request: ClientRequest) -> Json:
    return {"users": [people.person_json(person) for person in request.world.people.values()]}


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
    "bot": _bot,
    "bots": _bots,
    "users": _users,
    "packs": _packs,
    "packs/{name}": _pack,
    "clock": _clock,
}
