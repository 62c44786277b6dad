"""fal's webhooks: one call at the end, signed, tried for two hours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from api.files.public import PublicFiles
from api.jobs.ids import request_id_of
from api.providers.fal import output
from api.webhooks.signing import SigningKeys
from storage.records import Entrance, Job


class FalWebhooks:
    """fal's `WebhookPolicy`."""

    retry_pauses_s: Sequence[float] = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 1800.0, 2180.0)

    def __init__(self, files: PublicFiles, signing: SigningKeys) -> None:
        self._files = files
        self._signing = signing

    def render(self, job: Job) -> bytes:
        return json.dumps(output.webhook(job, self._files), separators=(",", ":"), allow_nan=False).encode("ascii")

    def headers(self, job: Job, body: bytes) -> Mapping[str, str]:
        return signature_headers(self._signing, request_id_of(job), Entrance.HTTP.id_of(job.owner), body)


def signature_headers(signing: SigningKeys, request_id: str, user_id: str, body: bytes) -> Mapping[str, str]:
    """Return the headers of one attempt; the time is signed too, so each attempt has its own."""
    timestamp = str(int(signing.clock()))
    message = "\n".join([request_id, user_id, timestamp, hashlib.sha256(body).hexdigest()])
    return {
        "X-Fal-Webhook-Request-Id": request_id,
        "X-Fal-Webhook-User-Id": user_id,
        "X-Fal-Webhook-Timestamp": timestamp,
        "X-Fal-Webhook-Signature": signing.sign(message.encode()),
    }
