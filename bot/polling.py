"""Asks Telegram for updates, over and over, and confirms a batch only when it is stored."""

from __future__ import annotations

from typing import Any, cast

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.intake import ALLOWED_UPDATES, Intake, RawUpdate
from bot.limiter import Urgency
from bot.outage import Outage
from storage.errors import StorageError

POLL_S = 30  # Telegram holds an empty answer back that long
_READ_SLACK_S = 15.0
_BATCH = 100


class UpdatesBot(ExtBot[Urgency]):
    """A bot that also gives updates as Telegram sent them: `get_updates` fails for a whole batch, for ever, where one
    update of it has a form python-telegram-bot does not know."""

    async def raw_updates(self, offset: int | None) -> list[RawUpdate]:
        """The next updates, after at most `POLL_S` seconds. Everything below `offset` is confirmed by this call."""
        data: dict[str, Any] = {"timeout": POLL_S, "limit": _BATCH, "allowed_updates": list(ALLOWED_UPDATES)}
        if offset is not None:
            data["offset"] = offset
        answer = await self._post("getUpdates", data, read_timeout=POLL_S + _READ_SLACK_S)
        return cast("list[RawUpdate]", answer)


class Polling:
    """Long polling until it is cancelled."""

    def __init__(self, bot: UpdatesBot, intake: Intake, outage: Outage) -> None:
        self._bot = bot
        self._intake = intake
        self._outage = outage
        self._offset: int | None = None

    async def run(self) -> None:
        """Fetch and store. Raises `BotTokenRejected`."""
        while True:
            await self._intake.wait_for_room()
            try:
                await self._fetch()
            except TelegramError as error:
                await self._outage.pause(error)
            except StorageError as error:
                await self._outage.pause_for(f"updates cannot be stored ({error.code})")
            else:
                self._outage.over()

    async def _fetch(self) -> None:
        updates = await self._bot.raw_updates(self._offset)
        if updates:
            await self._intake.accept(updates)
            self._offset = updates[-1]["update_id"] + 1
