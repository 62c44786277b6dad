"""Blocking and unblocking a bot, groups that it is added to and removed from."""

from __future__ import annotations

from emulator import people
from emulator.errors import Refusal
from emulator.render import user_json
from emulator.state import Bot, Chat, Message, Person
from emulator.world import World

_FIRST_GROUP = -1_002_000_000_001


def block(world: World, person: Person, bot: Bot) -> None:
    """Block the bot; it gets `my_chat_member`."""
    if bot.id in person.blocked:
        return
    person.blocked.add(bot.id)
    _tell(world, person, bot, "member", "kicked")


def unblock(world: World, person: Person, bot: Bot) -> None:
    """Unblock the bot; it gets `my_chat_member`."""
    if bot.id not in person.blocked:
        return
    person.blocked.discard(bot.id)
    _tell(world, person, bot, "kicked", "member")


def _tell(world: World, person: Person, bot: Bot, old: str, new: str) -> None:
    world.membership(bot, person, world.private_chat(bot, person), old, new)
    data = {"bot": bot.username, "is_blocked": bot.id in person.blocked}
    world.events.add("blocked", frozenset({person.id}), data)


def create_group(world: World, person: Person, bot: Bot, title: str, members: list[Person]) -> Chat:
    """Create a supergroup of the person's with the bot in it."""
    chat_id = _FIRST_GROUP - len(world.groups)
    ranks = {person.id: "creator", **{member.id: "member" for member in members}, bot.id: "member"}
    chat = Chat(chat_id, "supergroup", title=title, bots={bot.id: bot}, members=ranks)
    world.groups[chat_id] = chat
    world.membership(bot, person, chat, "left", "member")
    message = Message(0, chat, person, world.now)
    message.service = {"new_chat_members": [user_json(bot)]}
    people.deliver(world, "message", world.post(message))
    return chat


def remove_bot(world: World, person: Person, bot: Bot, chat: Chat) -> None:
    """Remove the bot from a group.

    Raises `Refusal` no_such_chat, where the chat is no group or the bot is not in it.
    """
    if chat.is_private or bot.id not in chat.bots:
        raise Refusal("no_such_chat", "the bot is not in this group", 404)
    del chat.bots[bot.id]
    chat.members[bot.id] = "kicked"
    world.membership(bot, person, chat, "member", "kicked")


def migrate(world: World, chat: Chat) -> Chat:
    """Give a group a new id, as Telegram upgrades basic groups: calls with the old one are told the new one."""
    new_id = _FIRST_GROUP - len(world.groups)
    new = Chat(new_id, "supergroup", title=chat.title, bots=dict(chat.bots), members=dict(chat.members))
    world.groups[new_id] = new
    chat.migrated_to = new_id
    return new
