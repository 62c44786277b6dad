"""What Telegram says, through python-telegram-bot's own parsing, and what it means."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import InputSticker
from telegram.error import TelegramError

from bot.errors import PackError, PackFailed, PackWait, PictureRefused, TelegramDown, UserBlocked
from bot.packs.errors import as_pack_errors
from bot.transport.connection import UpdatesBot, connect
from bot.transport.rate_limits import RateLimiter
from bot.transport.telegram_errors import TelegramErrorKind, classify, retry_after_s

TOKEN = "4200:test_token"
Respond = Callable[[], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(respond: Respond) -> AsyncIterator[UpdatesBot]:
    """A bot whose server answers every call with `respond`."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await respond()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    server = TestServer(app)
    await server.start_server()
    bot = connect(TOKEN, str(server.make_url("")), limiter=RateLimiter(sleep=no_wait))
    for request in bot._request:
        await request.initialize()
    try:
        yield bot
    finally:
        for request in bot._request:
            await request.shutdown()
        await server.close()


async def no_wait(seconds: float) -> None:
    raise AssertionError("nothing here is worth waiting for")


async def error_of(code: int, description: str, **parameters: int) -> TelegramError:
    """What python-telegram-bot raises where the server answers like that."""
    body: dict[str, object] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters

    async def respond() -> web.StreamResponse:
        return web.json_response(body, status=code)

    async with answering(respond) as bot:
        with pytest.raises(TelegramError) as raised:
            await bot.add_sticker_to_set(7, "name", InputSticker("file", ["😀"], "static"))
    return raised.value


@pytest.mark.parametrize(
    ("code", "description", "kind"),
    [
        (400, "Bad Request: STICKERSET_INVALID", TelegramErrorKind.SET_GONE),
        (400, "Bad Request: sticker set not found", TelegramErrorKind.SET_GONE),
        (400, "Bad Request: STICKERS_TOO_MUCH", TelegramErrorKind.SET_FULL),
        (400, "Bad Request: STICKERPACK_STICKERS_TOO_MUCH", TelegramErrorKind.SET_FULL),
        (400, "Bad Request: sticker set name is already occupied", TelegramErrorKind.NAME_OCCUPIED),
        (400, "Bad Request: invalid sticker set name is specified", TelegramErrorKind.NAME_INVALID),
        (500, "Internal Server Error: created sticker set not found", TelegramErrorKind.SET_HIDDEN),
        (400, "Bad Request: PACK_TITLE_INVALID", TelegramErrorKind.TITLE_INVALID),
        (400, "Bad Request: STICKER_PNG_DIMENSIONS", TelegramErrorKind.PICTURE_REFUSED),
        (400, "Bad Request: STICKER_PNG_NOPNG", TelegramErrorKind.PICTURE_REFUSED),
        (400, "Bad Request: invalid sticker emojis", TelegramErrorKind.EMOJI_REFUSED),
        (400, "Bad Request: can't parse sticker: expected a Unicode emoji", TelegramErrorKind.EMOJI_REFUSED),
        (400, "Bad Request: STICKER_INVALID", TelegramErrorKind.STICKER_GONE),
        (400, "Bad Request: STICKERSET_NOT_MODIFIED", TelegramErrorKind.NOT_MODIFIED),
        (400, "Bad Request: STICKERSET_OWNER_ANOTHER", TelegramErrorKind.SET_FOREIGN),
        (400, "Bad Request: PEER_ID_INVALID", TelegramErrorKind.USER_UNREACHABLE),
        (400, "Bad Request: user not found", TelegramErrorKind.USER_UNREACHABLE),
        (403, "Forbidden: bot was blocked by the user", TelegramErrorKind.USER_BLOCKED),
        (403, "Forbidden: bot can't initiate conversation with a user", TelegramErrorKind.USER_UNREACHABLE),
        (403, "Forbidden: user is deactivated", TelegramErrorKind.USER_DEACTIVATED),
        (403, "Forbidden: something new", TelegramErrorKind.USER_BLOCKED),
        (
            400,
            "Bad Request: wrong remote file identifier specified: can't unserialize it",
            TelegramErrorKind.FILE_REFUSED,
        ),
        (400, "Bad Request: file is too big", TelegramErrorKind.FILE_TOO_BIG),
        (400, "Bad Request: message is not modified: specified new message content", TelegramErrorKind.NOT_MODIFIED),
        (400, "Bad Request: message to edit not found", TelegramErrorKind.MESSAGE_GONE),
        (400, "Bad Request: query is too old and response timeout expired", TelegramErrorKind.QUERY_EXPIRED),
        (400, "Bad Request: FROZEN_METHOD_INVALID", TelegramErrorKind.ACCOUNT_FROZEN),
        (400, "Bad Request: SOMETHING_NEW", TelegramErrorKind.OTHER),
        (409, "Conflict: terminated by other getUpdates request", TelegramErrorKind.CONFLICT),
        (401, "Unauthorized", TelegramErrorKind.TOKEN_REJECTED),
        (404, "Not Found", TelegramErrorKind.TOKEN_REJECTED),
        (500, "Internal Server Error", TelegramErrorKind.AMBIGUOUS),
        (502, "Bad Gateway", TelegramErrorKind.AMBIGUOUS),
        (429, "Too Many Requests: without parameters", TelegramErrorKind.AMBIGUOUS),
    ],
)
async def test_a_description_is_understood_in_the_letters_python_telegram_bot_makes_of_it(
    code: int, description: str, kind: TelegramErrorKind
) -> None:
    assert classify(await error_of(code, description)) is kind


async def test_a_429_says_how_long() -> None:
    error = await error_of(429, "Too Many Requests: retry after 99", retry_after=99)
    assert (classify(error), retry_after_s(error)) == (TelegramErrorKind.WAIT, 99.0)


async def test_a_migrated_group_is_told_apart() -> None:
    error = await error_of(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001)
    assert classify(error) is TelegramErrorKind.CHAT_MIGRATED


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"<html>"), (200, b'{"ok"'), (502, b"<html>"), (502, b"{}"), (502, b'{"ok"')]
)
async def test_an_answer_that_cannot_be_read_may_have_happened(status: int, body: bytes) -> None:
    async def respond() -> web.StreamResponse:
        return web.Response(body=body, status=status)

    async with answering(respond) as bot:
        with pytest.raises(TelegramError) as raised:
            await bot.get_sticker_set("name")
    assert classify(raised.value) is TelegramErrorKind.AMBIGUOUS


@pytest.mark.parametrize(
    ("code", "description", "trouble"),
    [
        (403, "Forbidden: bot was blocked by the user", UserBlocked),
        (403, "Forbidden: user is deactivated", UserBlocked),
        (500, "Internal Server Error", TelegramDown),
        (400, "Bad Request: STICKER_PNG_DIMENSIONS", PictureRefused),
        (400, "Bad Request: SOMETHING_NEW", PackFailed),
    ],
)
async def test_what_leaves_the_sticker_sets_is_a_pack_trouble(
    code: int, description: str, trouble: type[PackError]
) -> None:
    error = await error_of(code, description)
    with pytest.raises(PackError) as raised, as_pack_errors():
        raise error
    assert type(raised.value) is trouble
    assert raised.value.__cause__ is error


async def test_a_long_wait_leaves_with_its_seconds() -> None:
    error = await error_of(429, "Too Many Requests: retry after 99", retry_after=99)
    with pytest.raises(PackWait) as raised, as_pack_errors():
        raise error
    assert raised.value.retry_after_s == 99.0
