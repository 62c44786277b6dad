"""What people do in their apps. Used by the HTTP side (client_api.py) and by tests in the same process (driver.py)."""

from __future__ import annotations

from emulator.entities import find_entities
from emulator.errors import ApiError, Refusal, format_error
from emulator.methods.attachments import store_upload
from emulator.parameters import Upload
from emulator.render import user_json
from emulator.state import Bot, CallbackQuery, Chat, Json, Media, Message, Person
from emulator.world import World

ALBUM_KINDS = frozenset({"photo", "document"})


def introduce(world: World, user_id: int, first_name: str = "", **facts: str | bool) -> Person:
    """A person by id, made when new; `facts` are Person's other fields and change what is known."""
    person = world.people.get(user_id)
    if person is None:
        person = world.people[user_id] = Person(user_id, first_name or f"User {user_id}")
    elif first_name:
        person.first_name = first_name
    for name, value in facts.items():
        setattr(person, name, value)
    return person


def open_chat(world: World, person: Person, bot: Bot, chat_id: int = 0) -> Chat:
    """The private chat, or the group of that id the person is in.

    Raises:
        Refusal: no_such_chat.
    """
    if chat_id in (0, person.id):
        return world.private_chat(bot, person)
    chat = world.groups.get(chat_id)
    if chat is None or person.id not in chat.members:
        raise Refusal("no_such_chat", f"there is no chat {chat_id} for this person", 404)
    return chat


def find_message(chat: Chat, message_id: int) -> Message:
    """A living message.

    Raises:
        Refusal: no_such_message.
    """
    message = chat.live(message_id)
    if message is None:
        raise Refusal("no_such_message", f"there is no message {message_id}", 404)
    return message


def send_text(world: World, person: Person, chat: Chat, text: str, reply_to: Message | None = None) -> Message:
    """Write something.

    Raises:
        Refusal: blocked, or nothing to send.
    """
    text = text.strip()
    if not 1 <= len(text) <= 4096:
        raise Refusal("bad_request", "text must have 1 to 4096 characters")
    return _send(world, person, chat, text, reply_to=reply_to)


async def send_media(
    world: World,
    person: Person,
    chat: Chat,
    kind: str,
    uploads: list[Upload],
    caption: str = "",
    reply_to: Message | None = None,
) -> list[Message]:
    """Send one file, or an album of several; the caption stands on the first.

    Raises:
        Refusal: blocked, too large, not a picture.
    """
    if len(uploads) > 1 and (kind not in ALBUM_KINDS or len(uploads) > 10):
        raise Refusal("bad_request", "an album has 2 to 10 photos or documents")
    media = [await _store(world, kind, upload) for upload in uploads]
    album = world.new_id() if len(media) > 1 else ""
    captions = [caption, *[""] * (len(media) - 1)]
    return [
        _send(world, person, chat, words, media=one, album=album, reply_to=reply_to)
        for one, words in zip(media, captions, strict=True)
    ]


async def _store(world: World, kind: str, upload: Upload) -> Media:
    try:
        return await store_upload(world, kind, upload)
    except ApiError as error:
        _, description = format_error(error.code, error.message)
        if error.message == "IMAGE_PROCESS_FAILED":
            raise Refusal("not_a_picture", "this is not a picture", 415) from error
        if error.code == 413 or "too big" in description:
            raise Refusal("too_large", "the file is too large", 413) from error
        raise Refusal("bad_request", description) from error


def send_media_again(world: World, person: Person, chat: Chat, media: Media) -> Message:
    """Send a file Telegram already has, such as a sticker from a pack."""
    return _send(world, person, chat, "", media=media)


def _send(
    world: World,
    person: Person,
    chat: Chat,
    words: str,
    *,
    media: Media | None = None,
    album: str = "",
    reply_to: Message | None = None,
) -> Message:
    check_may_write(person, chat)
    message = Message(
        0, chat, person, world.now, words, find_entities(words), media, media_group_id=album, reply_to=reply_to
    )
    world.post(message)
    _deliver(world, "message", message)
    return message


def check_may_write(person: Person, chat: Chat) -> None:
    """Open the door to the bot by writing to it; a blocked one must be unblocked first.

    Raises:
        Refusal: blocked.
    """
    if chat.bot is None:
        return
    if chat.bot.id in person.blocked:
        raise Refusal("blocked", "you blocked this bot: unblock it first", 409)
    person.started.add(chat.bot.id)


def _deliver(world: World, kind: str, message: Message) -> None:
    """Queue the update for every bot that sees the message."""
    for bot in message.chat.bots.values():
        if message.chat.is_private or sees(bot, message):
            world.update(bot, kind, message.chat.id, lambda render: render.message(message))


def sees(bot: Bot, message: Message) -> bool:
    """Privacy mode: in groups a bot reads commands, replies to itself, mentions and service messages."""
    if bot.reads_all_group_messages or message.service:
        return True
    words = message.text.lower()
    command = words.split()[0] if words.startswith("/") else ""
    _, at, addressee = command.partition("@")
    if command and (not at or addressee == bot.username.lower()):
        return True
    is_reply = message.reply_to is not None and message.reply_to.sender is bot
    return is_reply or f"@{bot.username.lower()}" in words


def press(world: World, person: Person, message: Message, data: str) -> CallbackQuery:
    """Press a callback button; the bot's answer sets `answered`.

    Raises:
        Refusal: no_such_button.
    """
    rows = (message.reply_markup or {}).get("inline_keyboard", [])
    if not any(button.get("callback_data") == data for row in rows for button in row):
        raise Refusal("no_such_button", "this message has no such button", 404)
    bot = message.sender if isinstance(message.sender, Bot) else message.via_bot
    if bot is None:
        raise Refusal("no_such_button", "this message is not from a bot", 404)
    query = CallbackQuery(world.new_id(), bot, person, message, data, world.now)
    world.callback_queries[query.id] = query
    world.update(bot, "callback_query", person.id, lambda render: render.callback_query(query))
    return query


def person_json(person: Person) -> Json:
    """The person as the bot sees them."""
    return user_json(person)
