"""What a provider is: a hosted service whose clients this server answers, with all that differs between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from api.access.authentication import Authenticator, Scheme
from api.access.rate_limits import RateLimits
from api.access.tokens import Tokens
from api.answers import Envelope
from api.docs.page import OnPage
from api.files.lifetime import FileLifetimes
from api.files.public import PublicFiles
from api.jobs.logs import JobLogs
from api.jobs.queue_order import QueueOrder
from api.jobs.submit import Submitter
from api.server.routing import Site
from api.webhooks.policy import WebhookPolicy
from api.webhooks.post import Poster
from api.webhooks.signing import SigningKeys
from service.stickers import StickerService


@dataclass(frozen=True, slots=True, kw_only=True)
class FacadeContext:
    """What the handlers of a provider work with.

    `response_forms` says what a provider's endpoint answers where the caller does not say, by the provider's name.
    """

    service: StickerService
    authenticator: Authenticator
    rate_limits: RateLimits
    tokens: Tokens
    submitter: Submitter
    queue_order: QueueOrder
    logs: JobLogs
    files: PublicFiles
    lifetimes: FileLifetimes
    poster: Poster
    signing: SigningKeys
    providers: Sequence[Provider]
    response_forms: Mapping[str, str]


class Provider(Envelope, Scheme, OnPage, Protocol):
    """A hosted service: beside what is here, its errors (`Envelope`), where its clients put their key (`Scheme`), and
    its tables and documentation (`OnPage`).

    `cors_request_headers` are the headers that scripts of web pages may send, beside the usual ones;
    `cors_response_headers` those that they may read.
    """

    @property
    def cors_request_headers(self) -> Sequence[str]: ...

    @property
    def cors_response_headers(self) -> Sequence[str]: ...

    def sites(self, context: FacadeContext) -> Sequence[Site]:
        """Return the routes, with their path prefixes and host names."""

    def webhooks(self, context: FacadeContext) -> WebhookPolicy | None:
        """Return how its webhooks look; None where it has none."""
