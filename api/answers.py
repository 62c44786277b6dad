"""From an error's code to what each provider's programs are told: the one table of this entrance.

Nothing here depends on exception text: a code has one sentence, and providers have their own envelopes and statuses.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from api.inputs.table import Problem

INTERNAL: Final = "internal"
MODEL_ERROR = 422  # fal: what is wrong with the input; told as a list


@dataclass(frozen=True, slots=True)
class Answer:
    """What a code means to a caller. `fal_type` and `status` are fal's, `segmind` is that service's own word for it.

    `field` says which input is at fault: "photo", "archive" or "" for the whole body; a provider calls it its own name.
    """

    status: int
    fal_type: str
    message: str
    field: str = ""
    segmind: int | None = None

    def status_at(self, provider: str) -> int:
        """The status of a service other than fal: what is 422 there is 400 everywhere else."""
        own = self.segmind if provider == "segmind" else None
        return own or (400 if self.status == MODEL_ERROR else self.status)


def _photo(fal_type: str, message: str) -> Answer:
    return Answer(MODEL_ERROR, fal_type, message, field="photo")


def _archive(fal_type: str, message: str) -> Answer:
    return Answer(MODEL_ERROR, fal_type, message, field="archive")


def _busy(message: str) -> Answer:
    return Answer(429, "rate_limited", message)


_BROKEN = Answer(500, "runner_server_error", "The picture could not be made. This is our fault, not your input's.")
_UNREADABLE = "The file could not be read as a picture."

# Complete over the trees of the API, the engine, the service and the storage; a test compares.
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
    "bad_request": Answer(MODEL_ERROR, "json_invalid", "The body is no JSON object."),
    "body_too_big": Answer(413, "body_too_big", "The body is too large."),
    "bad_input": Answer(MODEL_ERROR, "value_error", "The input is not valid."),
    "parameter_refused": Answer(MODEL_ERROR, "value_error", "A parameter is not valid."),
    "bad_seed": Answer(MODEL_ERROR, "value_error", "The seed is not valid."),
    "unknown_style": Answer(MODEL_ERROR, "value_error", "There is no such style."),
    "bad_webhook": Answer(400, "bad_request", "The webhook's address cannot be used."),
    "bad_timeout": Answer(400, "bad_request", "The request timeout must be a number of seconds above 1."),
    "bad_target": Answer(400, "bad_request", "x-fal-target-url names no address that is served here."),
    "key_reused": Answer(MODEL_ERROR, "value_error", "This idempotency key was used with another body."),
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
    "cancelled": Answer(499, "client_cancelled", "The request was cancelled.", segmind=500),
    "start_timeout": Answer(504, "request_timeout", "The request did not start in time."),
    "generation_timeout": Answer(504, "generation_timeout", "The picture was not ready in time."),
    # 501 and no 503: the clients would try again, and a missing model does not come back
    "unsupported_model": Answer(501, "model_not_loaded", "This server does not have this model loaded.", segmind=404),
    "engine_unavailable": Answer(503, "runner_connection_error", "The engine is not available.", segmind=502),
    "engine_dead": Answer(503, "runner_connection_error", "The engine is not available.", segmind=502),
    "database_busy": Answer(503, "internal_error", "The server is busy: try again."),
    "disk_full": Answer(503, "internal_error", "The server has no room left."),
    "storage_error": Answer(500, "internal_error", "The server could not keep the request."),
    "schema_too_new": Answer(500, "internal_error", "The server could not keep the request."),
    "database_broken": Answer(500, "internal_error", "The server could not keep the request."),
    "drawing_failed": _BROKEN,
    "engine_error": _BROKEN,
    "service_error": _BROKEN,
    "api_error": _BROKEN,
    "crashed": _BROKEN,
    INTERNAL: _BROKEN,
}


def answer(code: str) -> Answer:
    """What `code` means; an unknown one is our own bug and reads like one."""
    return ANSWERS.get(code, _BROKEN)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request gave no picture: a code, and for "bad_input" what is wrong with which field.

    `fields` maps "photo" and "archive" to the provider's names of these inputs.
    """

    code: str
    problems: Sequence[Problem] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """One sentence, for providers that have only room for one."""
        if self.problems:
            return "; ".join(f"{'.'.join(each.path)}: {each.message}" for each in self.problems)
        return answer(self.code).message


def fal_answer(failure: Failure) -> tuple[int, dict[str, Any]]:
    """fal's (status, body): a list of details for what is wrong with the input, else a sentence and a type."""
    known = answer(failure.code)
    if known.status != MODEL_ERROR:
        return known.status, {"detail": known.message, "error_type": known.fal_type}
    if failure.problems:
        return MODEL_ERROR, {"detail": [_detail(each) for each in failure.problems]}
    # What cannot be downloaded is told as a photo's fault; where only an archive is asked for, it is the archive's.
    name = failure.fields.get(known.field) or failure.fields.get("archive") if known.field else None
    loc = ["body", name] if name else ["body"]
    return MODEL_ERROR, {"detail": [{"loc": loc, "msg": known.message, "type": known.fal_type}]}


def fal_error(failure: Failure) -> tuple[str, str]:
    """(sentence, type) of a failed request, as fal's status has them."""
    _, body = fal_answer(failure)
    detail = body["detail"]
    return (detail, body["error_type"]) if isinstance(detail, str) else (detail[0]["msg"], detail[0]["type"])


def _detail(problem: Problem) -> dict[str, Any]:
    detail: dict[str, Any] = {"loc": list(problem.loc), "msg": problem.message, "type": problem.type}
    return {**detail, "ctx": dict(problem.context)} if problem.context else detail


def segmind_answer(failure: Failure) -> tuple[int, dict[str, Any]]:
    """Segmind's (status, body)."""
    return answer(failure.code).status_at("segmind"), {"error": failure.message}


# Pixazo's programs compare these sentences; what we know beyond them stands in "details".
_PIXAZO: Final = {
    400: "Invalid request parameters",
    401: "Invalid or missing authentication",
    403: "Access denied for this operation",
    404: "Endpoint not found",
    429: "Rate limit exceeded, please retry later",
    500: "An unexpected error occurred, please try again later",
}
PREDICTION_NOT_FOUND: Final = "Prediction not found"


def pixazo_answer(failure: Failure) -> tuple[int, dict[str, Any]]:
    """Pixazo's (status, body)."""
    known = answer(failure.code)
    status = known.status_at("pixazo")
    if failure.code == "no_such_job":
        return status, {"error": PREDICTION_NOT_FOUND}
    known_sentence = _PIXAZO.get(status, _PIXAZO[500] if status > 500 else known.message)
    return status, {"error": known_sentence, "details": failure.message}


def plain_answer(failure: Failure) -> tuple[int, dict[str, Any]]:
    """What a path that is no provider's answers."""
    known = answer(failure.code)
    return known.status, {"error": known.message}


_ENVELOPES: Final = {"fal": fal_answer, "segmind": segmind_answer, "pixazo": pixazo_answer, "": plain_answer}


def refusal(provider: str, failure: Failure, *, retry_after_s: float | None = None) -> web.Response:
    """The answer that says why not, in `provider`'s words."""
    status, body = _ENVELOPES[provider](failure)
    response = json_answer(body, status)
    if provider == "fal":
        if isinstance(body.get("error_type"), str):
            response.headers["X-Fal-Error-Type"] = body["error_type"]
        response.headers["X-Fal-Retryable"] = "true" if status in (429, 503) else "false"
    if status == 429:
        response.headers["Retry-After"] = str(max(1, math.ceil(retry_after_s or 1)))
    return response


def json_answer(body: object, status: int = 200) -> web.Response:
    """JSON as UTF-8; lone surrogates a caller gave us come back escaped instead of breaking the answer."""
    return web.Response(
        body=json.dumps(body, separators=(",", ":"), allow_nan=False).encode("ascii"),
        status=status,
        content_type="application/json",
    )
