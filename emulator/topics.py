"""Opening topics, by people and by bots."""

from __future__ import annotations

from emulator import people
from emulator.state import Account, Chat, Message, Topic
from emulator.world import World

COLOURS = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)


def open_topic(
    world: World, creator: Account, chat: Chat, name: str, colour: int = COLOURS[0], icon_custom_emoji_id: str = ""
) -> int:
    """Open a topic and return its `message_thread_id`: the id of the service message that begins it."""
    message = Message(0, chat, creator, world.now)
    message.service = {"forum_topic_created": {"name": name, "icon_color": colour}}
    message.topic = chat.last_message_id + 1
    chat.topics[message.topic] = Topic(name, colour, icon_custom_emoji_id, creator_id=creator.id)
    world.post(message)
    people.deliver(world, "message", message)
    return message.topic
