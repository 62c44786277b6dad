"""What fal's clients are answered: outputs, errors, webhook bodies. Pure functions of the job's row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.answers import INTERNAL, INVALID_INPUT, Failure, answer
from api.docs.schemas import Json, ref
from api.files.public import PublicFiles
from api.jobs.caller_note import CallerNote, failure_of
from api.jobs.ids import request_id_of
from api.providers.fal.tables import FAL_FACE_ID, FAL_FACE_TO_STICKER, FAL_PHOTOMAKER
from engine.model import MOST_PICTURES, ResultFile, numbered
from storage.records import Job, JobResult

Images = Callable[[str], dict[str, Any]]  # a result file as fal's Image object


def _sticker(job: Job, result: JobResult, image: Images) -> dict[str, Any]:
    sticker, cutout, is_flagged = image(ResultFile.PICTURE), image(ResultFile.CUTOUT), not result.is_safe
    return {
        "images": [sticker, cutout],
        "sticker_image": sticker,
        "sticker_image_background_removed": cutout,
        "seed": job.seed,
        "has_nsfw_concepts": {"sticker_image": is_flagged, "sticker_image_background_removed": is_flagged},
    }


def _one_image(job: Job, result: JobResult, image: Images) -> dict[str, Any]:
    # fal answers one of the samples and does not say which: here it is the likest, and all of them beside it.
    return {"image": image(ResultFile.PICTURE), **_images(job, result, image)}


def _images(job: Job, result: JobResult, image: Images) -> dict[str, Any]:
    names = (numbered(ResultFile.PICTURE, number) for number in range(1, MOST_PICTURES + 1))
    return {"images": [image(name) for name in names if name in result.files], "seed": job.seed}


@dataclass(frozen=True, slots=True)
class Output:
    """An app's output, and the schema of its properties."""

    render: Callable[[Job, JobResult, Images], dict[str, Any]]
    properties: Mapping[str, Json]


_IMAGE_LIST: Final[Json] = {"type": "array", "items": ref("Image")}
_INTEGER: Final[Json] = {"type": "integer"}
_FLAG: Final[Json] = {"type": "boolean"}
OUTPUTS: Final[Mapping[str, Output]] = {  # by the table's path
    FAL_FACE_TO_STICKER.path: Output(
        _sticker,
        {
            "images": _IMAGE_LIST,
            "sticker_image": ref("Image"),
            "sticker_image_background_removed": ref("Image"),
            "seed": _INTEGER,
            "has_nsfw_concepts": {
                "type": "object",
                "properties": {"sticker_image": _FLAG, "sticker_image_background_removed": _FLAG},
            },
        },
    ),
    FAL_FACE_ID.path: Output(_one_image, {"image": ref("Image"), "images": _IMAGE_LIST, "seed": _INTEGER}),
    FAL_PHOTOMAKER.path: Output(_images, {"images": _IMAGE_LIST, "seed": _INTEGER}),
}


def result(job: Job, files: PublicFiles) -> tuple[int, dict[str, Any]]:
    """Return (status, body) of an ended job, as the sync call and the result call answer it."""
    made = job.result
    if made is None:
        return error(failure_of(job) or Failure(INTERNAL))

    def image(name: str) -> dict[str, Any]:
        url, facts = files.result_url(job, name), made.files[name]
        return {
            "url": url,
            "content_type": "image/png",
            "file_name": url.rpartition("/")[2],
            "file_size": facts.bytes,
            "width": facts.width,
            "height": facts.height,
        }

    return 200, OUTPUTS[CallerNote.of(job).path].render(job, made, image)


def webhook(job: Job, files: PublicFiles) -> dict[str, Any]:
    """Return what a webhook brings at the end."""
    status, payload = result(job, files)
    is_ok = status == 200
    return {
        "request_id": request_id_of(job),
        "gateway_request_id": request_id_of(job),
        "status": "OK" if is_ok else "ERROR",
        "error": None if is_ok else f"Invalid status code: {status}",
        "payload": payload,
    }


def error(failure: Failure) -> tuple[int, dict[str, Any]]:
    """Return (status, body): a list of details for what is wrong with the input, else a sentence and a type."""
    known = answer(failure.code)
    if known.status != INVALID_INPUT:
        return known.status, {"detail": known.message, "error_type": known.type}
    if failure.problems:
        details = []
        for each in failure.problems:
            context = {"ctx": dict(each.context)} if each.context else {}
            details.append({"loc": ["body", *each.path], "msg": each.message, "type": each.type, **context})
        return INVALID_INPUT, {"detail": details}
    loc = ["body", failure.field_name] if failure.field_name else ["body"]
    return INVALID_INPUT, {"detail": [{"loc": loc, "msg": known.message, "type": known.type}]}


def error_words(failure: Failure) -> tuple[str, str]:
    """Return (sentence, type) of a failed request, as the status has them."""
    if failure.problems:
        return failure.problems[0].message, failure.problems[0].type
    known = answer(failure.code)
    return known.message, known.type
