"""Updates by long polling or by webhook, and the bot's stay at a server: getMe, logOut, close."""

from __future__ import annotations

from emulator.errors import BotApiError, bad_request
from emulator.methods.registry import MethodCall, method
from emulator.render import user_json
from emulator.state import Json
from emulator.webhook_info import WebhookInfo, check_secret, check_url

CONFLICT = "terminated by other getUpdates request; make sure that only one bot instance is running"
CONFLICT_WEBHOOK = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
MAX_TIMEOUT_S = 50
DEFAULT_CONNECTIONS = 40
MAX_CONNECTIONS = 100


@method("getMe")
async def get_me(call: MethodCall) -> Json:
    """Return the bot itself."""
    return {
        **user_json(call.bot),
        "can_join_groups": True,
        "can_read_all_group_messages": call.bot.reads_all_group_messages,
        "supports_inline_queries": call.bot.supports_inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "supports_guest_queries": call.bot.supports_guests,
        "has_topics_enabled": call.bot.has_topics,
        "allows_users_to_create_topics": call.bot.has_topics,
    }


@method("getUpdates")
async def get_updates(call: MethodCall) -> list[Json]:
    """Wait for updates (long polling); an offset confirms what came before it."""
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
        if call.bot.webhook.url:
            raise BotApiError(409, "terminated by setWebhook request")
        if queue.poll is not call:
            raise BotApiError(409, CONFLICT)


def remember_allowed(call: MethodCall) -> None:
    """Keep `allowed_updates`, when given."""
    kinds = call.parameters.parsed("allowed_updates", "Can't parse allowed_updates JSON object")
    if kinds is None:
        return
    if not isinstance(kinds, list):
        raise bad_request("Expected an Array of String")
    call.bot.updates.allow(str(kind) for kind in kinds)


@method("setWebhook")
async def set_webhook(call: MethodCall) -> bool:
    """Push updates to a URL from now on; an empty one ends that."""
    url = call.parameters.text("url")
    if not url:
        return await delete_webhook(call)
    secret = call.parameters.text("secret_token")
    check_url(url, is_strict=call.world.rules.strict_webhook)
    check_secret(secret)
    remember_allowed(call)
    _drop_pending(call)
    wanted = call.parameters.integer("max_connections", DEFAULT_CONNECTIONS) or DEFAULT_CONNECTIONS
    connections = min(max(wanted, 1), MAX_CONNECTIONS)
    has_certificate = "certificate" in call.parameters.uploads
    old, new = call.bot.webhook, WebhookInfo(url, secret, connections, has_certificate)
    is_same = (old.url, old.secret_token, old.max_connections) == (url, secret, connections)
    call.description = "Webhook is already set" if is_same else "Webhook was set"
    if not is_same:
        call.bot.webhook = new
    call.bot.updates.wake()
    return True


@method("deleteWebhook")
async def delete_webhook(call: MethodCall) -> bool:
    """Go back to getUpdates."""
    _drop_pending(call)
    call.description = "Webhook was deleted" if call.bot.webhook.url else "Webhook is already deleted"
    call.bot.webhook = WebhookInfo()
    call.bot.updates.wake()
    return True


def _drop_pending(call: MethodCall) -> None:
    if call.parameters.flag("drop_pending_updates"):
        call.bot.updates.clear()


@method("getWebhookInfo")
async def get_webhook_info(call: MethodCall) -> Json:
    """Return where updates go, how many wait, and the last error."""
    webhook, updates = call.bot.webhook, call.bot.updates
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": webhook.has_custom_certificate,
        "pending_update_count": len(updates),
    }
    if webhook.url:
        info["max_connections"] = webhook.max_connections
        info["ip_address"] = "127.0.0.1"
    if webhook.last_error_date:
        info["last_error_date"] = int(webhook.last_error_date)
        info["last_error_message"] = webhook.last_error_message
    if updates.allowed is not None:
        info["allowed_updates"] = sorted(updates.allowed)
    return info


@method("logOut")
async def log_out(call: MethodCall) -> bool:
    """Leave this server for another one; here there is no other."""
    return True


@method("close")
async def close(call: MethodCall) -> bool:
    """Stop the bot's instance on this server; the next call starts it again."""
    return True
