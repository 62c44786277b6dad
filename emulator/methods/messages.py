"""Sending: text, media, albums, copies, chat actions."""

from __future__ import annotations

from itertools import pairwise

from emulator.errors import bad_request
from emulator.methods.files import take_media
from emulator.methods.input_media import parse_album
from emulator.methods.registry import MethodCall, method
from emulator.methods.sending import FormattedText, post, read_caption, read_draft, read_text
from emulator.methods.targets import find_chat, find_message, find_writable_chat, read_message_ids
from emulator.state import Json, Message

ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
        "cancel",
    }
)
ACTION_SHOWN_S = 5
DRAFT_SHOWN_S = 30


@method("sendMessage")
async def send_message(call: MethodCall) -> Json:
    """Send a text."""
    words = read_text(call)
    message = post(call, find_writable_chat(call), words)
    return call.render.message(message)


async def _send_media(call: MethodCall, kind: str) -> Json:
    words = read_caption(call)
    chat = find_writable_chat(call)
    media = await take_media(call, kind)
    media.has_spoiler = call.parameters.flag("has_spoiler")
    return call.render.message(post(call, chat, words, media))


@method("sendPhoto")
async def send_photo(call: MethodCall) -> Json:
    """Send a picture, re-encoded."""
    return await _send_media(call, "photo")


@method("sendDocument")
async def send_document(call: MethodCall) -> Json:
    """Send a file, byte for byte."""
    return await _send_media(call, "document")


@method("sendAnimation")
async def send_animation(call: MethodCall) -> Json:
    """Send a GIF or a silent MP4, byte for byte; nothing is transcoded here."""
    return await _send_media(call, "animation")


@method("sendSticker")
async def send_sticker(call: MethodCall) -> Json:
    """Send a sticker of a set by id, or a loose WebP; stickers have no caption."""
    chat = find_writable_chat(call)
    media = await take_media(call, "sticker")
    is_fresh = not call.parameters.text("sticker") or call.parameters.text("sticker").startswith("attach://")
    if is_fresh and call.parameters.text("emoji"):
        media.files[0].emoji = call.parameters.text("emoji")
    return call.render.message(post(call, chat, FormattedText(), media))


@method("sendChatAction")
async def send_chat_action(call: MethodCall) -> bool:
    """Show what the bot is doing, for five seconds."""
    chat = find_writable_chat(call)
    action = call.parameters.text("action")
    if action not in ACTIONS:
        raise bad_request("Wrong parameter action in request")
    call.world.notify_chat("chat_action", chat, {"action": action, "expires_in_s": ACTION_SHOWN_S})
    return True


@method("sendMessageDraft")
async def send_message_draft(call: MethodCall) -> bool:
    """Show a message that is still being written, for 30 s or until the bot's next message."""
    words = read_draft(call)
    chat = find_writable_chat(call)
    if not chat.is_private:
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    draft_id = call.parameters.integer("draft_id")
    if draft_id == 0:
        raise bad_request("RANDOM_ID_INVALID")
    topic = call.parameters.integer("message_thread_id")
    if topic and topic not in chat.topics:
        raise bad_request("message thread not found")
    shown = {"draft_id": draft_id, "text": words.text, "entities": words.entities, "expires_in_s": DRAFT_SHOWN_S}
    call.world.notify_chat("draft", chat, shown)
    return True


@method("sendMediaGroup")
async def send_media_group(call: MethodCall) -> list[Json]:
    """Send an album: several messages with one `media_group_id`."""
    chat = find_writable_chat(call)
    items = await parse_album(call)
    album = call.world.new_id() if len(items) > 1 else ""
    return [call.render.message(post(call, chat, words, media, album=album)) for media, words in items]


def _source(call: MethodCall, verb: str) -> Message:
    chat = find_chat(call, "from_chat_id")
    message = find_message(call, chat, f"message to {verb} not found")
    if message.service:
        raise bad_request(f"message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return message


@method("copyMessage")
async def copy_message(call: MethodCall) -> Json:
    """Send the same content anew, without a link to where it came from."""
    chat = find_writable_chat(call)
    source = _source(call, "copy")
    words = read_caption(call) if "caption" in call.parameters else FormattedText(source.text, source.entities)
    return {"message_id": post(call, chat, words, source.media).message_id}


@method("copyMessages")
async def copy_messages(call: MethodCall) -> list[Json]:
    """Copy up to 100 messages; albums stay albums, and what is gone is skipped."""
    chat, source_chat, ids = find_writable_chat(call), find_chat(call, "from_chat_id"), read_message_ids(call)
    if any(one >= other for one, other in pairwise(ids)):
        raise bad_request("Message identifiers must be in a strictly increasing order")
    found = [source_chat.live(number) for number in ids]
    sources = [message for message in found if message is not None and not message.service]
    if not sources:
        raise bad_request("there are no messages to copy")
    albums: dict[str, str] = {}
    copies = []
    for source in sources:
        words = FormattedText(source.text, source.entities)
        if call.parameters.flag("remove_caption") and source.media is not None:
            words = FormattedText()
        album = source.media_group_id and albums.setdefault(source.media_group_id, call.world.new_id())
        copies.append({"message_id": post(call, chat, words, source.media, album=album).message_id})
    return copies


@method("forwardMessage")
async def forward_message(call: MethodCall) -> Json:
    """Send the same content, saying whose it was."""
    chat = find_writable_chat(call)
    source = _source(call, "forward")
    message = Message(0, chat, call.bot, call.world.now, source.text, source.entities, source.media)
    message.forward_origin = source.forward_origin or source
    return call.render.message(call.world.post(message))
