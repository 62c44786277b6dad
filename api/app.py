"""The HTTP API as one object: every part wired, its background work started and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from api.access.authentication import Doorman
from api.access.rate_limits import Throttle
from api.access.tokens import Tokens
from api.docs.page import DocsPage
from api.files.public import PublicFiles
from api.inputs.addresses import guarded_session
from api.inputs.fetch import Fetcher
from api.jobs.logs import JobLogs
from api.jobs.submit import Orders
from api.providers.context import Gate
from api.providers.fal.proxy import PREFIX, FalProxy
from api.providers.fal.queue import FalQueue
from api.providers.fal.uploads import Storage
from api.providers.outcome import Outcomes
from api.providers.pixazo import PREFIX as PIXAZO_PREFIX
from api.providers.pixazo import Pixazo
from api.providers.segmind import ResponseForm, Segmind
from api.server.dispatch import Dispatcher
from api.server.health import Health
from api.server.metrics import Metrics
from api.server.routing import Route, Site, Sites
from api.webhooks.outbox import Outbox
from api.webhooks.post import Poster
from api.webhooks.progress import Heralds
from api.webhooks.signing import SigningKeys
from engine.runner import EngineRunner
from service.stickers import StickerService


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """What the operator may choose. `files_lifetime_s`: how long pictures and uploads can be fetched."""

    is_on: bool = True
    public_url: str | None = None
    cors_origins: Sequence[str] = ()
    segmind_form: ResponseForm = "image"
    allow_private_hosts: bool = False
    files_lifetime_s: float = 24 * 3600.0


class HttpApi:
    """Everything behind the HTTP port but the port itself: `dispatcher` answers, `run` works, `stop` ends."""

    def __init__(
        self,
        *,
        service: StickerService,
        runner: EngineRunner,
        tokens: Tokens,
        signing: SigningKeys,
        options: ApiOptions,
        telegram_errors: Callable[[], Mapping[str, int]] | None = None,
    ) -> None:
        self.metrics = Metrics(service, runner, telegram_errors=telegram_errors)
        self._service = service
        self._files = PublicFiles(service, tokens, lifetime_s=options.files_lifetime_s)
        self._fetcher = Fetcher(own_file=self._files.own_file, allow_private_hosts=options.allow_private_hosts)
        logs = JobLogs()
        self._orders = Orders(service, self._fetcher, runner, logs)
        outcomes = Outcomes(self._files.result_path)
        gate = Gate(
            service=service,
            orders=self._orders,
            outcomes=outcomes,
            logs=logs,
            doorman=Doorman(service.keys, tokens),
            throttle=Throttle(),
            allow_private_hosts=options.allow_private_hosts,
        )
        self._session = guarded_session(allow_private_hosts=options.allow_private_hosts)
        poster = Poster(self._session, allow_private_hosts=options.allow_private_hosts)
        self._outbox = Outbox(
            service,
            render=outcomes.webhook_body,
            signing=signing,
            poster=poster,
            heralds=Heralds(poster, outcomes.webhook_body),
            count=self.metrics.called,
        )
        self._sites = self._all_sites(gate, tokens, signing, runner, options)
        self.dispatcher = Dispatcher(self._sites, self.metrics, cors_origins=options.cors_origins)

    @classmethod
    async def open(cls, service: StickerService, **parts: Any) -> HttpApi:
        """Load the secrets, or make them the first time, and wire the parts."""
        tokens, signing = await Tokens.load(service), await SigningKeys.load(service)
        return cls(service=service, tokens=tokens, signing=signing, **parts)

    def _all_sites(
        self,
        gate: Gate,
        tokens: Tokens,
        signing: SigningKeys,
        runner: EngineRunner,
        options: ApiOptions,
    ) -> Sites:
        health = Health(self._service, runner, self.metrics)
        root = Site("root", "", "", health.routes())
        if not options.is_on:
            return Sites([root], public_url=options.public_url)
        queue = FalQueue(gate)
        proxy = FalProxy(lambda: self._sites, self._forward)
        storage = Storage(self._service, tokens, gate.doorman, jwks=signing.jwks, lifetime_s=options.files_lifetime_s)
        docs = DocsPage(options.segmind_form)
        apps: list[Route] = [*queue.run_routes(), *queue.queue_routes()[1:]]
        return Sites(
            [
                Site("run", "fal", "/fal/run", queue.run_routes(), ("fal.run", "falrun.com")),
                Site("queue", "fal", "/fal/queue", queue.queue_routes(), ("queue.fal.run", "queue.falrun.com")),
                Site("rest", "fal", "/fal/rest", storage.rest_routes(), ("rest.fal.ai", "rest.alpha.fal.ai")),
                Site("cdn", "fal", "/fal/cdn", storage.cdn_routes(), ("v3.fal.media",)),
                Site("proxy", "fal", PREFIX, proxy.routes()),
                Site("openapi", "fal", "/fal", docs.fal_routes()),
                Site("files", "", "/files", self._files.routes()),
                Site("segmind", "segmind", "", Segmind(gate, options.segmind_form).routes(), ("api.segmind.com",)),
                Site("pixazo", "pixazo", PIXAZO_PREFIX, Pixazo(gate).routes(), ("gateway.pixazo.ai",)),
                # Clients make "queue.<host>" of a host that they are told for all of fal.
                Site("queue-apps", "fal", "", queue.queue_routes(), label="queue"),
                Site("apps", "fal", "", apps),  # fal's paths without a prefix: a POST waits for the picture
                Site("root", "", "", [*root.routes, *docs.routes()]),
            ],
            public_url=options.public_url,
        )

    async def _forward(self, *call: Any) -> web.StreamResponse:
        return await self.dispatcher.forward(*call)

    async def run(self) -> None:
        """Work until cancelled: fetch photos, deliver webhooks, count."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._orders.run())
            group.create_task(self._outbox.run())
            group.create_task(self.metrics.run())
            group.create_task(self._files.run())

    async def stop(self) -> None:
        """End what is under way; the next start resumes it."""
        await self._orders.stop()
        await self._fetcher.close()
        await self._session.close()
