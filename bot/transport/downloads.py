"""Download a file from Telegram, bounded: a lie about its size cannot fill the memory. Knows no job."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
from telegram import Bot
from telegram.error import TelegramError

from bot.errors import DownloadFailed
from bot.transport.telegram_errors import TelegramErrorKind, classify
from service.errors import PhotoTooBig
from service.limits import MAX_PHOTO_BYTES
from service.streams import read_limited

logger = logging.getLogger(__name__)

_TRIES = 3
_PAUSE_S = 0.5  # before the second try; doubled before the third
_TIMEOUT = aiohttp.ClientTimeout(total=90, sock_connect=10, sock_read=20)
_CHUNK_BYTES = 64 * 1024


async def download(bot: Bot, file_id: str) -> bytes:
    """Return the bytes of a file. Raises `PhotoTooBig` over 20 MB, `DownloadFailed`."""
    reason = ""
    for attempt in range(_TRIES):
        if attempt:
            await asyncio.sleep(_PAUSE_S * 2 ** (attempt - 1))
        try:
            return await _fetch(bot, file_id)
        except TelegramError as error:
            kind = classify(error)
            if kind is TelegramErrorKind.FILE_TOO_BIG:
                raise PhotoTooBig from error
            reason = kind.value
            if kind is TelegramErrorKind.FILE_REFUSED:
                break
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = type(error).__name__
        logger.info("download, try %d: %s", attempt + 1, reason)
    raise DownloadFailed(reason)


async def _fetch(bot: Bot, file_id: str) -> bytes:
    address = (await bot.get_file(file_id)).file_path or ""
    if not address.startswith(("http://", "https://")):
        raise DownloadFailed("the server gave no address")  # a local server in its file mode is not supported
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(address) as response:
        response.raise_for_status()
        data = await read_limited(response.content.iter_chunked(_CHUNK_BYTES), MAX_PHOTO_BYTES)
    if data is None:
        raise PhotoTooBig
    return data
