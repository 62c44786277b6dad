"""Changing and deleting messages, and reacting to them."""

from __future__ import annotations

from emulator.errors import bad_request
from emulator.markup import parse_reply_markup
from emulator.methods.input_media import parse_input_media
from emulator.methods.registry import MethodCall, method
from emulator.methods.sending import FormattedText, read_caption, read_text
from emulator.methods.targets import find_chat, find_message, read_message_ids
from emulator.reactions import parse_reactions
from emulator.state import Chat, Json, Media, Message


def _find_own(call: MethodCall) -> Message:
    """Return the bot's own message to edit. Raises `BotApiError`: not found, or somebody else's."""
    if inline_id := call.parameters.text("inline_message_id"):
        inline = call.world.inline_messages.get(inline_id)
        if inline is None or inline.is_deleted or call.bot not in {inline.sender, inline.via_bot}:
            raise bad_request("MESSAGE_ID_INVALID")
        return inline
    message = find_message(call, find_chat(call), "message to edit not found")
    if message.sender is not call.bot or message.forward_origin is not None:
        raise bad_request("message can't be edited")
    return message


def _change(
    call: MethodCall, message: Message, words: FormattedText, media: Media | None, markup: Json | None
) -> Json | bool:
    """Apply an edit; of an inline message the bot only learns that it was done.

    Raises `BotApiError` MESSAGE_NOT_MODIFIED, where nothing would change.
    """
    old_content = (message.text, message.entities, _files_of(message.media))
    new_content = (words.text, words.entities, _files_of(media))
    if old_content == new_content and message.reply_markup == markup:
        raise bad_request("MESSAGE_NOT_MODIFIED")
    if old_content != new_content:
        message.edit_date = call.world.now
    message.text, message.entities = words.text, words.entities
    message.media, message.reply_markup = media, markup
    call.world.announce("edited", message)
    return True if "inline_message_id" in call.parameters else call.render.message(message)


def _files_of(media: Media | None) -> tuple[bytes, ...]:
    """Return what is equal for equal content: a picture uploaded anew is the same picture."""
    return tuple(file.digest for file in media.files) if media else ()


@method("editMessageText")
async def edit_message_text(call: MethodCall) -> Json | bool:
    """Edit a text message; a keyboard not given is taken away."""
    words = read_text(call)
    message = _find_own(call)
    markup = parse_reply_markup(call.parameters)
    if message.media is not None or message.service:
        raise bad_request("there is no text in the message to edit")
    return _change(call, message, words, None, markup)


@method("editMessageCaption")
async def edit_message_caption(call: MethodCall) -> Json | bool:
    """Edit the caption of a picture or file; stickers have none."""
    words = read_caption(call)
    message = _find_own(call)
    markup = parse_reply_markup(call.parameters)
    if message.media is None or message.media.kind in {"sticker", "video_note"}:
        raise bad_request("there is no caption in the message to edit")
    return _change(call, message, words, message.media, markup)


@method("editMessageMedia")
async def edit_message_media(call: MethodCall) -> Json | bool:
    """Put another picture or file into the message, or one in the place of its text (Bot API 10.1)."""
    value = call.parameters.parsed("media", "Can't parse input media JSON object")
    message = _find_own(call)
    markup = parse_reply_markup(call.parameters)
    if message.service or (message.media is not None and message.media.kind == "sticker"):
        raise bad_request("there is no media in the message to edit")
    if "inline_message_id" in call.parameters and call.parameters.uploads:
        raise bad_request("Invalid message content specified")  # only what is on the server already
    media, words = await parse_input_media(call, value)
    return _change(call, message, words, media, markup)


@method("editMessageReplyMarkup")
async def edit_message_reply_markup(call: MethodCall) -> Json | bool:
    """Replace the keyboard, or take it away."""
    message = _find_own(call)
    markup = parse_reply_markup(call.parameters)
    return _change(call, message, FormattedText(message.text, message.entities), message.media, markup)


@method("deleteMessage")
async def delete_message(call: MethodCall) -> bool:
    """Delete one message for both sides."""
    chat = find_chat(call)
    _delete(call, chat, [find_message(call, chat, "message to delete not found")])
    return True


@method("deleteMessages")
async def delete_messages(call: MethodCall) -> bool:
    """Delete up to 100 messages; those that are gone already are skipped."""
    chat = find_chat(call)
    found = [chat.live(number) for number in read_message_ids(call)]
    _delete(call, chat, [message for message in found if message is not None])
    return True


def _delete(call: MethodCall, chat: Chat, messages: list[Message]) -> None:
    may_delete_all = chat.is_private or chat.may(call.bot.id, "can_delete_messages")
    for message in messages:
        if call.world.now - message.date > call.world.rules.delete_within_s:
            raise bad_request("message can't be deleted for everyone")
        if not may_delete_all and message.sender is not call.bot:
            raise bad_request("message can't be deleted")
    call.world.delete(chat, messages)


@method("setMessageReaction")
async def set_message_reaction(call: MethodCall) -> bool:
    """React with at most one emoji of Telegram's list; an empty list takes it back."""
    chat = find_chat(call)
    message = find_message(call, chat, "message to react not found")
    if message.media_group_id:  # an album's reactions are those of its first message
        album = [one for one in chat.messages.values() if one.media_group_id == message.media_group_id]
        message = next(one for one in album if not one.is_deleted)
    reactions = parse_reactions(call.parameters)
    call.world.react(message, call.bot.id, reactions)
    return True
