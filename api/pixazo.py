"""Pixazo's service: generate, then ask for the prediction or be called."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from aiohttp import web

from api.answers import Failure, json_answer, refusal
from api.body import parse_object, read_bytes
from api.gate import Gate
from api.orders import Ask, request_id_of
from api.outcome import joined, pixazo_input, pixazo_time
from api.reading import read
from api.sites import Call, Route
from api.tables import PIXAZO_FACE_TO_STICKER
from service.errors import NoSuchJob

PROVIDER: Final = "pixazo"
BASE: Final = "/face-sticker/v1/face-to-sticker"
ALL_EVENTS: Final = ("start", "output", "logs", "completed")


class Pixazo:
    """The handlers of Pixazo's gateway."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def routes(self) -> list[Route]:
        return [
            Route("POST", f"{BASE}/generate", self.generate, PROVIDER),
            Route("POST", f"{BASE}/prediction", self.prediction, PROVIDER),
            Route("POST", "/face-sticker/{rest:path}", self.elsewhere, PROVIDER),
        ]

    async def elsewhere(self, call: Call) -> web.StreamResponse:
        """A path of the gateway that is none."""
        return refusal(PROVIDER, Failure("no_such_endpoint"))

    async def generate(self, call: Call) -> web.StreamResponse:
        """Write the job and answer its id."""
        gate = self._gate
        key = await gate.doorman.admit(call, PROVIDER)
        gate.throttle.submit(key)
        raw = await read_bytes(call.request)
        reading = read(PIXAZO_FACE_TO_STICKER, parse_object(raw))
        if reading.problems:
            return refusal(PROVIDER, Failure("bad_input", reading.problems))
        ask = Ask(
            key=key,
            table=PIXAZO_FACE_TO_STICKER,
            reading=reading,
            base=call.origin.base,
            body_hash=hashlib.sha256(raw).hexdigest(),
            webhook=self._webhook(reading.values),
            idempotency_key=gate.idempotency_key(call.request.headers.get("Idempotency-Key")),
        )
        job = await gate.orders.submit(ask)
        return json_answer(
            {
                "success": True,
                "request_id": request_id_of(job),
                "status": "starting",
                "input": pixazo_input(job),
                "created_at": pixazo_time(job.created_at),
            }
        )

    def _webhook(self, values: Any) -> dict[str, Any] | None:
        url = values.get("webhook")
        if not url:
            return None
        wanted = values.get("webhook_events_filter") or ["*"]
        return self._gate.webhook(url, PROVIDER, ALL_EVENTS if "*" in wanted else wanted)

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
        if job.reply.get("provider") != PROVIDER:
            raise NoSuchJob(request_id)
        return json_answer(gate.outcomes.prediction(job, joined(gate.logs.lines(job))))
