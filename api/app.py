"""The HTTP API as one object: every part wired, its background work started and stopped. Knows no provider by name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from api.access.authentication import Authenticator
from api.access.rate_limits import RateLimits
from api.access.tokens import Tokens
from api.answers import PlainEnvelope
from api.docs.page import DocsPage
from api.files.lifetime import FileLifetimes
from api.files.public import PREFIX as FILES_PREFIX
from api.files.public import PublicFiles
from api.inputs.addresses import guarded_session
from api.inputs.fetch import Fetcher
from api.jobs.background import BackgroundTasks
from api.jobs.input_files import InputLoader
from api.jobs.logs import JobLogs
from api.jobs.queue_order import QueueOrder
from api.jobs.start_deadlines import StartDeadlines
from api.jobs.submit import Submitter
from api.providers import PROVIDERS
from api.providers.provider import FacadeContext
from api.server.dispatch import Dispatcher
from api.server.health import Health
from api.server.metrics import Metrics
from api.server.routing import Site, Sites
from api.webhooks.outbox import Outbox
from api.webhooks.post import Poster
from api.webhooks.signing import SigningKeys
from service.engines import EngineAbilities
from service.stickers import StickerService

_CORS_REQUEST_HEADERS = ("authorization", "content-type", "accept", "idempotency-key")


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """What the operator may choose.

    `response_forms` says what a provider's endpoint answers where the caller does not say, by the provider's name.
    `files_lifetime_s` is how long pictures and uploads can be fetched.
    """

    is_on: bool = True
    public_url: str | None = None
    cors_origins: Sequence[str] = ()
    response_forms: Mapping[str, str] = field(default_factory=dict)
    allow_private_hosts: bool = False
    files_lifetime_s: float = 24 * 3600.0


class HttpApi:
    """Everything behind the HTTP port but the port itself: `dispatcher` answers, `run` works, `stop` ends."""

    def __init__(
        self,
        service: StickerService,
        engine: EngineAbilities,
        tokens: Tokens,
        signing: SigningKeys,
        options: ApiOptions,
        telegram_errors: Callable[[], Mapping[str, int]] | None = None,
        telegram_outage_s: Callable[[], float] | None = None,
    ) -> None:
        self.metrics = Metrics(service, engine, telegram_errors=telegram_errors, telegram_outage_s=telegram_outage_s)
        self._session = guarded_session(allow_private_hosts=options.allow_private_hosts)
        poster = Poster(self._session, allow_private_hosts=options.allow_private_hosts)
        self._lifetimes = FileLifetimes(service, options.files_lifetime_s)
        files = PublicFiles(service, tokens, self._lifetimes)
        self._fetcher = Fetcher(own_file=files.own_file, allow_private_hosts=options.allow_private_hosts)

        self._tasks, logs, loader = BackgroundTasks(), JobLogs(), InputLoader(service, self._fetcher)
        rate_limits, deadlines = RateLimits(), StartDeadlines(service, self._tasks)
        queue_order = QueueOrder(service)
        self._submitter = Submitter(service, engine, rate_limits, loader, deadlines, logs, queue_order, self._tasks)

        context = FacadeContext(
            service=service,
            authenticator=Authenticator(service.keys, tokens),
            rate_limits=rate_limits,
            tokens=tokens,
            submitter=self._submitter,
            queue_order=queue_order,
            logs=logs,
            files=files,
            lifetimes=self._lifetimes,
            poster=poster,
            signing=signing,
            providers=PROVIDERS,
            response_forms=options.response_forms,
        )
        webhooks = {provider.name: provider.webhooks(context) for provider in PROVIDERS}
        policies = {name: policy for name, policy in webhooks.items() if policy}
        self._outbox = Outbox(service, policies=policies, poster=poster, count=self.metrics.called)

        plain, sites = PlainEnvelope(), list[Site]()
        root = [*Health(service, engine, self.metrics).routes()]
        if options.is_on:
            root += DocsPage(PROVIDERS, options.response_forms).routes()
            sites += [site for provider in PROVIDERS for site in provider.sites(context)]
            sites += [Site("files", plain, FILES_PREFIX, files.routes())]
        sites += [Site("root", plain, "", root, is_general=True)]
        self.dispatcher = Dispatcher(
            Sites(sites, public_url=options.public_url),
            self.metrics,
            cors_origins=options.cors_origins,
            cors_request_headers=[
                *_CORS_REQUEST_HEADERS,
                *(name for provider in PROVIDERS for name in provider.cors_request_headers),
            ],
            cors_response_headers=[name for provider in PROVIDERS for name in provider.cors_response_headers],
        )

    @classmethod
    async def open(
        cls,
        service: StickerService,
        engine: EngineAbilities,
        options: ApiOptions,
        telegram_errors: Callable[[], Mapping[str, int]] | None = None,
        telegram_outage_s: Callable[[], float] | None = None,
    ) -> HttpApi:
        """Load the secrets, or make them the first time, and wire the parts. Raises `StorageError`."""
        tokens, signing = await Tokens.load(service), await SigningKeys.load(service)
        return cls(service, engine, tokens, signing, options, telegram_errors, telegram_outage_s)

    async def run(self) -> None:
        """Follow jobs, deliver webhooks, count, delete old files, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._submitter.run())
            group.create_task(self._outbox.run())
            group.create_task(self.metrics.run())
            group.create_task(self._lifetimes.run())

    async def stop(self) -> None:
        """End what is under way; the next start resumes it."""
        await self._tasks.stop()
        await self._fetcher.close()
        await self._session.close()
