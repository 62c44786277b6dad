"""fal's queue and sync services: submit, status, status stream, result, cancel; run, stream.

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
from engine.types import Step
from service.errors import NoSuchJob
from service.events import EventKind, JobEvent
from storage.errors import StorageError
from storage.records import Job, JobStatus

PING_S: Final = 10.0  # proxies close a connection that is silent for longer
PING: Final = b": ping\n\n"
STREAM_S: Final = 3600.0  # a stream ends by then; the client asks again
STATUS_WORDS: Final = {JobStatus.QUEUED: "IN_QUEUE", JobStatus.RUNNING: "IN_PROGRESS"}
TRUE_WORDS: Final = ("1", "true", "yes")  # [js] sends 1, [py] true
FALSE_WORDS: Final = ("0", "false", "no")


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
            Route("GET", f"{request}/status/stream", self.status_stream),
            Route("GET", request, self.result),
            Route("PUT", f"{request}/cancel", self.cancel),
        ]

    def run_routes(self) -> list[Route]:
        return [Route("POST", "/{app:app}", self.run), Route("POST", "/{app:app}/stream", self.stream)]

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

    async def stream(self, call: Call) -> web.StreamResponse:
        """Submit to the same queue, and send server-sent events: how far it is, the output last.

        The answer begins when there is something to tell: a request that fails before is answered as `run` answers it.
        """
        asked = await self._read(call)
        with self._context.rate_limits.stream(asked.key.owner):
            async with self._context.submitter.drawing(asked) as job:
                return await self._send_progress(call, job)

    async def _send_progress(self, call: Call, job: Job) -> web.StreamResponse:
        response = web.StreamResponse(headers=_STREAM_HEADERS | {"x-fal-request-id": request_id_of(job)})
        ended: Job | None = None
        try:
            ended = await self._follow_steps(call, job, response)
        except (NoSuchJob, StorageError):  # forgotten meanwhile, or not readable
            if not response.prepared:
                raise
        if ended is not None:
            if ended.result is None and not response.prepared:
                return self._result(ended)
            await response.prepare(call.request)
            await response.write(_data(output.result(ended, self._context.files)[1]))
        if ended is not None and ended.result is not None:
            await response.write_eof()
        elif call.request.transport is not None:
            # Clients take the last event of a stream that ends for the output: this one breaks off.
            call.request.transport.close()
        return response

    async def _follow_steps(self, call: Call, job: Job, response: web.StreamResponse) -> Job:
        """Write every step until the job has ended, and return it. Raises `NoSuchJob`, `StorageError`."""
        with self._context.service.events.listen(job_id=job.id) as events:
            job = await self._context.service.own(job.owner, job.id)  # it may have ended before anybody listened
            while not job.status.is_final:
                event = await _next_event(events)
                if event is None:
                    job = await self._context.service.own(job.owner, job.id)
                    line = PING
                elif event.kind is EventKind.FORGOTTEN:
                    raise NoSuchJob(job.id)
                elif event.kind is EventKind.STEP and event.step is not None:
                    line = _data(_progress(event.step))
                else:
                    job = event.job
                    continue
                await response.prepare(call.request)  # the first time; then it does nothing
                await response.write(line)
        return job

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
            keeps_fields=headers.get("X-Fal-Store-IO", "").strip().lower() not in FALSE_WORDS,
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
        """Ask a job to stop: 200 where it had not started, 202 where it is being drawn; asked again, the same."""
        try:
            job = await self._own(call, token_use=None)
        except NoSuchJob:
            return json_answer({"status": "NOT_FOUND"}, 404)
        if job.status is not JobStatus.CANCELLED and not await self._context.service.cancel(job.owner, job.id):
            return _answer(job, {"status": "ALREADY_COMPLETED"}, 400)
        job = await self._context.service.own(job.owner, job.id)  # it may have started a moment ago
        if job.claimed_at is None:
            return _answer(job, {"status": "OK"}, 200)
        return _answer(job, {"status": "CANCELLATION_REQUESTED"}, 202)

    async def status_stream(self, call: Call) -> web.StreamResponse:
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
                body["preview"] = _jpeg_uri(preview)
            if body != last:
                await response.write(_data(body))
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
        event = await _next_event(events)
        if event is None:
            await response.write(PING)
        elif event.job.id == job_id or event.kind in (EventKind.STARTED, EventKind.ENDED):
            return


async def _next_event(events: asyncio.Queue[JobEvent]) -> JobEvent | None:
    """Wait for an event; None after `PING_S` without one."""
    try:
        async with asyncio.timeout(PING_S):
            return await events.get()
    except TimeoutError:
        return None


def _progress(step: Step) -> dict[str, Any]:
    """Return an event of a picture in the making: the share of the steps done, a sentence, and what is drawn so far."""
    share = min(step.done / step.total, 1.0) if step.total > 0 else 0.0
    preview = {"preview": _jpeg_uri(step.preview)} if step.preview else {}
    return {"progress": round(share, 4), "message": f"{step.phase} {step.done}/{step.total}", **preview}


def _jpeg_uri(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _data(event: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(event).encode("ascii") + b"\n\n"


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
    if not 0.1 < seconds < 10 * 86_400:
        raise BadTimeout("out of range")
    return seconds
