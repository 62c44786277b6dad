"""Pinned messages."""

from __future__ import annotations

from emulator.errors import bad_request
from emulator.methods.registry import MethodCall, method
from emulator.methods.targets import find_message, find_writable_chat
from emulator.people import post_service
from emulator.state import Chat


def _find_chat(call: MethodCall) -> Chat:
    chat = find_writable_chat(call)
    if not chat.is_private and not chat.may(call.bot.id, "can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


@method("pinChatMessage")
async def pin_chat_message(call: MethodCall) -> bool:
    """Pin a message; a service message says so."""
    chat = _find_chat(call)
    message = find_message(call, chat, "message to pin not found")
    if message.service:
        raise bad_request("A service message can't be pinned")
    if message in chat.pinned:
        chat.pinned.remove(message)
    chat.pinned.append(message)
    post_service(call.world, chat, call.bot, {"pinned_message": call.render.message(message, depth=0)})
    return True


@method("unpinChatMessage")
async def unpin_chat_message(call: MethodCall) -> bool:
    """Unpin one message, the one pinned last where none is named."""
    chat = _find_chat(call)
    if "message_id" in call.parameters:
        message = find_message(call, chat, "message to unpin not found")
        if message in chat.pinned:
            chat.pinned.remove(message)
    elif chat.pinned:
        chat.pinned.pop()
    return True


@method("unpinAllChatMessages")
async def unpin_all_chat_messages(call: MethodCall) -> bool:
    """Unpin everything."""
    _find_chat(call).pinned.clear()
    return True
