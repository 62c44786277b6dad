"""Replicate's predictions: create, get, list, cancel. `Prefer: wait` holds the answer until there is an output."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from api.access.authentication import Scheme
from api.answers import json_answer
from api.errors import BodyRefused, FieldsRefused, NoSuchEndpoint
from api.files.public import PublicFiles
from api.inputs.table import EVENTS, Problem
from api.inputs.validation import read
from api.jobs.caller_note import COMPLETED, CallerNote, WebhookTarget
from api.jobs.request import JsonBody, PictureRequest, RequestBody, read_json
from api.providers import predictions
from api.providers.provider import FacadeContext
from api.providers.replicate.tables import OPTIONS, table_of, table_of_version, version_of
from api.server.routing import Call, Route
from service.errors import NoSuchJob
from storage.records import ApiKey, Job

PREFIX: Final = "/replicate"
PAGE: Final = 100  # predictions in a list
MOST_WAIT_S: Final = 60
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait(?:\s*=\s*(\d{1,6}))?(?=$|[,;\s])", re.IGNORECASE)


class Predictions:
    """The handlers."""

    def __init__(self, context: FacadeContext, scheme: Scheme) -> None:
        self._context = context
        self._scheme = scheme

    def routes(self) -> list[Route]:
        return [
            Route("POST", "/v1/models/{model:app}/predictions", self.create_for_model),
            Route("POST", "/v1/predictions", self.create),
            Route("GET", "/v1/predictions", self.list),
            Route("GET", "/v1/predictions/{id:word}", self.get),
            Route("POST", "/v1/predictions/{id:word}/cancel", self.cancel),
        ]

    async def create_for_model(self, call: Call) -> web.StreamResponse:
        """Create a prediction of the model in the path."""
        key = await self._submitting(call)
        table = table_of(call.match["model"])
        if table is None:
            raise NoSuchEndpoint(call.match["model"])
        body = await read_json(call)
        return await self._create(call, key, body, body.against(table, "input"))

    async def create(self, call: Call) -> web.StreamResponse:
        """Create a prediction of the version in the body."""
        key = await self._submitting(call)
        body = await read_json(call)
        table = table_of_version(body.values.get("version"))
        if table is None:
            problem = Problem(("version",), "invalid_version", "There is no such version here")
            raise FieldsRefused([problem])
        return await self._create(call, key, body, body.against(table, "input"))

    async def get(self, call: Call) -> web.StreamResponse:
        """Answer a prediction as it stands."""
        _, job = await self._own(call)
        return json_answer(self._render(job))

    async def cancel(self, call: Call) -> web.StreamResponse:
        """Cancel a prediction; one that has ended stays as it is."""
        key, job = await self._own(call)
        await self._context.service.cancel(key.owner, job.id)
        return json_answer(self._render(await self._context.service.own(key.owner, job.id)))

    async def list(self, call: Call) -> web.StreamResponse:
        """Answer the key's predictions, newest first, a page at a time."""
        key = await self._asking(call)
        cursor = call.query.get("cursor", "")
        jobs = await self._context.service.page_of(key.owner, PAGE + 1, _place_of(cursor) if cursor else None)
        shown, address = jobs[:PAGE], None
        if len(jobs) > PAGE:
            address = f"{call.origin.url(self._scheme.name, '/v1/predictions')}?cursor={_cursor_of(shown[-1])}"
        results = [self._render(job) for job in shown if CallerNote.of(job).provider == self._scheme.name]
        return json_answer({"previous": None, "next": address, "results": results})

    async def _submitting(self, call: Call) -> ApiKey:
        key = await self._context.authenticator.authenticate(call, self._scheme)
        await self._context.submitter.admit(key, call.request.headers.get("Idempotency-Key"))
        return key

    async def _asking(self, call: Call) -> ApiKey:
        key = await self._context.authenticator.authenticate(call, self._scheme)
        self._context.rate_limits.poll(key)
        return key

    async def _own(self, call: Call) -> tuple[ApiKey, Job]:
        key = await self._asking(call)
        job = await self._context.submitter.own(key, call.match["id"])
        if CallerNote.of(job).provider != self._scheme.name:
            raise NoSuchJob(job.id)
        return key, job

    async def _create(self, call: Call, key: ApiKey, body: JsonBody, asked: RequestBody) -> web.StreamResponse:
        options = read(OPTIONS, body.values)
        inputs = [
            Problem(("input", *each.path), each.type, each.message, each.context) for each in asked.reading.problems
        ]
        if problems := (*inputs, *options.problems):
            raise FieldsRefused(problems)
        webhook = self._webhook(options.values)
        job = await self._context.submitter.submit(PictureRequest(key=key, body=asked, webhook=webhook))
        if wait_s := wait_s_of(call.request.headers.get("Prefer", "")):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    job = await self._context.service.wait(job.id)
        # After a wait their clients take any other word for the end, and go on without an output.
        status = {} if job.status.is_final else {"status": "starting"}
        return json_answer({**self._render(job), **status}, 202 if wait_s and not job.status.is_final else 201)

    def _webhook(self, options: Mapping[str, Any]) -> WebhookTarget | None:
        """Return where to call. Raises `WebhookRefused`."""
        url, wanted = options["webhook"] or options["webhook_completed"], options["webhook_events_filter"]
        if not url:
            return None
        self._context.poster.check(url)
        if not options["webhook"]:
            return WebhookTarget(url, self._scheme.name, (COMPLETED,))
        return WebhookTarget(url, self._scheme.name, EVENTS if "*" in wanted else tuple(wanted))

    def _render(self, job: Job) -> dict[str, Any]:
        return prediction(job, self._context.files, self._context.logs.text(job))


def prediction(job: Job, files: PublicFiles, logs: str) -> dict[str, Any]:
    """Return how a job stands, at any time; of one that has ended, always the same but for `logs`."""
    note, shown = CallerNote.of(job), predictions.prediction(job, files, logs)
    address = f"{note.base}{PREFIX}/v1/predictions/{job.id}"
    if job.finished_at is not None:
        shown["metrics"] = {**shown["metrics"], "total_time": round(job.finished_at - job.created_at, 4)}
    return {
        "id": job.id,
        "model": note.path,
        "version": version_of(note.path),
        **shown,
        "data_removed": False,
        "urls": {"get": address, "cancel": f"{address}/cancel"},
    }


def wait_s_of(prefer: str) -> int:
    """Return how long a `Prefer` header asks to wait, in seconds: 1 to 60, 0 where it does not."""
    match = _WAIT.search(prefer)
    return 0 if match is None else min(max(int(match[1] or MOST_WAIT_S), 1), MOST_WAIT_S)


def _cursor_of(job: Job) -> str:
    return base64.urlsafe_b64encode(json.dumps([job.created_at, job.id]).encode()).decode("ascii").rstrip("=")


def _place_of(cursor: str) -> tuple[float, str]:
    """Return (created_at, id) of the last prediction that was seen. Raises `BodyRefused` for what we never gave out."""
    try:
        moment, job_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(job_id, str) and math.isfinite(moment):
            return float(moment), job_id
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise BodyRefused("no cursor of ours") from error
    raise BodyRefused("no cursor of ours")
