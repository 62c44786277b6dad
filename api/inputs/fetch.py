"""Files that a request names: a data URI, one of our own files, or a download. Knows no field."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import unquote_to_bytes

import aiohttp
from yarl import URL

from api.errors import AddressRefused, DataUriInvalid, DownloadFailed
from api.inputs.addresses import TOTAL_S, check_url, guarded_session
from service.errors import PhotoEmpty, PhotoTooBig
from service.limits import MAX_PHOTO_BYTES
from service.streams import read_limited

MAX_ARCHIVE_BYTES: Final = 20 * 1024 * 1024
MAX_INLINE_CHARS: Final = 14_000_000  # 10 MB in base64
MAX_ESCAPES: Final = 500_000  # "%2B": each is objects of its own for a moment; base64 has one sign in 32 of these
MAX_URL_CHARS: Final = 4096
SHORTEST_CHARS: Final = 100  # of a picture in plain base64; less is a mistyped address
REDIRECTS: Final = 5
_PIECE_BYTES: Final = 64 * 1024
_HEADERS: Final = {"Accept": "image/*, */*;q=0.5"}
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")

OwnFile = Callable[[str], Awaitable[bytes | None]]


def is_inline(source: str) -> bool:
    """Return whether `source` is the file itself and no web address."""
    return not _WEB.match(source)


def decode_inline(source: str, max_bytes: int = MAX_PHOTO_BYTES) -> bytes:
    """Decode a data URI or plain base64.

    Raises `DataUriInvalid`, `DownloadFailed` for neither, `PhotoTooBig`, `PhotoEmpty`.
    """
    if len(source) > MAX_INLINE_CHARS:
        raise PhotoTooBig
    if source[:5].lower() == "data:":
        head, comma, body = source.partition(",")
        if not comma:
            raise DataUriInvalid("no comma")
        data = _unescaped(body)
        if head.lower().rstrip().endswith(";base64"):
            data = _from_base64(data)
    elif len(source) < SHORTEST_CHARS:
        raise DownloadFailed("no address")
    else:
        data = _from_base64(_unescaped(source))
    if not data:
        raise PhotoEmpty
    if len(data) > max_bytes:
        raise PhotoTooBig
    return data


def _unescaped(text: str) -> bytes:
    if text.count("%") > MAX_ESCAPES:
        raise PhotoTooBig
    try:
        return unquote_to_bytes(text)
    except UnicodeEncodeError as error:  # JSON may spell half a character
        raise DataUriInvalid("no text") from error


def _from_base64(text: bytes) -> bytes:
    """Decode strictly, but for line breaks, the url-safe alphabet and missing padding, which programs send."""
    compact = text.translate(_URL_SAFE, b" \t\r\n").rstrip(b"=")
    try:
        return base64.b64decode(compact + b"=" * (-len(compact) % 4), validate=True)
    except binascii.Error as error:
        raise DataUriInvalid("no base64") from error


class Fetcher:
    """Downloads from web addresses; `own_file` gives the bytes behind one of our own addresses, None for any other."""

    def __init__(
        self,
        *,
        own_file: OwnFile,
        allow_private_hosts: bool = False,
        session: aiohttp.ClientSession | None = None,
        timeout_s: float = TOTAL_S,
    ) -> None:
        self._own_file = own_file
        self._allow_private_hosts = allow_private_hosts
        self._session = session
        self._timeout_s = timeout_s

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, source: str, *, max_bytes: int = MAX_PHOTO_BYTES) -> bytes:
        """Return the bytes behind a web address. Raises `DownloadFailed`, `PhotoTooBig`, `PhotoEmpty`."""
        try:
            data = await self._own_file(source)  # first: our own host may be a private one
            if data is None:
                async with asyncio.timeout(self._timeout_s):  # for all redirects together
                    data = await self._download(source, max_bytes)
        except AddressRefused as refused:
            raise DownloadFailed(str(refused)) from refused
        # ValueError: what urllib, yarl and aiohttp say of odd addresses and headers
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise DownloadFailed(type(error).__name__) from error
        if not data:
            raise PhotoEmpty
        if len(data) > max_bytes:
            raise PhotoTooBig
        return data

    async def _download(self, source: str, max_bytes: int) -> bytes:
        target: str | URL = source
        for _ in range(REDIRECTS + 1):
            url = check_url(target, allow_private_hosts=self._allow_private_hosts)
            if self._session is None:
                self._session = guarded_session(allow_private_hosts=self._allow_private_hosts)
            async with self._session.get(url, allow_redirects=False, headers=_HEADERS) as response:
                if response.status in (301, 302, 303, 307, 308) and "Location" in response.headers:
                    target = url.join(URL(response.headers["Location"]))
                    continue
                if response.status != 200:
                    raise DownloadFailed(f"status {response.status}")
                if (response.content_length or 0) > max_bytes:
                    raise PhotoTooBig
                # Counted as it comes and after unpacking: neither a lying header nor a bomb fills the memory.
                data = await read_limited(response.content.iter_chunked(_PIECE_BYTES), max_bytes)
                if data is None:
                    raise PhotoTooBig
                return data
        raise DownloadFailed("too many redirects")
