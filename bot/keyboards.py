"""The buttons under messages and what is written into them.

callback_data is `v1:<operation>:<job id or empty>[:<argument>]`, at most 64 bytes: Telegram refuses more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.replies import LANGUAGES, say, style_title
from engine.styles import all_styles
from engine.types import Shape

_PRESS = re.compile(r"v1:(?P<operation>[a-z]+):(?P<job_id>[0-9a-f]{32})?(?::(?P<argument>[\w-]{1,24}))?", re.ASCII)


class Operation(StrEnum):
    """What a button does; the value is what stands in callback_data."""

    AGAIN = "again"
    STYLES = "styles"  # show the looks for this photo
    LOOK = "look"  # this photo in that look
    SHAPE = "shape"  # badge instead of cut-out, or the other way round
    UNDO = "undo"
    BACK = "back"  # put it back into the pack
    ADD = "add"  # try the pack once more
    CANCEL = "cancel"
    CHOOSE = "choose"  # a look for everything to come
    LANGUAGE = "lang"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Press:
    operation: Operation
    job_id: str = ""
    argument: str = ""

    def data(self) -> str:
        return f"v1:{self.operation}:{self.job_id}" + (f":{self.argument}" if self.argument else "")


def read_press(data: str | None) -> Press | None:
    """What a button says; None for one of another version, or one we never made."""
    match = _PRESS.fullmatch(data or "")
    if match is None or match["operation"] not in list(Operation):
        return None
    return Press(Operation(match["operation"]), match["job_id"] or "", match["argument"] or "")


Rows = list[list[InlineKeyboardButton]]


def in_pack(language: str, job_id: str, shape: str, pack_url: str) -> InlineKeyboardMarkup:
    """Under a sticker that is in its owner's pack."""
    other = "cutout" if shape == Shape.BADGE else Shape.BADGE.value
    return _keyboard(
        [
            _again_and_style(language, job_id),
            [
                _button(language, f"button-{other}", Press(Operation.SHAPE, job_id, other)),
                _button(language, "button-undo", Press(Operation.UNDO, job_id)),
            ],
            [InlineKeyboardButton(say(language, "button-open-pack"), url=pack_url)],
        ]
    )


def loose(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Under a sticker that did not make it into the pack."""
    return _keyboard(
        [[_button(language, "button-add", Press(Operation.ADD, job_id))], _again_and_style(language, job_id)]
    )


def taken_out(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Under a sticker its owner took out of the pack."""
    return _keyboard(
        [[_button(language, "button-put-back", Press(Operation.BACK, job_id))], _again_and_style(language, job_id)]
    )


def replaced(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Under a sticker whose place in the pack another one has taken."""
    return _keyboard([_again_and_style(language, job_id)])


def cancel(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Under a progress message."""
    return _keyboard([[_button(language, "button-cancel", Press(Operation.CANCEL, job_id))]])


def styles(language: str, current: str | None, job_id: str = "") -> InlineKeyboardMarkup:
    """All looks, two in a row, the current one marked: for one photo (`job_id`), or for everything to come."""
    operation = Operation.LOOK if job_id else Operation.CHOOSE
    buttons = [
        InlineKeyboardButton(
            f"{'✅ ' if each.name == current else ''}{each.emoji} {style_title(language, each)}",
            callback_data=Press(operation, job_id, each.name).data(),
        )
        for each in all_styles()
    ]
    return _keyboard(_pairs(buttons))


def languages(current: str) -> InlineKeyboardMarkup:
    buttons = [
        InlineKeyboardButton(
            f"{'✅ ' if code == current else ''}{name}", callback_data=Press(Operation.LANGUAGE, "", code).data()
        )
        for code, name in LANGUAGES.items()
    ]
    return _keyboard(_pairs(buttons))


def forget(language: str, *, has_packs: bool) -> InlineKeyboardMarkup:
    """The second step before everything is deleted."""
    rows = [[_button(language, "button-forget", Press(Operation.FORGET, "", "me"))]]
    if has_packs:
        rows.append([_button(language, "button-forget-packs", Press(Operation.FORGET, "", "packs"))])
    rows.append([_button(language, "button-keep", Press(Operation.FORGET, "", "no"))])
    return _keyboard(rows)


def open_chat(language: str, bot_username: str) -> InlineKeyboardMarkup:
    url = f"https://t.me/{bot_username}?start=hello"
    return _keyboard([[InlineKeyboardButton(say(language, "button-open-chat"), url=url)]])


def packs(titles_and_urls: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    return _keyboard([[InlineKeyboardButton(f"📦 {title}", url=url)] for title, url in titles_and_urls])


def _again_and_style(language: str, job_id: str) -> list[InlineKeyboardButton]:
    return [
        _button(language, "button-another", Press(Operation.AGAIN, job_id)),
        _button(language, "button-style", Press(Operation.STYLES, job_id)),
    ]


def _button(language: str, key: str, press: Press) -> InlineKeyboardButton:
    return InlineKeyboardButton(say(language, key), callback_data=press.data())


def _pairs(buttons: list[InlineKeyboardButton]) -> Rows:
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


def _keyboard(rows: Rows) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(rows)
