"""What every sending method shares: words, keyboard, reply target, and the posted message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emulator.call_parameters import to_integer
from emulator.errors import bad_request
from emulator.markup import parse_reply_markup
from emulator.methods.registry import MethodCall
from emulator.state import Chat, Json, Media, Message
from emulator.text.entities import parse_formatted

MAX_TEXT = 4096
MAX_CAPTION = 1024
SENDS = {"text": "text messages", "voice": "voice notes", "audio": "music"}  # words of refusals; others add an s


@dataclass(slots=True)
class FormattedText:
    """A text or caption with its entities, after parsing."""

    text: str = ""
    entities: list[Json] = field(default_factory=list)


def read_text(call: MethodCall) -> FormattedText:
    """Read the `text` of a call. Raises `BotApiError`: empty, too long, or entities that do not parse."""
    if not call.parameters.text("text"):
        raise bad_request("Message text is empty")
    words = _read_words(call, "text", "entities")
    if not words.text:
        raise bad_request(
            "Message text is empty" if not call.parameters.text("parse_mode") else "text must be non-empty"
        )
    if len(words.text) > MAX_TEXT:
        raise bad_request("Message is too long")
    return words


def read_draft(call: MethodCall) -> FormattedText:
    """Read the `text` of a draft, possibly empty. Raises `BotApiError`: too long, or entities that do not parse."""
    words = _read_words(call, "text", "entities")
    if len(words.text) > MAX_TEXT:
        raise bad_request("Message is too long")
    return words


def read_caption(call: MethodCall) -> FormattedText:
    """Read the `caption` of a call, possibly empty. Raises `BotApiError`: too long, or entities that do not parse."""
    return check_caption(_read_words(call, "caption", "caption_entities"))


def check_caption(words: FormattedText) -> FormattedText:
    """Refuse a caption over the limit. Raises `BotApiError`."""
    if len(words.text) > MAX_CAPTION:
        raise bad_request("Message caption is too long")
    return words


def _read_words(call: MethodCall, text_field: str, entities_field: str) -> FormattedText:
    entities = call.parameters.parsed(entities_field, "Can't parse message entities JSON object")
    text, found = parse_formatted(call.parameters.text(text_field), call.parameters.text("parse_mode"), entities)
    if not call.world.rules.custom_emoji:
        found = [entity for entity in found if entity["type"] != "custom_emoji"]
    return FormattedText(text, found)


def read_reply_target(call: MethodCall, chat: Chat) -> Message | None:
    """Return the message this one replies to (`reply_parameters`, or the older `reply_to_message_id`).

    Raises `BotApiError` where it is gone.
    """
    reply: Any = call.parameters.parsed("reply_parameters", "Can't parse reply parameters JSON object")
    if reply is None:
        message_id = call.parameters.integer("reply_to_message_id")
        is_optional = call.parameters.flag("allow_sending_without_reply")
    elif not isinstance(reply, dict):
        raise bad_request("Object expected as reply parameters")
    else:
        message_id = to_integer(str(reply.get("message_id", 0)))
        is_optional = bool(reply.get("allow_sending_without_reply"))
    if message_id <= 0:
        return None
    target = chat.live(message_id)
    if target is None and not is_optional:
        raise bad_request("message to be replied not found")
    return target


def read_quote(call: MethodCall, target: Message | None) -> Json | None:
    """Return the TextQuote of `reply_parameters`, None for none. Raises `BotApiError` where the target lacks it."""
    reply: Any = call.parameters.parsed("reply_parameters", "Can't parse reply parameters JSON object") or {}
    wanted = str(reply.get("quote") or "")
    if not wanted or target is None:
        return None
    text, _ = parse_formatted(wanted, str(reply.get("quote_parse_mode", "")), reply.get("quote_entities"))
    position = target.text.find(text)
    if position < 0:
        raise bad_request("QUOTE_TEXT_INVALID")
    before = target.text[:position].encode("utf-16-le")
    return {"text": text, "position": len(before) // 2, "is_manual": True}


def post(call: MethodCall, chat: Chat, words: FormattedText, media: Media | None = None, *, album: str = "") -> Message:
    """Check what remains to be checked and put the bot's message into the chat.

    Raises `BotApiError`: no such topic, bad keyboard, reply target gone.
    """
    kind = media.kind if media else "text"
    if not chat.is_private and not chat.may_send(call.bot.id, kind):
        raise bad_request(f"not enough rights to send {SENDS.get(kind, kind + 's')} to the chat")
    topic = call.parameters.integer("message_thread_id")
    if topic and topic not in chat.topics:
        raise bad_request("message thread not found")
    markup = parse_reply_markup(call.parameters)
    reply_to = read_reply_target(call, chat)
    if chat.is_forum and reply_to is not None:
        topic = topic or reply_to.topic
    if topic and chat.topics[topic].is_closed and not chat.may(call.bot.id, "can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    message = Message(
        message_id=0,
        chat=chat,
        sender=call.bot,
        date=call.world.now,
        text=words.text,
        entities=words.entities,
        media=media,
        media_group_id=album,
        reply_markup=markup,
        reply_to=reply_to,
        quote=read_quote(call, reply_to),
        topic=topic,
    )
    return call.world.post(message)
