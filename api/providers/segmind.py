"""Segmind's service: one call, the picture in the answer."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from typing import ClassVar, Final

from aiohttp import web

from api.answers import Failure, json_answer
from api.docs import examples
from api.docs.openapi import OpenApiPart, body, operation
from api.inputs.table import FieldKind, Table
from api.jobs.caller_note import failure_of
from api.jobs.ids import request_id_of
from api.jobs.request import PictureRequest, read_request
from api.providers.fields import EXAMPLE_PHOTO, field, negative, number, seed, strengths, upscaling, whole
from api.providers.header_key import HeaderKeyProvider
from api.providers.provider import FacadeContext
from api.server.routing import Call, Route, Site
from engine.model import FACE, ResultFile
from engine.models import FACE_TO_STICKER
from storage.records import Job

WAIT_S: Final = 300.0  # then 504, and the job is cancelled

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
        seed(),
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
    cors_response_headers = ("x-request-id",)

    def refuse(self, failure: Failure) -> web.Response:
        """Return status and sentence."""
        return json_answer({"error": failure.message}, self.status_of(failure))

    def sites(self, context: FacadeContext) -> Sequence[Site]:
        return [Site(self.name, self, "", SegmindEndpoints(context).routes(), ("api.segmind.com",))]

    def webhooks(self, context: FacadeContext) -> None:
        return None

    def openapi(self) -> OpenApiPart:
        """Return the one operation."""
        fields = {"image": {"type": "string", "contentEncoding": "base64"}, "seed": {"type": "integer"}}
        png = {"type": "string", "contentMediaType": "image/png"}
        picture = {
            "description": "The sticker without its background",
            "content": {
                "image/png": {"schema": png},
                "application/json": {"schema": {"type": "object", "properties": fields}},
            },
        }
        post = operation(
            self.name,
            "Face to sticker",
            self.responses({"200": picture}),
            requestBody=body(SEGMIND_FACE_TO_STICKER),
        )
        return OpenApiPart(self.security, {f"/{SEGMIND_FACE_TO_STICKER.path}": {"post": post}})

    def usage(self, table: Table, base: str, response_form: str | None) -> str:
        form = ", as JSON in base64" if response_form == "json" else ""
        return (
            f"<code>POST {base}/{table.path}</code>. The answer is the picture{form}; "
            "<code>Accept</code> decides otherwise."
        )

    def examples(self, table: Table, base: str) -> Sequence[tuple[str, str]]:
        url, sent = f"{base}/{table.path}", table.example
        save = "open('sticker.png', 'wb').write(answer.content)"
        return (
            ("curl", examples.curl(url, self.shown_key, sent, out="sticker.png")),
            ("Python", examples.python(url, self.key_header, sent, use=save)),
            ("JavaScript", examples.javascript(url, self.key_header, sent, use="await answer.blob()")),
        )


SEGMIND: Final = Segmind()


class SegmindEndpoints:
    """The handlers."""

    def __init__(self, context: FacadeContext) -> None:
        self._context = context

    def routes(self) -> list[Route]:
        return [
            Route("POST", f"/{SEGMIND_FACE_TO_STICKER.path}", self.face_to_sticker),
            Route("POST", "/v1/{model:word}", self.no_such_model),
        ]

    async def no_such_model(self, call: Call) -> web.StreamResponse:
        """Answer 404; a key is asked for first, as Segmind does."""
        await self._context.authenticator.authenticate(call, SEGMIND)
        return SEGMIND.refuse(Failure("no_such_endpoint"))

    async def face_to_sticker(self, call: Call) -> web.StreamResponse:
        """Draw, wait, answer with the sticker without its background."""
        context = self._context
        key = await context.authenticator.authenticate(call, SEGMIND)
        await context.submitter.admit(key, call.request.headers.get("Idempotency-Key"))
        asked = await read_request(call, SEGMIND_FACE_TO_STICKER)
        if asked.reading.problems:
            return SEGMIND.refuse(Failure("bad_input", asked.reading.problems))
        try:
            async with asyncio.timeout(WAIT_S):
                ended = await context.submitter.draw(PictureRequest(key=key, body=asked))
        except TimeoutError:  # which has cancelled the job
            return SEGMIND.refuse(Failure("generation_timeout"))
        response = await self._render(ended, call, wants_base64=asked.reading.values["base64"])
        response.headers["x-request-id"] = request_id_of(ended)
        response.headers["x-remaining-credits"] = "unlimited"
        return response

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
