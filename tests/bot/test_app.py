"""The whole bot over HTTP: start, answer, stop, and go on after a crash."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.app import TelegramBot
from bot.errors import BotTokenRejected
from bot.redact import install_redaction, redact
from emulator.server import Emulator
from service.stickers import StickerService
from tests.bot.emulated import ADA, TOKEN, telegram


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with telegram() as running:
        yield running


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[StickerService]:
    service = await StickerService.open(tmp_path)
    yield service
    await service.close()


def bot_of(url: str, service: StickerService, **options: str) -> TelegramBot:
    return TelegramBot(token=TOKEN, api_url=url, service=service, **options)  # type: ignore[arg-type]


@asynccontextmanager
async def running(bot: TelegramBot) -> AsyncIterator[TelegramBot]:
    """The bot, started and polling, then stopped."""
    await bot.start()
    run = asyncio.create_task(bot.run())
    try:
        yield bot
    finally:
        await bot.stop()
        await run


async def test_the_bot_answers(emulator: Emulator, service: StickerService) -> None:
    ada = emulator.person(ADA, "Ada")
    async with running(bot_of(emulator.url, service)):
        await ada.send_text("/help")
        assert (await ada.wait_for(lambda seen: "/style" in seen.text)).text


async def test_stopping_takes_less_than_three_seconds(emulator: Emulator, service: StickerService) -> None:
    bot = bot_of(emulator.url, service)
    await bot.start()
    run = asyncio.create_task(bot.run())
    await emulator.person(ADA, "Ada").wait_for(lambda seen: bool(seen.text))
    began = time.perf_counter()
    await bot.stop()
    await run
    assert time.perf_counter() - began < 3.0


async def test_a_message_that_was_stored_and_not_handled_is_answered_after_the_start(
    emulator: Emulator, service: StickerService
) -> None:
    ada = emulator.person(ADA, "Ada")
    await ada.send_text("/privacy")
    updates = emulator.world.bots_by_token[TOKEN].updates
    stored = [(update.id, json.dumps(update.body())) for update in updates.waiting(100, emulator.world.now)]
    await service.inbox.put(stored)
    async with running(bot_of(emulator.url, service)):
        await ada.wait_for(lambda seen: "/forget" in seen.text)
    answers = [seen for seen in ada.seen if seen.text]
    assert len(answers) == len(stored)


async def test_a_wrong_token_is_rejected(emulator: Emulator, service: StickerService) -> None:
    bot = TelegramBot(
        token="4201:another_token",
        api_url=emulator.url,
        service=service,
    )
    with pytest.raises(BotTokenRejected) as rejected:
        await bot.start()
    assert "another_token" not in repr(rejected.value)
    await bot.stop()


async def test_a_token_rejected_later_ends_the_run(emulator: Emulator, service: StickerService) -> None:
    bot = bot_of(emulator.url, service)
    await bot.start()
    known = emulator.world.bots_by_token.pop(TOKEN)
    with pytest.raises(BotTokenRejected):
        await bot.run()
    emulator.world.bots_by_token[TOKEN] = known
    await bot.stop()


async def test_a_webhook_bot_answers_deliveries(emulator: Emulator, service: StickerService) -> None:
    application = web.Application()
    server = TestServer(application)
    port_known = asyncio.get_running_loop().create_future()

    async def take(request: web.Request) -> web.StreamResponse:
        handler = await port_known
        answer: web.StreamResponse = await handler(request)
        return answer

    application.router.add_post("/hook", take)
    await server.start_server()
    bot = bot_of(emulator.url, service, webhook_url=str(server.make_url("/hook")))
    (route,) = bot.routes()
    assert route.path == "/hook"
    port_known.set_result(route.handler)
    ada = emulator.person(ADA, "Ada")
    async with running(bot):
        await ada.send_text("/help")
        await ada.wait_for(lambda seen: "/style" in seen.text)
        assert emulator.calls.of("getUpdates") == []
    await server.close()


async def test_a_polling_bot_has_no_routes(emulator: Emulator, service: StickerService) -> None:
    assert bot_of(emulator.url, service).routes() == []


# --- no token in a log ------------------------------------------------------------------------------------------------

REAL_LOOKING = "123456789:AAF0abcdefghijklmnopqrstuvwxyz-_123"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"POST https://api.telegram.org/bot{REAL_LOOKING}/getMe", "POST https://api.telegram.org/bot***/getMe"),
        ("http://127.0.0.1/bot42:short/getMe", "http://127.0.0.1/bot***/getMe"),
        (f"The token `{REAL_LOOKING}` was rejected", "The token `***` was rejected"),
        (f"/file/bot{REAL_LOOKING}/photos/file_1.jpg", "/file/bot***/photos/file_1.jpg"),
        ("12:34 and 1234:5678 stay", "12:34 and 1234:5678 stay"),
        ("tg:765432101 and tg:-100765432101:12", "*** and ***:12"),
        ("Bad Request: STICKERSET_INVALID uc1nqx_2_by_face_bot", "Bad Request: STICKERSET_INVALID ***"),
        ("Group migrated. New chat id: -1001234567890", "Group migrated. New ***"),
        ("Bad Request: user 765432101 not found", "Bad Request: *** not found"),
        ("update 700000001 and job 3f9a1c00 stay", "update 700000001 and job 3f9a1c00 stay"),
    ],
)
def test_a_token_is_struck_out(text: str, clean: str) -> None:
    assert redact(text) == clean


@pytest.fixture
def redaction() -> AsyncIterator[None]:  # type: ignore[misc]
    before = logging.getLogRecordFactory()
    install_redaction()
    yield
    logging.setLogRecordFactory(before)


def test_no_log_line_holds_a_token(redaction: None, caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ConnectionError(f"https://api.telegram.org/bot{REAL_LOOKING}/getMe")
    except ConnectionError:
        logging.getLogger("somewhere").exception("calling /bot%s/%s", REAL_LOOKING, "getMe")
    assert "calling /bot***/getMe" in caplog.text
    assert "ConnectionError" in caplog.text
    assert REAL_LOOKING not in caplog.text


def test_other_log_lines_keep_their_arguments(redaction: None, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("somewhere").warning("%d of %s", 3, "five")
    (record,) = caplog.records
    assert record.args == (3, "five")


def test_installing_twice_changes_nothing(redaction: None) -> None:
    factory = logging.getLogRecordFactory()
    install_redaction()
    assert logging.getLogRecordFactory() is factory


@pytest.mark.parametrize(("level", "shown"), [("DEBUG", "INFO"), ("WARNING", "WARNING")])
def test_libraries_say_no_more_than_the_level_that_was_asked_for(
    redaction: None, monkeypatch: pytest.MonkeyPatch, level: str, shown: str
) -> None:
    monkeypatch.setattr(logging.getLogger(), "level", logging.getLevelNamesMapping()[level])
    install_redaction()
    assert logging.getLevelName(logging.getLogger("telegram").level) == shown
    monkeypatch.undo()
    install_redaction()


async def test_a_server_without_the_niceties_is_served_all_the_same(
    emulator: Emulator, service: StickerService
) -> None:
    for method in ("deleteWebhook", "setMy*", "setChatMenuButton", "sendChatAction"):
        emulator.faults.add(method, "error", code=404, description="method not found", count=1000)
    ada = emulator.person(ADA, "Ada")
    async with running(bot_of(emulator.url, service)):
        await ada.send_text("/help")
        await ada.wait_for(lambda seen: "/style" in seen.text)
