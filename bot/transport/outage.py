"""Backoff with jitter while a server cannot be reached: an outage is logged once, not for each try. Knows no call."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram.error import TelegramError

from bot.errors import BotTokenRejected
from bot.transport.telegram_errors import TelegramErrorKind, classify, retry_after_s

logger = logging.getLogger(__name__)

_TOLD_AGAIN_S = 3600.0  # two copies of a bot take turns: each hears of the other every few seconds


ANOTHER_COPY = "another copy of this bot is running: stop it, each gets only some of the updates"


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with jitter: pauses from `first_s` on, doubled up to `longest_s`.

    After `patience_s` of failures it is time to give up, where giving up is better than going on.
    """

    first_s: float = 1.0
    longest_s: float = 30.0
    patience_s: float = 1800.0

    def pause_s(self, failures: int, jitter: float | None = None) -> float:
        """Return the pause after so many failures before this one; `jitter` in [0, 1) is random if not given."""
        longest_s = min(self.longest_s, self.first_s * 2.0 ** min(failures, 20))
        return longest_s * (0.5 + 0.5 * (random.random() if jitter is None else jitter))


class Outage:
    """Count failures in a row and pause after each. `jitter` gives a random factor in [0, 1).

    A conflict with another copy comes and goes with every call, and is logged once an hour of `clock`.
    """

    def __init__(
        self,
        what: str,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
        backoff: Backoff | None = None,
    ) -> None:
        self._what = what
        self._sleep = sleep
        self._jitter = jitter
        self._backoff = backoff or Backoff()
        self._reason: str | None = None
        self._failures = 0
        self._clock = clock
        self._told_at: float | None = None  # of another copy
        self._is_told = False
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        """How long it has lasted; 0.0 while there is none."""
        return 0.0 if self._since is None else self._clock() - self._since

    async def pause(self, error: TelegramError) -> None:
        """Wait before the next try: from about 1 s up to 30 s. Raises `BotTokenRejected`."""
        if classify(error) is TelegramErrorKind.TOKEN_REJECTED:
            # From nothing: the cause's text quotes the token.
            raise BotTokenRejected("Telegram does not know this bot token") from None
        await self.pause_for(_describe(error), retry_after_s(error))

    async def pause_for(self, reason: str, least_s: float = 0.0) -> None:
        """Wait before the next try, `least_s` at least; a new `reason` is logged."""
        self._since = self._clock() if self._since is None else self._since
        if reason != self._reason:
            self._reason = reason
            self._is_told = (
                reason != ANOTHER_COPY or self._told_at is None or (self._clock() - self._told_at > _TOLD_AGAIN_S)
            )
            if self._is_told:
                logger.warning("%s: %s; trying again", self._what, reason)
            if self._is_told and reason == ANOTHER_COPY:
                self._told_at = self._clock()
        pause_s = self._backoff.pause_s(self._failures, self._jitter())
        self._failures += 1
        await self._sleep(max(least_s, pause_s))

    def over(self) -> None:
        """Reset after a success."""
        if self._reason is not None and self._is_told and self._reason != ANOTHER_COPY:
            logger.info("%s: works again", self._what)
        self._reason = self._since = None
        self._failures = 0


def _describe(error: TelegramError) -> str:
    match classify(error):
        case TelegramErrorKind.CONFLICT if "webhook" in error.message.lower():
            return "this bot has a webhook: another copy of it, or another program, takes its updates there"
        case TelegramErrorKind.CONFLICT:
            return ANOTHER_COPY
        case TelegramErrorKind.WAIT:
            return "Telegram asks to wait"
        case TelegramErrorKind.AMBIGUOUS:
            return "Telegram cannot be reached"
        case _:
            return error.message
