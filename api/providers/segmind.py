"""Segmind's service: one call, the picture in the answer."""

from __future__ import annotations

import asyncio
import base64
from typing import Final, Literal

from aiohttp import web

from api.answers import Failure, json_answer, refusal
from api.jobs.submit import failure_of, request_id_of
from api.providers.context import Gate
from api.providers.tables import SEGMIND_FACE_TO_STICKER
from api.server.routing import Call, Route
from engine.model import ResultFile
from storage.records import Job

PROVIDER: Final = "segmind"
WAIT_S: Final = 300.0  # then 504, and the job is cancelled
ResponseForm = Literal["image", "json"]


class Segmind:
    """`form` is how a picture is answered where the caller does not say: Segmind's page says image, its sample JSON."""

    def __init__(self, gate: Gate, form: ResponseForm) -> None:
        self._gate = gate
        self._form = form

    def routes(self) -> list[Route]:
        return [
            Route("POST", f"/{SEGMIND_FACE_TO_STICKER.path}", self.face_to_sticker),
            Route("POST", "/v1/{model:word}", self.no_such_model),
        ]

    async def no_such_model(self, call: Call) -> web.StreamResponse:
        """A key is asked for first, as Segmind does."""
        await self._gate.doorman.admit(call, PROVIDER)
        return refusal(PROVIDER, Failure("no_such_endpoint"))

    async def face_to_sticker(self, call: Call) -> web.StreamResponse:
        """Draw, wait, answer with the sticker without its background."""
        gate = self._gate
        key = await gate.doorman.admit(call, PROVIDER)
        gate.throttle.submit(key)
        ask = await gate.read(call, key, SEGMIND_FACE_TO_STICKER)
        if ask.reading.problems:
            return refusal(PROVIDER, Failure("bad_input", ask.reading.problems))
        try:
            async with asyncio.timeout(WAIT_S):
                ended = await gate.orders.draw(ask)
        except TimeoutError:  # which has cancelled the job
            return refusal(PROVIDER, Failure("generation_timeout"))
        return await self._answer(ended, wants_json=self._wants_json(call, ask.reading.values["base64"]))

    async def _answer(self, ended: Job, *, wants_json: bool) -> web.Response:
        if failure := failure_of(ended):
            return self._told(ended, refusal(PROVIDER, failure))
        png = await self._gate.service.result_file(ended, ResultFile.CUTOUT)
        if wants_json:
            picture = base64.b64encode(png).decode("ascii")
            return self._told(ended, json_answer({"image": picture, "seed": ended.seed}))
        return self._told(ended, web.Response(body=png, content_type="image/png"))

    def _wants_json(self, call: Call, is_base64: bool) -> bool:
        accept = call.request.headers.get("Accept", "").lower()
        if is_base64 or "application/json" in accept:
            return True
        return self._form == "json" and "image/" not in accept

    @staticmethod
    def _told(job: Job, response: web.Response) -> web.Response:
        response.headers["x-request-id"] = request_id_of(job)
        response.headers["x-remaining-credits"] = "unlimited"
        return response
