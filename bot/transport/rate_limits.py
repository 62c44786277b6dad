"""Flood control: a rate limit per chat, per person's sticker sets and for the whole bot. Knows no call's meaning.

Telegram publishes no exact limits; these are the ones it names (about 30 messages a second for a bot, one a second in a
chat with short bursts, 20 a minute in a group) and, for sticker sets, what other bots observed. A 429 closes only the
bucket it came from. `getUpdates` never comes here.
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

MAX_WAIT_S = 60.0  # of one call, all its waits together; then `RetryAfter` is raised
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

_SET_CALLS = frozenset(
    ("uploadStickerFile", "createNewStickerSet", "addStickerToSet", "replaceStickerInSet", "setStickerSetThumbnail")
)
_MESSAGE_CALLS = ("send", "edit", "copy", "forward")


@dataclass(frozen=True, slots=True)
class Urgency:
    """`rate_limit_args` of a call. A droppable edit that would have to wait is not made and answers True, as an edit of
    an inline message does: the next one shows what it would have shown."""

    is_droppable: bool = False
    max_wait_s: float = MAX_WAIT_S


DROPPABLE = Urgency(is_droppable=True)


@dataclass(slots=True)
class Bucket:
    """A sliding-window rate limit; first come, first served. Times are those of the limiter's clock."""

    limit: Limit
    made_at: deque[float] = field(default_factory=deque)
    closed_until: float = 0.0
    waiting: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def free_at(self, now: float, calls: int = 1, spare: int = 0) -> float:
        """Return when the last of the next `calls` may go; `now` or earlier means at once.

        So many more as `spare` could go at each of these moments.
        """
        while self.made_at and self.made_at[0] <= now - self.limit.period_s:
            self.made_at.popleft()
        made_at, room, free_at = list(self.made_at), self.limit.calls - spare, self.closed_until
        for _ in range(calls):
            if len(made_at) >= room:
                free_at = max(free_at, made_at[-room] + self.limit.period_s)
            made_at.append(max(now, free_at))
        return free_at

    def is_idle(self, now: float) -> bool:
        """Return whether the bucket remembers nothing that limits a call."""
        return not self.waiting and self.free_at(now) <= now and not self.made_at


class RateLimiter(BaseRateLimiter[Urgency]):
    """Delay each call until its own bucket and the whole bot's let it.

    `clock` gives seconds on any scale; `sleep` waits so many of them. `errors` counts failed calls by their
    kind; `buckets` are those in use, by chat or person.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self.sleep = sleep
        self._whole_bot = Bucket(WHOLE_BOT)
        # Least recently used first. No `LruCache`: a bucket in use must stay, however many there are.
        self.buckets: OrderedDict[str, Bucket] = OrderedDict()
        self.errors: Counter[str] = Counter()

    def sets_free_in_s(self, user_id: int, calls: int, spare: int) -> float:
        """Return the seconds until the last of `calls` on this person's sticker sets may go; see `Bucket.free_at`."""
        bucket = self.buckets.get(f"sets {user_id}")
        now = self._clock()
        return max(0.0, (bucket or Bucket(STICKER_SETS)).free_at(now, calls, spare) - now)

    async def initialize(self) -> None:
        """Open nothing."""

    async def shutdown(self) -> None:
        """Close nothing."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Urgency | None,
    ) -> Answer:
        """Make the call when its buckets let it. Raises `RetryAfter` where that would take longer than allowed."""
        urgency = rate_limit_args or Urgency()
        bucket = self._bucket(endpoint, data)
        bucket.waiting += 1
        try:
            return await self._call(lambda: callback(*args, **kwargs), bucket, urgency)
        except TelegramError as error:
            if not isinstance(error, RetryAfter):  # those of Telegram are counted each, our own are no error
                self.errors[classify(error).value] += 1
            raise
        finally:
            bucket.waiting -= 1

    async def _call(self, call: Callable[[], Awaitable[Answer]], bucket: Bucket, urgency: Urgency) -> Answer:
        deadline = self._clock() + (0.0 if urgency.is_droppable else urgency.max_wait_s)
        for attempt in range(1, _MAX_TRIES + 1):
            if urgency.is_droppable and (bucket.lock.locked() or self._whole_bot.lock.locked()):
                return True
            for each in (bucket, self._whole_bot):
                if not await self._acquire(each, deadline, urgency):
                    return True
            try:
                return await call()
            except RetryAfter as refused:
                self.errors[classify(refused).value] += 1
                bucket.closed_until = max(bucket.closed_until, self._clock() + retry_after_s(refused))
                logger.info("Telegram asks to wait %.0f s", retry_after_s(refused))
                if urgency.is_droppable:
                    return True
                if attempt == _MAX_TRIES or bucket.closed_until > deadline:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _acquire(self, bucket: Bucket, deadline: float, urgency: Urgency) -> bool:
        """Wait for the bucket and take a call from it. False for a droppable call that would have to wait."""
        async with bucket.lock:
            while (wait_s := bucket.free_at(self._clock()) - self._clock()) > 0:
                if urgency.is_droppable:
                    return False
                if self._clock() + wait_s > deadline:
                    raise RetryAfter(int(wait_s) + 1)
                await self.sleep(wait_s)
            bucket.made_at.append(self._clock())
            return True

    def _bucket(self, endpoint: str, data: dict[str, Any]) -> Bucket:
        now = self._clock()
        for oldest in list(islice(self.buckets, 2)):  # each call opens one at most, so idle ones never pile up
            if self.buckets[oldest].is_idle(now):
                del self.buckets[oldest]
            else:
                self.buckets.move_to_end(oldest)
        key, limit = bucket_of(endpoint, data)
        if key is None:
            return Bucket(limit)  # of this call alone
        bucket = self.buckets.setdefault(key, Bucket(limit))
        self.buckets.move_to_end(key)
        return bucket


def bucket_of(endpoint: str, data: dict[str, Any]) -> tuple[str | None, Limit]:
    """Return a call's bucket key and limit; the key is None for calls that only the whole bot's limit concerns."""
    if endpoint in _SET_CALLS:
        return f"sets {data.get('user_id')}", STICKER_SETS
    chat = data.get("chat_id")
    if chat is None or endpoint == "sendChatAction" or not endpoint.startswith(_MESSAGE_CALLS):
        return None, WHOLE_BOT
    # Groups have negative ids; channels and public groups may be named with an @.
    is_group = str(chat).startswith(("-", "@"))
    return f"chat {chat}", GROUP if is_group else PRIVATE_CHAT
