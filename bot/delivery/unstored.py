"""Tell people whose messages cannot be stored, on a full disk for instance: one sentence each, without the database.

Their updates are not confirmed to Telegram, which delivers them again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.transport.intake import RawUpdate
from bot.transport.rate_limits import Urgency
from bot.words.translations import language_of, say

logger = logging.getLogger(__name__)

_OVER_S = 120.0  # without a failure: what fails then is another outage
_ONCE = Urgency(patience_s=0.0)


class UnstoredNotice:
    """Answer to updates that could not be stored: a chat or a press once in each outage.

    For `quiet_s` seconds nothing is said, for a busy database passes.
    """

    def __init__(
        self, bot: ExtBot[Urgency], *, quiet_s: float = 5.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bot = bot
        self._quiet_s = quiet_s
        self._clock = clock
        self._since = self._last = float("-inf")
        self._told: set[str] = set()
        self._under_way: set[asyncio.Task[None]] = set()

    def __call__(self, updates: Sequence[RawUpdate]) -> None:
        """Note that these could not be stored just now; whoever is not told yet is told, in the background."""
        now = self._clock()
        if now - self._last > _OVER_S:
            self._since = now
            self._told.clear()
        self._last = now
        if now - self._since < self._quiet_s:
            return
        for raw in updates:
            press, message = raw.get("callback_query", {}), raw.get("message", {})
            if not press and message.get("chat", {}).get("type") != "private":
                continue
            sender = (press or message).get("from", {})
            key = f"press {press['id']}" if press else f"chat {sender.get('id')}"
            if key not in self._told:
                self._told.add(key)
                text = say(language_of(sender.get("language_code")), "not-stored-yet")
                task = asyncio.create_task(self._tell(press.get("id", ""), sender.get("id", 0), text))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def _tell(self, press: str, person: int, text: str) -> None:
        try:
            if press:
                await self._bot.answer_callback_query(press, text, show_alert=True, rate_limit_args=_ONCE)
            else:
                await self._bot.send_message(person, text, rate_limit_args=_ONCE)
        except TelegramError as error:
            logger.debug("somebody could not be told that nothing can be stored: %s", error)
