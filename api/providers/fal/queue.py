"""fal's queue and sync services: submit, status, status stream, result, cancel, run.

Facts about the clients that shape this file are in the comments; the protocol was read from fal_client 1.0.3 and
@fal-ai/client 1.10.1.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from api.access.authentication import Scheme
from api.answers import json_answer
from api.errors import BadTimeout, NoSuchEndpoint
from api.jobs.caller_note import WebhookTarget, failure_of
from api.jobs.ids import request_id_of
from api.jobs.request import PictureRequest, read_request
from api.providers.fal import output
from api.providers.fal.tables import table_of
from api.providers.fal.uploads import REQUESTING, lifetime_s
from api.providers.provider import FacadeContext
from api.server.routing import Call, Route
from service.errors import NoSuchJob
from service.events import EventKind, JobEvent
from storage.errors import StorageError
from storage.records import Job, JobStatus

PING_S: Final = 10.0  # proxies close a connection that is silent for longer
STREAM_S: Final = 3600.0  # a stream ends by then; the client asks again
STATUS_WORDS: Final = {JobStatus.QUEUED: "IN_QUEUE", JobStatus.RUNNING: "IN_PROGRESS"}
TRUE_WORDS: Final = ("1", "true", "yes")  # [js] sends 1, [py] true


class FalQueue:
    """The handlers of the sites "queue" and "run"."""

    def __init__(self, context: FacadeContext, scheme: Scheme) -> None:
        self._context = context
        self._scheme = scheme

    def submit_routes(self) -> list[Route]:
        return [Route("POST", "/{app:app}", self.submit)]

    def request_routes(self) -> list[Route]:
        request = "/{app:app}/requests/{id:id}"
        return [
            Route("GET", f"{request}/status", self.status),
            Route("GET", f"{request}/status/stream", self.stream),
            Route("GET", request, self.result),
            Route("PUT", f"{request}/cancel", self.cancel),
        ]

    def run_routes(self) -> list[Route]:
        return [Route("POST", "/{app:app}", self.run)]

    async def submit(self, call: Call) -> web.StreamResponse:
        """Write the job and say where it can be followed."""
        job = await self._context.submitter.submit(await self._read(call, call.query.get("fal_webhook")))
        body = await self._status(call, job, with_logs=False)
        # Always in the queue, also what has failed already: that is what clients read here.
        queued = {"status": "IN_QUEUE", "queue_position": body.get("queue_position", 0), "metrics": {}}
        return _answer(job, {name: body[name] for name in body if not name.startswith("error")} | queued, 200)

    async def run(self, call: Call) -> web.StreamResponse:
        """Submit to the same queue, and answer the picture."""
        ended = await self._context.submitter.draw(await self._read(call))
        return self._result(ended)

    async def _read(self, call: Call, webhook_url: str | None = None) -> PictureRequest:
        context, headers = self._context, call.request.headers
        key = await context.authenticator.authenticate(call, self._scheme, token_use=REQUESTING, app=call.match["app"])
        table = table_of(call.match["app"])
        if table is None:
            raise NoSuchEndpoint(call.match["app"])
        await context.submitter.admit(key, call.request.headers.get("Idempotency-Key"))
        start_within_s = _start_within_s(headers)
        if webhook_url:
            context.poster.check(webhook_url)
        return PictureRequest(
            key=key,
            body=await read_request(call, table),
            webhook=WebhookTarget(webhook_url, self._scheme.name) if webhook_url else None,
            is_low=headers.get("X-Fal-Queue-Priority", "").strip().lower() == "low",
            start_within_s=start_within_s,
            lifetime_s=lifetime_s(headers),
        )

    async def _own(self, call: Call, token_use: str | None = REQUESTING) -> Job:
        key = await self._context.authenticator.authenticate(
            call, self._scheme, token_use=token_use, app=call.match["app"]
        )
        self._context.rate_limits.poll(key)
        return await self._context.submitter.own(key, call.match["id"], call.match["app"])

    async def status(self, call: Call) -> web.StreamResponse:
        """Answer 202 while it waits or is drawn, 200 once it has ended: clients read the code, not only the word."""
        job = await self._own(call)
        body = await self._status(call, job, with_logs=_wants_logs(call.query))
        return _answer(job, body, 200 if job.status.is_final else 202)

    async def result(self, call: Call) -> web.StreamResponse:
        """Answer the output, under the job's own status code."""
        job = await self._own(call)
        if not job.status.is_final:
            # 400: the Python client tries 408, 409 and 429 again for a minute.
            return _answer(job, {"detail": "Request is still in progress"}, 400)
        return self._result(job)

    def _result(self, ended: Job) -> web.Response:
        status, body = output.result(ended, self._context.files)
        return _answer(ended, body, status)

    async def cancel(self, call: Call) -> web.StreamResponse:
        """Ask a job to stop; asked again, the answer is the same."""
        try:
            job = await self._own(call, token_use=None)
        except NoSuchJob:
            return json_answer({"status": "NOT_FOUND"}, 404)
        if job.status is not JobStatus.CANCELLED and not await self._context.service.cancel(job.owner, job.id):
            return _answer(job, {"status": "ALREADY_COMPLETED"}, 400)
        return _answer(job, {"status": "CANCELLATION_REQUESTED"}, 202)

    async def stream(self, call: Call) -> web.StreamResponse:
        """Send server-sent events: a status at every change, each log line once, the end last."""
        job = await self._own(call)
        headers = _STREAM_HEADERS | {"x-fal-request-id": request_id_of(job)}
        if call.request.method == "HEAD":  # aiohttp would send the events all the same, as somebody's next answer
            return web.Response(headers=headers)
        response = web.StreamResponse(headers=headers)
        with self._context.rate_limits.stream(job.owner), self._context.service.events.listen() as events:
            await response.prepare(call.request)
            # Forgotten meanwhile, or not readable: the answer has begun, so all that can be told is its end.
            with contextlib.suppress(TimeoutError, NoSuchJob, StorageError):
                async with asyncio.timeout(STREAM_S):
                    await self._follow(call, job, events, response)
        await response.write_eof()
        return response

    async def _follow(
        self, call: Call, job: Job, events: asyncio.Queue[JobEvent], response: web.StreamResponse
    ) -> None:
        """Write what is news until the job has ended."""
        lines_sent, wants_logs = 0, _wants_logs(call.query)
        last: dict[str, Any] = {}
        while True:
            job = await self._context.service.own(job.owner, job.id)
            body = await self._status(call, job, with_logs=True)
            lines = body["logs"]
            body["logs"] = lines[lines_sent:] if wants_logs else []
            lines_sent = len(lines)
            preview = self._context.logs.preview(job.id)
            if preview and job.status is JobStatus.RUNNING:
                body["preview"] = "data:image/jpeg;base64," + base64.b64encode(preview).decode("ascii")
            if body != last:
                await response.write(b"data: " + json.dumps(body).encode("ascii") + b"\n\n")
            last = {**body, "logs": []}
            if job.status.is_final:
                return
            await _next_change(job.id, events, response)

    async def _status(self, call: Call, job: Job, *, with_logs: bool) -> dict[str, Any]:
        """Return the status. "logs" is always there, and a list where logs are wanted: clients fall over otherwise."""
        address = f"/{call.match['app']}/requests/{request_id_of(job)}"
        lines = [
            {
                "message": line.message,
                "level": line.level,
                "source": "USER",
                "timestamp": datetime.fromtimestamp(line.at, UTC).isoformat(),
            }
            for line in (self._context.logs.lines(job) if with_logs else ())
        ]
        body: dict[str, Any] = {
            "status": STATUS_WORDS.get(job.status, "COMPLETED"),
            "request_id": request_id_of(job),
            "response_url": call.origin.url("queue", address),
            "status_url": call.origin.url("queue", f"{address}/status"),
            "cancel_url": call.origin.url("queue", f"{address}/cancel"),
            "gateway_request_id": request_id_of(job),
            "logs": lines if with_logs else None,
            "metrics": {},
        }
        if job.status is JobStatus.QUEUED:
            body["queue_position"] = await self._context.queue_order.ahead_of(job)
        if job.result is not None:
            body["metrics"] = {"inference_time": job.result.seconds}
        if failure := failure_of(job) if job.status.is_final else None:
            body["error"], body["error_type"] = output.error_words(failure)
        return body


async def _next_change(job_id: str, events: asyncio.Queue[JobEvent], response: web.StreamResponse) -> None:
    """Wait for the job to change, or for another's end that moves it up; ping while nothing happens."""
    while True:
        try:
            async with asyncio.timeout(PING_S):
                event = await events.get()
        except TimeoutError:
            await response.write(b": ping\n\n")
            continue
        if event.job.id == job_id or event.kind in (EventKind.STARTED, EventKind.ENDED):
            return


def _answer(job: Job, body: Mapping[str, Any], status: int) -> web.Response:
    response = json_answer(dict(body), status)
    response.headers["x-fal-request-id"] = request_id_of(job)
    if status >= 400 and isinstance(body.get("error_type"), str):
        response.headers["X-Fal-Error-Type"] = body["error_type"]
        # Told explicitly, a client does not try again what cannot change.
        response.headers["X-Fal-Retryable"] = "false"
        if body["error_type"] == "request_timeout":
            response.headers["X-Fal-Request-Timeout-Type"] = "user"
    return response


_STREAM_HEADERS: Final = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would collect events
}


def _wants_logs(query: Mapping[str, str]) -> bool:
    return query.get("logs", "").lower() in TRUE_WORDS


def _start_within_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds within which the job must start. Raises `BadTimeout`."""
    text = headers.get("X-Fal-Request-Timeout")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        raise BadTimeout("no number") from None
    if not 1 < seconds < 10 * 86_400:
        raise BadTimeout("out of range")
    return seconds
