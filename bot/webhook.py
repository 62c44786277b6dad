"""The door Telegram knocks at: an update is in the database before its delivery is answered with 200."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import secrets
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot

from bot.intake import ALLOWED_UPDATES, Intake, RawUpdate
from service.stickers import StickerService
from storage.errors import StorageError

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
_SECRET_FACT = "webhook_secret"  # noqa: S105 - the fact's name
_MOST_BYTES = 1 << 20  # of one update; the biggest real ones have some 20 KB
_MOST_CONNECTIONS = 40
_BUSY_S = 2  # after which Telegram shall deliver again


async def webhook_secret(service: StickerService, chosen: str | None) -> str:
    """The chosen secret, or a random one that stays the same for this installation."""
    if chosen:
        return chosen
    known = await service.fact(_SECRET_FACT)
    if known is None:
        known = secrets.token_urlsafe(32)
        await service.set_fact(_SECRET_FACT, known)
    return known


class Webhook:
    """Takes deliveries at the path of `url`. Refuses everything until `register` has run."""

    def __init__(self, url: str, intake: Intake) -> None:
        self._url = url
        self._intake = intake
        self._secret: bytes | None = None

    async def register(self, bot: Bot, secret: str) -> None:
        """Tell Telegram where to deliver. What waits there is kept."""
        self._secret = secret.encode()
        await bot.set_webhook(
            self._url, secret_token=secret, allowed_updates=ALLOWED_UPDATES, max_connections=_MOST_CONNECTIONS
        )

    def routes(self) -> list[web.RouteDef]:
        return [web.post(urlsplit(self._url).path or "/", self.take)]

    async def take(self, request: web.Request) -> web.Response:
        """200 stored, 400 no update, 401/403 no or a wrong secret, 413 too long, 503 deliver again later."""
        self._check_secret(request.headers.get(SECRET_HEADER))
        update = _parsed(await _body(request))
        if self._intake.is_full:
            return _later()
        try:
            # Shielded: a caller that hangs up must not leave an update that is stored and never handled.
            await asyncio.shield(self._intake.accept([update]))
        except StorageError as error:
            logger.warning("a delivery could not be stored: %s", error.code)
            return _later()
        return web.Response()

    def _check_secret(self, given: str | None) -> None:
        if given is None:
            raise web.HTTPUnauthorized
        # As bytes, in constant time; str would not take letters beyond ASCII.
        if self._secret is None or not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret):
            raise web.HTTPForbidden


async def _body(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise web.HTTPRequestEntityTooLarge(_MOST_BYTES, len(body))
    return bytes(body)


def _parsed(body: bytes) -> RawUpdate:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        raise web.HTTPBadRequest
    return update


def _later() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": str(_BUSY_S)})
