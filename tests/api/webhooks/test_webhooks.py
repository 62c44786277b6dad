"""Webhooks from the submission to the receiver, signed, repeated, and after a restart."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from api.providers.fal.webhooks import FalWebhooks, signature_headers
from api.providers.pixazo import PixazoWebhooks
from api.webhooks.post import Poster
from api.webhooks.progress import ProgressWebhooks
from api.webhooks.signing import DAY_S, SigningKeys
from engine.errors import NoFace
from service.events import EventKind, JobEvent
from service.stickers import StickerService
from storage.records import Job
from tests.api.conftest import PHOTO, PIXAZO, QUEUE, Api, running, stranger
from tests.plain_engine import PlainEngine


@dataclass
class Receiver:
    """A caller's server: notes what comes, answers with `statuses` in turn and then 200."""

    statuses: list[int] = field(default_factory=list)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: web.Request) -> web.Response:
        self.calls.append((dict(request.headers), await request.read()))
        self.came.set()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(15):
            while len(self.calls) < count:
                self.came.clear()
                await self.came.wait()

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.calls]


async def submit(api: Api, url: str, **fields: Any) -> str:
    body = {"image_url": PHOTO, "prompt": "a person", **fields}
    status, answer, _ = await api.call("POST", QUEUE, json=body, params={"fal_webhook": url})
    assert status == 200
    return str(answer["request_id"])


async def test_a_finished_request_calls_with_its_output(api: Api) -> None:
    receiver = Receiver()
    async with stranger(receiver) as address:
        request_id = await submit(api, f"{address}/hook", seed=3)
        await receiver.until(1)
    body = receiver.bodies()[0]

    assert (body["request_id"], body["gateway_request_id"]) == (request_id, request_id)
    assert (body["status"], body["error"], body["payload"]["seed"]) == ("OK", None, 3)
    assert body["payload"] == (await api.get(f"{QUEUE}/requests/{request_id}"))[1]


async def test_a_failed_request_calls_with_its_error(api: Api) -> None:
    api.engine.fail_with = [NoFace()]
    receiver = Receiver()
    async with stranger(receiver) as address:
        await submit(api, address)
        await submit(api, address, prompt=7)
        await receiver.until(2)
    bodies = {body["payload"]["detail"][0]["type"]: body for body in receiver.bodies()}

    assert set(bodies) == {"face_detection_error", "string_type"}
    assert {(body["status"], body["error"]) for body in bodies.values()} == {("ERROR", "Invalid status code: 422")}


async def test_the_signature_is_the_documented_one(api: Api) -> None:
    receiver = Receiver()
    async with stranger(receiver) as address:
        await submit(api, address)
        await receiver.until(1)
    headers, body = receiver.calls[0]
    _, jwks = await api.get("/fal/rest/.well-known/jwks.json", headers={})

    assert _verifies(_public(jwks["keys"][0]["x"]), headers, body)
    assert not _verifies(_public(jwks["keys"][0]["x"]), headers, body + b" ")
    assert (jwks["keys"][0]["kty"], jwks["keys"][0]["crv"]) == ("OKP", "Ed25519")
    assert headers["X-Fal-Webhook-User-Id"] == api.key.id


async def test_an_address_that_may_not_be_called_is_refused_before_a_job_is_made(tmp_path: Path) -> None:
    async with running(tmp_path, PlainEngine(), allow_private_hosts=False) as api:
        for url in (
            "http://127.0.0.1/x",
            "http://10.0.0.1/x",
            "http://[::1]/",
            "http://example.org:22/",
            "x",
            "file:///x",
        ):
            body = {"image_url": PHOTO, "prompt": "a person"}
            status, answer, _ = await api.call("POST", QUEUE, json=body, params={"fal_webhook": url})
            assert (status, answer["error_type"]) == (400, "bad_request"), url
        assert await api.store.jobs.counts() == {}


async def test_a_receiver_that_says_no_is_called_again_with_the_same_body(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FalWebhooks, "retry_pauses_s", (0.0, 0.0, 0.0))
    receiver = Receiver(statuses=[500, 302])
    async with stranger(receiver) as address:
        await submit(api, address)
        await receiver.until(3)

    assert len({body for _, body in receiver.calls}) == 1


async def test_after_the_last_attempt_it_is_left_alone(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FalWebhooks, "retry_pauses_s", (0.0,))
    receiver = Receiver(statuses=[500] * 9)
    async with stranger(receiver) as address:
        await api.delivered(await submit(api, address))

    assert len(receiver.calls) == 2


def test_fals_ten_retries_take_two_hours_and_pixazos_a_minute() -> None:
    assert (len(FalWebhooks.retry_pauses_s), sum(FalWebhooks.retry_pauses_s)) == (10, 7200)
    assert 55 <= sum(PixazoWebhooks.retry_pauses_s) <= 70


async def test_a_restart_goes_on_with_what_was_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver(statuses=[503])
    async with stranger(receiver) as address:
        async with running(tmp_path, PlainEngine()) as api:
            await submit(api, address)
            await receiver.until(1)
            monkeypatch.setattr(FalWebhooks, "retry_pauses_s", (10.0,))

            async def is_noted() -> bool:
                return any(job.note["webhook"]["attempts"] for job in await api.store.jobs.undelivered("api"))

            await api.until(is_noted)
            job = (await api.store.jobs.undelivered("api"))[0]
            await api.store.jobs.set_note(job.id, webhook={"next_at": 0.0})
        async with running(tmp_path, PlainEngine()):
            await receiver.until(2)

    assert receiver.calls[0][1] == receiver.calls[1][1]


async def test_a_job_without_a_webhook_is_delivered_at_once(api: Api) -> None:
    await api.delivered(await api.submit())


async def test_an_end_that_is_told_again_after_its_delivery_calls_nobody(api: Api) -> None:
    receiver = Receiver()
    async with stranger(receiver) as address:
        first = await submit(api, f"{address}/first")
        await receiver.until(1)
        job = await api.service.job(first.replace("-", ""))
        assert job is not None
        api.service.events.emit(JobEvent(EventKind.ENDED, replace(job, delivered_at=1.0)))
        second = await submit(api, f"{address}/second")
        await receiver.until(2)
    assert [body["request_id"] for body in receiver.bodies()] == [first, second]


async def test_pixazo_tells_every_event_in_order_and_nothing_after_the_end(api: Api) -> None:
    receiver = Receiver()
    async with stranger(receiver) as address:
        body = {"image": PHOTO, "webhook": address}
        await api.post(f"{PIXAZO}/generate", body, headers={"Ocp-Apim-Subscription-Key": api.key_text})
        async with asyncio.timeout(10):
            while [told["status"] for told in receiver.bodies()].count("succeeded") < 2:
                receiver.came.clear()
                await receiver.came.wait()
    states = [told["status"] for told in receiver.bodies()]

    assert states[0] == "processing"
    assert states[-2:] == ["succeeded", "succeeded"]  # output, completed
    assert receiver.bodies()[-1]["output"]


async def test_pixazo_tells_only_the_events_that_were_chosen(api: Api) -> None:
    receiver = Receiver()
    async with stranger(receiver) as address:
        body = {"image": PHOTO, "webhook": address, "webhook_events_filter": ["completed"]}
        headers = {"Ocp-Apim-Subscription-Key": api.key_text}
        _, started = await api.post(f"{PIXAZO}/generate", body, headers=headers)
        await api.delivered(started["request_id"])

    assert [told["status"] for told in receiver.bodies()] == ["succeeded"]


async def test_a_new_key_is_published_a_day_before_it_signs_and_the_old_one_a_day_after(tmp_path: Path) -> None:
    service, now = await StickerService.open(tmp_path), [1_000_000.0]
    first = await SigningKeys.load(service, lambda: now[0])
    published = len((await first.rotate(service)).jwks()["keys"])
    old = _public(first.jwks()["keys"][0]["x"])
    by_day = []
    for day in (0.0, 0.99, 1.01, 1.99, 2.01):
        now[0] = 1_000_000.0 + day * DAY_S
        reloaded = await SigningKeys.load(service, lambda: now[0])
        headers = signature_headers(reloaded, "r", "u", b"{}")
        by_day.append((len(reloaded.jwks()["keys"]), _verifies(old, headers, b"{}")))
    await service.close()

    assert published == 2
    assert by_day == [(2, True), (2, True), (2, False), (2, False), (1, False)]


def _public(x: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))


def _verifies(key: Ed25519PublicKey, headers: Mapping[str, str], body: bytes) -> bool:
    """As fal's page tells receivers to do it."""
    named = [headers[f"X-Fal-Webhook-{name}"] for name in ("Request-Id", "User-Id", "Timestamp")]
    message = "\n".join([*named, hashlib.sha256(body).hexdigest()]).encode()
    try:
        key.verify(bytes.fromhex(headers["X-Fal-Webhook-Signature"]), message)
    except InvalidSignature:
        return False
    return True


async def test_a_clock_that_was_set_back_still_signs(tmp_path: Path) -> None:
    service = await StickerService.open(tmp_path)
    now = [1_000_000.0]
    keys = await SigningKeys.load(service, lambda: now[0])
    await service.close()
    now[0] -= 60

    assert _verifies(_public(keys.jwks()["keys"][0]["x"]), signature_headers(keys, "r", "u", b"{}"), b"{}")


async def test_a_receiver_that_says_yes_and_never_ends_its_answer_has_taken_it() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "10"})
        await response.prepare(request)
        await has_heard.wait()
        return response

    has_heard = asyncio.Event()
    async with stranger(endless) as address, ClientSession() as session:
        is_taken = await Poster(session, allow_private_hosts=True).post(address, b"{}", {}, timeout_s=0.3)
        has_heard.set()

    assert is_taken


class PlainWebhooks:
    """A policy whose body is always the same."""

    retry_pauses_s: Sequence[float] = ()

    def render(self, job: Job) -> bytes:
        return b"{}"

    def headers(self, job: Job, body: bytes) -> Mapping[str, str]:
        return {}


async def test_a_delivery_that_is_cancelled_while_it_stops_the_logs_calls_nobody_any_more(api: Api) -> None:
    asked = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        asked.set()
        return web.Response()

    async with stranger(slow) as address, ClientSession() as session:
        done = await api.ended(await api.submit())
        job = replace(
            done, note={**done.note, "webhook": {"url": address, "provider": "plain", "events": ["start", "output"]}}
        )
        poster = Poster(session, allow_private_hosts=True)
        progress = ProgressWebhooks(poster, {"plain": PlainWebhooks()})
        progress.record(JobEvent(EventKind.STARTED, job))
        await asyncio.wait_for(asked.wait(), 5)
        finishing = asyncio.create_task(progress.finish(job))
        await asyncio.sleep(0)
        finishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await finishing
