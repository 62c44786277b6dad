"""Long polling: fetch updates from Telegram, and confirm a batch only when it is stored. Knows no update's meaning."""

from __future__ import annotations

from telegram.error import TelegramError

from bot.transport.connection import UpdatesBot
from bot.transport.intake import Intake
from bot.transport.outage import Outage
from storage.errors import StorageError


class Polling:
    """Fetch updates until cancelled."""

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
                updates = await self._bot.raw_updates(self._offset)
                if updates:
                    await self._intake.accept(updates)
                    self._offset = updates[-1]["update_id"] + 1
            except TelegramError as error:
                await self._outage.pause(error)
            except StorageError as error:
                await self._outage.pause_for(f"updates cannot be stored ({error.code})")
            else:
                self._outage.over()
