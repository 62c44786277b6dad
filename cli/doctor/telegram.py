"""Telegram: the token, the clock, the webhook. Never shows a token, nor an exception's text, which may hold it."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from cli.doctor.findings import Finding, Level, note, problem, well, without_password
from cli.doctor.http import is_local
from cli.doctor.settings import NO_TOKEN
from cli.settings import Settings

PUBLIC_API = "https://api.telegram.org"
WEBHOOK_PORTS = (443, 80, 88, 8443)  # that the public Bot API calls
MOST_SKEW_S = 60.0
_TIMEOUT = aiohttp.ClientTimeout(total=8, connect=4)
_RECENT_S = 3600.0


@dataclass(frozen=True, slots=True)
class _Answer:
    """A method's result, None where it was refused; how far our clock is ahead of the server's, where it told."""

    result: Any
    skew_s: float | None


async def check_telegram(settings: Settings) -> list[Finding]:
    """Ask the Bot API who the bot is and how its webhook does; within seconds, also where there is no network."""
    server = without_password(settings.telegram_api_url)
    findings = addresses(settings)
    token = settings.telegram_bot_token.get_secret_value()
    if token != NO_TOKEN:
        async with aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=True) as session:
            try:
                me = await _call(session, settings.telegram_api_url, token, "getMe")
                hook = await _call(session, settings.telegram_api_url, token, "getWebhookInfo")
            except ValueError:
                remedy = "TELEGRAM_API_URL is the address before /bot<token>, without either"
                return [*findings, problem("telegram", f"{server} is no Bot API server", remedy)]
            except (aiohttp.ClientError, TimeoutError, OSError):
                remedy = "look at the network, DNS, firewall and proxy of this machine; then at TELEGRAM_API_URL"
                return [*findings, problem("telegram", f"{server} does not answer", remedy)]
        if me.result is None:
            text = "Telegram does not know this token"
            return [*findings, problem("telegram", text, "copy TELEGRAM_BOT_TOKEN again from @BotFather")]
        findings.append(well("telegram", f"@{me.result.get('username')}"))
        if me.skew_s is not None and abs(me.skew_s) > MOST_SKEW_S:
            text = f"it is {abs(me.skew_s):.0f} s {'ahead of' if me.skew_s > 0 else 'behind'} Telegram's"
            findings.append(problem("clock", text, "timedatectl set-ntp true"))
        findings += _deliveries(settings, hook.result if isinstance(hook.result, dict) else {})
    url = settings.telegram_webhook_url
    if url and not any(each.name == "webhook" and each.level is Level.PROBLEM for each in findings):
        findings.append(await _webhook_answer(url, settings.telegram_api_url))
    return findings


async def _call(session: aiohttp.ClientSession, api_url: str, token: str, method: str) -> _Answer:
    """Call a method. Raises ValueError where the answer is none of a Bot API server."""
    async with session.get(f"{api_url}/bot{token}/{method}") as response:
        answer = await response.json(content_type=None)
        date = response.headers.get("Date")
    if not isinstance(answer, dict) or "ok" not in answer:
        raise ValueError
    skew_s = time.time() - parsedate_to_datetime(date).timestamp() if date else None
    return _Answer(answer.get("result") if answer["ok"] else None, skew_s)


def _deliveries(settings: Settings, hook: dict[str, Any]) -> list[Finding]:
    """Say what Telegram says of its last deliveries."""
    at, ours = float(hook.get("last_error_date") or 0), settings.telegram_webhook_url
    if ours and hook.get("url") == ours and at > time.time() - _RECENT_S:
        text = f"Telegram's last delivery failed: {hook.get('last_error_message', '')!s:.200}"
        waiting = f"{hook.get('pending_update_count', 0)} updates wait"
        return [
            note("webhook", f"{text}; {waiting}", "look at the reverse proxy: it passes on to HOST:PORT, path included")
        ]
    if not ours and hook.get("url"):
        text = "Telegram has a webhook of this bot, which the next start deletes: this one polls"
        return [note("webhook", text, "if another installation uses it, give this one a bot of its own")]
    return []


def addresses(settings: Settings) -> list[Finding]:
    """Find what is wrong with the two addresses as they are written."""
    parts = urlsplit(settings.telegram_api_url)
    if parts.scheme == "http" and not is_local(parts.hostname or ""):
        text = f"{without_password(settings.telegram_api_url)} is not encrypted: the token crosses the net readable"
        return [note("telegram", text, "TELEGRAM_API_URL=https://...")]
    broken = _broken_rule(settings.telegram_webhook_url) if settings.telegram_webhook_url else None
    return [broken] if broken and settings.telegram_api_url == PUBLIC_API else []


def _broken_rule(url: str) -> Finding | None:
    """Find why the public Bot API would not call a webhook; an own server calls any."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        text = f"{without_password(url)} is not https: Telegram does not call it"
        return problem("webhook", text, "TELEGRAM_WEBHOOK_URL=https://...")
    if (parts.port or 443) not in WEBHOOK_PORTS:
        ports = ", ".join(map(str, WEBHOOK_PORTS))
        return problem("webhook", f"Telegram does not call port {parts.port}", f"it calls {ports}")
    if is_local(parts.hostname or ""):
        return problem("webhook", f"Telegram cannot reach {parts.hostname}", "a public name; polling needs none")
    return None


async def _webhook_answer(url: str, api_url: str) -> Finding:
    """Call the webhook without its secret: the bot refuses that with 401."""
    parts, shown = urlsplit(url), without_password(url)
    host = parts.hostname or ""
    try:
        found = await asyncio.wait_for(asyncio.get_running_loop().getaddrinfo(host, parts.port or 443), 5)
        addresses = {str(each[4][0]) for each in found}
        if api_url == PUBLIC_API and not any(ipaddress.ip_address(each).is_global for each in addresses):
            return note("webhook", f"{host} is {min(addresses)} here, which Telegram cannot reach", "look at its DNS")
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.post(url, json={}) as response:
            status = response.status
    except (aiohttp.ClientError, TimeoutError, OSError):
        remedy = "look at its DNS, certificate, proxy and firewall; some networks cannot call themselves: try outside"
        return note("webhook", f"{shown} does not answer from here", remedy)
    if status in (401, 403):
        return well("webhook", f"{shown} leads here")
    if status in (502, 503, 504):
        return note("webhook", f"{shown} answers {status}: the proxy, with no bot behind it", "stickerface run")
    remedy = "the proxy passes on to HOST:PORT, path included"
    return note("webhook", f"{shown} answers {status}, where the bot would say 401", remedy)
