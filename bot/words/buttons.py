"""Inline buttons: their labels, and the callback data that says what a press means. Knows no feature.

callback_data is `v1:<operation>:<job id or empty>[:<argument>]`, at most 64 bytes: Telegram refuses more. Which
operations there are, the features say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from telegram import InlineKeyboardButton
from telegram.constants import KeyboardButtonStyle

from bot.words.translations import say

PRESS_ANSWER_CHARS = 200  # of the notice that answers a press
_PRESS = re.compile(r"v1:(?P<operation>[a-z]+):(?P<job_id>[0-9a-f]{32})?(?::(?P<argument>[\w-]{1,40}))?", re.ASCII)

# The colours of buttons, by their labels: red takes something away, blue is what most people want there. The rest has
# none, so that these are seen.
_DANGER, _PRIMARY = KeyboardButtonStyle.DANGER, KeyboardButtonStyle.PRIMARY
STYLES: Mapping[str, str] = {
    "button-cancel": _DANGER,
    "button-undo": _DANGER,
    "button-undo-all": _DANGER,
    "button-forget": _DANGER,
    "button-forget-packs": _DANGER,
    "button-remove": _DANGER,
    "button-delete-pack": _DANGER,
    "button-delete-really": _DANGER,
    "button-delete-emoji": _DANGER,
    "button-reactions": _PRIMARY,
    "button-anyway": _PRIMARY,
    "button-without": _PRIMARY,
    "button-add": _PRIMARY,
    "button-add-to-pack": _PRIMARY,
    "button-agree": _PRIMARY,
    "button-put-back": _PRIMARY,
    "button-put-all-back": _PRIMARY,
    "button-open-chat": _PRIMARY,
    "button-fetch": _PRIMARY,
    "button-profile-photo": _PRIMARY,
}


@dataclass(frozen=True, slots=True)
class Press:
    """What a button asks for."""

    operation: str
    job_id: str = ""
    argument: str = ""

    def data(self) -> str:
        """Return the callback data."""
        return f"v1:{self.operation}:{self.job_id}" + (f":{self.argument}" if self.argument else "")


def parse_press(data: str | None) -> Press | None:
    """Parse callback data; None for that of another version, or what we never made."""
    match = _PRESS.fullmatch(data or "")
    return Press(match["operation"], match["job_id"] or "", match["argument"] or "") if match else None


def button(language: str, key: str, press: Press) -> InlineKeyboardButton:
    """Return the button whose label is the sentence `key`, in its colour."""
    return InlineKeyboardButton(say(language, key), callback_data=press.data(), style=STYLES.get(key))


def link(language: str, key: str, url: str) -> InlineKeyboardButton:
    """Return the button that opens `url`; its label is the sentence `key`."""
    return InlineKeyboardButton(say(language, key), url=url, style=STYLES.get(key))


def choice(label: str, press: Press, *, is_current: bool) -> InlineKeyboardButton:
    """Return one of several buttons to choose from; the current one is marked."""
    return InlineKeyboardButton(f"{'✅ ' if is_current else ''}{label}", callback_data=press.data())


def in_pairs(buttons: list[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    """Return rows of two buttons."""
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


def emoji_argument(emoji: str) -> str:
    """Return an emoji as the argument of a press: its code points in hex."""
    return "-".join(f"{ord(each):x}" for each in emoji)


def emoji_from(argument: str) -> str:
    """Return the characters that an argument names, "" where it names none."""
    try:
        return "".join(chr(int(each, 16)) for each in argument.split("-"))
    except (ValueError, OverflowError):
        return ""
