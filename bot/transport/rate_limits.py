"""Flood control and retries: every call waits for its rate limit and outlasts an outage. Knows no call's meaning.

Telegram publishes no exact limits; these are the ones it names (about 30 messages a second for a bot, one a second in a
chat with short bursts, 20 a minute in a group) and, for sticker sets, what other bots observed. A 429 closes only the
bucket it came from. What somebody waits for goes before what is delivered. `getUpdates` never comes here.
"""

from __future__ import annotations

import asyncio
import logging
import time
from bisect import insort
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count, islice
from typing import Any

from telegram.error import RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.transport.outage import Backoff
from bot.transport.telegram_errors import TelegramErrorKind, classify, retry_after_s

logger = logging.getLogger(__name__)

Answer = bool | dict[str, Any] | list[dict[str, Any]]

MAX_WAIT_S = 60.0  # of one call, all its waits together; then `RetryAfter` is raised
_MAX_TRIES = 5  # of one call that is answered with 429 again and again
_AT_ONCE_S = 1e-6  # less is no wait: clocks count in fractions that do not add up exactly


@dataclass(frozen=True, slots=True)
class Limit:
    """A token bucket: `burst` calls at once, `per_s` a second in the long run."""

    burst: int
    per_s: float


WHOLE_BOT = Limit(10, 20.0)  # at most 30 in any second
PRIVATE_CHAT = Limit(12, 1.0)  # ten photos sent at once are ten messages
GROUP = Limit(2, 16 / 60)  # at most 18 in any minute
STICKER_SETS = Limit(20, 20 / 60)  # of one person

_SET_CALLS = frozenset(
    ("uploadStickerFile", "createNewStickerSet", "addStickerToSet", "replaceStickerInSet", "setStickerSetThumbnail")
)
_SET_WAIT_S = 2.0  # a longer one is the caller's to tell
_MESSAGE_CALLS = ("send", "edit", "copy", "forward")
_NO_MESSAGES = ("sendChatAction", "sendMessageDraft")
# Calls that may be made twice: after an error that leaves open whether they happened, they are made again.
ANSWER = "sendMessage"
_REPEATABLE = (ANSWER, "edit", "deleteMessage", "answerCallbackQuery", "setMy")

# Called when an answer or an edit has to wait: Telegram cannot be reached, asks to wait, or an earlier answer of the
# chat is not out.
on_wait: ContextVar[Callable[[], None] | None] = ContextVar("on_wait", default=None)


class Priority(IntEnum):
    """Whose call goes first where several wait."""

    ANSWER = 0  # somebody looks at the chat and waits for it
    PROGRESS = 1
    DELIVERY = 2
    BACKGROUND = 3  # nobody waits for it: half of a burst stays for what comes meanwhile


@dataclass(frozen=True, slots=True)
class Urgency:
    """`rate_limit_args` of a call: how long it may wait for its limit, and how long it is repeated in an outage.

    A droppable edit that would have to wait is not made and answers True, as an edit of an inline message does. None
    means the usual time of such a call; only calls that may be made twice are repeated.
    """

    is_droppable: bool = False
    max_wait_s: float | None = None
    patience_s: float | None = None
    priority: Priority = Priority.ANSWER


DROPPABLE = Urgency(is_droppable=True)
PROGRESS = Urgency(patience_s=0.0, priority=Priority.PROGRESS)  # whoever shows progress comes back to it
DELIVERY = Urgency(patience_s=0.0, priority=Priority.DELIVERY)  # is repeated as a whole
BACKGROUND = Urgency(priority=Priority.BACKGROUND)


@dataclass(slots=True)
class Bucket:
    """The calls of one chat or person, or of the whole bot. Times are those of the limiter's clock.

    `line` holds who waits, the next one first: (priority, order of arrival). `answers` is held by the answer that is
    being sent, however often it is repeated: those behind it come in their order.
    """

    limit: Limit
    full_at: float = float("-inf")
    closed_until: float = 0.0
    users: int = 0
    line: list[tuple[int, int]] = field(default_factory=list)
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Lock = field(default_factory=asyncio.Lock)

    def free_at(self, now: float, calls: int = 1, spare: int = 0) -> float:
        """Return when the last of the next `calls` may go; `now` or earlier means at once.

        So many more as `spare` could go at each of these moments.
        """
        full_at, free_at = self.full_at, self.closed_until
        for _ in range(calls):
            free_at = max(free_at, full_at - (self.limit.burst - 1 - spare) / self.limit.per_s)
            full_at = max(full_at, now, free_at) + 1 / self.limit.per_s
        return free_at

    def take(self, now: float) -> None:
        """Count a call."""
        self.full_at = max(self.full_at, now) + 1 / self.limit.per_s

    def is_idle(self, now: float) -> bool:
        """Return whether the bucket remembers nothing that limits a call."""
        return not self.users and max(self.full_at, self.closed_until) <= now


class RateLimiter(BaseRateLimiter[Urgency]):
    """Delay each call until its own bucket and the whole bot's let it, and repeat it in an outage.

    `clock` gives seconds on any scale; `sleep` waits so many of them. `errors` counts failed calls by their
    kind; `buckets` are those in use, by chat or person.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        backoff: Backoff | None = None,
    ) -> None:
        self._clock = clock
        self.sleep = sleep
        self._backoff = backoff or Backoff()
        self._order = count()
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
        """Make the call when its buckets let it; outside of its topic where that is gone.

        Raises `RetryAfter` where that would take longer than allowed.
        """
        urgency = rate_limit_args or Urgency()
        bucket = self._bucket(endpoint, data)
        bucket.users += 1
        try:
            try:
                return await self._outlasting(lambda: callback(*args, **kwargs), bucket, urgency, endpoint)
            except TelegramError as error:
                if classify(error) is not TelegramErrorKind.TOPIC_GONE or not data.pop("message_thread_id", None):
                    raise
                return await self._outlasting(lambda: callback(*args, **kwargs), bucket, urgency, endpoint)
        finally:
            bucket.users -= 1

    async def _outlasting(
        self, call: Callable[[], Awaitable[Answer]], bucket: Bucket, urgency: Urgency, endpoint: str
    ) -> Answer:
        """Make a call; an answer once those before it in its chat are out."""
        is_repeatable = endpoint.startswith(_REPEATABLE) and not urgency.is_droppable
        patience_s = self._backoff.patience_s if urgency.patience_s is None else urgency.patience_s
        is_in_line = endpoint == ANSWER and is_repeatable and patience_s > 0
        if is_in_line and bucket.answers.locked():
            tell_of_waiting()
        async with bucket.answers if is_in_line else nullcontext():
            return await self._repeating(call, bucket, urgency, endpoint, patience_s if is_repeatable else 0.0)

    async def _repeating(
        self,
        call: Callable[[], Awaitable[Answer]],
        bucket: Bucket,
        urgency: Urgency,
        endpoint: str,
        patience_s: float,
    ) -> Answer:
        """Make a call, again and again for `patience_s` while Telegram cannot be reached."""
        until, failures = self._clock() + patience_s, 0
        while True:
            try:
                return await self._call(call, bucket, urgency, endpoint)
            except TelegramError as error:
                kind = classify(error)
                if not isinstance(error, RetryAfter):  # those of Telegram are counted each, our own are no error
                    self.errors[kind.value] += 1
                pause_s = self._backoff.pause_s(failures)
                if kind is not TelegramErrorKind.AMBIGUOUS or self._clock() + pause_s >= until:
                    raise
                tell_of_waiting()
                if not failures:
                    logger.warning("%s: Telegram cannot be reached; trying again", endpoint)
                failures += 1
                await self.sleep(pause_s)

    async def _call(
        self, call: Callable[[], Awaitable[Answer]], bucket: Bucket, urgency: Urgency, endpoint: str
    ) -> Answer:
        usual_wait_s = _SET_WAIT_S if endpoint in _SET_CALLS else MAX_WAIT_S
        max_wait_s = usual_wait_s if urgency.max_wait_s is None else urgency.max_wait_s
        deadline = self._clock() + (0.0 if urgency.is_droppable else max_wait_s)
        for attempt in range(1, _MAX_TRIES + 1):
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
                if endpoint.startswith(_REPEATABLE):
                    tell_of_waiting()
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _acquire(self, bucket: Bucket, deadline: float, urgency: Urgency) -> bool:
        """Wait for the bucket and take a call from it. False for a droppable call that would have to wait.

        Raises `RetryAfter` where it would have to wait until after `deadline`.
        """
        if urgency.is_droppable:  # a quarter of a burst stays for what must not be dropped
            now = self._clock()
            if bucket.line or bucket.free_at(now, spare=bucket.limit.burst // 4) > now + _AT_ONCE_S:
                return False
            bucket.take(now)
            return True
        spare = bucket.limit.burst // 2 if urgency.priority is Priority.BACKGROUND else 0
        ticket = (int(urgency.priority), next(self._order))
        insort(bucket.line, ticket)
        try:
            while True:
                place, now = bucket.line.index(ticket), self._clock()
                free_at = bucket.free_at(now, place + 1, spare)
                if free_at > max(deadline, now + _AT_ONCE_S):
                    raise RetryAfter(int(free_at - now) + 1)
                if place:  # the first one looks at the clock, the others wait for their turn
                    await bucket.moved.wait()
                elif free_at > now + _AT_ONCE_S:
                    await self.sleep(free_at - now)
                else:
                    bucket.take(now)
                    return True
        finally:
            bucket.line.remove(ticket)
            bucket.moved.set()  # wakes everybody who waits now
            bucket.moved.clear()

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


def tell_of_waiting() -> None:
    """Let the chat's next update begin: from here on this one only waits for Telegram."""
    if (tell := on_wait.get()) is not None:
        tell()


def bucket_of(endpoint: str, data: dict[str, Any]) -> tuple[str | None, Limit]:
    """Return a call's bucket key and limit; the key is None for calls that only the whole bot's limit concerns."""
    if endpoint in _SET_CALLS:
        return f"sets {data.get('user_id')}", STICKER_SETS
    chat = data.get("chat_id")
    if chat is None or endpoint in _NO_MESSAGES or not endpoint.startswith(_MESSAGE_CALLS):
        return None, WHOLE_BOT
    # Groups have negative ids; channels and public groups may be named with an @.
    is_group = str(chat).startswith(("-", "@"))
    return f"chat {chat}", GROUP if is_group else PRIVATE_CHAT
