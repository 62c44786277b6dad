"""One call of a caller's server."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from typing import Final

import aiohttp

from api.inputs.addresses import AddressRefused, check_url

logger = logging.getLogger(__name__)

ANSWER_S: Final = 15.0
READ_BYTES: Final = 1024  # of the answer: enough to be polite


class Poster:
    """Posts JSON through `session`; `allow_private_hosts` is for a receiver on one's own network."""

    def __init__(self, session: aiohttp.ClientSession, *, allow_private_hosts: bool = False) -> None:
        self._session = session
        self._allow_private_hosts = allow_private_hosts

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], timeout_s: float = ANSWER_S) -> bool:
        """Whether the receiver said 2xx in time. Never raises for anything the receiver does."""
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
