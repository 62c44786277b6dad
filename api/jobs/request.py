"""One request for a picture, read from a call. Knows no provider."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.inputs.table import Reading, Table
from api.inputs.validation import read
from api.jobs.caller_note import WebhookTarget
from api.server.body import ROOM, parse_object, read_bytes
from api.server.routing import Call
from storage.records import ApiKey

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class RequestBody:
    """What a body asks for, with what is wrong with it. `base` is where addresses in its answers begin.

    `forget` lets go of the files in it, once they are kept elsewhere: many megabytes while a caller waits.
    """

    reading: Reading
    base: str
    hash: str
    idempotency_key: str | None
    forget: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRequest:
    """What is submitted: who asks, for what, and how. `start_within_s` and `lifetime_s` None leave it to the server."""

    key: ApiKey
    body: RequestBody
    webhook: WebhookTarget | None = None
    is_low: bool = False
    start_within_s: float | None = None
    lifetime_s: float | None = None


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A body that is JSON, not yet read against a table. `release` gives back the room that it takes."""

    values: dict[str, Any]
    base: str
    hash: str
    idempotency_key: str | None
    release: Callable[[], None]

    def against(self, table: Table, within: str | None = None) -> RequestBody:
        """Read the fields of `table`; `within` names the object that holds them, where the body itself does not."""
        fields = self.values if within is None else self.values.get(within)
        reading = read(table, fields if isinstance(fields, Mapping) else {})

        def forget() -> None:
            self.values.clear()
            reading.forget_inputs()
            self.release()

        return RequestBody(reading, self.base, self.hash, self.idempotency_key, forget)


async def read_json(call: Call) -> JsonBody:
    """Read the call's body. Raises `BodyRefused`, `BodyTooBig`."""
    body = await read_bytes(call.request)
    repeated = call.request.headers.get("Idempotency-Key", "")
    return JsonBody(
        values=parse_object(body),
        base=call.origin.base,
        hash=hashlib.sha256(body).hexdigest(),
        # A malformed one is ignored.
        idempotency_key=repeated if _IDEMPOTENCY_KEY.fullmatch(repeated) else None,
        release=call.request[ROOM].release if ROOM in call.request else lambda: None,
    )


async def read_request(call: Call, table: Table) -> RequestBody:
    """Read the call's body against `table`. Raises what `read_json` raises."""
    return (await read_json(call)).against(table)
