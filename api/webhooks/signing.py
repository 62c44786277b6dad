"""Ed25519 signatures of fal's webhooks, and the public keys that receivers check them with.

Receivers keep the keys for a day: a new one is published a day before it signs, and the old one stays a day after.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.stickers import StickerService

FACT: Final = "webhook_signing_keys"
DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the moment from which it signs, in Unix seconds."""

    private: Ed25519PrivateKey
    signs_from: float

    @classmethod
    def new(cls, signs_from: float) -> SigningKey:
        return cls(Ed25519PrivateKey.generate(), signs_from)

    def as_jwk(self) -> dict[str, str]:
        """The public half as JSON Web Key."""
        x = base64.urlsafe_b64encode(self.private.public_key().public_bytes_raw()).decode("ascii").rstrip("=")
        return {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": x,
            "use": "sig",
            "kid": hashlib.sha256(x.encode()).hexdigest()[:16],
        }


class SigningKeys:
    """This installation's keys, oldest first."""

    def __init__(self, keys: Sequence[SigningKey], clock: Callable[[], float] = time.time) -> None:
        self._keys = tuple(keys)
        self._clock = clock

    @classmethod
    async def load(cls, service: StickerService, clock: Callable[[], float] = time.time) -> SigningKeys:
        """Read the keys; make the first one the first time."""
        kept = await service.fact(FACT)
        if kept is None:
            first = cls([SigningKey.new(clock())], clock)
            await first._keep(service)
            return first
        return cls(
            [
                SigningKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(entry["key"])), entry["signs_from"])
                for entry in json.loads(kept)
            ],
            clock,
        )

    async def rotate(self, service: StickerService) -> SigningKeys:
        """Publish a new key, which signs from tomorrow; forget those that nobody needs any more."""
        kept = [*self._published(), SigningKey.new(self._clock() + DAY_S)]
        rotated = SigningKeys(kept, self._clock)
        await rotated._keep(service)
        return rotated

    async def _keep(self, service: StickerService) -> None:
        entries = [{"key": key.private.private_bytes_raw().hex(), "signs_from": key.signs_from} for key in self._keys]
        await service.set_fact(FACT, json.dumps(entries))

    def _published(self) -> list[SigningKey]:
        """The key that signs, those to come, and the one before for a day."""
        now = self._clock()
        ends = [key.signs_from for key in self._keys[1:]] + [float("inf")]
        return [key for key, ended_at in zip(self._keys, ends, strict=True) if now < ended_at + DAY_S]

    def jwks(self) -> Mapping[str, Any]:
        """The public keys, as receivers fetch them."""
        return {"keys": [key.as_jwk() for key in self._published()]}

    def headers(self, request_id: str, user_id: str, body: bytes) -> dict[str, str]:
        """The headers of one attempt; the time is signed too, so each attempt has its own."""
        now = self._clock()
        # The first one also before its time: the clock may have been set back since it was made.
        signer = [self._keys[0], *(key for key in self._keys if key.signs_from <= now)][-1]
        timestamp = str(int(now))
        message = "\n".join([request_id, user_id, timestamp, hashlib.sha256(body).hexdigest()])
        return {
            "X-Fal-Webhook-Request-Id": request_id,
            "X-Fal-Webhook-User-Id": user_id,
            "X-Fal-Webhook-Timestamp": timestamp,
            "X-Fal-Webhook-Signature": signer.private.sign(message.encode()).hex(),
        }
