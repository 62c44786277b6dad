"""Flood control (rate limits by token buckets): a call waits a while inside, then gets 429 with `retry_after`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from emulator.call_parameters import CallParameters, to_integer
from emulator.clock import Clock
from emulator.errors import too_many_requests
from emulator.rules import FloodRules

_STICKER_METHODS = frozenset(
    {
        "uploadStickerFile",
        "createNewStickerSet",
        "addStickerToSet",
        "replaceStickerInSet",
    }
)


@dataclass(slots=True)
class _Bucket:
    """A token bucket, kept as the time at which it would be full again."""

    burst: int
    per_s: float
    full_at: float = field(default=0.0)

    def wait_s(self, now: float) -> float:
        """Return the seconds until there is a token."""
        return max(self.full_at - (self.burst - 1) / self.per_s - now, 0.0)

    def take(self, now: float) -> None:
        self.full_at = max(self.full_at, now) + 1 / self.per_s


class FloodControl:
    """Counts a server's calls per bot, per chat and, for sticker sets, per user."""

    def __init__(self, rules: FloodRules | None, clock: Clock) -> None:
        self._rules = rules
        self._clock = clock
        self._buckets: dict[tuple[str, int, int], _Bucket] = {}

    async def admit(self, bot_id: int, method: str, parameters: CallParameters) -> None:
        """Return when the call may go on, after waiting for it.

        Raises `BotApiError` 429, where that would take longer than the server waits silently.
        """
        if self._rules is None:
            return
        buckets = list(self._buckets_of(self._rules, bot_id, method, parameters))
        now = self._clock.now()
        wait_s = max((bucket.wait_s(now) for bucket in buckets), default=0.0)
        if wait_s > self._rules.silent_wait_s:
            raise too_many_requests(math.ceil(wait_s))
        for bucket in buckets:
            bucket.take(now)
        if wait_s:
            await self._clock.sleep(wait_s)

    def _buckets_of(self, rules: FloodRules, bot_id: int, method: str, parameters: CallParameters) -> Iterable[_Bucket]:
        if method in _STICKER_METHODS:
            user_id = parameters.integer("user_id")
            yield self._bucket("sticker", bot_id, user_id, rules.sticker_burst, rules.sticker_per_s)
        elif method.startswith(("send", "copy", "forward", "editMessage")):
            yield self._bucket("overall", bot_id, 0, rules.overall_burst, rules.overall_per_s)
            chat_id = to_integer(parameters.text("chat_id"))
            if method == "sendChatAction" or not chat_id:
                return
            if chat_id < 0:
                yield self._bucket("group", bot_id, chat_id, rules.group_burst, rules.group_per_s)
            else:
                yield self._bucket("chat", bot_id, chat_id, rules.chat_burst, rules.chat_per_s)

    def _bucket(self, kind: str, bot_id: int, whose: int, burst: int, per_s: float) -> _Bucket:
        return self._buckets.setdefault((kind, bot_id, whose), _Bucket(burst, per_s))
