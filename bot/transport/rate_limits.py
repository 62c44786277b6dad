"""Flood control with lanes: what one person or group has to wait for holds up nobody else.

Telegram publishes no exact limits; these are the ones it names (about 30 messages a second for a bot, one a second in a
chat with short bursts, 20 a minute in a group) and, for sticker sets, what other bots observed. A 429 closes only the
lane it came from. `getUpdates` never comes here.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from telegram.error import RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.transport.telegram_errors import classify, retry_after_s

logger = logging.getLogger(__name__)

Answer = bool | dict[str, Any] | list[dict[str, Any]]

MAX_WAIT_S = 60.0  # a call waits that long in its lane, all its waits together; then `RetryAfter` is raised
_MAX_TRIES = 5  # of one call that is answered with 429 again and again


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` within any `period_s` seconds."""

    calls: int
    period_s: float


WHOLE_BOT = Limit(25, 1.0)
PRIVATE_CHAT = Limit(5, 5.0)  # one a second, five at once: a sticker with all that goes around it
GROUP = Limit(18, 60.0)
STICKER_SETS = Limit(20, 60.0)  # of one person


@dataclass(frozen=True, slots=True)
class Urgency:
    """`rate_limit_args` of a call. A droppable edit that would have to wait is not made and answers True, as an edit of
    an inline message does: the next one shows what it would have shown."""

    is_droppable: bool = False
    max_wait_s: float = MAX_WAIT_S


DROPPABLE = Urgency(is_droppable=True)


@dataclass(slots=True)
class Lane:
    """The calls of one chat, of one person's sticker sets, or of the whole bot; first come, first served."""

    limit: Limit
    made_at: deque[float] = field(default_factory=deque)
    closed_until: float = 0.0
    waiting: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def free_at(self, now: float) -> float:
        """When the next call may go; `now` or earlier means at once."""
        while self.made_at and self.made_at[0] <= now - self.limit.period_s:
            self.made_at.popleft()
        if len(self.made_at) < self.limit.calls:
            return self.closed_until
        return max(self.closed_until, self.made_at[-self.limit.calls] + self.limit.period_s)

    def is_idle(self, now: float) -> bool:
        return not self.waiting and self.free_at(now) <= now and not self.made_at


class LaneLimiter(BaseRateLimiter[Urgency]):
    """A lane per chat for messages, a lane per person for sticker sets, and one for the whole bot.

    `clock` gives seconds on any scale; `sleep` waits so many of them.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._whole_bot = Lane(WHOLE_BOT)
        self._lanes: OrderedDict[str, Lane] = OrderedDict()  # the one used longest ago first
        self.errors: Counter[str] = Counter()  # calls that failed, by the class of their error

    @property
    def lane_count(self) -> int:
        return len(self._lanes)

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Urgency | None,
    ) -> Answer:
        """Make the call when its lane lets it. Raises `RetryAfter` where that would take longer than allowed."""
        urgency = rate_limit_args or Urgency()
        lane = self._lane(endpoint, data)
        lane.waiting += 1
        try:
            return await self._call(lambda: callback(*args, **kwargs), lane, urgency)
        except TelegramError as error:
            self.errors[classify(error).value] += 1
            raise
        finally:
            lane.waiting -= 1

    async def _call(self, call: Callable[[], Awaitable[Answer]], lane: Lane, urgency: Urgency) -> Answer:
        deadline = self._clock() + (0.0 if urgency.is_droppable else urgency.max_wait_s)
        for attempt in range(1, _MAX_TRIES + 1):
            if not await self._admitted(lane, deadline, urgency):
                return True
            try:
                return await call()
            except RetryAfter as refused:
                lane.closed_until = max(lane.closed_until, self._clock() + retry_after_s(refused))
                logger.info("Telegram asks to wait %.0f s", retry_after_s(refused))
                if urgency.is_droppable:
                    return True
                if attempt == _MAX_TRIES or lane.closed_until > deadline:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _admitted(self, lane: Lane, deadline: float, urgency: Urgency) -> bool:
        """Wait for the lane and for the whole bot. False for a droppable call that would have to wait."""
        if urgency.is_droppable and (lane.turn.locked() or self._whole_bot.turn.locked()):
            return False
        for each in (lane, self._whole_bot):
            if not await self._pass(each, deadline, urgency):
                return False
        return True

    async def _pass(self, lane: Lane, deadline: float, urgency: Urgency) -> bool:
        async with lane.turn:
            while (wait_s := lane.free_at(self._clock()) - self._clock()) > 0:
                if urgency.is_droppable:
                    return False
                if self._clock() + wait_s > deadline:
                    raise RetryAfter(int(wait_s) + 1)
                await self._sleep(wait_s)
            lane.made_at.append(self._clock())
            return True

    def _lane(self, endpoint: str, data: dict[str, Any]) -> Lane:
        self._drop_idle()
        key, limit = _lane_of(endpoint, data)
        if key is None:
            return Lane(limit)  # of this call alone
        lane = self._lanes.setdefault(key, Lane(limit))
        self._lanes.move_to_end(key)
        return lane

    def _drop_idle(self) -> None:
        """Look at the two lanes used longest ago: each call opens one at most, so idle ones never pile up."""
        now = self._clock()
        for key in list(islice(self._lanes, 2)):
            if self._lanes[key].is_idle(now):
                del self._lanes[key]
            else:
                self._lanes.move_to_end(key)


_SET_CALLS = frozenset(
    ("uploadStickerFile", "createNewStickerSet", "addStickerToSet", "replaceStickerInSet", "setStickerSetThumbnail")
)
_MESSAGE_CALLS = ("send", "edit", "copy", "forward")


def _lane_of(endpoint: str, data: dict[str, Any]) -> tuple[str | None, Limit]:
    """The lane's key and limit; None for calls that only the whole bot's limit concerns."""
    if endpoint in _SET_CALLS:
        return f"sets {data.get('user_id')}", STICKER_SETS
    chat = data.get("chat_id")
    if chat is None or endpoint == "sendChatAction" or not endpoint.startswith(_MESSAGE_CALLS):
        return None, WHOLE_BOT
    # Groups have negative ids; channels and public groups may be named with an @.
    is_group = str(chat).startswith(("-", "@"))
    return f"chat {chat}", GROUP if is_group else PRIVATE_CHAT
