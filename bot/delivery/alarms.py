"""Tell the operators what is wrong: once when it begins and once when it is over, across restarts.

That Telegram cannot be reached is told once it can be again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.transport.rate_limits import Urgency
from bot.transport.telegram_errors import WILL_PASS, classify
from bot.words.translations import DEFAULT_LANGUAGE, say
from service.stickers import StickerService
from storage.errors import StorageError
from storage.records import Entrance

logger = logging.getLogger(__name__)

_MB = 1_000_000
_ALARM = Urgency(patience_s=0.0)  # the next look repeats it


@dataclass(frozen=True, slots=True)
class AlarmLimits:
    """From where on something is an incident; 0 never. One of the queue or the disk is over well within its limit."""

    queue_s: float = 600.0  # that the oldest job waits
    disk_mb: float = 500.0  # left
    outage_s: float = 60.0  # without Telegram
    every_s: float = 30.0  # between two looks


class Alarms:
    """Look at what may be wrong. `outage_s` says for how long Telegram cannot be reached, `clock` the time of day."""

    def __init__(
        self,
        bot: ExtBot[Urgency],
        service: StickerService,
        admin_ids: frozenset[int],
        outage_s: Callable[[], float],
        limits: AlarmLimits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._bot = bot
        self._service = service
        self._admin_ids = sorted(admin_ids)
        self._outage_s = outage_s
        self._limits = limits or AlarmLimits()
        self._clock = clock

    async def run(self) -> None:
        """Look every now and then until cancelled; with nobody to tell, never."""
        while self._admin_ids:
            try:
                await self.look()
            except (StorageError, OSError) as error:
                logger.warning("alarms: %s", error)
            except Exception:  # whatever is wrong with an alarm must not end the bot
                logger.exception("alarms")
            await asyncio.sleep(self._limits.every_s)
        await asyncio.Event().wait()

    async def look(self) -> None:
        """Tell of every incident that has begun or ended. Raises `StorageError`."""
        await self._look_at_telegram()
        await self._look_at_queue()
        await self._look_at_disk()
        await self._look_at_engine()

    async def _look_at_telegram(self) -> None:
        outage_s, since = self._outage_s(), await self._since("telegram")
        if outage_s and outage_s >= self._limits.outage_s > 0:
            if since is None:
                await self._set("telegram", self._clock() - outage_s)
        elif since is not None and not outage_s:
            minutes = max(1, round((self._clock() - since) / 60))
            if await self._tell("alarm-telegram-over", minutes=minutes):
                await self._set("telegram", None)

    async def _look_at_queue(self) -> None:
        limit_s = self._limits.queue_s
        oldest = await self._service.oldest_waiting()
        age_s = 0.0 if oldest is None or await self._service.operators.is_paused() else self._clock() - oldest
        minutes = round(age_s / 60)
        await self._follow("queue", 0 < limit_s <= age_s, age_s < limit_s / 2, minutes=minutes)

    async def _look_at_disk(self) -> None:
        limit, free = self._limits.disk_mb, await self._service.free_bytes() / _MB
        await self._follow("disk", free < limit, free > 1.2 * limit, megabytes=round(free))

    async def _look_at_engine(self) -> None:
        died_at = await self._service.operators.engine_died_at()
        is_over = self._service.has_engine and await self._since("engine") is not None
        if await self._follow("engine", died_at is not None, is_over):
            await self._service.operators.note_engine_works()

    async def _follow(self, name: str, is_on: bool, is_over: bool, **variables: int) -> bool:
        """Tell of the beginning of an incident, or of its end; return whether the end was told."""
        since = await self._since(name)
        if since is None and is_on:
            if await self._tell(f"alarm-{name}", **variables):
                await self._set(name, self._clock())
        elif since is not None and is_over and await self._tell(f"alarm-{name}-over", **variables):
            await self._set(name, None)
            return True
        return False

    async def _tell(self, key: str, **variables: int) -> bool:
        """Send a sentence to every operator; False where none of them has it and another try may help."""
        is_told, may_help = False, False
        for admin_id in self._admin_ids:
            user = await self._service.preferences(Entrance.TELEGRAM.owner(admin_id))
            text = say(user.language or user.app_language or DEFAULT_LANGUAGE, key, **variables)
            try:
                await self._bot.send_message(admin_id, text, rate_limit_args=_ALARM)
                is_told = True
            except TelegramError as error:
                kind = classify(error)
                may_help = may_help or kind in WILL_PASS
                logger.info("an operator was not alarmed: %s", kind)
        logger.warning("alarm: %s", key)
        return is_told or not may_help

    async def _since(self, name: str) -> float | None:
        return float(await self._service.fact(f"alarm {name}") or 0) or None

    async def _set(self, name: str, since: float | None) -> None:
        await self._service.set_fact(f"alarm {name}", str(since or ""))
