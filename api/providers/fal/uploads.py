"""fal's storage: files handed in ahead of a request, in the ways that its clients do it.

Python asks `rest` for a token and posts the file to `cdn`; JavaScript, and Python's second way, ask `rest` for an
address to put the file to. Files in several parts are refused: what is larger than a part is larger than a photo.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from api.access.authentication import Scheme
from api.answers import json_answer
from api.errors import BodyRefused, NoSuchEndpoint, Unauthorized
from api.files.uploads import UPLOAD_BYTES, UPLOAD_S, UploadIntake, safe_type, upload_url
from api.providers.provider import FacadeContext
from api.server.body import parse_object, read_bytes
from api.server.routing import Call, Route
from storage.records import ApiKey, Upload

TOKEN_S: Final = 3600.0
PUT_S: Final = 900.0
BROWSER_TOKEN_S: Final = (10.0, 120.0, 3600.0)  # least, usual, most
UPLOADING: Final = "upload"  # what a token is for
REQUESTING: Final = "request"
PUT_PURPOSE: Final = "put"


class FalUploads:
    """The handlers of the sites "rest" and "cdn"."""

    def __init__(self, context: FacadeContext, scheme: Scheme) -> None:
        self._context = context
        self._scheme = scheme
        self._intake = UploadIntake(context.service, context.lifetimes)
        self._taking: set[str] = set()  # uploads that are being put

    def rest_routes(self) -> list[Route]:
        return [
            Route("POST", "/storage/auth/token", self.token),
            Route("POST", "/storage/upload/initiate", self.initiate),
            Route("POST", "/storage/upload/initiate-multipart", self.in_parts),
            Route("POST", "/tokens", self.browser_token),
            Route("GET", "/.well-known/jwks.json", self.jwks),
        ]

    def cdn_routes(self) -> list[Route]:
        return [
            Route("POST", "/files/upload", self.upload),
            Route("POST", "/files/upload/multipart", self.in_parts),
            Route("PUT", "/upload/{token:word}", self.put),
        ]

    async def token(self, call: Call) -> web.StreamResponse:
        """Answer a token for `upload`."""
        key = await self._context.authenticator.authenticate(call, self._scheme)
        until = datetime.fromtimestamp(time.time() + TOKEN_S, UTC)
        return json_answer(
            {
                "token": self._context.tokens.make(self._scheme.name, {"key": key.id, "use": UPLOADING}, TOKEN_S),
                "token_type": "Bearer",
                "base_url": call.origin.url("cdn", ""),
                # "+00:00" and no "Z": Python before 3.11 cannot read that.
                "expires_at": until.isoformat(timespec="seconds"),
            }
        )

    async def browser_token(self, call: Call) -> web.StreamResponse:
        """Answer a short-lived token for a browser, as a JSON string: to submit to some apps, and to read."""
        key = await self._context.authenticator.authenticate(call, self._scheme)
        body = parse_object(await read_bytes(call.request) or b"{}")
        least, usual, most = BROWSER_TOKEN_S
        asked_s = body.get("token_expiration", usual)
        if isinstance(asked_s, bool) or not isinstance(asked_s, int | float):
            raise BodyRefused("token_expiration is no number")
        apps = body.get("allowed_apps")
        if not isinstance(apps, list) or not all(isinstance(each, str) and len(each) <= 100 for each in apps[:10]):
            raise BodyRefused("allowed_apps is no list of apps")
        lasts_s = min(max(asked_s, least), most)
        facts = {"key": key.id, "use": REQUESTING, "apps": apps[:10]}
        return json_answer(self._context.tokens.make(self._scheme.name, facts, lasts_s))

    async def jwks(self, call: Call) -> web.StreamResponse:
        """Answer the public keys of webhook signatures."""
        response = json_answer(self._context.signing.jwks())
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response

    async def in_parts(self, call: Call) -> web.StreamResponse:
        """Refuse: files that need several parts are too large for anything here."""
        await self._context.authenticator.authenticate(call, self._scheme, token_use=UPLOADING)
        return json_answer({"detail": f"Files may have at most {UPLOAD_BYTES // 1024**2} MB."}, 413)

    async def upload(self, call: Call) -> web.StreamResponse:
        """Keep the body under a new address."""
        key = await self._context.authenticator.authenticate(call, self._scheme, token_use=UPLOADING)
        name = call.request.headers.get("X-Fal-File-Name", "")
        asked_s = lifetime_s(call.request.headers)
        upload = await self._keep(call, key, secrets.token_hex(16), call.request.content_type, asked_s)
        return json_answer({"access_url": upload_url(call.origin, upload.id, upload.content_type, name)})

    async def initiate(self, call: Call) -> web.StreamResponse:
        """Answer an address to put a file to, and the one it will have."""
        key = await self._context.authenticator.authenticate(call, self._scheme)
        body = parse_object(await read_bytes(call.request))
        name, content_type = str(body.get("file_name") or ""), str(body.get("content_type") or "")
        await self._intake.check_quota(key)
        upload_id = secrets.token_hex(16)
        facts = {
            "id": upload_id,
            "key": key.id,
            "type": safe_type(content_type),
            "lifetime_s": lifetime_s(call.request.headers),
        }
        return json_answer(
            {
                "upload_url": call.origin.url("cdn", f"/upload/{self._context.tokens.make(PUT_PURPOSE, facts, PUT_S)}"),
                "file_url": upload_url(call.origin, upload_id, content_type, name),
            }
        )

    async def put(self, call: Call) -> web.StreamResponse:
        """Take a file under an address of `initiate`, once: the address is the permission while its key is one."""
        facts = self._context.tokens.read(PUT_PURPOSE, call.match["token"])
        if facts is None:
            raise Unauthorized
        key = await self._context.authenticator.key_named_in(facts)
        if facts["id"] in self._taking:
            raise NoSuchEndpoint("in use")
        self._taking.add(facts["id"])
        try:
            if await self._context.service.uploads.get(facts["id"]) is not None:
                raise NoSuchEndpoint("used already")
            await self._keep(call, key, facts["id"], facts["type"], facts["lifetime_s"])
        finally:
            self._taking.discard(facts["id"])
        return json_answer({})

    async def _keep(self, call: Call, key: ApiKey, upload_id: str, content_type: str, asked_s: float | None) -> Upload:
        await self._intake.check_quota(key)
        data = await read_bytes(call.request, most_bytes=UPLOAD_BYTES, timeout_s=UPLOAD_S)
        return await self._intake.keep(key, data, content_type, upload_id=upload_id, lifetime_s=asked_s)


def lifetime_s(headers: Mapping[str, str]) -> float | None:
    """Return how long the caller wants its files kept; unparseable values are ignored."""
    text = headers.get("X-Fal-Object-Lifecycle-Preference") or headers.get("X-Fal-Object-Lifecycle")
    try:
        seconds = float(json.loads(text or "{}")["expiration_duration_seconds"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return seconds if 0 < seconds < float("inf") else None
