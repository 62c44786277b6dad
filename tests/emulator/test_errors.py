"""How an inner error becomes what a bot reads."""

from __future__ import annotations

import pytest

from emulator.errors import NOT_MODIFIED, BotApiError, format_error, too_many_requests


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        (400, "STICKERSET_INVALID", (400, "Bad Request: STICKERSET_INVALID")),
        (400, "Message text is empty", (400, "Bad Request: message text is empty")),
        (400, "PACK_SHORT_NAME_INVALID", (400, "Bad Request: invalid sticker set name is specified")),
        (400, "PACK_SHORT_NAME_OCCUPIED", (400, "Bad Request: sticker set name is already occupied")),
        (400, "STICKER_EMOJI_INVALID", (400, "Bad Request: invalid sticker emojis")),
        (400, "MESSAGE_NOT_MODIFIED", (400, f"Bad Request: {NOT_MODIFIED}")),
        (406, "STICKERSET_INVALID", (400, "Bad Request: STICKERSET_INVALID")),
        (403, "USER_IS_BLOCKED", (403, "Forbidden: bot was blocked by the user")),
        (403, "INPUT_USER_DEACTIVATED", (403, "Forbidden: user is deactivated")),
        (403, "CHAT_WRITE_FORBIDDEN", (400, "Bad Request: CHAT_WRITE_FORBIDDEN")),
        (401, "", (401, "Unauthorized")),
        (404, "", (404, "Not Found")),
        (404, "method not found", (404, "Not Found: method not found")),
        (500, "Created sticker set not found", (500, "Internal Server Error: created sticker set not found")),
        (400, "URL is wrong", (400, "Bad Request: URL is wrong")),
    ],
)
def test_an_inner_error_is_worded_as_the_bot_api_server_words_it(
    code: int, message: str, expected: tuple[int, str]
) -> None:
    assert format_error(code, message) == expected


def test_flood_control_says_how_long_to_wait_twice() -> None:
    assert too_many_requests(8).body() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 8",
        "parameters": {"retry_after": 8},
    }


def test_an_error_is_an_exception_with_the_message_tdlib_gave_it() -> None:
    assert str(BotApiError(400, "Chat not found")) == "Chat not found"
