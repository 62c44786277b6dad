"""Pixazo's service: generate, then ask for the prediction or be called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from aiohttp import web

from api.answers import Failure, json_answer, refusal
from api.inputs.table import EVENTS
from api.jobs.submit import request_id_of
from api.providers.context import Gate
from api.providers.outcome import joined, pixazo_input, pixazo_time
from api.providers.tables import PIXAZO_FACE_TO_STICKER
from api.server.body import parse_object, read_bytes
from api.server.routing import Call, Route
from service.errors import NoSuchJob

PROVIDER: Final = "pixazo"
PREFIX: Final = "/face-sticker"
BASE: Final = "/v1/face-to-sticker"


class Pixazo:
    """The handlers of Pixazo's gateway."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def routes(self) -> list[Route]:
        return [
            Route("POST", f"{BASE}/generate", self.generate),
            Route("POST", f"{BASE}/prediction", self.prediction),
        ]

    async def generate(self, call: Call) -> web.StreamResponse:
        """Write the job and answer its id."""
        gate = self._gate
        key = await gate.doorman.admit(call, PROVIDER)
        gate.throttle.submit(key)
        ask = await gate.read(call, key, PIXAZO_FACE_TO_STICKER)
        if ask.reading.problems:
            return refusal(PROVIDER, Failure("bad_input", ask.reading.problems))
        job = await gate.orders.submit(replace(ask, webhook=self._webhook(ask.reading.values)))
        return json_answer(
            {
                "success": True,
                "request_id": request_id_of(job),
                "status": "starting",
                "input": pixazo_input(job),
                "created_at": pixazo_time(job.created_at),
            }
        )

    def _webhook(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        url, wanted = values["webhook"], values["webhook_events_filter"]
        if not url:
            return None
        return self._gate.webhook(url, PROVIDER, EVENTS if "*" in wanted else wanted)

    async def prediction(self, call: Call) -> web.StreamResponse:
        """How far a request is, and what it gave."""
        gate = self._gate
        key = await gate.doorman.admit(call, PROVIDER)
        gate.throttle.poll(key)
        body = parse_object(await read_bytes(call.request))
        request_id = body.get("request_id") if body.get("requestId") is None else body["requestId"]
        if not isinstance(request_id, str):
            return refusal(PROVIDER, Failure("bad_request"))
        job = await gate.orders.own(key, request_id)
        if job.note.get("provider") != PROVIDER:
            raise NoSuchJob(request_id)
        return json_answer(gate.outcomes.prediction(job, joined(gate.logs.lines(job))))
