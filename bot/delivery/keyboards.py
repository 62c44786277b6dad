"""The buttons under stickers and under progress messages. What a press does is in `bot/handlers`."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.words.buttons import Press, button
from bot.words.translations import say
from engine.types import Shape


def in_pack(language: str, job_id: str, shape: str, pack_url: str) -> InlineKeyboardMarkup:
    """Return the buttons under a sticker that is in its owner's pack."""
    other = "cutout" if shape == Shape.BADGE else Shape.BADGE.value
    return InlineKeyboardMarkup(
        [
            _another(language, job_id),
            [
                button(language, f"button-{other}", Press("shape", job_id, other)),
                button(language, "button-undo", Press("undo", job_id)),
            ],
            [InlineKeyboardButton(say(language, "button-open-pack"), url=pack_url)],
        ]
    )


def loose(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Return the buttons under a sticker that did not make it into the pack."""
    add = button(language, "button-add", Press("add", job_id))
    return InlineKeyboardMarkup([[add], _another(language, job_id)])


def removed(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Return the buttons under a sticker that its owner took out of the pack."""
    put_back = button(language, "button-put-back", Press("back", job_id))
    return InlineKeyboardMarkup([[put_back], _another(language, job_id)])


def replaced(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Return the buttons under a sticker whose place in the pack another one has taken."""
    return InlineKeyboardMarkup([_another(language, job_id)])


def progress(language: str, job_id: str) -> InlineKeyboardMarkup:
    """Return the button under a progress message."""
    return InlineKeyboardMarkup([[button(language, "button-cancel", Press("cancel", job_id))]])


def _another(language: str, job_id: str) -> list[InlineKeyboardButton]:
    return [
        button(language, "button-another", Press("again", job_id)),
        button(language, "button-style", Press("styles", job_id)),
    ]
