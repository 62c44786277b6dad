"""The webhook's settings, and the two methods that end a bot's stay at a server."""

from __future__ import annotations

from emulator.methods.registry import MethodCall, method
from emulator.methods.updates import remember_allowed
from emulator.state import Json
from emulator.webhook_info import WebhookInfo, check_secret, check_url

DEFAULT_CONNECTIONS = 40
MAX_CONNECTIONS = 100


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
    """Back to getUpdates."""
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
    """Where updates go, how many wait, and the last error."""
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
