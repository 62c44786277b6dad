"""Prometheus metrics, on a registry of their own. No label takes a value from outside.

What concerns jobs is that of all processes on the store, whichever is asked; HTTP, webhooks and Telegram are this
process's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service.engines import EngineAbilities
from service.events import EventKind, JobEvent
from service.stickers import StickerService
from storage.records import JobStatus

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_STEP_S: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
_JOB_S: Final = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 180.0, 600.0)
_LIKENESS: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class Metrics:
    """Listens to the service while `run` runs; the state of the queue is read when somebody looks."""

    def __init__(
        self,
        service: StickerService,
        engine: EngineAbilities,
        *,
        telegram_errors: Callable[[], Mapping[str, int]] | None = None,
        telegram_outage_s: Callable[[], float] | None = None,
    ) -> None:
        self._service = service
        self._abilities = engine
        self._telegram_errors = telegram_errors or dict
        self._telegram_outage_s = telegram_outage_s
        self._step_at: dict[str, float] = {}
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # resident memory, CPU, open files
        self._jobs = Gauge("stickerface_jobs", "Jobs that wait or run.", ["state", "model"], registry=registry)
        self._queue_age = Gauge(
            "stickerface_queue_age_seconds", "How long the longest waiting job has waited.", registry=registry
        )
        self._engine = Gauge("stickerface_engine_info", "The engine, by name.", ["engine"], registry=registry)
        self._processes = Gauge(
            "stickerface_processes", "Processes that work on this data, by role.", ["role"], registry=registry
        )
        self._telegram = Gauge(
            "stickerface_telegram_errors", "Errors of the Bot API since the start, by class.", ["class"],
            registry=registry,
        )  # fmt: skip
        self._outage = Gauge(
            "stickerface_telegram_outage_seconds", "How long Telegram has given no updates; 0 while it does.",
            registry=registry,
        )  # fmt: skip
        self._undelivered = Gauge(
            "stickerface_deliveries_waiting", "Ended jobs whose owner has not been told.", ["entrance"],
            registry=registry,
        )  # fmt: skip
        self._steps = Histogram(
            "stickerface_step_seconds", "Time between two steps of a drawing.", ["model"],
            buckets=_STEP_S, registry=registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "stickerface_job_seconds", "Time of jobs that were done, by phase.", ["model", "phase"],
            buckets=_JOB_S, registry=registry,
        )  # fmt: skip
        self._likeness = Histogram(
            "stickerface_likeness", "Cosine of the face embeddings of photos and picture.", ["model"],
            buckets=_LIKENESS, registry=registry,
        )  # fmt: skip
        self._ended = Counter(
            "stickerface_jobs_ended", "Jobs by how they ended.", ["state", "model"], registry=registry
        )
        self._requests = Counter(
            "stickerface_http_requests", "Answers by service and status.", ["site", "status"], registry=registry
        )
        self._webhooks = Counter(
            "stickerface_webhooks", "Calls of callers' servers.", ["provider", "outcome"], registry=registry
        )

    def answered(self, site: str, status: int) -> None:
        """Count an answer of the HTTP port."""
        self._requests.labels(site, str(status)).inc()

    def called(self, provider: str, outcome: str) -> None:
        """Count a webhook."""
        self._webhooks.labels(provider, outcome).inc()

    async def run(self) -> None:
        """Listen until cancelled."""
        with self._service.events.listen() as events:
            while True:
                self.record(await events.get())

    def record(self, event: JobEvent) -> None:
        """Count what an event tells, and the times that an event tells."""
        job, now = event.job, event.at
        if event.kind is EventKind.STEP:
            if (before := self._step_at.get(job.id)) is not None:
                self._steps.labels(job.request.model).observe(now - before)
            self._step_at[job.id] = now
        else:  # started again or ended: what comes next is no step after this one
            self._step_at.pop(job.id, None)
        if event.kind is EventKind.ENDED:
            self._ended.labels(job.status.value, job.request.model).inc()
            if job.result is not None and job.result.likeness is not None:
                self._likeness.labels(job.request.model).observe(job.result.likeness)
            if job.status is JobStatus.DONE and job.claimed_at and job.finished_at:
                self._seconds.labels(job.request.model, "waiting").observe(job.claimed_at - job.created_at)
                self._seconds.labels(job.request.model, "drawing").observe(job.finished_at - job.claimed_at)

    async def render(self) -> bytes:
        """Return everything as text. Raises `StorageError`."""
        counts = await self._service.counts_by_model()
        oldest = await self._service.oldest_waiting()
        undelivered = await self._service.count_undelivered()
        # From here on without a pause: another who looks meanwhile would find the queue cleared.
        self._jobs.clear()
        for (state, model), count in counts.items():
            self._jobs.labels(state, model).set(count)
        self._queue_age.set(0.0 if oldest is None else max(0.0, time.time() - oldest))
        self._engine.clear()
        self._engine.labels(self._abilities.engine_name).set(1)
        self._processes.clear()
        for role, count in self._service.processes.count_by_role().items():
            self._processes.labels(role).set(count)
        self._undelivered.clear()
        for entrance, count in undelivered.items():
            self._undelivered.labels(entrance).set(count)
        self._outage.set(self._telegram_outage_s() if self._telegram_outage_s else 0.0)
        for name, count in self._telegram_errors().items():
            self._telegram.labels(name).set(count)
        return generate_latest(self._registry)
