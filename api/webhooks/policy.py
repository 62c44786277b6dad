"""What a provider decides of its webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from storage.records import Job


class WebhookPolicy(Protocol):
    """How a provider's webhooks look, and how often one is tried."""

    @property
    def retry_pauses_s(self) -> Sequence[float]:
        """Seconds before each further attempt to tell the end."""

    def render(self, job: Job) -> bytes:
        """Return the body; of a job that has ended, the same bytes every time."""

    def headers(self, job: Job, body: bytes) -> Mapping[str, str]:
        """Return the headers of one attempt."""
