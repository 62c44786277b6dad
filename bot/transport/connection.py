"""Connect to a Bot API server: addresses, timeouts, rate limits. Telegram and its emulator differ by a URL."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any, cast

from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest
from telegram.ext import ExtBot
from telegram.request import BaseRequest
from telegram.warnings import PTBDeprecationWarning

from bot.transport.http_client import READ_TIMEOUT_S, HttpClient
from bot.transport.intake import ALLOWED_UPDATES, RawUpdate
from bot.transport.rate_limits import RateLimiter, Urgency
from bot.transport.telegram_errors import TelegramErrorKind, classify

logger = logging.getLogger(__name__)

POLL_S = 30  # Telegram holds an empty answer back that long
_POOL_SIZE = 64
_BATCH_SIZE = 100  # updates in one answer, the most there are


class UpdatesBot(ExtBot[Urgency]):
    """A bot that also gives updates as Telegram sent them: `get_updates` fails for a whole batch, for ever, where one
    update of it has a form python-telegram-bot does not know."""

    _takes_styles = True  # of buttons; until the server says otherwise

    async def _do_post(self, endpoint: str, data: dict[str, Any], **timeouts: Any) -> Any:
        """Make a call; on a server that refuses the colours of buttons without them, from the first refusal on."""
        if not self._takes_styles:
            _drop_styles(data)
        try:
            return await super()._do_post(endpoint, dict(data), **timeouts)
        except BadRequest as error:
            if classify(error) is not TelegramErrorKind.BUTTON_STYLE_REFUSED or not _drop_styles(data):
                raise
        self._takes_styles = False
        logger.info("this server takes no coloured buttons")
        return await super()._do_post(endpoint, data, **timeouts)

    async def raw_updates(self, offset: int | None) -> list[RawUpdate]:
        """Return the next updates, after at most `POLL_S` seconds. This call confirms everything below `offset`."""
        data: dict[str, Any] = {"timeout": POLL_S, "limit": _BATCH_SIZE, "allowed_updates": list(ALLOWED_UPDATES)}
        if offset is not None:
            data["offset"] = offset
        answer = await self._post("getUpdates", data, read_timeout=POLL_S + READ_TIMEOUT_S)
        return cast("list[RawUpdate]", answer)


def _drop_styles(data: dict[str, Any]) -> bool:
    """Take the colours from the buttons of a call; return whether there were any."""
    markup = data.get("reply_markup")
    if not isinstance(markup, InlineKeyboardMarkup):
        return False
    rows = markup.to_dict()["inline_keyboard"]
    had_styles = [button.pop("style", None) for row in rows for button in row]
    data["reply_markup"] = InlineKeyboardMarkup.de_json({"inline_keyboard": rows})
    return any(had_styles)


def connect(
    token: str,
    api_url: str,
    *,
    limiter: RateLimiter | None = None,
    requests: Callable[[int], BaseRequest] | None = None,
) -> UpdatesBot:
    """Return a bot at `api_url` (`https://api.telegram.org`). `requests` makes a client of so many connections."""
    # A notice to programmers, raised inside python-telegram-bot at each 429; `retry_after_s` is ready for the change.
    warnings.filterwarnings("ignore", ".*`retry_after`.*", PTBDeprecationWarning)
    make = requests or HttpClient
    return UpdatesBot(
        token,
        base_url=f"{api_url.rstrip('/')}/bot",
        base_file_url=f"{api_url.rstrip('/')}/file/bot",
        request=make(_POOL_SIZE),
        get_updates_request=make(1),
        rate_limiter=limiter or RateLimiter(),
    )
