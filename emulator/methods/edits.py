"""Changing and deleting messages, reactions."""

from __future__ import annotations

from emulator.errors import ApiError, bad_request
from emulator.markup import parse_reply_markup
from emulator.methods.registry import Call, method
from emulator.methods.sending import read_caption, read_text
from emulator.methods.targets import find_chat, find_message
from emulator.state import Chat, Json, Media, Message


def _find_own(call: Call) -> Message:
    """The bot's own message to edit.

    Raises:
        ApiError: not found, or somebody else's.
    """
    if call.parameters.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    message = find_message(call, find_chat(call), "message to edit not found")
    if message.sender is not call.bot:
        raise bad_request("message can't be edited")
    return message


def _change(
    call: Call, message: Message, text: str, entities: list[Json], media: Media | None, markup: Json | None
) -> Json:
    """Apply an edit, refusing one that changes nothing."""
    before = (message.text, message.entities, _files_of(message.media), message.reply_markup)
    if before == (text, entities, _files_of(media), markup):
        raise bad_request("MESSAGE_NOT_MODIFIED")
    if before[:3] != (text, entities, _files_of(media)):
        message.edit_date = call.world.now
    message.text, message.entities, message.media, message.reply_markup = text, entities, media, markup
    call.world.announce("edited", message)
    return call.render.message(message)


def _files_of(media: Media | None) -> tuple[int, ...]:
    return tuple(file.number for file in media.files) if media else ()


@method("editMessageText")
async def edit_message_text(call: Call) -> Json:
    """New words for a text message."""
    words = read_text(call)
    message = _find_own(call)
    markup = parse_reply_markup(call.parameters)
    if message.media is not None or message.service:
        raise bad_request("there is no text in the message to edit")
    return _change(call, message, words.text, words.entities, None, markup)
