"""One call of a caller's server. Knows no provider."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from typing import Final

import aiohttp

from api.errors import AddressRefused, WebhookRefused
from api.inputs.addresses import check_url

logger = logging.getLogger(__name__)

ANSWER_S: Final = 15.0
READ_BYTES: Final = 1024  # of the answer: drained so that the connection closes cleanly
MAX_URL_CHARS: Final = 2048


class Poster:
    """Posts JSON through `session`; `allow_private_hosts` is for a receiver on one's own network."""

    def __init__(self, session: aiohttp.ClientSession, *, allow_private_hosts: bool = False) -> None:
        self._session = session
        self._allow_private_hosts = allow_private_hosts

    def check(self, url: str) -> None:
        """Check an address before it is kept. Raises `WebhookRefused`."""
        if len(url) > MAX_URL_CHARS:
            raise WebhookRefused("too long")
        try:
            check_url(url, allow_private_hosts=self._allow_private_hosts)
        except AddressRefused as refused:
            raise WebhookRefused from refused

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], timeout_s: float = ANSWER_S) -> bool:
        """Return whether the receiver said 2xx in time. Never raises for anything the receiver does."""
        try:
            checked = check_url(url, allow_private_hosts=self._allow_private_hosts)
            async with self._session.post(
                checked,
                data=body,
                headers={"Content-Type": "application/json", **headers},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout_s),
            ) as response:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):  # the status is the answer
                    await response.content.read(READ_BYTES)
                return 200 <= response.status < 300
        except (AddressRefused, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            logger.debug("a webhook was not taken: %s", type(error).__name__)
            return False
