"""Topics of forums, and of private chats with a bot that has topics."""

from __future__ import annotations

from emulator.errors import bad_request
from emulator.methods.registry import MethodCall, method
from emulator.methods.targets import find_writable_chat
from emulator.people import post_service
from emulator.state import Chat, Json, Topic
from emulator.topics import COLOURS, open_topic

MAX_NAME = 128


def _find_chat(call: MethodCall, verb: str, topic: Topic | None = None) -> Chat:
    """Return the chat whose topics a call changes. Raises `BotApiError`: no forum, no right."""
    chat = find_writable_chat(call)
    if not chat.is_forum and not (chat.is_private and call.bot.has_topics):
        raise bad_request("the chat is not a forum")
    if not chat.is_private and not chat.may(call.bot.id, "can_manage_topics"):
        raise bad_request(f"not enough rights to {verb}")
    return chat


def _find_topic(call: MethodCall, chat: Chat) -> Topic:
    found = chat.topics.get(call.parameters.integer("message_thread_id"))
    if found is None:
        raise bad_request("TOPIC_ID_INVALID")
    return found


@method("createForumTopic")
async def create_forum_topic(call: MethodCall) -> Json:
    """Create a topic; its id is that of the service message which opens it."""
    chat = _find_chat(call, "create a topic")
    name = call.parameters.text("name").strip()[:MAX_NAME]
    if not name:
        raise bad_request("Title must be non-empty")
    colour = call.parameters.integer("icon_color", COLOURS[0])
    if colour not in COLOURS:
        raise bad_request("Invalid icon color specified")
    thread_id = open_topic(call.world, call.bot, chat, name, colour, call.parameters.text("icon_custom_emoji_id"))
    shape: Json = {"message_thread_id": thread_id, "name": name, "icon_color": colour}
    if icon := chat.topics[thread_id].icon_custom_emoji_id:
        shape["icon_custom_emoji_id"] = icon
    return shape


@method("editForumTopic")
async def edit_forum_topic(call: MethodCall) -> bool:
    """Rename a topic or change its icon."""
    chat = _find_chat(call, "edit the topic")
    topic = _find_topic(call, chat)
    name = call.parameters.text("name").strip()[:MAX_NAME] or topic.name
    icon = call.parameters.text("icon_custom_emoji_id", topic.icon_custom_emoji_id)
    if (name, icon) == (topic.name, topic.icon_custom_emoji_id):
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name, topic.icon_custom_emoji_id = name, icon
    _post(call, chat, {"forum_topic_edited": {"name": name}})
    return True


@method("closeForumTopic")
async def close_forum_topic(call: MethodCall) -> bool:
    """Close a topic: only administrators may write in it."""
    return _set_closed(call, is_closed=True)


@method("reopenForumTopic")
async def reopen_forum_topic(call: MethodCall) -> bool:
    """Open a closed topic again."""
    return _set_closed(call, is_closed=False)


def _set_closed(call: MethodCall, *, is_closed: bool) -> bool:
    chat = _find_chat(call, "close or reopen the topic")
    topic = _find_topic(call, chat)
    if topic.is_closed == is_closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.is_closed = is_closed
    _post(call, chat, {"forum_topic_closed" if is_closed else "forum_topic_reopened": {}})
    return True


@method("deleteForumTopic")
async def delete_forum_topic(call: MethodCall) -> bool:
    """Delete a topic with its messages."""
    chat = _find_chat(call, "delete the topic")
    _find_topic(call, chat)
    thread_id = call.parameters.integer("message_thread_id")
    del chat.topics[thread_id]
    inside = [message for message in chat.messages.values() if message.topic == thread_id and not message.is_deleted]
    call.world.delete(chat, inside)
    return True


def _post(call: MethodCall, chat: Chat, service: Json) -> None:
    post_service(call.world, chat, call.bot, service, call.parameters.integer("message_thread_id"))
