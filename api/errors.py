"""Errors of the HTTP entrance itself, before or beside a job. `code` is what callers are told by (`api.answers`).

ApiError                       code                      meaning
├── Unauthorized               unauthorized              no key, or one nobody knows
├── Forbidden                  forbidden                 the key is good, but not for this provider
├── NoSuchEndpoint             no_such_endpoint          no such path, model or file
├── RateLimited                rate_limited              too many calls in a minute; `retry_after_s` says when
├── BodyRefused                bad_request               no JSON object, too deep, not finite, not UTF-8
│   └── BodyTooBig             body_too_big              more bytes than allowed
├── AddressRefused             address_refused           an address that this server does not call
├── WebhookRefused             bad_webhook               a webhook's address that may not be called
├── TargetRefused              bad_target                the proxy's header names no address that is served here
├── KeyReused                  key_reused                the same idempotency key with another body
├── BadTimeout                 bad_timeout               a request timeout that is no number of seconds above 1
├── FieldsRefused              bad_input                 fields of the body that are not valid; `problems` says why
└── InputRefused               bad_input                 a file the request names cannot be used
    ├── DownloadFailed         download_failed           its address does not give it
    ├── DataUriInvalid         data_uri_invalid          its data URI is broken
    ├── ArchiveUnsupported     archive_unsupported       no zip archive
    ├── ArchiveInvalid         archive_invalid           damaged, encrypted, lying, or holding what is no photo
    ├── ArchiveTooBig          archive_too_big           more bytes packed or unpacked than allowed
    ├── ArchiveTooMany         archive_too_many          more photos than allowed
    └── ArchiveEmpty           archive_empty             no photo in it
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from api.inputs.table import Problem


class ApiError(Exception):
    """Root of the tree; each provider turns `code` into its own words."""

    code: ClassVar[str] = "api_error"


class Unauthorized(ApiError):
    """No key, or one nobody knows."""

    code = "unauthorized"


class Forbidden(ApiError):
    """The key is good, but not for this provider."""

    code = "forbidden"


class NoSuchEndpoint(ApiError):
    """No such path, model or file."""

    code = "no_such_endpoint"


class RateLimited(ApiError):
    """Too many calls; the next may come in `retry_after_s` seconds."""

    code = "rate_limited"

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"again in {retry_after_s:.0f} s")
        self.retry_after_s = retry_after_s


class BodyRefused(ApiError):
    """The body is no JSON object this server reads; the message says why."""

    code = "bad_request"


class BodyTooBig(BodyRefused):
    """The body has more bytes than allowed."""

    code = "body_too_big"


class AddressRefused(ApiError):
    """The address is none that this server calls. The text names no host."""

    code = "address_refused"


class WebhookRefused(ApiError):
    """The webhook's address may not be called."""

    code = "bad_webhook"


class TargetRefused(ApiError):
    """The proxy's header names no address that is served here."""

    code = "bad_target"


class KeyReused(ApiError):
    """The idempotency key was used with another body."""

    code = "key_reused"


class BadTimeout(ApiError):
    """The request timeout is no number of seconds above 1."""

    code = "bad_timeout"


class FieldsRefused(ApiError):
    """Fields of the body are not valid."""

    code = "bad_input"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class InputRefused(ApiError):
    """A file that the request names cannot be used."""

    code = "bad_input"


class DownloadFailed(InputRefused):
    """The address does not give the file. The message is for the log and names no host."""

    code = "download_failed"


class DataUriInvalid(InputRefused):
    """The data URI is broken."""

    code = "data_uri_invalid"


class ArchiveUnsupported(InputRefused):
    """The file is no zip archive."""

    code = "archive_unsupported"


class ArchiveInvalid(InputRefused):
    """The archive is damaged, encrypted, lies about its sizes, or holds what is no photo."""

    code = "archive_invalid"


class ArchiveTooBig(InputRefused):
    """The archive has more bytes, packed or unpacked, than allowed."""

    code = "archive_too_big"


class ArchiveTooMany(InputRefused):
    """The archive holds more photos than allowed."""

    code = "archive_too_many"


class ArchiveEmpty(InputRefused):
    """The archive holds no photo."""

    code = "archive_empty"
