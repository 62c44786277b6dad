"""What Telegram answers when it refuses, word for word.

    EmulatorError
    ├── BotApiError       the bot's call is refused: becomes {"ok": false, ...}
    └── Refusal           the person's action is refused: becomes {"error": ..., "message": ...}

The rewriting of server errors follows `fail_query_with_error` of tdlib/telegram-bot-api (Client.cpp).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class EmulatorError(Exception):
    """Root of this package's errors."""


class BotApiError(EmulatorError):
    """A Bot API call fails with `code` and `message` as TDLib words them, before the server's rewriting."""

    def __init__(self, code: int, message: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """Return the JSON answer; its `error_code` is also the HTTP status."""
        code, description = format_error(self.code, self.message)
        answer: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
        if self.parameters:
            answer["parameters"] = dict(self.parameters)
        return answer


class Refusal(EmulatorError):
    """A person's app would not allow this; `code` is one of CLIENT_API.md's."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


PREFIXES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
}

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)

# Constants of the inner servers that the Bot API server words anew (Client.cpp, fail_query_with_error).
REWORDED = {
    "MESSAGE_NOT_MODIFIED": NOT_MODIFIED,
    "PACK_SHORT_NAME_INVALID": "invalid sticker set name is specified",
    "PACK_SHORT_NAME_OCCUPIED": "sticker set name is already occupied",
    "STICKER_EMOJI_INVALID": "invalid sticker emojis",
    "QUERY_ID_INVALID": "query is too old and response timeout expired or query ID is invalid",
    "MESSAGE_DELETE_FORBIDDEN": "message can't be deleted",
    "WC_CONVERT_URL_INVALID": "wrong HTTP URL specified",
    "WEBPAGE_CURL_FAILED": "failed to get HTTP URL content",
}
REWORDED_FORBIDDEN = {
    "USER_IS_BLOCKED": "bot was blocked by the user",
    "INPUT_USER_DEACTIVATED": "user is deactivated",
}


def format_error(code: int, message: str) -> tuple[int, str]:
    """Return the error code and description that a bot receives for an inner error."""
    if code == 403 and message in REWORDED_FORBIDDEN:
        message = REWORDED_FORBIDDEN[message]
    elif code == 403 and not any(letter == " " or letter.islower() for letter in message):  # a CONSTANT
        code = 400
    if code == 400:
        message = REWORDED.get(message, message)
    if code not in PREFIXES:
        code = 400
    prefix = PREFIXES[code]
    if not message or message == prefix:
        return code, prefix
    begins_constant_or_acronym = len(message) > 1 and (message[1] == "_" or "A" <= message[1] <= "Z")
    first = message[0] if begins_constant_or_acronym else message[0].lower()
    return code, f"{prefix}: {first}{message[1:]}"


def bad_request(message: str) -> BotApiError:
    """Return a refusal of the most common kind: HTTP 400."""
    return BotApiError(400, message)


def too_many_requests(retry_after_s: int) -> BotApiError:
    """Return flood control's answer; the HTTP layer adds the `Retry-After` header."""
    return BotApiError(429, f"retry after {retry_after_s}", {"retry_after": retry_after_s})
