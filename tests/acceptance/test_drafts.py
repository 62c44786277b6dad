"""Progress as a draft while it is quick, as a message with its Stop button once it lasts; never both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from emulator.driver import PersonDriver
from tests.acceptance.stage import NotingEngine, Stage, picture, stage_at


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The product as it runs, with drafts that last so long that no test sees their end by accident."""
    monkeypatch.chdir(tmp_path)
    async with stage_at(tmp_path, NotingEngine()) as stage:
        stage.draft_s = 60.0
        await stage.start()
        yield stage


async def seen_before(person: PersonDriver) -> None:
    """Have the first photo behind, which says by a message what others can see."""
    await person.send_photo(picture())
    await person.wait_for_sticker()
    await person.wait_for_text("your own pack")


def drafts(stage: Stage) -> list[str]:
    """What drafts said."""
    return [call.parameters["text"] for call in stage.calls("sendMessageDraft")]


async def until_drafted(stage: Stage, person: PersonDriver, words: str) -> None:
    await person.wait_until(lambda: any(words in text for text in drafts(stage)))


async def test_what_is_over_soon_has_a_draft_and_no_message(stage: Stage) -> None:
    person = stage.person()
    await seen_before(person)
    messages = len(person.transcript)
    stage.plain.hold()
    await person.send_photo(picture(), "#neon")
    await person.wait_until(lambda: drafts(stage))
    stage.plain.release()
    await person.wait_for_sticker()
    await stage.wait_until_delivered()

    assert len(person.transcript) == messages + 2  # the photo and the sticker


async def test_what_lasts_has_one_message_with_its_stop_button(stage: Stage) -> None:
    person = stage.person()
    await seen_before(person)
    await stage.stop()
    stage.draft_s = 0.3
    await stage.start()
    messages = len(person.seen)
    stage.plain.hold()
    await person.send_photo(picture(), "#neon")
    progress = await person.wait_for(lambda seen: seen.has_button("Stop"))
    known = len(drafts(stage))

    assert known >= 1
    assert len(person.seen) == messages + 1
    assert (await person.press(progress, "Stop")).text == "Stopped."
    await person.wait_for_text("Nothing was made")
    assert len(drafts(stage)) == known


async def test_the_first_photo_says_by_a_message_what_others_can_see(stage: Stage) -> None:
    person = stage.person()
    stage.plain.hold()
    await person.send_photo(picture())
    await person.wait_for_text("whoever has its link can see")
    stage.plain.release()
    await person.wait_for_sticker()

    assert drafts(stage) == []


@pytest.mark.parametrize("answer", [(404, "Not Found"), (400, "Bad Request: TEXTDRAFT_PEER_INVALID")])
async def test_a_server_without_drafts_is_asked_once(stage: Stage, answer: tuple[int, str]) -> None:
    person = stage.person()
    await seen_before(person)
    stage.fault("sendMessageDraft", "error", code=answer[0], description=answer[1], count=99)
    for style in ("#neon", "#comic"):
        stage.plain.hold()
        await person.send_photo(picture(), style)
        progress = await person.wait_for(lambda seen: seen.has_button("Stop"))
        stage.plain.release()
        await person.wait_for_sticker()
        await person.wait_until(lambda shown=progress: shown.is_deleted)

    assert len(drafts(stage)) == 1


async def test_in_an_outage_there_is_a_message_and_drafts_come_back(stage: Stage) -> None:
    person = stage.person()
    await seen_before(person)
    stage.fault("sendMessageDraft", "html", code=502)
    stage.plain.hold()
    await person.send_photo(picture(), "#neon")
    await person.wait_for(lambda seen: seen.has_button("Stop"))
    stage.plain.release()
    await person.wait_for_sticker()
    await person.send_photo(picture(), "#comic")
    await person.wait_for_sticker()

    assert len(drafts(stage)) >= 2


async def test_a_second_photo_meanwhile_has_a_message_of_its_own(stage: Stage) -> None:
    person = stage.person()
    await seen_before(person)
    stage.plain.hold()
    await person.send_photo(picture(), "#neon")
    await until_drafted(stage, person, "your")
    await person.send_photo(picture((1, 2, 3)), "#comic")
    await person.wait_for(lambda seen: seen.has_button("Stop"))
    stage.plain.release()
    await person.wait_for_sticker()
    await person.wait_for_sticker()


async def test_a_draft_that_ends_in_a_sentence_leaves_the_sentence(stage: Stage) -> None:
    person = stage.person()
    await seen_before(person)
    await person.send_photo(picture(), "/nothing steps=9999")
    await person.wait_for_text("steps is a whole number")


async def test_after_a_restart_a_draft_goes_on(stage: Stage) -> None:
    person = stage.person()
    await seen_before(person)
    stage.plain.hold()
    await person.send_photo(picture(), "#neon")
    await until_drafted(stage, person, "your")
    await stage.stop()
    await stage.start()
    await person.wait_for_sticker()
