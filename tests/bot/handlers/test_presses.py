"""Whatever callback data comes: only the exact word deletes, every press has an answer, and none is an apology."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from bot.handlers import CALLBACKS
from bot.words.buttons import Press
from engine.styles import all_styles
from engine.types import Shape
from tests.acceptance.stage import ADA, NotingEngine, Stage, picture, stage_at

NO_JOB = "0123456789abcdef" * 2
DELETES = ("undo", "shape", "cancel")


@dataclass
class Belongings:
    """What Ada has that a press could take from her."""

    jobs: int
    files: int
    stickers: int
    style: str | None

    @classmethod
    async def of(cls, stage: Stage) -> Belongings:
        sets = stage.emulator.world.sets.owned_by(ADA)
        return cls(
            len(await stage.store.jobs.of_owner(f"tg:{ADA}")),
            len(stage.files_left()),
            sum(len(each.stickers) for each in sets),
            (await stage.store.users.get(f"tg:{ADA}")).style,
        )

    def has_less_than(self, before: Belongings) -> bool:
        return self.jobs < before.jobs or self.files < before.files or self.stickers < before.stickers


OPERATIONS = some.sampled_from(["forget"] * 6 + sorted({*CALLBACKS, "explode", "forgets", "delete"}))
ARGUMENTS = some.sampled_from(
    ["", "me", "packs", "no", "ME", "all", "de", "xx", "sketch", "sticker", "toon", "round", "auto", "0", "-"]
)


def texts_like(job_id: str) -> some.SearchStrategy[str]:
    """Data that is nearly ours: parts of buttons put together anew, and buttons with a few characters changed."""
    version = some.sampled_from(["v1", "v1", "v1", "v0", "v2", "V1", ""])
    job = some.sampled_from(["", "", job_id, NO_JOB, job_id[:-1], job_id.upper(), job_id + "0", "x"])
    tail = some.sampled_from(["", "", "", ":", ":me", " ", "\n"])
    pieced = some.builds(
        lambda v, o, j, a, t: f"{v}:{o}:{j}" + (f":{a}" if a else "") + t, version, OPERATIONS, job, ARGUMENTS, tail
    )
    ours = some.sampled_from(
        [
            *(Press("forget", "", word).data() for word in ("me", "packs", "no")),
            *(Press(operation, job_id).data() for operation in ("again", "undo", "back", "add", "cancel", "styles")),
            *(Press("shape", job_id, shape).data() for shape in ("cutout", *Shape)),
            *(Press("restyle", job_id, each.name).data() for each in all_styles()[:3]),
            Press("choose", "", "comic").data(),
            Press("lang", "", "de").data(),
        ]
    )
    change = some.tuples(
        some.integers(0, 63), some.sampled_from(["", ":", "f", "0", "\u00a0", "é", "::"]), some.booleans()
    )
    bent = some.builds(_bent, ours, some.lists(change, min_size=1, max_size=3))
    return (pieced | bent).filter(lambda data: 1 <= len(data.encode()) <= 64)


def _bent(data: str, changes: list[tuple[int, str, bool]]) -> str:
    for at, text, is_instead in changes:
        data = data[:at] + text + data[at + is_instead :]
    return data


def test_mutated_data_deletes_nothing_and_is_never_our_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with asyncio.Runner() as runner:
        opened = stage_at(tmp_path, NotingEngine())
        stage = runner.run(opened.__aenter__())
        try:
            runner.run(stage.start())
            person = stage.person()
            runner.run(person.send_photo(picture()))
            sticker = runner.run(person.wait_for_sticker())
            (job,) = runner.run(stage.store.jobs.of_owner(f"tg:{ADA}"))
            exact = {Press("undo", job.id).data(), "v1:forget::me", "v1:forget::packs"}
            exact |= {
                Press("shape", job.id, shape).data() for shape in ("cutout", *Shape)
            }  # takes the place of another

            @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
            @given(texts_like(job.id))
            @example("v1:forget:")
            @example("v1:forget::all")
            def every(data: str) -> None:
                if data in exact:
                    return
                before = runner.run(Belongings.of(stage))
                text = runner.run(person.press_forged(sticker, data)).text
                after = runner.run(Belongings.of(stage))
                assert not after.has_less_than(before), data
                assert "Something broke" not in text, data
                assert text or data.startswith(("v1:styles:", "v1:forget::no")), data
                assert after.style in (None, *(style.name for style in all_styles())), data

            every()
            assert [seen.text for seen in person.seen if "Something broke" in seen.text] == []
        finally:
            runner.run(opened.__aexit__(None, None, None))


@pytest.mark.parametrize(
    "data", ["v1:forget:", "v1:forget:::", "v1:forget::mine", "v2:forget::me", f"v1:forget:{NO_JOB}:me"]
)
async def test_a_bent_forget_forgets_nothing_and_says_so(stage: Stage, data: str) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    before = await Belongings.of(stage)

    assert "does nothing any more" in (await person.press_forged(sticker, data)).text

    assert await Belongings.of(stage) == before


async def test_a_style_that_is_gone_is_told(stage: Stage) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    (job,) = await stage.store.jobs.of_owner(f"tg:{ADA}")

    assert "That style is gone" in (await person.press_forged(sticker, "v1:choose::sketchy")).text
    assert "That style is gone" in (await person.press_forged(sticker, f"v1:restyle:{job.id}:sketchy")).text
    assert "That style is gone" in (await person.press_forged(sticker, "v1:choose::sticker")).text


async def test_who_had_chosen_a_style_that_is_gone_gets_the_usual_one(stage: Stage) -> None:
    person = stage.person()
    await stage.store.users.set(f"tg:{ADA}", style="sketchy")

    await person.send_text("/style")
    await person.wait_for_text("Your style is Toon")
    await person.send_photo(picture())
    await person.wait_for_sticker()

    assert stage.plain.seen[0].style == "toon"


async def test_another_of_a_style_that_is_gone_is_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    person, draw = stage.person(), stage.plain._draw
    monkeypatch.setattr(stage.plain, "_draw", lambda request: replace(draw(request), style="sketchy"))
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()

    assert "That style is gone" in (await person.press(sticker, "Another")).text
    assert len(stage.plain.seen) == 1


async def test_a_foreign_job_is_none_of_theirs(stage: Stage) -> None:
    ada, ben = stage.person(), stage.person(8, "Ben")
    await ada.send_photo(picture())
    await ada.wait_for_sticker()
    (job,) = await stage.store.jobs.of_owner(f"tg:{ADA}")
    await ben.send_photo(picture((1, 2, 3)))
    sticker = await ben.wait_for_sticker()
    before = await Belongings.of(stage)

    for operation in DELETES:
        argument = "badge" if operation == "shape" else ""
        text = (await ben.press_forged(sticker, Press(operation, job.id, argument).data())).text
        assert "I don't have that sticker any more" in text

    assert await Belongings.of(stage) == before


async def test_what_the_safety_check_flagged_cannot_be_pressed_into_the_pack(stage: Stage) -> None:
    person = stage.person()
    stage.plain.is_safe = False
    await person.send_photo(picture())
    refusal = await person.wait_for_text("the safety check flagged it")
    (job,) = await stage.store.jobs.of_owner(f"tg:{ADA}")

    assert "I don't have that sticker" in (await person.press_forged(refusal, Press("back", job.id).data())).text
    assert stage.emulator.world.sets.owned_by(ADA) == []
