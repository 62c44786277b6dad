"""Guest mode: a bot that is mentioned in a chat it is not in may answer there, once for each time it is called."""

from __future__ import annotations

import re

from emulator.state import Bot, GuestQuery, Message, Person
from emulator.world import World

MAX_GUESTS = 3  # per message
_MENTION = re.compile(r"(?<![\w@/])@(\w{4,32})")


def summon(world: World, message: Message) -> None:
    """Send `guest_message` to the bots that a person's message in a group calls, by mention or by reply."""
    if message.chat.is_private or not isinstance(message.sender, Person) or message.service:
        return
    named = {name.lower() for name in _MENTION.findall(message.text)}
    original = message.reply_to
    answered = original.sender if original is not None and original.guest_caller is not None else None
    called = [
        bot
        for bot in world.bots
        if bot.supports_guests
        and bot.id not in message.chat.bots
        and (bot.username.lower() in named or bot is answered)
    ]
    for bot in called[:MAX_GUESTS]:
        _ask(world, bot, message.sender, message)


def _ask(world: World, bot: Bot, person: Person, message: Message) -> None:
    query = GuestQuery(world.new_id(), bot, person, message, world.now)
    world.guest_queries[query.id] = query
    world.update(
        bot,
        "guest_message",
        message.chat.id,
        lambda render: {**render.message(message), "guest_query_id": query.id},
    )
