"""Pixazo's service: generate, then ask for the prediction or be called. The form is that of Replicate's predictions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from api.answers import Failure, answer, json_answer
from api.docs import examples
from api.docs.openapi import OpenApiPart, answered, body, event, json_body, operation
from api.docs.page import TryIt
from api.docs.schemas import TEXT, UUID, Json, ref
from api.files.public import PublicFiles
from api.inputs.table import EVENTS, FieldKind, Table
from api.jobs.caller_note import CallerNote, WebhookTarget
from api.jobs.ids import request_id_of
from api.jobs.logs import JobLogs
from api.jobs.request import PictureRequest, read_request
from api.providers import predictions
from api.providers.fields import EXAMPLE_PHOTO, field, negative, number, seed, strengths, upscaling, whole
from api.providers.header_key import HeaderKeyProvider
from api.providers.provider import FacadeContext
from api.server.body import parse_object, read_bytes
from api.server.routing import Call, Route, Site
from engine.model import FACE
from engine.models import FACE_TO_STICKER
from service.errors import NoSuchJob
from storage.records import Job

PREFIX: Final = "/face-sticker"
BASE: Final = "/v1/face-to-sticker"
# Pixazo's programs compare these sentences; what we know beyond them stands in "details".
SENTENCES: Final = {
    400: "Invalid request parameters",
    401: "Invalid or missing authentication",
    403: "Access denied for this operation",
    404: "Endpoint not found",
    429: "Rate limit exceeded, please retry later",
    500: "An unexpected error occurred, please try again later",
}
_SCHEMAS: Final[Mapping[str, Json]] = {
    "PixazoStarted": {
        "type": "object",
        "required": ["success", "request_id", "status"],
        "properties": {
            "success": {"type": "boolean"},
            "request_id": UUID,
            "status": TEXT,
            "input": {"type": "object"},
            "created_at": TEXT,
        },
    },
    "PixazoPrediction": {
        "type": "object",
        "required": ["success", "request_id", "status", "output"],
        "properties": {
            "success": {"type": "boolean"},
            "request_id": UUID,
            **predictions.SCHEMA,
        },
    },
}

PIXAZO_FACE_TO_STICKER: Final = Table(
    provider="pixazo",
    path="face-sticker/v1/face-to-sticker/generate",
    component="PixazoSticker",
    model=FACE_TO_STICKER.name,
    title="Face to Sticker",
    description="Make a sticker of the face in a photo; ask for the prediction, or be called.",
    fields=(
        field("image", FieldKind.IMAGE, "The photo's address.", is_required=True, input=FACE, example=EXAMPLE_PHOTO),
        field("prompt", FieldKind.STRING, "What the sticker should show.", "a person"),
        negative(),
        whole("width", "Width in px.", 1024, 256, 2048, "width"),
        whole("height", "Height in px.", 1024, 256, 2048, "height"),
        whole("steps", "Steps of denoising.", 20, 1, 50, "steps"),
        seed(),
        number("prompt_strength", "How strictly the prompt is followed.", 7.0, 0, 20, "guidance"),
        *strengths(instant_id=1.0),
        *upscaling(most_steps=50),
        field("webhook", FieldKind.URL, "Is called when something happens.", example="https://example.com/hook"),
        field("webhook_events_filter", FieldKind.EVENTS, 'Which events: start, output, logs, completed, or "*".',
               ["*"]),
    ),
)  # fmt: skip


class Pixazo(HeaderKeyProvider):
    """The provider."""

    name = "pixazo"
    title = "Pixazo"
    tables = (PIXAZO_FACE_TO_STICKER,)
    key_header = "Ocp-Apim-Subscription-Key"

    def refuse(self, failure: Failure) -> web.Response:
        """Return status, the sentence that programs compare, and ours."""
        status = self.status_of(failure)
        if failure.code == "no_such_job":
            return json_answer({"error": "Prediction not found"}, status)
        otherwise = SENTENCES[500] if status > 500 else answer(failure.code).message
        return json_answer({"error": SENTENCES.get(status, otherwise), "details": failure.message}, status)

    def sites(self, context: FacadeContext) -> Sequence[Site]:
        return [Site(self.name, self, PREFIX, PixazoEndpoints(context).routes(), ("gateway.pixazo.ai",))]

    def webhooks(self, context: FacadeContext) -> PixazoWebhooks:
        return PixazoWebhooks(context.files, context.logs)

    def openapi(self) -> OpenApiPart:
        """Return both operations, and what is posted to webhooks."""
        asked = {"type": "object", "required": ["requestId"], "properties": {"requestId": UUID}}
        started = self.responses({"200": answered("Started", ref("PixazoStarted"))})
        so_far = self.responses({"200": answered("So far", ref("PixazoPrediction"))})
        generate = operation(self.name, "Face to sticker", started, requestBody=body(PIXAZO_FACE_TO_STICKER))
        prediction = operation(self.name, "How far it is", so_far, requestBody=json_body(asked))
        paths = {f"{PREFIX}{BASE}/generate": {"post": generate}, f"{PREFIX}{BASE}/prediction": {"post": prediction}}
        webhook = event("Something happened to a request", ref("PixazoPrediction"))
        return OpenApiPart(self.security, paths, dict(_SCHEMAS), webhook)

    def usage(self, table: Table, base: str, response_form: str | None) -> str:
        return f"<code>POST {base}/{table.path}</code>, then <code>…/prediction</code> with <code>requestId</code>."

    def examples(self, table: Table, base: str) -> Sequence[tuple[str, str]]:
        url, sent = f"{base}/{table.path}", table.example
        return (
            ("curl", examples.curl(url, self.shown_key, sent)),
            ("Python", examples.python(url, self.key_header, sent, use="print(answer.json())")),
            ("JavaScript", examples.javascript(url, self.key_header, sent, use="await answer.json()")),
        )

    def try_it(self, table: Table) -> TryIt:
        return TryIt(f"/{table.path}", poll=f"{PREFIX}{BASE}/prediction")


PIXAZO: Final = Pixazo()


class PixazoEndpoints:
    """The handlers of Pixazo's gateway."""

    def __init__(self, context: FacadeContext) -> None:
        self._context = context

    def routes(self) -> list[Route]:
        return [
            Route("POST", f"{BASE}/generate", self.generate),
            Route("POST", f"{BASE}/prediction", self.prediction),
        ]

    async def generate(self, call: Call) -> web.StreamResponse:
        """Write the job and answer its id."""
        context = self._context
        key = await context.authenticator.authenticate(call, PIXAZO)
        await context.submitter.admit(key, call.request.headers.get("Idempotency-Key"))
        asked = await read_request(call, PIXAZO_FACE_TO_STICKER)
        asked.check()
        url, wanted, webhook = asked.reading.values["webhook"], asked.reading.values["webhook_events_filter"], None
        if url:
            context.poster.check(url)
            webhook = WebhookTarget(url, PIXAZO.name, EVENTS if "*" in wanted else tuple(wanted))
        job = await context.submitter.submit(PictureRequest(key=key, body=asked, webhook=webhook))
        return json_answer(
            {
                "success": True,
                "request_id": request_id_of(job),
                "status": "starting",
                "input": predictions.input_of(job),
                "created_at": predictions.timestamp(job.created_at),
            }
        )

    async def prediction(self, call: Call) -> web.StreamResponse:
        """Answer how far a request is, and what it gave."""
        context = self._context
        key = await context.authenticator.authenticate(call, PIXAZO)
        context.rate_limits.poll(key)
        asked = parse_object(await read_bytes(call.request))
        request_id = asked.get("request_id") if asked.get("requestId") is None else asked["requestId"]
        if not isinstance(request_id, str):
            return PIXAZO.refuse(Failure("bad_request"))
        job = await context.submitter.own(key, request_id)
        if CallerNote.of(job).provider != PIXAZO.name:
            raise NoSuchJob(request_id)
        return json_answer(_prediction(job, context.files, context.logs.text(job)))


class PixazoWebhooks:
    """Webhooks bring the prediction, with the lines so far until the end; the last attempt is about a minute after."""

    retry_pauses_s: Sequence[float] = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)

    def __init__(self, files: PublicFiles, logs: JobLogs) -> None:
        self._files = files
        self._logs = logs

    def render(self, job: Job) -> bytes:
        # The lines are in memory only: after a restart the end would read otherwise than in the attempt before.
        lines = "" if job.status.is_final else self._logs.text(job)
        return json.dumps(_prediction(job, self._files, lines), separators=(",", ":"), allow_nan=False).encode("ascii")

    def headers(self, job: Job, body: bytes) -> Mapping[str, str]:
        return {}


def _prediction(job: Job, files: PublicFiles, logs: str) -> dict[str, Any]:
    return {"success": True, "request_id": request_id_of(job), **predictions.prediction(job, files, logs)}
