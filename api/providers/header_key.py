"""What providers share whose clients send the key alone in a header of its own, and who say 400 to invalid input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from api.access.authentication import Credentials
from api.answers import ANSWERS, INVALID_INPUT, Failure, answer
from api.docs.openapi import answered
from api.docs.schemas import Json, ref
from api.server.routing import Call


class HeaderKeyProvider:
    """Half of a `Provider`. `statuses` are those that differ from the table of answers, by error code."""

    key_header: ClassVar[str]
    statuses: ClassVar[Mapping[str, int]] = {}
    has_own_statuses = True
    cors_request_headers: tuple[str, ...] = ()
    cors_response_headers: tuple[str, ...] = ()

    @property
    def shown_key(self) -> str:
        return f"{self.key_header}: $KEY"

    @property
    def security(self) -> Json:
        """Return the security scheme of the OpenAPI document."""
        return {"type": "apiKey", "in": "header", "name": self.key_header}

    def credentials(self, call: Call) -> Credentials:
        """Read the header."""
        return Credentials(call.request.headers.get(self.key_header, ""))

    def default_headers(self) -> Mapping[str, str]:
        return {}

    def status_of(self, failure: Failure) -> int:
        """Return this provider's status of a failure."""
        status = answer(failure.code).status
        return self.statuses.get(failure.code) or (400 if status == INVALID_INPUT else status)

    def responses(self, answers: Json) -> Json:
        """Return the responses of an operation: `answers` and all that may go wrong."""
        statuses = sorted({self.status_of(Failure(code)) for code in ANSWERS})
        return {**{str(status): answered("Refused", ref("PlainError")) for status in statuses}, **answers}
