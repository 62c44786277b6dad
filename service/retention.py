"""Keeps photos and results only as long as the operator said, photos as long as their owner said: sweeps.

Of several processes one sweeps.
"""

from __future__ import annotations

import asyncio
import logging
from itertools import count

from service.processes import Duty
from service.stickers import StickerService
from storage.errors import StorageError

logger = logging.getLogger(__name__)

EVERY_S = 3600.0
CHOSEN_EVERY_S = 300.0  # of those who want their photos kept for a shorter time


async def sweep_hourly(service: StickerService) -> None:
    """Delete what is past its lifetime, now and every hour, until cancelled; what people chose, more often."""
    for number in count():
        try:
            if service.processes.is_on_duty(Duty.RETENTION):
                if number % round(EVERY_S / CHOSEN_EVERY_S) == 0:
                    await service.sweep()
                await service.sweep_chosen()
        except StorageError as error:
            logger.warning("sweep: %s (%s)", error.code, error)
        await asyncio.sleep(CHOSEN_EVERY_S)
