"""Send what an operator writes to everybody: at most 25 a second, behind all other messages, nobody twice.

Each person's copy is noted as begun before it is sent. After a crash those that had begun are not sent again: whether
they arrived, nobody knows, and the report says how many there are. Everything else goes on where it was.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

import httpx
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery.delivery_queue import mark_blocked
from bot.delivery.keyboards import news
from bot.transport.outage import Backoff
from bot.transport.rate_limits import Priority, Urgency
from bot.transport.telegram_errors import NOBODY_THERE, WILL_PASS, TelegramErrorKind, classify, retry_after_s
from bot.words.translations import DEFAULT_LANGUAGE, say
from service.stickers import StickerService
from storage.errors import StorageError
from storage.records import Broadcast, CopyState, Entrance

logger = logging.getLogger(__name__)

PER_S = 25
_AT_ONCE = 5
_STORAGE_PAUSE_S = 5.0
_LOOK_EVERY_S = 60.0  # for one that another process began; of this one's own `wake` tells
_COPY = Urgency(patience_s=0.0, priority=Priority.BACKGROUND)
# What refused the call before anything of it was read: it may be made again.
_NOT_SENT = (TelegramErrorKind.WAIT, TelegramErrorKind.TOKEN_REJECTED, TelegramErrorKind.CONFLICT)
_UNCONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Broadcaster:
    """Send broadcasts, one after the other. `clock` gives seconds on any scale, `sleep` waits."""

    def __init__(
        self,
        bot: ExtBot[Urgency],
        service: StickerService,
        backoff: Backoff,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._service = service
        self._backoff = backoff
        self._clock = clock
        self._sleep = sleep
        self._woken = asyncio.Event()
        self._is_stopping = False
        self._copies: set[asyncio.Task[None]] = set()
        self._next_at = 0.0  # when the next copy may go
        self._failures = 0  # of the connection, in a row

    def wake(self) -> None:
        """Look for a broadcast now: one has begun."""
        self._woken.set()

    async def stop(self, grace_s: float) -> None:
        """Begin no more copies, and let those under way arrive within `grace_s`: what is cut off is not sent again."""
        self._is_stopping = True
        if self._copies:
            await asyncio.wait(self._copies, timeout=grace_s)

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            self._woken.clear()
            try:
                broadcast = await self._service.broadcasts.sending()
                if broadcast is not None:
                    await self._send_to_all(broadcast)
                    if self._is_stopping:
                        return
                    await self._report(broadcast)
                    await self._service.broadcasts.end(broadcast.id)
                    continue
            except StorageError as error:
                logger.warning("broadcast: %s", error.code)
                await self._sleep(_STORAGE_PAUSE_S)
                continue
            except TelegramError as error:  # of the report
                logger.warning("the report of a broadcast: %s", classify(error))
                await self._sleep(max(retry_after_s(error), self._backoff.longest_s))
                continue
            except Exception:  # one broadcast must not end the bot
                logger.exception("a broadcast")
                await self._sleep(_LOOK_EVERY_S)
                continue
            try:
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _send_to_all(self, broadcast: Broadcast) -> None:
        self._copies = {asyncio.create_task(self._send_on(broadcast)) for _ in range(_AT_ONCE)}
        try:
            await asyncio.gather(*self._copies)
        finally:
            for task in self._copies:
                task.cancel()

    async def _send_on(self, broadcast: Broadcast) -> None:
        """Send copies until there are none left, or the process stops."""
        while not self._is_stopping:
            try:
                owner = await self._service.broadcasts.begin_next(broadcast.id)
                if owner is None:
                    return
                state, pause_s = await self._send_copy(broadcast, owner)
                if state is not None:
                    await self._service.broadcasts.set_state(broadcast.id, owner, state)
            except StorageError as error:
                logger.warning("broadcast %d: %s", broadcast.id, error.code)
                pause_s = _STORAGE_PAUSE_S
            if pause_s:
                await self._sleep(pause_s)

    async def _send_copy(self, broadcast: Broadcast, owner: str) -> tuple[CopyState | None, float]:
        """Send one person's copy: what became of it, None where nobody knows, and for how long to rest."""
        language = await self._language_of(owner)
        await self._keep_pace()
        try:
            await self._bot.send_message(
                int(Entrance.TELEGRAM.id_of(owner)),
                broadcast.text,
                reply_markup=news(language, is_on=True),
                rate_limit_args=_COPY,
            )
        except TelegramError as error:
            kind = classify(error)
            if kind in NOBODY_THERE:
                await mark_blocked(self._service, owner)
                return CopyState.BLOCKED, 0.0
            if kind is TelegramErrorKind.AMBIGUOUS or kind in _NOT_SENT:
                pause_s = max(retry_after_s(error), self._backoff.pause_s(self._failures))
                self._failures += 1
                is_not_sent = kind in _NOT_SENT or isinstance(error.__cause__, _UNCONNECTED)
                return CopyState.WAITING if is_not_sent else None, pause_s
            logger.info("a copy of broadcast %d was not taken: %s", broadcast.id, kind)
            return CopyState.FAILED, 0.0
        self._failures = 0
        return CopyState.SENT, 0.0

    async def _keep_pace(self) -> None:
        now = self._clock()
        self._next_at = max(self._next_at, now) + 1 / PER_S
        if (wait_s := self._next_at - 1 / PER_S - now) > 0:
            await self._sleep(wait_s)

    async def _report(self, broadcast: Broadcast) -> None:
        """Tell its author how many have it. Raises `TelegramError`."""
        counts = await self._service.broadcasts.counts(broadcast.id)
        language = await self._language_of(broadcast.author)
        lines = [
            say(language, f"broadcast-{state}", count=counts.get(state, 0))
            for state in (CopyState.SENT, CopyState.BLOCKED, CopyState.FAILED, CopyState.BEGUN)
            if state is CopyState.SENT or counts.get(state)
        ]
        try:
            await self._bot.send_message(int(Entrance.TELEGRAM.id_of(broadcast.author)), "\n".join(lines))
        except TelegramError as error:
            if classify(error) in WILL_PASS:
                raise

    async def _language_of(self, owner: str) -> str:
        user = await self._service.preferences(owner)
        return user.language or user.app_language or DEFAULT_LANGUAGE
