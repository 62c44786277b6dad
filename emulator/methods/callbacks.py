"""Answers to pressed buttons, to inline queries, and to those who called the bot as a guest."""

from __future__ import annotations

from emulator.errors import Refusal, bad_request
from emulator.inline_results import check_button, check_result, check_results, content_of
from emulator.methods.registry import MethodCall, method
from emulator.queries import name_inline
from emulator.state import Json, Message

MAX_ANSWER_TEXT = 200
CACHE_TIME_S = 300


@method("answerCallbackQuery")
async def answer_callback_query(call: MethodCall) -> bool:
    """End the spinner on a button, once, with or without a note."""
    parameters, world = call.parameters, call.world
    query = world.callback_queries.get(parameters.text("callback_query_id"))
    is_open = query is not None and query.bot is call.bot and not query.answered.is_set()
    if query is None or not is_open or world.now - query.asked_at > world.rules.callback_life_s:
        raise bad_request("QUERY_ID_INVALID")
    text, url = parameters.text("text"), parameters.text("url")
    if len(text) > MAX_ANSWER_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
    if url and not url.startswith((f"https://t.me/{call.bot.username}?", f"t.me/{call.bot.username}?")):
        raise bad_request("URL_INVALID")
    query.answer = {"text": text, "show_alert": parameters.flag("show_alert"), "url": url or None}
    query.answered.set()
    where = {"message_id": query.message.message_id, "callback_query_id": query.id}
    world.notify_person("callback_answer", query.person, query.message.chat, {**where, **query.answer})
    return True


@method("answerInlineQuery")
async def answer_inline_query(call: MethodCall) -> bool:
    """Answer what a person typed with up to 50 results; the server keeps them for whoever types the same."""
    world, parameters = call.world, call.parameters
    query = world.inline_queries.get(parameters.text("inline_query_id"))
    is_open = query is not None and query.bot is call.bot and not query.answered.is_set()
    results = check_results(
        world, call.bot, parameters.parsed("results", "Can't parse inline query results JSON object")
    )
    button = check_button(parameters.parsed("button", "Can't parse InlineQueryResultsButton JSON object"))
    if query is None or not is_open or world.now - query.asked_at > world.rules.inline_life_s:
        raise bad_request("QUERY_ID_INVALID")
    next_offset = parameters.text("next_offset")
    if len(next_offset.encode()) > 64:
        raise bad_request("NEXT_OFFSET_INVALID")
    query.answer = {"results": results, "next_offset": next_offset, "button": button}
    query.answered.set()
    if cache_time_s := max(parameters.integer("cache_time", CACHE_TIME_S), 0):
        whose = query.person.id if parameters.flag("is_personal") else 0
        world.inline_cache[call.bot.id, query.query, query.offset, whose] = (query.answer, world.now + cache_time_s)
    return True


@method("answerGuestQuery")
async def answer_guest_query(call: MethodCall) -> Json:
    """Post the one message that a guest may, in reply to whoever called it."""
    world = call.world
    query = world.guest_queries.get(call.parameters.text("guest_query_id"))
    value = call.parameters.parsed("result", "Can't parse InlineQueryResult JSON object")
    result = check_result(world, call.bot, value)
    is_open = query is not None and query.bot is call.bot and not query.answered.is_set()
    if query is None or not is_open or world.now - query.asked_at > world.rules.guest_life_s:
        raise bad_request("QUERY_ID_INVALID")
    try:
        text, entities, media = content_of(world, call.bot, result)
    except Refusal as refusal:
        raise bad_request(f"emulator: {refusal.message}") from refusal
    calling = query.message
    message = Message(0, calling.chat, call.bot, world.now, text, entities, media, topic=calling.topic)
    message.reply_to, message.guest_caller = calling, query.person
    message.reply_markup = result.get("reply_markup")
    name_inline(world, message)
    world.post(message)
    query.answered.set()
    return {"inline_message_id": message.inline_message_id}
