"""Keeps photos and results only as long as the operator said: sweeps at the start and every hour."""

from __future__ import annotations

import asyncio
import logging

from service.stickers import StickerService
from storage.errors import StorageError

logger = logging.getLogger(__name__)

EVERY_S = 3600.0


async def sweep_hourly(service: StickerService) -> None:
    """Delete what is past its lifetime, now and every hour, until cancelled."""
    while True:
        try:
            await service.sweep()
        except StorageError as error:
            logger.warning("sweep: %s (%s)", error.code, error)
        await asyncio.sleep(EVERY_S)
