"""One request for a picture, read from a call. Knows no provider."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.errors import FieldsRefused
from api.inputs.forms import MEDIA_TYPE, parse_form
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

    def check(self) -> None:
        """Raise `FieldsRefused` where a field is not valid: for providers that make no job of such a request."""
        if self.reading.problems:
            raise FieldsRefused(self.reading.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRequest:
    """What is submitted: who asks, for what, and how. `start_within_s` and `lifetime_s` None leave it to the server.

    Without `keeps_fields` what was asked is forgotten when it has ended.
    """

    key: ApiKey
    body: RequestBody
    webhook: WebhookTarget | None = None
    is_low: bool = False
    start_within_s: float | None = None
    lifetime_s: float | None = None
    keeps_fields: bool = True


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A body that is JSON, or a form, not yet read against a table. `release` gives back the room that it takes."""

    values: dict[str, Any]
    base: str
    hash: str
    idempotency_key: str | None
    release: Callable[[], None]
    is_form: bool = False  # its numbers are text

    def against(self, table: Table, within: str | None = None) -> RequestBody:
        """Read the fields of `table`; `within` names the object that holds them, where the body itself does not."""
        fields = self.values if within is None else self.values.get(within)
        reading = read(table, fields if isinstance(fields, Mapping) else {}, is_lax=table.is_lax or self.is_form)

        def forget() -> None:
            self.values.clear()
            reading.forget_inputs()
            self.release()

        return RequestBody(reading, self.base, self.hash, self.idempotency_key, forget)


async def read_json(call: Call, *, takes_forms: bool = False) -> JsonBody:
    """Read the call's body: JSON, or with `takes_forms` a form, too. Raises `BodyRefused`, `BodyTooBig`."""
    body = await read_bytes(call.request)
    repeated = call.request.headers.get("Idempotency-Key", "")
    is_form = takes_forms and call.request.content_type == MEDIA_TYPE
    values: dict[str, Any] = dict(await parse_form(body, call.request.headers)) if is_form else parse_object(body)
    if is_form:  # what parts a form is another one each time
        body = json.dumps(values, sort_keys=True).encode()
    return JsonBody(
        values=values,
        is_form=is_form,
        base=call.origin.base,
        hash=hashlib.sha256(body).hexdigest(),
        # A malformed one is ignored.
        idempotency_key=repeated if _IDEMPOTENCY_KEY.fullmatch(repeated) else None,
        release=call.request[ROOM].release if ROOM in call.request else lambda: None,
    )


async def read_request(call: Call, table: Table, *, takes_forms: bool = False) -> RequestBody:
    """Read the call's body against `table`. Raises what `read_json` raises."""
    return (await read_json(call, takes_forms=takes_forms)).against(table)
