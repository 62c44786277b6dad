"""What people write in their apps: behind both the HTTP side (client/routes.py) and the tests (driver.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from emulator import guests
from emulator.call_parameters import FilePart
from emulator.errors import BotApiError, Refusal, format_error
from emulator.media import store_upload
from emulator.reactions import is_reaction
from emulator.render import chat_json, user_json
from emulator.state import OUT, Account, Bot, Chat, Json, Media, Message, Person
from emulator.text.entities import find_entities
from emulator.world import World

ALBUM_KINDS = frozenset({"photo", "document"})


def introduce(world: World, user_id: int, first_name: str = "", **facts: str | bool) -> Person:
    """Return a person by id, made when new; `facts` are Person's other fields and change what is known."""
    person = world.people.get(user_id)
    if person is None:
        person = world.people[user_id] = Person(user_id, first_name or f"User {user_id}")
    elif first_name:
        person.first_name = first_name
    for name, value in facts.items():
        setattr(person, name, value)
    return person


def open_chat(world: World, person: Person, bot: Bot, chat_id: int = 0) -> Chat:
    """Return the private chat, or the group of that id the person is in. Raises `Refusal` no_such_chat."""
    if chat_id in (0, person.id):
        return world.private_chat(bot, person)
    chat = world.groups.get(chat_id)
    if chat is None or not is_in(person, chat):
        raise Refusal("no_such_chat", f"there is no chat {chat_id} for this person", 404)
    return chat


def is_in(person: Person, chat: Chat) -> bool:
    """Return whether the person is in a group that was not given a new id."""
    return not chat.migrated_to and chat.members.get(person.id, "left") not in OUT


def find_message(chat: Chat, message_id: int) -> Message:
    """Return a living message. Raises `Refusal` no_such_message."""
    message = chat.live(message_id)
    if message is None:
        raise Refusal("no_such_message", f"there is no message {message_id}", 404)
    return message


def send_text(
    world: World, person: Person, chat: Chat, text: str, reply_to: Message | None = None, topic: int = 0
) -> Message:
    """Send a text of 1 to 4096 characters. Raises `Refusal` blocked, bad_request."""
    text = text.strip()
    if not 1 <= len(text) <= 4096:
        raise Refusal("bad_request", "text must have 1 to 4096 characters")
    return _send(world, person, chat, text, reply_to=reply_to, topic=topic)


async def send_media(
    world: World,
    person: Person,
    chat: Chat,
    kind: str,
    uploads: list[FilePart],
    caption: str = "",
    reply_to: Message | None = None,
    *,
    album: str = "",
    topic: int = 0,
    order: Sequence[int] = (),
    gap_s: float = 0.0,
) -> list[Message]:
    """Send one file, of the album of that id if it is one of several, or a whole album; the caption is the first's.

    Bots get an album's updates in `order` (a permutation of its places), `gap_s` of the clock apart. Raises `Refusal`
    blocked, too_large, not_a_picture, bad_request.
    """
    if len(uploads) > 1 and (kind not in ALBUM_KINDS or len(uploads) > 10):
        raise Refusal("bad_request", "an album has 2 to 10 photos or documents")
    media = [await store(world, kind, upload) for upload in uploads]
    album = album or (world.new_id() if len(media) > 1 else "")
    captions = [caption, *[""] * (len(media) - 1)]
    if order and sorted(order) != list(range(len(media))):
        raise Refusal("bad_request", "order must name every place of the album once, from 0 on")
    messages = [
        _post(world, person, chat, words, media=one, album=album, reply_to=reply_to, topic=topic)
        for one, words in zip(media, captions, strict=True)
    ]
    for number, place in enumerate(order or range(len(messages))):
        if number and gap_s:
            arrive = partial(deliver, world, "message", messages[place])
            world.later(world.now + number * gap_s, arrive)
        else:
            deliver(world, "message", messages[place])
    return messages


async def send_live_photo(
    world: World, person: Person, chat: Chat, photo: FilePart, film: FilePart, caption: str = "", topic: int = 0
) -> Message:
    """Send a photo that moves for a moment: bots get the still, and the film beside it. Raises as `send_media`."""
    still, moving = await store(world, "photo", photo), await store(world, "video", film)
    return _send(world, person, chat, caption, media=replace(still, film=moving.files[-1]), topic=topic)


async def store(world: World, kind: str, upload: FilePart) -> Media:
    """Keep what a person uploads. Raises `Refusal` too_large, not_a_picture, bad_request."""
    try:
        return await store_upload(world, kind, upload)
    except BotApiError as error:
        _, description = format_error(error.code, error.message)
        if error.message == "IMAGE_PROCESS_FAILED":
            raise Refusal("not_a_picture", "this is not a picture", 415) from error
        if error.code == 413 or "too big" in description:
            raise Refusal("too_large", "the file is too large", 413) from error
        raise Refusal("bad_request", description) from error


def send_media_again(world: World, person: Person, chat: Chat, media: Media, topic: int = 0) -> Message:
    """Send a file Telegram already has, such as a sticker from a pack."""
    return _send(world, person, chat, "", media=media, topic=topic)


def _send(
    world: World,
    person: Person,
    chat: Chat,
    words: str,
    *,
    media: Media | None = None,
    reply_to: Message | None = None,
    topic: int = 0,
) -> Message:
    message = _post(world, person, chat, words, media=media, reply_to=reply_to, topic=topic)
    deliver(world, "message", message)
    return message


def _post(
    world: World,
    person: Person,
    chat: Chat,
    words: str,
    *,
    media: Media | None = None,
    album: str = "",
    reply_to: Message | None = None,
    topic: int = 0,
) -> Message:
    """Put a person's message into the chat; bots do not have it yet."""
    check_may_write(person, chat, media.kind if media else "text")
    message = Message(
        0, chat, person, world.now, words, find_entities(words), media, media_group_id=album, reply_to=reply_to
    )
    message.topic = topic or chat.topic
    if not message.topic and reply_to is not None and chat.is_forum:
        message.topic = reply_to.topic
    if message.topic and message.topic not in chat.topics:
        raise Refusal("bad_request", "there is no such topic")
    message.is_anonymous = person.id in chat.anonymous
    return world.post(message)


def check_may_write(person: Person, chat: Chat, kind: str = "text") -> None:
    """Start the bot by writing to it; a blocked one must be unblocked first.

    Raises `Refusal` blocked, and not_allowed where a group forbids this kind of message or the person is out of it.
    """
    if chat.bot is not None:
        if chat.bot.id in person.blocked:
            raise Refusal("blocked", "you blocked this bot: unblock it first", 409)
        person.started.add(chat.bot.id)
    elif not chat.may_send(person.id, kind):
        raise Refusal("not_allowed", f"this group does not let you send this ({kind})", 403)


def post_service(world: World, chat: Chat, actor: Account, service: Json, topic: int = 0) -> Message:
    """Post a service message (somebody joined, a message was pinned, ...); all other bots of the chat get it."""
    message = Message(0, chat, actor, world.now, service=service, topic=topic)
    world.post(message)
    deliver(world, "message", message)
    return message


def deliver(world: World, kind: str, message: Message) -> None:
    """Queue the update for every bot that sees the message, and summon guests."""
    for bot in message.chat.bots.values():
        if bot is not message.sender and (message.chat.is_private or sees(bot, message)):
            world.update(bot, kind, message.chat.id, lambda render: render.message(message))
    if kind == "message":
        guests.summon(world, message)


def sees(bot: Bot, message: Message) -> bool:
    """Return whether a bot sees a message of a group.

    Administrators see everything. In privacy mode a bot gets commands meant for it (`/cmd@bot`, or a plain one where
    no other bot wrote last), replies to it, mentions, what was sent through it, and service messages.
    """
    chat = message.chat
    if bot.reads_all_group_messages or message.service or chat.is_admin(bot.id) or message.via_bot is bot:
        return True
    words = message.text.lower()
    command = words.split()[0] if words.startswith("/") else ""
    _, at, addressee = command.partition("@")
    if command and at:
        return addressee == bot.username.lower()
    if command and _last_bot(chat) in {None, bot}:
        return True
    original = message.reply_to
    is_reply = original is not None and bot in {original.sender, original.via_bot}
    return is_reply or f"@{bot.username.lower()}" in words


def _last_bot(chat: Chat) -> Account | None:
    """Return the bot that wrote last in a group, None where none did."""
    posted = reversed(chat.messages.values())
    return next((one.sender for one in posted if isinstance(one.sender, Bot) and not one.service), None)


def edit(world: World, person: Person, message: Message, words: str) -> Message:
    """Change the text of an own message, or the caption under its media.

    Raises `Refusal` not_yours, and bad_request where a text would become empty.
    """
    if message.sender is not person:
        raise Refusal("not_yours", "only own messages can be edited", 403)
    words = words.strip()
    if not words and message.media is None:
        raise Refusal("bad_request", "text must not be empty")
    message.text, message.entities = words, find_entities(words)
    message.edit_date = world.now
    world.announce("edited", message)
    deliver(world, "edited_message", message)
    return message


def delete(world: World, person: Person, message: Message) -> None:
    """Delete a message for everybody, as its sender or an administrator may. Raises `Refusal` not_yours."""
    chat = message.chat
    if not chat.is_private and message.sender is not person and not chat.may(person.id, "can_delete_messages"):
        raise Refusal("not_yours", "only administrators delete the messages of others", 403)
    world.delete(chat, [message])


def react(world: World, person: Person, message: Message, emoji: str) -> None:
    """React with one emoji, or take the reaction back with "".

    Raises `Refusal` where Telegram does not have the reaction.
    """
    if emoji and not is_reaction(emoji):
        raise Refusal("bad_request", "there is no such reaction")
    old = message.chat.reactions.get(message.message_id, {}).get(person.id, [])
    new: list[Json] = [{"type": "emoji", "emoji": emoji}] if emoji else []
    world.react(message, person.id, new)
    shape = {
        "chat": chat_json(message.chat),
        "message_id": message.message_id,
        "user": user_json(person),
        "date": int(world.now),
        "old_reaction": old,
        "new_reaction": new,
    }
    for bot in message.chat.bots.values():
        if message.chat.is_private or message.chat.is_admin(bot.id):
            world.update(bot, "message_reaction", message.chat.id, lambda _: shape)


def person_json(person: Person) -> Json:
    """Return the person as the bot sees them."""
    return user_json(person)
