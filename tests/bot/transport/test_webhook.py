"""The webhook: who may deliver, and what each answer makes Telegram do."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.transport.intake import ALLOWED_UPDATES, Intake, RawUpdate
from bot.transport.webhook import SECRET_HEADER, Webhook, webhook_secret
from service.inbox import Inbox
from service.stickers import StickerService
from storage.errors import DatabaseBusy
from tests.bot.emulated import ADA, TOKEN, connected, telegram, until_handled

SECRET = "s3cret-of-the-test"
PATH = "/telegram"
HEADERS = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[StickerService]:
    service = await StickerService.open(tmp_path)
    yield service
    await service.close()


@pytest.fixture
def inbox(service: StickerService) -> Inbox:
    return service.inbox


class Recorder:
    """Handles by noting."""

    def __init__(self) -> None:
        self.numbers: list[int] = []

    async def __call__(self, raw: RawUpdate) -> None:
        self.numbers.append(raw["update_id"])


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


class Served:
    """A webhook behind a port, registered with an emulated Telegram."""

    def __init__(self, client: Client, intake: Intake) -> None:
        self.client = client
        self.intake = intake

    async def deliver(self, body: Any, headers: dict[str, str] | None = None) -> int:
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        async with self.client.post(PATH, data=data, headers=HEADERS if headers is None else headers) as answer:
            return answer.status


async def serve(intake: Intake) -> Served:
    """A webhook that knows its secret, behind a real port."""
    webhook = Webhook(f"https://bot.example.org{PATH}", intake)
    async with telegram() as emulator, connected(emulator) as bot:
        await webhook.register(bot, SECRET)
    app = web.Application()
    app.add_routes(webhook.routes())
    client = TestClient(TestServer(app))
    await client.start_server()
    return Served(client, intake)


@pytest.fixture
async def served(inbox: Inbox, recorder: Recorder) -> AsyncIterator[Served]:
    served = await serve(Intake(inbox, recorder))
    yield served
    await served.client.close()


async def test_a_delivery_is_stored_answered_and_handled(served: Served, inbox: Inbox, recorder: Recorder) -> None:
    assert await served.deliver({"update_id": 1}) == 200
    await until_handled(inbox)
    assert recorder.numbers == [1]


async def test_the_answer_comes_after_the_update_is_stored_and_before_it_is_handled(inbox: Inbox) -> None:
    gate = asyncio.Event()

    async def slow(raw: RawUpdate) -> None:
        await gate.wait()

    served = await serve(Intake(inbox, slow))
    assert await served.deliver({"update_id": 1}) == 200
    assert [number for number, _ in await inbox.open()] == [1]
    gate.set()
    await until_handled(inbox)
    await served.client.close()


async def test_a_second_delivery_is_accepted_and_changes_nothing(
    served: Served, inbox: Inbox, recorder: Recorder
) -> None:
    assert [await served.deliver({"update_id": 1}) for _ in range(3)] == [200, 200, 200]
    await until_handled(inbox)
    assert recorder.numbers == [1]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({SECRET_HEADER: ""}, 403), ({SECRET_HEADER: "wrong"}, 403), ({SECRET_HEADER: "sécret"}, 403)],
)
async def test_nobody_without_the_secret_gets_in(
    served: Served, inbox: Inbox, headers: dict[str, str], status: int
) -> None:
    assert await served.deliver({"update_id": 1}, headers) == status
    assert await inbox.open() == []


async def test_nobody_gets_in_before_the_secret_is_agreed(inbox: Inbox, recorder: Recorder) -> None:
    webhook = Webhook(f"https://bot.example.org{PATH}", Intake(inbox, recorder))
    app = web.Application()
    app.add_routes(webhook.routes())
    async with TestClient(TestServer(app)) as client:
        assert (await client.post(PATH, json={"update_id": 1}, headers={SECRET_HEADER: ""})).status == 403


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"update_id": "1"}', b"{}", b'{"update_id": true}', b"\xff\xfe"]
)
async def test_what_is_no_update_is_refused(served: Served, body: bytes) -> None:
    assert await served.deliver(body) == 400


async def test_a_body_over_the_limit_is_refused(served: Served) -> None:
    assert await served.deliver(b'{"update_id": 1, "x": "' + b"x" * (1 << 20) + b'"}') == 413


async def test_a_busy_database_asks_telegram_to_come_back(inbox: Inbox, recorder: Recorder) -> None:
    class Busy(Inbox):
        async def put(self, messages: Sequence[tuple[int, str]]) -> list[int]:
            raise DatabaseBusy

    served = await serve(Intake(Busy(inbox._rows), recorder))
    async with served.client.post(PATH, json={"update_id": 1}, headers=HEADERS) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    await served.client.close()


async def test_telegram_is_told_where_to_deliver_and_keeps_what_waits(inbox: Inbox, recorder: Recorder) -> None:
    async with telegram() as emulator, connected(emulator) as bot:
        await Webhook("https://bot.example.org/telegram", Intake(inbox, recorder)).register(bot, SECRET)
        (call,) = emulator.calls.of("setWebhook")
    assert call.parameters["url"] == "https://bot.example.org/telegram"
    assert call.parameters["secret_token"] == SECRET
    assert json.loads(call.parameters["allowed_updates"]) == list(ALLOWED_UPDATES)
    assert "drop_pending_updates" not in call.parameters
    assert TOKEN not in call.parameters["url"]


async def test_a_real_delivery_arrives(inbox: Inbox) -> None:
    """End to end: the emulated Telegram delivers over HTTP, with its own headers."""
    texts: list[str] = []
    seen = asyncio.Event()

    async def note(raw: RawUpdate) -> None:
        texts.append(raw["message"]["text"])
        if texts[-1] == "hello":
            seen.set()

    intake = Intake(inbox, note)
    app = web.Application()
    server = TestServer(app)
    routes: list[Webhook] = []

    async def take(request: web.Request) -> web.Response:
        return await routes[0].take(request)

    app.router.add_post(PATH, take)
    await server.start_server()
    routes.append(Webhook(str(server.make_url(PATH)), intake))
    async with telegram() as emulator, connected(emulator) as bot:
        await routes[0].register(bot, SECRET)
        await emulator.person(ADA, "Ada").send_text("hello")
        await seen.wait()
        await bot.delete_webhook()
    await until_handled(inbox)
    await server.close()
    assert texts == ["/start", "hello"]


async def test_a_chosen_secret_is_used_as_it_is(service: StickerService) -> None:
    assert await webhook_secret(service, "chosen") == "chosen"


async def test_without_one_a_random_secret_is_made_once(service: StickerService) -> None:
    first = await webhook_secret(service, None)
    assert await webhook_secret(service, None) == first
    assert len(first) >= 32
