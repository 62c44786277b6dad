"""Jobs whose photo will never come: the process ended between the job's row and its photo. Knows no chat."""

from __future__ import annotations

import json

from bot.delivery.addressee import source_of_message
from service.stickers import StickerService
from storage.records import Entrance


async def fail_lost_photos(service: StickerService) -> None:
    """End the waiting jobs without a photo whose message is not to be handled any more. Raises `StorageError`."""
    waiting = [job for job in await service.waiting(Entrance.TELEGRAM) if job.wants_photo]
    if not waiting:
        return
    to_come = set()
    for _, body in await service.inbox.open():
        message = json.loads(body).get("message") or {}
        to_come.add(source_of_message(message.get("chat", {}).get("id", 0), message.get("message_id", 0)))
    for job in waiting:
        if job.source not in to_come:
            await service.fail(job.id, "download_failed")
