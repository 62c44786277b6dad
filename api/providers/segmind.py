"""Segmind's service. v1: one call, the picture in the answer. v2: a request that is asked for until it has ended."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from aiohttp import web

from api.answers import Failure, json_answer
from api.docs import examples
from api.docs.openapi import OpenApiPart, answered, body, operation
from api.docs.page import TryIt
from api.docs.schemas import TEXT, UUID, Json, ref
from api.inputs.table import FieldKind, Table
from api.jobs.caller_note import CallerNote, failure_of
from api.jobs.ids import request_id_of
from api.jobs.request import PictureRequest, read_request
from api.providers.fields import EXAMPLE_PHOTO, field, negative, number, seed, strengths, upscaling, whole
from api.providers.header_key import HeaderKeyProvider
from api.providers.provider import FacadeContext
from api.server.routing import Call, Route, Site
from engine.model import FACE, ResultFile
from engine.models import FACE_TO_STICKER
from service.errors import NoSuchJob
from storage.records import Job, JobStatus

WAIT_S: Final = 300.0  # then 504, and the job is cancelled
CREDITS: Final = "1000000"  # Segmind counts money, and its clients read a number
_SLUG: Final = "face-to-sticker"
_WORDS: Final = {
    JobStatus.QUEUED: "QUEUED",
    JobStatus.RUNNING: "PROCESSING",
    JobStatus.DONE: "COMPLETED",
    JobStatus.FAILED: "FAILED",
    JobStatus.CANCELLED: "FAILED",
}
_SENTENCES: Final = {
    "unauthorized": "Missing Authorization or x-api-key in header",
    "key_unknown": "Unauthorized. API key is invalid or may have expired.",
}

SEGMIND_FACE_TO_STICKER: Final = Table(
    provider="segmind",
    path="v1/face-to-sticker",
    component="SegmindSticker",
    model=FACE_TO_STICKER.name,
    title="Face to Sticker",
    description="Make a sticker of the face in a photo; the answer is the picture.",
    fields=(
        field("image", FieldKind.IMAGE, "The photo: an address, a data URI, or plain base64.", is_required=True,
              input=FACE, example=EXAMPLE_PHOTO),
        field("prompt", FieldKind.STRING, "What the sticker should show.", "a person"),
        negative(),
        whole("steps", "Steps of denoising.", 20, 1, 50, "steps"),
        number("prompt_strength", "How strictly the prompt is followed.", 7.0, 0, 20, "guidance"),
        *strengths(instant_id=1.0),
        whole("width", "Width in px.", 1024, 256, 2048, "width"),
        whole("height", "Height in px.", 1024, 256, 2048, "height"),
        *upscaling(most_steps=50),
        seed(minimum=-1),
        field("base64", FieldKind.BOOLEAN, "Answer JSON with the picture in base64.", False),
    ),
)  # fmt: skip


class Segmind(HeaderKeyProvider):
    """The provider."""

    name = "segmind"
    title = "Segmind"
    tables = (SEGMIND_FACE_TO_STICKER,)
    key_header = "x-api-key"
    statuses: ClassVar = {"cancelled": 500, "unsupported_model": 404, "engine_unavailable": 502, "engine_dead": 502}
    cors_response_headers = ("x-request-id", "x-seed-value", "x-remaining-credits")

    def refuse(self, failure: Failure) -> web.Response:
        """Return status and sentence."""
        return json_answer({"error": _SENTENCES.get(failure.code, failure.message)}, self.status_of(failure))

    def sites(self, context: FacadeContext) -> Sequence[Site]:
        return [Site(self.name, self, "", SegmindEndpoints(context).routes(), ("api.segmind.com",))]

    def webhooks(self, context: FacadeContext) -> None:
        return None

    def openapi(self) -> OpenApiPart:
        """Return the operations of both versions."""
        fields = {"image": {"type": "string", "contentEncoding": "base64"}, "seed": {"type": "integer"}}
        png = {"type": "string", "contentMediaType": "image/png"}
        picture = {
            "description": "The sticker without its background",
            "content": {
                "image/png": {"schema": png},
                "application/json": {"schema": {"type": "object", "properties": fields}},
            },
        }
        asked = body(SEGMIND_FACE_TO_STICKER, takes_forms=True)
        draw = operation(self.name, "Face to sticker", self.responses({"200": picture}), requestBody=asked)
        queued = self.responses({"200": answered("Queued", ref("SegmindRequest"))})
        submit = operation(self.name, "Face to sticker, without waiting", queued, requestBody=asked)
        so_far = {"200": answered("So far", ref("SegmindRequest")), "422": answered("Failed", ref("SegmindRequest"))}
        number = {"name": "request_id", "in": "path", "required": True, "schema": UUID}
        status = operation(self.name, "How far it is", self.responses(so_far), parameters=[number])
        result = operation(self.name, "What it gave", self.responses(so_far), parameters=[number])
        paths = {
            f"/v1/{_SLUG}": {"post": draw},
            f"/v2/{_SLUG}": {"post": submit},
            "/v2/requests/{request_id}/status": {"get": status},
            "/v2/requests/{request_id}": {"get": result},
        }
        return OpenApiPart(self.security, paths, {"SegmindRequest": _REQUEST})

    def usage(self, table: Table, base: str, response_form: str | None) -> str:
        form = ", as JSON in base64" if response_form == "json" else ""
        return (
            f"<code>POST {base}/{table.path}</code>, JSON or a form with the photo as a file. The answer is the "
            f"picture{form}; <code>Accept</code> decides otherwise. <code>POST {base}/v2/{_SLUG}</code> does not wait: "
            "ask its <code>status_url</code>, then its <code>response_url</code>."
        )

    def examples(self, table: Table, base: str) -> Sequence[tuple[str, str]]:
        url, sent = f"{base}/{table.path}", table.example
        save = "open('sticker.png', 'wb').write(answer.content)"
        return (
            ("curl", examples.curl(url, self.shown_key, sent, out="sticker.png")),
            ("Python", examples.python(url, self.key_header, sent, use=save)),
            ("JavaScript", examples.javascript(url, self.key_header, sent, use="await answer.blob()")),
        )

    def try_it(self, table: Table) -> TryIt:
        return TryIt(f"/{table.path}")


SEGMIND: Final = Segmind()
_REQUEST: Final[Json] = {
    "type": "object",
    "required": ["request_id", "status"],
    "properties": {
        "request_id": UUID,
        "status": {"type": "string", "enum": list(dict.fromkeys(_WORDS.values()))},
        "poll_url": TEXT,
        "status_url": TEXT,
        "response_url": TEXT,
        "output": TEXT,
        "seed": {"type": "integer"},
        "error": TEXT,
        "metrics": {"type": "object"},
    },
}


class SegmindEndpoints:
    """The handlers."""

    def __init__(self, context: FacadeContext) -> None:
        self._context = context

    def routes(self) -> list[Route]:
        return [
            Route("POST", f"/v1/{_SLUG}", self.draw),
            Route("POST", f"/v2/{_SLUG}", self.submit),
            Route("GET", "/v2/requests/{id:id}/status", self.status),
            Route("GET", "/v2/requests/{id:id}", self.result),
            Route("GET", "/v1/requests/{id:id}", self.result),
            Route("POST", "/v1/{model:word}", self.no_such_model),
            Route("POST", "/v2/{model:word}", self.no_such_model),
        ]

    async def no_such_model(self, call: Call) -> web.StreamResponse:
        """Answer 404; a key is asked for first, as Segmind does."""
        await self._context.authenticator.authenticate(call, SEGMIND)
        return SEGMIND.refuse(Failure("no_such_endpoint"))

    async def draw(self, call: Call) -> web.StreamResponse:
        """Draw, wait, answer with the sticker without its background."""
        asked = await self._read(call)
        wants_base64 = asked.body.reading.values["base64"]
        try:
            async with asyncio.timeout(WAIT_S):
                ended = await self._context.submitter.draw(asked)
        except TimeoutError:  # which has cancelled the job
            return SEGMIND.refuse(Failure("generation_timeout"))
        response = await self._render(ended, call, wants_base64=wants_base64)
        response.headers["x-request-id"] = request_id_of(ended)
        response.headers["x-seed-value"] = str(ended.seed)
        response.headers["x-remaining-credits"] = CREDITS
        return response

    async def submit(self, call: Call) -> web.StreamResponse:
        """Write the job and answer where to ask for it."""
        asked = await self._read(call)
        job = await self._context.submitter.submit(asked)
        poll = call.origin.url(SEGMIND.name, f"/v1/requests/{request_id_of(job)}")
        return json_answer({"request_id": request_id_of(job), "status": "QUEUED", "poll_url": poll, **_urls(call, job)})

    async def status(self, call: Call) -> web.StreamResponse:
        """Answer how far a request is."""
        return await self._show(call, with_output=False)

    async def result(self, call: Call) -> web.StreamResponse:
        """Answer what a request gave, or how far it is."""
        return await self._show(call, with_output=True)

    async def _read(self, call: Call) -> PictureRequest:
        key = await self._context.authenticator.authenticate(call, SEGMIND)
        await self._context.submitter.admit(key, call.request.headers.get("Idempotency-Key"))
        body = await read_request(call, SEGMIND_FACE_TO_STICKER, takes_forms=True)
        body.check()
        return PictureRequest(key=key, body=body)

    async def _render(self, ended: Job, call: Call, *, wants_base64: bool) -> web.Response:
        if failure := failure_of(ended):
            return SEGMIND.refuse(failure)
        png = await self._context.service.result_file(ended, ResultFile.CUTOUT)
        accept = call.request.headers.get("Accept", "").lower()
        # Segmind's page says image, its sample JSON: the operator decides for callers that do not.
        is_json = self._context.response_forms.get(SEGMIND.name) == "json" and "image/" not in accept
        if wants_base64 or "application/json" in accept or is_json:
            return json_answer({"image": base64.b64encode(png).decode("ascii"), "seed": ended.seed})
        return web.Response(body=png, content_type="image/png")

    async def _show(self, call: Call, *, with_output: bool) -> web.Response:
        """Answer how a request stands: 422 where it failed, as Segmind's gateway does."""
        context, request_id = self._context, call.match["id"]
        key = await context.authenticator.authenticate(call, SEGMIND)
        context.rate_limits.poll(key)
        try:
            job = await context.submitter.own(key, request_id)
            if CallerNote.of(job).provider != SEGMIND.name:
                raise NoSuchJob(request_id)
        except NoSuchJob:
            return json_answer({"error": f"Request {request_id} not found"}, 404)
        request_id, word = request_id_of(job), _WORDS[job.status]
        shown: dict[str, Any] = {"request_id": request_id, "status": word, "metrics": _metrics(job)}
        if not job.status.is_final:
            return json_answer({**shown, **_urls(call, job)})
        if failure := failure_of(job):
            return json_answer({**shown, "error": failure.message}, 422)
        if with_output:
            shown |= {"output": context.files.result_url(job, ResultFile.CUTOUT), "seed": job.seed}
        return json_answer(shown)


def _urls(call: Call, job: Job) -> dict[str, str]:
    url = call.origin.url(SEGMIND.name, f"/v2/requests/{request_id_of(job)}")
    return {"status_url": f"{url}/status", "response_url": url}


def _metrics(job: Job) -> dict[str, Any]:
    """Return the seconds of a request that has ended; what never started has no `queue_time`."""
    if job.finished_at is None:
        return {}
    seconds = {"inference_time": job.result.seconds if job.result else 0.0}
    if job.claimed_at is not None:
        seconds["queue_time"] = round(job.claimed_at - job.created_at, 4)
    return {**seconds, "total_time": round(job.finished_at - job.created_at, 4)}
