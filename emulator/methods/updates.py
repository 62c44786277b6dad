"""Getting updates: long polling, and the webhook's settings."""

from __future__ import annotations

from emulator.errors import BotApiError, bad_request
from emulator.methods.registry import MethodCall, method
from emulator.render import user_json
from emulator.state import Json

CONFLICT = "terminated by other getUpdates request; make sure that only one bot instance is running"
CONFLICT_WEBHOOK = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
MAX_TIMEOUT_S = 50


@method("getMe")
async def get_me(call: MethodCall) -> Json:
    """The bot itself."""
    return {
        **user_json(call.bot),
        "can_join_groups": True,
        "can_read_all_group_messages": call.bot.reads_all_group_messages,
        "supports_inline_queries": call.bot.supports_inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method("getUpdates")
async def get_updates(call: MethodCall) -> list[Json]:
    """Wait for updates; an offset confirms what came before it."""
    queue, parameters, world = call.bot.updates, call.parameters, call.world
    if call.bot.webhook.url:
        raise BotApiError(409, CONFLICT_WEBHOOK)
    remember_allowed(call)
    limit = parameters.integer("limit", 100)
    limit = limit if 1 <= limit <= 100 else 100
    queue.confirm(parameters.integer("offset"))
    deadline = world.now + min(max(parameters.integer("timeout"), 0), MAX_TIMEOUT_S)
    queue.poll = call  # an older poll sees this and gives up
    queue.wake()
    while True:
        found = queue.waiting(limit, world.now)
        if found or world.now >= deadline:
            return [update.body() for update in found]
        await world.clock.wait(queue.arrived, deadline - world.now)
        _check_still_mine(call)


def _check_still_mine(call: MethodCall) -> None:
    if call.bot.webhook.url:
        raise BotApiError(409, "terminated by setWebhook request")
    if call.bot.updates.poll is not call:
        raise BotApiError(409, CONFLICT)


def remember_allowed(call: MethodCall) -> None:
    """Keep `allowed_updates`, when given."""
    kinds = call.parameters.parsed("allowed_updates", "Can't parse allowed_updates JSON object")
    if kinds is None:
        return
    if not isinstance(kinds, list):
        raise bad_request("Expected an Array of String")
    call.bot.updates.allow(str(kind) for kind in kinds)
