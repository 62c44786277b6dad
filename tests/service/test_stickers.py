from __future__ import annotations

import asyncio

import pytest

from engine.model import FACE
from engine.types import Outline
from service.errors import BadSeed, DailyLimitReached, NoSuchJob, PhotoGone, QueueFull, TooManyJobs
from service.events import EventKind
from service.limits import Limits
from service.stickers import Submission, parse_seed
from storage.records import JobStatus
from tests.service.conftest import House, photo

pytestmark = pytest.mark.both_databases


async def _none() -> set[str]:
    return set()


async def test_a_photo_becomes_a_finished_sticker(house: House) -> None:
    house.work()
    job = await house.submit_photo(style="comic", seed=7, prompt="hello")
    done = await house.service.wait(job.id)
    assert (done.status, done.seed, done.drawn_style) == (JobStatus.DONE, 7, "comic")
    webp = await house.store.files.result("tg:1", job.id, "sticker.webp")
    assert webp[:4] == b"RIFF"
    assert house.engine.seen[0].prompt == "hello"


async def test_the_owners_own_style_and_seed_are_the_defaults(house: House) -> None:
    await house.store.users.set("tg:1", style="pencil", seed=99)
    job = await house.submit_photo()
    assert (job.request.style, job.seed) == ("pencil", 99)
    other = await house.submit_photo("tg:2", "tg:2:1")
    assert other.request.style == "toon"
    assert 0 <= other.seed < 2**32


async def test_a_long_prompt_reaches_the_engine_whole(house: House) -> None:
    words = "a king, " * 500
    job = await house.submit_photo(prompt=words)
    assert job.request.prompt == words


async def test_the_same_message_twice_is_one_job(house: House) -> None:
    first = await house.submit_photo()
    assert (await house.submit()).id == first.id
    assert await house.service.attach_inputs(first.id, {FACE: [photo((1, 2, 3))]}) == first


async def test_a_bad_photo_ends_the_job_with_its_reason_and_leaves_no_file(house: House) -> None:
    job = await house.submit()
    with house.service.events.listen() as events:
        failed = await house.service.attach_inputs(job.id, {FACE: [b"%PDF-1.7"]})
        event = events.get_nowait()
    assert (failed.status, failed.error_code) == (JobStatus.FAILED, "not_a_photo")
    assert (event.kind, event.job) == (EventKind.ENDED, failed)
    assert house.files_left() == []


async def test_one_owner_may_not_fill_the_queue(house: House) -> None:
    for number in range(5):
        await house.submit_photo(source=f"tg:1:{number}")
    with pytest.raises(TooManyJobs):
        await house.submit(source="tg:1:6")
    await house.submit("tg:2", "tg:2:1")


async def test_a_full_queue_takes_nothing_more(house: House) -> None:
    for number in range(8):
        await house.submit(f"tg:{number}", f"source {number}")
    with pytest.raises(QueueFull):
        await house.submit("tg:9", "source 9")


async def test_the_days_limit_counts_stickers_not_refusals(house: House) -> None:
    house.service.limits = Limits(jobs_per_day=2)
    refused = await house.submit(source="a")
    await house.service.fail(refused.id, "no_face")
    await house.submit(source="b")
    await house.submit(source="c")
    with pytest.raises(DailyLimitReached):
        await house.submit(source="d")


async def test_another_from_the_same_photo_keeps_it_and_changes_the_seed(house: House) -> None:
    house.work()
    first = await house.service.wait((await house.submit_photo(seed=5, prompt="as a pirate")).id)
    another = await house.service.again(first, source="press:1", note={}, new_seed=True)
    done = await house.service.wait(another.id)
    assert done.parent == first.id
    assert (done.request.photos, done.request.prompt) == (first.request.photos, "as a pirate")
    assert done.seed != first.seed
    assert (await house.service.again(first, source="press:1", note={})).id == another.id


async def test_another_style_keeps_the_seed_and_wins_over_the_caption(house: House) -> None:
    house.work()
    first = await house.service.wait((await house.submit_photo(seed=5, prompt="pixel art")).id)
    other = await house.service.again(first, source="press:1", note={}, style="neon")
    assert (other.request.style, other.request.prompt, other.seed) == ("neon", "", 5)


async def test_a_text_goes_along_with_another_style_and_not_with_another_model(house: House) -> None:
    house.work()
    job = await house.service.submit(Submission("tg:1", "tg:1:1", text="LOL", outline="black"))
    await house.service.attach_inputs(job.id, {FACE: [photo()]})
    first = await house.service.wait(job.id)
    other = await house.service.again(first, source="press:1", note={}, style="neon")
    moods = await house.service.again(first, source="press:2", note={}, model="reactions")
    assert (house.engine.seen[0].text, house.engine.seen[0].outline) == ("LOL", Outline.BLACK)
    assert (other.request.text, other.request.outline) == ("LOL", "black")
    assert (moods.request.text, moods.request.outline) == ("", "black")


async def test_another_text_finishes_the_kept_drawing_again_and_needs_no_photo(house: House) -> None:
    house.work()
    first = await house.service.wait((await house.submit_photo()).id)
    cutout = await house.service.result_file(first, "cutout.png")
    await house.store.files.sweep(photos_before=4e9, results_before=0, keep=_none)

    job = await house.service.again(first, source="press:1", note={}, text="LOL", outline="none")
    await house.service.wait(job.id)

    request = house.engine.seen[1]
    assert (request.text, request.outline, request.drawn, request.shape) == ("LOL", "none", cutout, "bust")
    assert (request.faces, request.seed) == ((), first.seed)
    await house.store.files.sweep(photos_before=0, results_before=4e9, keep=_none)
    with pytest.raises(PhotoGone):
        await house.service.again(first, source="press:2", note={}, text="OMG")


async def test_a_photo_past_its_lifetime_cannot_be_drawn_again(house: House) -> None:
    house.work()
    first = await house.service.wait((await house.submit_photo()).id)
    await house.store.files.sweep(photos_before=4e9, results_before=0, keep=_none)
    with pytest.raises(PhotoGone):
        await house.service.again(first, source="press:1", note={})


async def test_cancelling_ends_waiting_and_running_jobs(house: House) -> None:
    house.engine.hold()
    worker = house.work()
    running = await house.submit_photo(source="a")
    waiting = await house.submit_photo(source="b")
    await house.held()
    cancelled = await house.service.cancel("tg:1")
    house.engine.release()
    assert {job.id for job in cancelled} == {running.id, waiting.id}
    assert (await house.service.wait(running.id)).status is JobStatus.CANCELLED
    assert not worker.done()
    after = await house.submit_photo(source="c")
    assert (await house.service.wait(after.id)).status is JobStatus.DONE


async def test_other_peoples_jobs_do_not_exist(house: House) -> None:
    job = await house.submit_photo()
    with pytest.raises(NoSuchJob):
        await house.service.cancel("tg:2", job.id)
    with pytest.raises(NoSuchJob):
        await house.service.own("tg:2", job.id)
    assert (await house.service.own("tg:1", job.id)).id == job.id


async def test_forget_leaves_no_row_and_no_file_even_while_drawing(house: House) -> None:
    house.engine.hold()
    house.work()
    await house.submit_photo(source="a", prompt="my secret")
    await house.submit_photo(source="b")
    await house.held()
    await house.service.forget("tg:1")
    house.engine.release()
    bystander = await house.submit_photo("tg:2", "c")
    await house.service.wait(bystander.id)
    tables = ("users", "jobs", "packs", "stickers")
    rows = [row for table in tables for row in await house.store.database.run(f"SELECT * FROM {table}")]
    assert {row["owner"] for row in rows} == {"tg:2"}
    assert len(house.files_left()) == 4  # the bystander's photo and results


@pytest.mark.parametrize(("text", "seed"), [("0", 0), ("42", 42), ("4294967295", 2**32 - 1), ("007", 7)])
def test_a_seed_is_a_whole_number(text: str, seed: int) -> None:
    assert parse_seed(text) == seed


@pytest.mark.parametrize("text", ["", "-1", "1.5", "abc", "4294967296", "٤٢", "1" * 5000, "0x10", " 1"])
def test_anything_else_is_no_seed(text: str) -> None:
    with pytest.raises(BadSeed):
        parse_seed(text)


async def test_a_photo_of_its_own_that_comes_after_the_cancelling_is_not_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await house.submit()
    save = house.store.files.save_photo

    async def cancel_and_save(*arguments: str) -> str:
        await house.service.cancel(job.owner, job.id)
        return await save(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(house.store.files, "save_photo", cancel_and_save)
    ended = await house.service.attach_inputs(job.id, {FACE: [photo()]}, is_alone=True)
    assert (ended.status, house.files_left()) == (JobStatus.CANCELLED, [])


async def test_who_waits_for_a_job_that_another_process_forgets_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.stickers.POLL_S", 0.01)
    waiting = asyncio.create_task(house.service.wait((await house.submit()).id))
    await house.store.jobs.counts()  # by then it has read the job
    await house.store.users.forget("tg:1")
    with pytest.raises(NoSuchJob):
        await asyncio.wait_for(waiting, 5)
