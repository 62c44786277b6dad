"""Webhook endpoint: an update is stored before its delivery is answered with 200. Knows no update's meaning."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import secrets
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot

from bot.transport.intake import ALLOWED_UPDATES, Intake, RawUpdate
from service.stickers import StickerService
from service.streams import read_limited
from storage.errors import StorageError

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
_SECRET_FACT = "webhook_secret"  # noqa: S105 - the fact's name
_MAX_BYTES = 1 << 20  # of one update; the biggest real ones have some 20 KB
_MAX_CONNECTIONS = 40
_BUSY_S = 2  # after which Telegram shall deliver again


async def webhook_secret(service: StickerService, chosen: str | None) -> str:
    """Return the chosen secret, or a random one that stays the same for this installation."""
    if chosen:
        return chosen
    known = await service.fact(_SECRET_FACT)
    if known is None:
        known = secrets.token_urlsafe(32)
        await service.set_fact(_SECRET_FACT, known)
    return known


class Webhook:
    """Take deliveries at the path of `url`. Refuses everything until `register` has run."""

    def __init__(self, url: str, intake: Intake) -> None:
        self._url = url
        self._intake = intake
        self._secret: bytes | None = None

    async def register(self, bot: Bot, secret: str) -> None:
        """Tell Telegram where to deliver. What waits there is kept."""
        self._secret = secret.encode()
        await bot.set_webhook(
            self._url, secret_token=secret, allowed_updates=ALLOWED_UPDATES, max_connections=_MAX_CONNECTIONS
        )

    def routes(self) -> list[web.RouteDef]:
        """Return where Telegram delivers."""
        return [web.post(urlsplit(self._url).path or "/", self.take)]

    async def take(self, request: web.Request) -> web.Response:
        """Store an update: 200 stored, 400 no update, 401/403 no or a wrong secret, 413 too long, 503 deliver again."""
        given = request.headers.get(SECRET_HEADER)
        if given is None:
            raise web.HTTPUnauthorized
        # As bytes, in constant time; str would not take letters beyond ASCII.
        if self._secret is None or not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret):
            raise web.HTTPForbidden
        body = await read_limited(request.content.iter_any(), _MAX_BYTES)
        if body is None:
            raise web.HTTPRequestEntityTooLarge(_MAX_BYTES, _MAX_BYTES + 1)
        update = _parse(body)
        if self._intake.is_full:
            return _later()
        try:
            # Shielded: a caller that hangs up must not leave an update that is stored and never handled.
            await asyncio.shield(self._intake.accept([update]))
        except StorageError as error:
            logger.warning("a delivery could not be stored: %s", error.code)
            return _later()
        return web.Response()


def _parse(body: bytes) -> RawUpdate:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        raise web.HTTPBadRequest
    return update


def _later() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": str(_BUSY_S)})
