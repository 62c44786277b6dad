"""People who leave, come back, change their minds, press what is not theirs; and those who run the bot."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.redact import install_redaction
from bot.words.translations import LANGUAGES
from emulator.calls import CallRecord
from emulator.seen import SpinnerTimeoutError
from engine.types import Note
from tests.acceptance.stage import ADA, NotingEngine, Stage, picture, stage_at


async def test_somebody_who_blocks_the_bot_has_nothing_drawn_for_them(stage: Stage) -> None:
    ada, ben = stage.person(), stage.person(8, "Ben")
    stage.plain.hold()
    await ben.send_photo(picture())
    await ben.wait_until(stage.plain.holding.is_set)
    await ada.send_photo(picture((1, 2, 3)))
    await ada.wait_for_text("1 sticker ahead")

    await ada.block()
    stage.plain.release()
    await ben.wait_for_sticker()

    (job,) = await stage.store.jobs.of_owner(f"tg:{ADA}")
    assert job.status == "cancelled"
    assert len(stage.plain.seen) == 1
    assert (await stage.store.users.get(f"tg:{ADA}")).is_blocked


async def test_somebody_who_is_back_is_served_again(stage: Stage) -> None:
    person = stage.person()
    await person.send_text("/queue")
    await person.wait_for_text("not working on anything")
    await person.block()
    await person.unblock()

    await person.send_photo(picture())
    await person.wait_for_sticker()

    assert not (await stage.store.users.get(f"tg:{ADA}")).is_blocked


async def test_a_group_that_throws_the_bot_out_costs_nobody_their_stickers(stage: Stage) -> None:
    person = stage.person()
    group = await person.create_group("Friends")
    await group.remove_bot()

    await person.send_photo(picture())
    await person.wait_for_sticker()

    assert not (await stage.store.users.get(f"tg:{ADA}")).is_blocked


async def test_a_caption_changed_in_the_queue_counts(stage: Stage) -> None:
    ada, ben = stage.person(), stage.person(8, "Ben")
    stage.plain.hold()
    await ben.send_photo(picture())
    await ben.wait_until(stage.plain.holding.is_set)
    photo = await ada.send_photo(picture((1, 2, 3)), "a cowboy")
    await ada.wait_for_text("1 sticker ahead")

    await ada.edit(photo, "#neon a pirate")
    await ada.send_text("/queue")  # handled after the edit
    await ada.wait_for_text("1 ahead of it")
    stage.plain.release()
    await ada.wait_for_sticker()

    assert (stage.plain.seen[1].style, stage.plain.seen[1].prompt) == ("neon", "a pirate")


async def test_what_the_engine_noted_is_told_and_hints_only_once(stage: Stage) -> None:
    person = stage.person()
    stage.plain.notes = (Note.SEVERAL_FACES, Note.PROMPT_IGNORED)
    await person.send_photo(picture(), "riding a dragon")
    first = await person.wait_for_text("I saw several faces")

    await person.send_photo(picture((1, 2, 3)), "riding a dragon")
    await person.wait_until(lambda: len([seen for seen in person.seen if "several faces" in seen.text]) == 2)

    assert "I can't draw what your words describe" in first.text
    assert len([seen for seen in person.seen if "what your words describe" in seen.text]) == 1


async def test_words_that_change_nothing_are_answered_each_time_they_are_new(stage: Stage) -> None:
    person = stage.person()
    stage.plain.notes = (Note.PROMPT_IGNORED,)
    await person.send_photo(picture(), "riding a dragon")
    await person.wait_for_text("what your words describe")

    await person.send_photo(picture((1, 2, 3)), "riding a horse")
    await person.wait_for_text("I couldn't use your words this time")
    await person.send_album([picture((4, 5, 6)), picture((7, 8, 9))], "riding a horse")
    await person.send_photo(picture((9, 9, 9)), "riding a cow")
    await person.wait_until(lambda: len([seen for seen in person.seen if "couldn't use your words" in seen.text]) == 2)

    assert len([seen for seen in person.seen if "what your words describe" in seen.text]) == 1


async def test_words_after_an_emoji_are_what_the_sticker_is_for_and_need_no_answer(stage: Stage) -> None:
    person = stage.person()
    stage.plain.notes = (Note.PROMPT_IGNORED,)

    await person.send_photo(picture(), "🚀 ready for launch")
    await person.wait_for_sticker()
    await person.send_photo(picture((1, 2, 3)), "to the moon")
    await person.wait_for_text("what your words describe")

    assert len([seen for seen in person.seen if "your words" in seen.text]) == 1


async def test_stats_are_for_those_who_run_the_bot(stage: Stage) -> None:
    person, admin = stage.person(), stage.person(stage.ADMIN, "Root")

    await person.send_text("/stats")
    await person.wait_for_text("I don't know that one")
    await admin.send_text("/stats")
    await admin.wait_for_text("queued: 0")


async def test_a_disk_that_takes_no_photo_is_admitted(stage: Stage) -> None:
    person = stage.person()
    stage.files.parent.mkdir(exist_ok=True)
    stage.files.write_text("a file where the folder should be")

    await person.send_photo(picture())

    await person.wait_for_text("I can't save anything at the moment")
    assert await stage.store.jobs.waiting("tg") == []


async def test_a_photo_that_can_never_come_is_given_up_at_the_next_start(stage: Stage) -> None:
    person = stage.person()
    await person.send_text("/queue")
    await person.wait_for_text("not working on anything")
    await stage.lose_a_photo(owner=f"tg:{ADA}", chat=ADA, message=1)

    await stage.stop()
    await stage.start()

    await person.wait_for_text("I couldn't fetch your photo")


def for_everybody(stage: Stage) -> list[CallRecord]:
    """The lists of commands without those of an operator's chat, which come a moment later."""
    return [call for call in stage.calls("setMyCommands") if "chat_id" not in call.parameters.get("scope", "")]


async def test_commands_and_descriptions_are_registered_once(stage: Stage) -> None:
    await stage.wait_until_registered()
    assert len(for_everybody(stage)) == 2 * len(LANGUAGES)  # in private chats and in groups

    await stage.stop()
    await stage.start()

    await stage.wait_until_registered()
    assert len(for_everybody(stage)) == 2 * len(LANGUAGES)  # in private chats and in groups


async def test_commands_and_descriptions_outlast_an_outage_at_the_start(tmp_path: Path) -> None:
    async with stage_at(tmp_path, NotingEngine()) as stage:
        fault = stage.fault("setMy*", "html", code=502, count=7)

        await stage.start()

        await stage.wait_until_registered()
        assert len(fault.fired) == 7


@pytest.fixture
def production_logging() -> Iterator[None]:
    """Logs as `stickerface run` sets them up, at the lowest level."""
    names = ("httpx", "httpcore", "aiosqlite", "telegram", "telegram.request")
    levels = {name: logging.getLogger(name).level for name in names}
    factory = logging.getLogRecordFactory()
    install_redaction()
    yield
    logging.setLogRecordFactory(factory)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


async def test_logs_name_nobody(production_logging: None, stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    person = stage.person(765_432_101, "Nobody-Knows-Me")
    await person.send_photo(picture(), "a secret caption")
    sticker = await person.wait_for_sticker()
    await person.press(sticker, "Undo")
    await person.block()
    await stage.wait_until_blocked("tg:765432101")
    await stage.stop()

    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("emulator")]

    assert any("somebody blocked the bot" in line for line in ours)
    assert [line for line in ours if "765432101" in line or "Nobody-Knows-Me" in line or "secret caption" in line] == []


@pytest.mark.parametrize(
    ("method", "action", "details"),
    [
        ("sendMessage", "truncate", {}),
        ("sendMessage", "garbage", {}),
        ("sendSticker", "truncate", {}),
        ("createNewStickerSet", "truncate", {}),
        ("sendMessage", "error", {"code": 400, "description": "Bad Request: chat 765432101 is odd"}),
        ("createNewStickerSet", "error", {"code": 400, "description": "Bad Request: no ucnpv6t_1_by_sticker_face_bot"}),
        ("answerCallbackQuery", "error", {"code": 400, "description": "Bad Request: user 765432101 is odd"}),
    ],
)
async def test_logs_name_nobody_when_calls_fail(
    production_logging: None,
    stage: Stage,
    caplog: pytest.LogCaptureFixture,
    method: str,
    action: str,
    details: dict[str, Any],
) -> None:
    caplog.set_level(logging.DEBUG)
    fault = stage.fault(method, action, **details)
    person = stage.person(765_432_101, "Nobody-Knows-Me")
    await person.send_photo(picture(), "a secret caption")
    sticker = await person.wait_for_sticker()
    with contextlib.suppress(SpinnerTimeoutError):
        await person.press(sticker, "Another", timeout_s=1)
    await stage.stop()
    stage.emulator.world.callback_queries.clear()  # an answer that was refused is not this test's matter

    assert fault.fired
    formatter = logging.Formatter("%(message)s")
    ours = [formatter.format(record) for record in caplog.records if not record.name.startswith("emulator")]
    named = ("765432101", "ucnpv6t", "Nobody-Knows-Me", "secret caption")
    assert [line for line in ours if any(each in line for each in named)] == []


async def test_a_reference_finds_the_job_and_its_traceback(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    person = stage.person()
    stage.plain.fail_with = [ZeroDivisionError("first"), ZeroDivisionError("second")]

    await person.send_photo(picture())
    apology = await person.wait_for_text("Something broke on my side")

    reference = re.search("reference ([0-9a-f]{6})", apology.text)
    assert reference is not None
    (job,) = await stage.service.jobs_by_reference(reference[1])
    assert job.error_code == "internal"
    with_traceback = [record for record in caplog.records if record.exc_info and reference[1] in record.getMessage()]
    assert [str(record.exc_info[1]) for record in with_traceback if record.exc_info] == ["first", "second"]


async def test_a_press_that_breaks_has_the_reference_of_its_job(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    (job,) = await stage.store.jobs.of_owner(f"tg:{ADA}")
    monkeypatch.setattr(stage.service, "again", None)

    answer = await person.press(sticker, "Another")

    assert f"reference {job.id[:6]}" in answer.text
    assert [record for record in caplog.records if record.exc_info and f"job {job.id[:8]}" in record.getMessage()]
