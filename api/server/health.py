"""Health, readiness and metrics of the process."""

from __future__ import annotations

import time
from typing import Any, Final

from aiohttp import web

from api.answers import json_answer
from api.server.metrics import CONTENT_TYPE, Metrics
from api.server.routing import Call, Route
from service.engines import EngineAbilities
from service.stickers import StickerService
from storage.errors import StorageError

ROOM_CHECKED_S: Final = 10.0  # a stranger that asks without end does not wear out the disk


class Health:
    """The routes that a supervisor and a monitoring ask."""

    def __init__(self, service: StickerService, engine: EngineAbilities, metrics: Metrics) -> None:
        self._service = service
        self._engine = engine
        self._metrics = metrics
        self._room_at = float("-inf")
        self._no_room: StorageError | None = None

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/healthz", self.healthz),
            Route("GET", "/readyz", self.readyz),
            Route("GET", "/metrics", self.metrics),
        ]

    async def healthz(self, call: Call) -> web.StreamResponse:
        """Answer 200 while it can take and keep jobs, 503 while its database does not answer or the disk is full."""
        try:
            queued, running = await self._service.queued(), await self._service.running()
            await self._check_room()
        except StorageError as error:
            return json_answer({"status": "unwell", "reason": error.code}, 503)
        body: dict[str, Any] = {
            "status": "ok",
            "engine": self._engine.engine_name,
            "state": "ready" if self._engine.is_ready else "warming up",
            "jobs": {"queued": queued, "running": running},
        }
        return json_answer(body)

    async def _check_room(self) -> None:
        """Raises `StorageError` where files cannot be kept; looks every few seconds."""
        now = time.monotonic()
        if now - self._room_at > ROOM_CHECKED_S:
            self._room_at, self._no_room = now, None
            try:
                await self._service.check_room()
            except StorageError as error:
                self._no_room = error
        if self._no_room is not None:
            raise self._no_room

    async def readyz(self, call: Call) -> web.StreamResponse:
        """Answer 200 once the engine draws, 503 while it warms up: jobs are taken all the same, and wait."""
        if not self._engine.is_ready:
            return json_answer({"status": "warming up", "engine": self._engine.engine_name}, 503)
        return json_answer({"status": "ready", "engine": self._engine.engine_name})

    async def metrics(self, call: Call) -> web.StreamResponse:
        """Answer the figures in Prometheus' text format."""
        return web.Response(body=await self._metrics.render(), headers={"Content-Type": CONTENT_TYPE})
