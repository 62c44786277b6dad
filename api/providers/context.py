"""What every facade needs, in one place: who may come in, how much, and what is behind the door."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from api.access.authentication import Doorman
from api.access.rate_limits import Throttle
from api.errors import RateLimited, WebhookRefused
from api.inputs.addresses import AddressRefused, check_url
from api.inputs.table import Table
from api.inputs.validation import read
from api.jobs.logs import JobLogs
from api.jobs.submit import Ask, Orders
from api.providers.outcome import Outcomes
from api.server.body import parse_object, read_bytes
from api.server.routing import Call
from service.stickers import StickerService
from storage.records import ApiKey

STREAMS_PER_OWNER = 50  # a connection each, held for as long as a job lasts
MAX_WEBHOOK_CHARS = 2048
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class Streams:
    """Counts the open event streams of every key."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_more(self, owner: str) -> Iterator[None]:
        """Hold a stream while the block lasts. Raises `RateLimited`."""
        if self._open[owner] >= STREAMS_PER_OWNER:
            raise RateLimited(1.0)
        self._open[owner] += 1
        try:
            yield
        finally:
            self._open[owner] -= 1
            if not self._open[owner]:
                del self._open[owner]


@dataclass(frozen=True, slots=True)
class Gate:
    """The parts behind every facade."""

    service: StickerService
    orders: Orders
    outcomes: Outcomes
    logs: JobLogs
    doorman: Doorman
    throttle: Throttle
    allow_private_hosts: bool = False
    streams: Streams = field(default_factory=Streams)

    def webhook(self, url: str, provider: str, events: Sequence[str] = ()) -> dict[str, Any]:
        """A callback as it is kept with its job. Raises `WebhookRefused`."""
        if len(url) > MAX_WEBHOOK_CHARS:
            raise WebhookRefused("too long")
        try:
            check_url(url, allow_private_hosts=self.allow_private_hosts)
        except AddressRefused as refused:
            raise WebhookRefused from refused
        return {"url": url, "provider": provider, "events": list(events)}

    async def read(self, call: Call, key: ApiKey, table: Table) -> Ask:
        """What the caller's body asks for, with what is wrong with it. Raises `BodyRefused`, `BodyTooBig`."""
        body = await read_bytes(call.request)
        repeated = call.request.headers.get("Idempotency-Key", "")
        return Ask(
            key=key,
            reading=read(table, parse_object(body)),
            base=call.origin.base,
            body_hash=hashlib.sha256(body).hexdigest(),
            # What cannot be one is not heard.
            idempotency_key=repeated if _IDEMPOTENCY_KEY.fullmatch(repeated) else None,
        )
