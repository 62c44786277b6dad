"""Keyboards: parsed and refused the way the Bot API server does."""

from __future__ import annotations

from typing import Any

from emulator.call_parameters import CallParameters
from emulator.errors import BotApiError, bad_request
from emulator.state import Json

MAX_BUTTONS = 100
MAX_CALLBACK_DATA_BYTES = 64
STYLES = (None, "", "danger", "success", "primary")  # Bot API 9.4
_ACTIONS = (
    "url",
    "login_url",
    "callback_data",
    "web_app",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def parse_reply_markup(parameters: CallParameters) -> Json | None:
    """Parse and validate the `reply_markup` of a call; an empty inline keyboard is None. Raises `BotApiError`."""
    return check_markup(parameters.parsed("reply_markup", "Can't parse reply keyboard markup JSON object"))


def check_markup(markup: Any) -> Json | None:
    """Return a sound reply markup; an empty inline keyboard is None. Raises `BotApiError`."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("Object expected as reply markup")
    if "inline_keyboard" in markup:
        keyboard = [
            [_inline_button(button) for button in row] for row in _rows(markup["inline_keyboard"], "inline_keyboard")
        ]
        keyboard = [row for row in keyboard if row]
        if sum(map(len, keyboard)) > MAX_BUTTONS:
            raise bad_request("REPLY_MARKUP_TOO_LONG")
        return {"inline_keyboard": keyboard} if keyboard else None
    if "keyboard" in markup:
        return {**markup, "keyboard": [_reply_row(row) for row in _rows(markup["keyboard"], "keyboard")]}
    return markup if markup.get("remove_keyboard") or markup.get("force_reply") else None


def _rows(value: Any, field: str) -> list[list[Any]]:
    if not isinstance(value, list):
        raise bad_request(f'Field "{field}" must be of type Array')
    if not all(isinstance(row, list) for row in value):
        raise bad_request(f"{field.replace('_', ' ')} must be an Array of Arrays")
    return value


def _reply_row(row: list[Any]) -> list[Json]:
    buttons = [{"text": button} if isinstance(button, str) else button for button in row]
    for button in buttons:
        if not isinstance(button, dict):
            raise bad_request("can't parse keyboard button: KeyboardButton must be an Object")
        if "text" not in button:
            raise bad_request("can't parse keyboard button: Can't find field \"text\"")
        if button.get("style") not in STYLES:
            raise bad_request("can't parse keyboard button: Invalid button style specified")
    return buttons


def _inline_button(button: Any) -> Json:
    try:
        return _checked_button(button)
    except BotApiError as error:
        if error.message.isupper():
            raise
        raise bad_request(f"can't parse inline keyboard button: {error.message}") from error


def _checked_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request("InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise bad_request('Can\'t find field "text"')
    if not isinstance(button["text"], str):
        raise bad_request('Field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    if button.get("style") not in STYLES:
        raise bad_request("Invalid button style specified")
    actions = [action for action in _ACTIONS if action in button]
    if not actions:
        raise bad_request("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("BUTTON_TYPE_INVALID")
    _check_action(actions[0], button[actions[0]])
    return dict(button)


def _check_action(action: str, value: Any) -> None:
    if action == "callback_data":
        if not isinstance(value, str):
            raise bad_request('Field "callback_data" must be of type String')
        if not 1 <= len(value.encode()) <= MAX_CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif action == "url":
        _check_url(value)
    elif action in {"login_url", "web_app"} and not str(_field(value, "url")).startswith("https://"):
        raise bad_request("BUTTON_URL_INVALID")
    elif action == "copy_text" and not 1 <= len(str(_field(value, "text"))) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _field(value: Any, name: str) -> Any:
    if not isinstance(value, dict) or name not in value:
        raise bad_request(f'Can\'t find field "{name}"')
    return value[name]


def _check_url(url: Any) -> None:
    """Refuse what is not an http(s), tg: or ton: link with a plausible host. Raises `BotApiError`."""
    if not isinstance(url, str) or not url.strip():
        raise bad_request("BUTTON_URL_INVALID")
    scheme, separator, rest = url.partition("://")
    if not separator:
        scheme, rest = "http", url
    host = rest.split("/")[0].split("?")[0]
    if scheme.lower() not in {"http", "https", "tg", "ton"} or not host or " " in host:
        raise bad_request("BUTTON_URL_INVALID")
    if scheme.lower() in {"http", "https"} and "." not in host and not host.startswith("localhost"):
        raise bad_request("BUTTON_URL_INVALID")
