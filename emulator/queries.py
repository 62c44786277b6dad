"""Callback queries and inline queries: what people ask a bot by a button or by `@bot`."""

from __future__ import annotations

import base64

from emulator import people
from emulator.errors import Refusal
from emulator.inline_results import content_of
from emulator.render import user_json
from emulator.state import Bot, CallbackQuery, Chat, InlineQuery, Message, Person
from emulator.world import World


def press(world: World, person: Person, message: Message, data: str) -> CallbackQuery:
    """Press a callback button; the bot's answer sets `answered`. Raises `Refusal` no_such_button."""
    rows = (message.reply_markup or {}).get("inline_keyboard", [])
    if not any(button.get("callback_data") == data for row in rows for button in row):
        raise Refusal("no_such_button", "this message has no such button", 404)
    return press_forged(world, person, message, data)


def press_forged(world: World, person: Person, message: Message, data: str) -> CallbackQuery:
    """Press with any data, whether the message has such a button or not: a modified app can."""
    bot = message.sender if isinstance(message.sender, Bot) else message.via_bot
    if bot is None:
        raise Refusal("no_such_button", "this message is not from a bot", 404)
    query = CallbackQuery(world.new_id(), bot, person, message, data, world.now)
    world.callback_queries[query.id] = query
    world.update(bot, "callback_query", person.id, lambda render: render.callback_query(query))
    return query


def ask_inline(
    world: World, person: Person, bot: Bot, query: str, offset: str = "", chat: Chat | None = None
) -> InlineQuery:
    """Type `@bot query`; the bot's answer sets `answered`, at once where the server still has an earlier one.

    Raises `Refusal` where the bot has no inline mode.
    """
    if not bot.supports_inline:
        raise Refusal("bad_request", f"@{bot.username} has no inline mode")
    chat_type = chat.type if chat is not None and not chat.is_private else "sender"
    asked = InlineQuery(world.new_id(), bot, person, query[:256], offset, world.now, chat_type)
    world.inline_queries[asked.id] = asked
    for whose in (person.id, 0):
        answer, until = world.inline_cache.get((bot.id, asked.query, offset, whose), ({}, 0.0))
        if world.now < until:
            asked.answer = answer
            asked.answered.set()
            return asked
    shape = {
        "id": asked.id,
        "from": user_json(person),
        "chat_type": chat_type,
        "query": asked.query,
        "offset": offset,
    }
    world.update(bot, "inline_query", person.id, lambda _: shape)
    return asked


def send_inline_result(world: World, person: Person, chat: Chat, asked: InlineQuery, result_id: str) -> Message:
    """Choose one of the results: a message in the person's name, `via` the bot.

    Raises `Refusal` where there is no such result, or it is of a kind that is not emulated.
    """
    for result in asked.answer.get("results", []):
        if result["id"] == result_id:
            break
    else:
        raise Refusal("bad_request", "there is no such result", 404)
    text, entities, media = content_of(world, asked.bot, result)
    people.check_may_write(person, chat, media.kind if media else "text")
    message = Message(0, chat, person, world.now, text, entities, media, via_bot=asked.bot, topic=chat.topic)
    message.reply_markup = result.get("reply_markup")
    name_inline(world, message)
    world.post(message)
    people.deliver(world, "message", message)
    chosen = {"result_id": result_id, "from": user_json(person), "query": asked.query}
    if message.reply_markup:
        chosen["inline_message_id"] = message.inline_message_id
    world.update(asked.bot, "chosen_inline_result", person.id, lambda _: chosen)
    return message


def name_inline(world: World, message: Message) -> None:
    """Give a message sent by inline mode, or as a guest, the id by which the bot may edit it."""
    number = int(world.new_id())
    message.inline_message_id = base64.urlsafe_b64encode(b"\x02\x00\x00\x00" + number.to_bytes(12)).decode()
    world.inline_messages[message.inline_message_id] = message
