"""Fetches a file from Telegram: in pieces, so that a lie about its size cannot fill the memory."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
from telegram import Bot
from telegram.error import TelegramError

from bot.transport.telegram_errors import Refusal, classify
from service.errors import PhotoTooBig
from service.limits import MAX_PHOTO_BYTES

logger = logging.getLogger(__name__)

_TRIES = 3
_PAUSE_S = 0.5  # before the second try; doubled before the third
_TIMEOUT = aiohttp.ClientTimeout(total=90, sock_connect=10, sock_read=20)


class DownloadFailed(Exception):
    """The file could not be fetched, several times over. Never carries the address: the token is in it."""

    code = "download_failed"


async def download(bot: Bot, file_id: str) -> bytes:
    """The bytes of a file. Raises `PhotoTooBig` over 20 MB, `DownloadFailed`."""
    reason = ""
    for attempt in range(_TRIES):
        if attempt:
            await asyncio.sleep(_PAUSE_S * 2 ** (attempt - 1))
        try:
            return await _fetch(await _address(bot, file_id))
        except TelegramError as error:
            refusal = classify(error)
            if refusal is Refusal.FILE_TOO_BIG:
                raise PhotoTooBig from error
            reason = refusal.value
            if refusal is Refusal.FILE_REFUSED:
                break
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = type(error).__name__
        logger.info("download, try %d: %s", attempt + 1, reason)
    raise DownloadFailed(reason)


async def _address(bot: Bot, file_id: str) -> str:
    file = await bot.get_file(file_id)
    if not (file.file_path or "").startswith(("http://", "https://")):
        raise DownloadFailed("the server gave no address")  # a local server in its file mode is not supported
    return str(file.file_path)


async def _fetch(address: str) -> bytes:
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(address) as response:
        response.raise_for_status()
        data = bytearray()
        async for piece in response.content.iter_chunked(64 * 1024):
            data += piece
            if len(data) > MAX_PHOTO_BYTES:
                raise PhotoTooBig
        return bytes(data)
