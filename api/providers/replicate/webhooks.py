"""Replicate's webhooks: the prediction, signed as Standard Webhooks are, with a secret of each key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from api.access.tokens import Tokens
from api.files.public import PublicFiles
from api.jobs.logs import JobLogs
from api.providers.replicate.predictions import prediction
from storage.records import Job

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - no secret, but what theirs begin with


class ReplicateWebhooks:
    """Replicate's `WebhookPolicy`; the last attempt is about a minute after the end."""

    retry_pauses_s: Sequence[float] = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)

    def __init__(
        self, files: PublicFiles, logs: JobLogs, tokens: Tokens, clock: Callable[[], float] = time.time
    ) -> None:
        self._files = files
        self._logs = logs
        self._tokens = tokens
        self._clock = clock

    def render(self, job: Job) -> bytes:
        # The lines are in memory only: after a restart the end would read otherwise than in the attempt before.
        lines = "" if job.status.is_final else self._logs.text(job)
        return json.dumps(prediction(job, self._files, lines), separators=(",", ":"), allow_nan=False).encode("ascii")

    def headers(self, job: Job, body: bytes) -> Mapping[str, str]:
        # The same message has the same id, however often it is sent.
        message_id, timestamp = f"msg_{hashlib.sha256(body).hexdigest()[:32]}", str(int(self._clock()))
        signed = f"{message_id}.{timestamp}.".encode() + body
        signature = hmac.new(secret_of(self._tokens, job.owner), signed, hashlib.sha256).digest()
        return {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{base64.b64encode(signature).decode('ascii')}",
        }


def secret_of(tokens: Tokens, owner: str) -> bytes:
    """Return the 32 bytes that sign the owner's webhooks."""
    return tokens.secret_for(f"replicate webhooks of {owner}")


def shown_secret_of(tokens: Tokens, owner: str) -> str:
    """Return the secret as receivers are told it."""
    return SECRET_PREFIX + base64.b64encode(secret_of(tokens, owner)).decode("ascii")
