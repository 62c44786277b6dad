"""Download a file from Telegram, bounded: a lie about its size cannot fill the memory. Knows no job, no second try."""

from __future__ import annotations

import aiohttp
from telegram import Bot
from telegram.error import TelegramError

from bot.errors import DownloadFailed, DownloadInterrupted
from bot.transport.telegram_errors import WILL_PASS, TelegramErrorKind, classify, retry_after_s
from service.errors import PhotoTooBig
from service.limits import MAX_PHOTO_BYTES
from service.streams import read_limited

_TIMEOUT = aiohttp.ClientTimeout(total=300, sock_connect=10, sock_read=20)
_CHUNK_BYTES = 64 * 1024


async def download(bot: Bot, file_id: str, *, length: int | None = None) -> bytes:
    """Return the bytes of a file. Its length must be what Telegram says of it, or `length`.

    Raises `PhotoTooBig` over 20 MB, `DownloadFailed` where it cannot be had, `DownloadInterrupted` where another try
    may help: an outage, a file read half, any answer of the file server but 200.
    """
    try:
        file = await bot.get_file(file_id)
    except TelegramError as error:
        kind = classify(error)
        if kind is TelegramErrorKind.FILE_TOO_BIG:
            raise PhotoTooBig from error
        if kind in WILL_PASS:
            raise DownloadInterrupted(kind.value, retry_after_s=retry_after_s(error)) from error
        raise DownloadFailed(kind.value) from error
    address = file.file_path or ""
    if not address.startswith(("http://", "https://")):
        raise DownloadFailed("the server gave no address")  # a local server in its file mode is not supported
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(address) as response:
            if response.status != 200:
                raise DownloadInterrupted(f"the file server answered {response.status}")
            data = await read_limited(response.content.iter_chunked(_CHUNK_BYTES), MAX_PHOTO_BYTES)
    except (aiohttp.ClientError, TimeoutError) as error:  # without their text: the address in it holds the token
        raise DownloadInterrupted(type(error).__name__) from None
    if data is None:
        raise PhotoTooBig
    if file.file_size is not None and len(data) not in (file.file_size, length):
        raise DownloadInterrupted(f"{len(data)} bytes instead of {file.file_size}", length=len(data))
    return data
