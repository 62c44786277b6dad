"""Callback queries and inline queries: what people ask a bot by a button or by `@bot`."""

from __future__ import annotations

from emulator import people
from emulator.errors import Refusal
from emulator.files import FILE_TYPES
from emulator.render import user_json
from emulator.state import Bot, CallbackQuery, Chat, InlineQuery, Json, Media, Message, Person
from emulator.text.entities import parse_formatted
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


def ask_inline(world: World, person: Person, bot: Bot, query: str, offset: str = "") -> InlineQuery:
    """Type `@bot query`; the bot's answer sets `answered`. Raises `Refusal` where the bot has no inline mode."""
    if not bot.supports_inline:
        raise Refusal("bad_request", f"@{bot.username} has no inline mode")
    asked = InlineQuery(world.new_id(), bot, person, query[:256], offset, world.now)
    world.inline_queries[asked.id] = asked
    shape = {
        "id": asked.id,
        "from": user_json(person),
        "chat_type": "sender",
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
    text, entities, media = _content(world, asked.bot, result)
    message = Message(0, chat, person, world.now, text, entities, media, via_bot=asked.bot)
    message.reply_markup = result.get("reply_markup")
    people.check_may_write(person, chat)
    world.post(message)
    people.deliver(world, "message", message)
    chosen = {"result_id": result_id, "from": user_json(person), "query": asked.query}
    world.update(asked.bot, "chosen_inline_result", person.id, lambda _: chosen)
    return message


def _content(world: World, bot: Bot, result: Json) -> tuple[str, list[Json], Media | None]:
    written = result.get("input_message_content", {})
    text, entities = parse_formatted(
        written.get("message_text", result.get("caption", "")),
        written.get("parse_mode", result.get("parse_mode", "")),
        written.get("entities"),
    )
    kind = result["type"]
    if written:
        return text, entities, None
    if kind not in FILE_TYPES or f"{kind}_file_id" not in result:
        raise Refusal("bad_request", f"inline results of type {kind} are not emulated")
    file = world.files.find(result[f"{kind}_file_id"], bot.id)
    files = world.files.photo_family(file) if kind == "photo" else (file,)
    return text, entities, Media(kind, files)
