"""Ed25519 keys that sign webhooks, and the public halves that receivers check them with. Knows no header.

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
        """Return the public half as JSON Web Key."""
        x = base64.urlsafe_b64encode(self.private.public_key().public_bytes_raw()).decode("ascii").rstrip("=")
        return {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": x,
            "use": "sig",
            "kid": hashlib.sha256(x.encode()).hexdigest()[:16],
        }


class SigningKeys:
    """This installation's keys, oldest first. `clock` gives Unix seconds."""

    def __init__(self, keys: Sequence[SigningKey], clock: Callable[[], float] = time.time) -> None:
        self._keys = tuple(keys)
        self.clock = clock

    @classmethod
    async def load(cls, service: StickerService, clock: Callable[[], float] = time.time) -> SigningKeys:
        """Load the keys; make the first one the first time."""
        kept = await service.fact(FACT)
        if kept is None:
            kept = await service.keep_fact(FACT, cls([SigningKey.new(clock())], clock)._as_json())
        return cls(
            [
                SigningKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(entry["key"])), entry["signs_from"])
                for entry in json.loads(kept)
            ],
            clock,
        )

    async def rotate(self, service: StickerService) -> SigningKeys:
        """Publish a new key, which signs from tomorrow; forget those that nobody needs any more."""
        kept = [*self._published(), SigningKey.new(self.clock() + DAY_S)]
        rotated = SigningKeys(kept, self.clock)
        await service.set_fact(FACT, rotated._as_json())
        return rotated

    def _as_json(self) -> str:
        return json.dumps(
            [{"key": key.private.private_bytes_raw().hex(), "signs_from": key.signs_from} for key in self._keys]
        )

    def _published(self) -> list[SigningKey]:
        """Return the key that signs, those to come, and the one before for a day."""
        now = self.clock()
        ends = [key.signs_from for key in self._keys[1:]] + [float("inf")]
        return [key for key, ended_at in zip(self._keys, ends, strict=True) if now < ended_at + DAY_S]

    def jwks(self) -> Mapping[str, Any]:
        """Return the public keys, as receivers fetch them."""
        return {"keys": [key.as_jwk() for key in self._published()]}

    def sign(self, message: bytes) -> str:
        """Return the signature of `message`, in hex."""
        # The first key also before its time: the clock may have been set back since it was made.
        signer = [self._keys[0], *(key for key in self._keys if key.signs_from <= self.clock())][-1]
        return signer.private.sign(message).hex()
