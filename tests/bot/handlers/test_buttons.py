from __future__ import annotations

import pytest

from bot.words import buttons as keyboards
from bot.words.buttons import Operation, Press, read_press
from bot.words.translations import LANGUAGES

JOB = "0123456789abcdef" * 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_fits_into_telegrams_64_bytes_and_is_read_back(language: str) -> None:
    every = [
        keyboards.in_pack(language, JOB, "badge", "https://t.me/addstickers/x"),
        keyboards.in_pack(language, JOB, "cutout", "https://t.me/addstickers/x"),
        keyboards.loose(language, JOB),
        keyboards.taken_out(language, JOB),
        keyboards.replaced(language, JOB),
        keyboards.cancel(language, JOB),
        keyboards.styles(language, "comic", JOB),
        keyboards.styles(language, None),
        keyboards.languages(language),
        keyboards.forget(language, has_packs=True),
    ]
    data = [
        button.callback_data
        for keyboard in every
        for row in keyboard.inline_keyboard
        for button in row
        if button.url is None
    ]

    assert all(len(str(each).encode()) <= 64 for each in data)
    assert {press.operation for each in data if (press := read_press(str(each)))} == set(Operation)
    assert all((press := read_press(str(each))) and press.data() == each for each in data)


@pytest.mark.parametrize(
    "data", [None, "", "v0:again:" + JOB, "v1:explode:" + JOB, "v1:again:12", "v1:again:" + JOB + ":x:y", "v1:look::\n"]
)
def test_what_we_never_wrote_is_not_read(data: str | None) -> None:
    assert read_press(data) is None


def test_a_press_says_what_it_is_about() -> None:
    assert read_press(f"v1:look:{JOB}:watercolour") == Press(Operation.LOOK, JOB, "watercolour")
    assert read_press("v1:choose::comic") == Press(Operation.CHOOSE, "", "comic")
