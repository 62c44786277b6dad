"""Coloured buttons: sent to servers that take them, and without colours to those that do not."""

from __future__ import annotations

from telegram import InlineKeyboardMarkup

from bot.words.buttons import STYLES, Press, button
from tests.bot.emulated import ADA, connected, telegram

STOP = InlineKeyboardMarkup(
    [[button("en", "button-cancel", Press("cancel")), button("en", "button-style", Press("x"))]]
)
REFUSED = "Bad Request: can't parse inline keyboard button: Invalid button style specified"


async def test_a_button_that_stops_is_red_and_others_have_no_colour() -> None:
    async with telegram() as emulator, connected(emulator) as bot:
        await bot.send_message(ADA, "Drawing", reply_markup=STOP)

        (sent,) = emulator.person(ADA, "Ada").seen
        assert [shown.get("style") for shown in sent.buttons] == ["danger", None]


async def test_a_server_that_refuses_colours_is_asked_once() -> None:
    async with telegram() as emulator, connected(emulator) as bot:
        emulator.faults.add("sendMessage", "error", code=400, description=REFUSED)
        await bot.send_message(ADA, "Drawing", reply_markup=STOP)
        await bot.send_message(ADA, "Drawing on", reply_markup=STOP)

        assert len(emulator.calls.of("sendMessage")) == 3
        assert [shown.get("style") for seen in emulator.person(ADA, "Ada").seen for shown in seen.buttons] == [None] * 4


def test_colours_are_telegrams() -> None:
    assert {str(style) for style in STYLES.values()} <= {"danger", "success", "primary"}
