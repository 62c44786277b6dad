"""The look at the log finds what must not be there: otherwise no test would tell of it."""

from __future__ import annotations

import logging

import pytest

from tests.acceptance.stage import ADA, TOKEN, Stage, picture
from tests.log_scan import LogScan

SECRET = TOKEN.partition(":")[2]


@pytest.mark.parametrize(
    ("message", "argument", "what"),
    [
        ("asked with %s", SECRET, "the token"),
        ("used by %s", "0123456789abcdef:" + "aB3-_" * 8 + "abc", "a key"),
        ("a sticker for %d", ADA, f"person {ADA}"),
        ("Hello, %s!", "Ada", "the name Ada"),
        ("drawn: %s", "with my secret hat", "the words 'with my secret hat'"),
        ("received %r", picture()[:20], "a photo"),
    ],
)
async def test_what_is_logged_of_a_person_is_found(
    stage: Stage, log_scan: LogScan, message: str, argument: object, what: str
) -> None:
    await stage.person().send_photo(picture(), caption="with my secret hat")
    assert log_scan.found([stage.emulator.world]) == []
    logging.getLogger("bot").debug(message, argument)

    (found, *_) = log_scan.found([stage.emulator.world])

    assert found.startswith(f"{what}: ")
    log_scan.texts.clear()


async def test_what_the_log_strikes_out_is_not_found(stage: Stage, log_scan: LogScan) -> None:
    stage.person()
    logging.getLogger("bot").error("POST https://api.telegram.org/bot%s/getMe for tg:%d", TOKEN, ADA)

    assert log_scan.texts[-1] == "ERROR bot: POST https://api.telegram.org/bot***/getMe for ***"
    assert log_scan.found([stage.emulator.world]) == []
