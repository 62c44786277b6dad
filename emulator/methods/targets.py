"""Whom and what a call is about: chats, users, messages."""

from __future__ import annotations

from typing import Any

from emulator.call_parameters import to_integer
from emulator.errors import BotApiError, bad_request
from emulator.methods.registry import MethodCall
from emulator.state import Chat, Message, Person

MAX_IDS = 100


def find_chat(call: MethodCall, field: str = "chat_id") -> Chat:
    """Return the chat a call names; for reading, no right to write is needed.

    Raises `BotApiError`: `chat_id is empty`, `chat not found`, or 403 where the bot is out of the group.
    """
    value = call.parameters.text(field)
    if not value:
        raise bad_request(f"{field} is empty")
    chat_id = to_integer(value)
    if chat_id < 0:
        chat = call.world.groups.get(chat_id)
        if chat is not None and (call.bot.id in chat.members or chat.migrated_to):
            if chat.members.get(call.bot.id) == "kicked":
                raise BotApiError(403, f"bot was kicked from the {chat.type} chat")
            if chat.members.get(call.bot.id) == "left":
                raise BotApiError(403, f"bot is not a member of the {chat.type} chat")
            return chat
        raise bad_request("Chat not found")
    person = call.world.people.get(chat_id)
    if person is None or not is_known(call, person):
        raise bad_request("Chat not found")
    return call.world.private_chat(call.bot, person)


def find_writable_chat(call: MethodCall, field: str = "chat_id") -> Chat:
    """Return the chat a call sends to.

    Raises `BotApiError`, also where the person blocked the bot or never started it, or the group has a new id.
    """
    chat = find_chat(call, field)
    if chat.person is not None:
        check_reachable(call, chat.person)
        if call.bot.id not in chat.person.started:
            raise BotApiError(403, "bot can't initiate conversation with a user")
    elif chat.migrated_to:
        raise BotApiError(400, "group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": chat.migrated_to})
    return chat


def check_reachable(call: MethodCall, person: Person) -> None:
    """Refuse where the person blocked the bot or is gone. Raises `BotApiError` 403."""
    if person.is_deactivated:
        raise BotApiError(403, "INPUT_USER_DEACTIVATED")
    if call.bot.id in person.blocked:
        raise BotApiError(403, "USER_IS_BLOCKED")


def check_peer(call: MethodCall, person: Person) -> None:
    """Refuse for people the bot only knows from a group: sticker files are uploaded through the private chat.

    Raises `BotApiError`: PEER_ID_INVALID, or 403 blocked or deactivated.
    """
    if call.bot.id not in person.started:
        raise bad_request("PEER_ID_INVALID")
    check_reachable(call, person)


def find_user(call: MethodCall, field: str = "user_id") -> Person:
    """Return the person a call names.

    Raises `BotApiError`: `invalid user_id specified`, USER_IS_BOT, `user not found`.
    """
    user_id = call.parameters.integer(field)
    if user_id <= 0:
        raise bad_request("Invalid user_id specified")
    if any(bot.id == user_id for bot in call.world.bots):
        raise bad_request("USER_IS_BOT")
    person = call.world.people.get(user_id)
    if person is None or not is_known(call, person):
        raise bad_request("User not found")
    return person


def is_known(call: MethodCall, person: Person) -> bool:
    """Return whether the bot has ever seen the person: in private or in a common group."""
    if call.bot.id in person.started:
        return True
    return any(person.id in chat.members and call.bot.id in chat.members for chat in call.world.groups.values())


def find_message(call: MethodCall, chat: Chat, error_text: str) -> Message:
    """Return the living message a call names.

    Raises `BotApiError`: `message identifier is not specified`, or `error_text` where it is gone.
    """
    message_id = call.parameters.integer("message_id")
    if message_id <= 0:
        raise bad_request("Message identifier is not specified")
    message = chat.live(message_id)
    if message is None:
        raise bad_request(error_text)
    return message


def read_message_ids(call: MethodCall) -> list[int]:
    """Read the `message_ids` of a call, 1 to 100 of them. Raises `BotApiError`."""
    ids: Any = call.parameters.parsed("message_ids", "Can't parse message identifiers JSON object")
    if not isinstance(ids, list) or not all(isinstance(number, int) for number in ids):
        raise bad_request("expected an Array of message identifiers")
    if not ids:
        raise bad_request("Message identifiers are not specified")
    if len(ids) > MAX_IDS:
        raise bad_request("Too many message identifiers specified")
    return ids
