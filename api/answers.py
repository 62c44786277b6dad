"""Error codes and what a caller is told: one status, one word that programs compare, one sentence.

Nothing here depends on exception text. A provider puts it into an envelope of its own. Knows no provider.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from aiohttp import web

from api.inputs.table import ARCHIVE, Problem
from engine.model import FACE

INTERNAL: Final = "internal"
INVALID_INPUT = 422  # of whatever is wrong with the input; some providers say 400


@dataclass(frozen=True, slots=True)
class Answer:
    """What an error code means to a caller. `type` is the word that programs compare.

    `input` is the model's name of the input at fault, "" for the whole body.
    """

    status: int
    type: str
    message: str
    input: str = ""


def _photo(kind: str, message: str) -> Answer:
    return Answer(INVALID_INPUT, kind, message, input=FACE)


def _archive(kind: str, message: str) -> Answer:
    return Answer(INVALID_INPUT, kind, message, input=ARCHIVE)


def _busy(message: str) -> Answer:
    return Answer(429, "rate_limited", message)


_BROKEN = Answer(500, "runner_server_error", "The picture could not be made. This is our fault, not your input's.")
_UNREADABLE = "The file could not be read as a picture."

# Complete over the error trees of the API, the engine, the service and the storage; a test compares.
ANSWERS: Final[Mapping[str, Answer]] = {
    # who is calling
    "unauthorized": Answer(401, "unauthorized", "No valid key was given."),
    "key_unknown": Answer(401, "unauthorized", "No valid key was given."),
    "forbidden": Answer(403, "forbidden", "This key may not use this service."),
    "no_such_endpoint": Answer(404, "not_found", "There is nothing at this address."),
    "no_such_job": Answer(404, "not_found", "There is no request of this id."),
    "method_not_allowed": Answer(405, "method_not_allowed", "This address does not take this method."),
    # how much
    "rate_limited": _busy("Too many requests: slow down."),
    "too_many_jobs": _busy("This key has as many requests waiting as it may have."),
    "daily_limit": _busy("This key has made as many pictures today as it may make."),
    "queue_full": _busy("The queue is full: try again in a minute."),
    # the body
    "bad_request": Answer(INVALID_INPUT, "json_invalid", "The body is no JSON object."),
    "body_too_big": Answer(413, "body_too_big", "The body is too large."),
    "bad_input": Answer(INVALID_INPUT, "value_error", "The input is not valid."),
    "parameter_refused": Answer(INVALID_INPUT, "value_error", "A parameter is not valid."),
    "bad_seed": Answer(INVALID_INPUT, "value_error", "The seed is not valid."),
    "unknown_style": Answer(INVALID_INPUT, "value_error", "There is no such style."),
    "bad_webhook": Answer(400, "bad_request", "The webhook's address cannot be used."),
    "address_refused": Answer(400, "bad_request", "The address cannot be used."),
    "bad_timeout": Answer(400, "bad_request", "The request timeout must be a number of seconds above 0.1."),
    "bad_target": Answer(400, "bad_request", "x-fal-target-url names no address that is served here."),
    "key_reused": Answer(INVALID_INPUT, "value_error", "This idempotency key was used with another body."),
    # the files it names
    "download_failed": _photo("file_download_error", "The file could not be downloaded."),
    "data_uri_invalid": _photo("file_download_error", "The data URI could not be read."),
    "photo_gone": _photo("file_download_error", "The file is not here any more."),
    "file_gone": _photo("file_download_error", "The file is not here any more."),
    "photo_empty": _photo("image_load_error", "The file is empty."),
    "photo_truncated": _photo("image_load_error", "The picture ends early or is damaged."),
    "photo_animated": _photo("unsupported_image_format", "The picture moves: a still one is needed."),
    "not_a_photo": _photo("image_load_error", _UNREADABLE),
    "photo_refused": _photo("image_load_error", _UNREADABLE),
    "photo_unusable": _photo("image_load_error", _UNREADABLE),
    "photo_too_small": _photo("image_too_small", "The picture is too small to hold a face."),
    "photo_too_many_pixels": _photo("image_too_large", "The picture has too many pixels."),
    "photo_too_big": _photo("file_too_large", "The file is too large: at most 20 MB."),
    "no_face": _photo("face_detection_error", "No face was found in the picture."),
    "archive_unsupported": _archive("unsupported_archive_format", "The archive is no zip file."),
    "archive_invalid": _archive("invalid_archive", "The archive is damaged, encrypted or holds what is no picture."),
    "archive_too_big": _archive("file_too_large", "The archive is too large."),
    "archive_too_many": _archive("archive_file_count_exceeds", "The archive holds too many pictures."),
    "archive_empty": _archive("archive_file_count_below_minimum", "The archive holds no picture."),
    # how the job ended
    "cancelled": Answer(499, "client_cancelled", "The request was cancelled."),
    "start_timeout": Answer(504, "request_timeout", "The request did not start in time."),
    "generation_timeout": Answer(504, "generation_timeout", "The picture was not ready in time."),
    # 501 and no 503: the clients would try again, and a missing model does not come back
    "unsupported_model": Answer(501, "model_not_loaded", "This server does not have this model loaded."),
    "engine_unavailable": Answer(503, "runner_connection_error", "The engine is not available."),
    "engine_lost": Answer(503, "runner_connection_error", "The engine is not available."),
    "engine_dead": Answer(503, "runner_connection_error", "The engine is not available."),
    "database_busy": Answer(503, "internal_error", "The server is busy: try again."),
    "files_unreachable": Answer(503, "internal_error", "The store of files does not answer: try again."),
    "disk_full": Answer(503, "internal_error", "The server has no room left."),
    "storage_error": Answer(500, "internal_error", "The server could not keep the request."),
    "schema_too_new": Answer(500, "internal_error", "The server could not keep the request."),
    "database_broken": Answer(500, "internal_error", "The server could not keep the request."),
    "text_unwritable": _BROKEN,  # no provider has text on pictures
    "drawing_failed": _BROKEN,
    "engine_error": _BROKEN,
    "service_error": _BROKEN,
    "api_error": _BROKEN,
    "crashed": _BROKEN,
    INTERNAL: _BROKEN,
}


def answer(code: str) -> Answer:
    """Return what `code` means; an unknown one is our own bug and reads like one."""
    return ANSWERS.get(code, _BROKEN)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request gave no picture: an error code, and for "bad_input" what is wrong with which field.

    `fields` maps the model's inputs to the provider's names of them.
    """

    code: str
    problems: Sequence[Problem] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """Return one sentence, for providers that have only room for one."""
        if self.problems:
            return "; ".join(f"{'.'.join(each.path)}: {each.message}" for each in self.problems)
        return answer(self.code).message

    @property
    def field_name(self) -> str:
        """Return the provider's name of the input at fault, "" for the whole body."""
        at_fault = answer(self.code).input
        # What cannot be downloaded is told as a photo's fault; where only an archive is asked for, it is the archive's.
        return (self.fields.get(at_fault) or self.fields.get(ARCHIVE) or "") if at_fault else ""


class Envelope(Protocol):
    """How a provider says no: `refuse` renders a failure, `default_headers` go with every answer that lacks them."""

    def refuse(self, failure: Failure) -> web.Response: ...

    def default_headers(self) -> Mapping[str, str]: ...


class PlainEnvelope:
    """The server's own, for paths that are no provider's."""

    def refuse(self, failure: Failure) -> web.Response:
        """Return status and sentence."""
        known = answer(failure.code)
        return json_answer({"error": known.message}, known.status)

    def default_headers(self) -> Mapping[str, str]:
        return {}


def refusal(envelope: Envelope, failure: Failure, *, retry_after_s: float | None = None) -> web.Response:
    """Return the answer that says why not, in the provider's words; a 429 says when to come back."""
    response = envelope.refuse(failure)
    if response.status == 429:
        response.headers["Retry-After"] = str(max(1, math.ceil(retry_after_s or 1)))
    return response


def json_answer(body: object, status: int = 200) -> web.Response:
    """Return `body` as JSON in ASCII; lone surrogates a caller gave us come back escaped instead of breaking it."""
    return web.Response(
        body=json.dumps(body, separators=(",", ":"), allow_nan=False).encode("ascii"),
        status=status,
        content_type="application/json",
    )
