from __future__ import annotations

from storage.bans import Bans
from storage.broadcasts import Broadcasts
from storage.database import Database
from storage.jobs import Jobs, NewJob
from storage.records import BroadcastState, CopyState, DayFigures, JobRequest, JobResult
from storage.users import Users


async def test_a_ban_outlives_its_owner(database: Database) -> None:
    bans, users = Bans(database, lambda: 5.0), Users(database)
    await users.set("tg:1", style="comic")
    assert [await bans.add("tg:1") for _ in range(2)] == [True, False]
    await bans.mark_told("tg:1")
    await users.forget("tg:1")

    ban = await bans.get("tg:1")

    assert ban is not None and (ban.banned_at, ban.told_at) == (5.0, 5.0)
    assert [await bans.remove("tg:1") for _ in range(2)] == [True, False]
    assert await bans.get("tg:1") is None


async def test_a_broadcast_goes_to_people_of_telegram_who_want_it(database: Database) -> None:
    users, broadcasts = Users(database), Broadcasts(database)
    for owner in ("tg:1", "tg:2", "tg:3", "tg:4", "api:key", "cli"):
        await users.set(owner, style="comic")
    await users.set("tg:2", is_blocked=True)
    await users.set_settings("tg:3", {"news": "off"})
    await Bans(database).add("tg:4")
    draft = await broadcasts.draft("tg:9:1", "tg:9", "Hello")

    assert await broadcasts.count_wanted() == 1
    assert await broadcasts.start(draft.id)
    assert await broadcasts.counts(draft.id) == {"waiting": 1}


async def test_each_copy_is_begun_once_and_starting_twice_starts_once(database: Database) -> None:
    users, broadcasts = Users(database), Broadcasts(database)
    for number in range(3):
        await users.set(f"tg:{number}", style="comic")
    draft = await broadcasts.draft("tg:9:1", "tg:9", "Hello")
    assert await broadcasts.draft("tg:9:1", "tg:9", "Hello") == draft
    assert [await broadcasts.start(draft.id) for _ in range(2)] == [True, False]
    assert not await broadcasts.drop(draft.id)

    begun = [await broadcasts.begin_next(draft.id) for _ in range(4)]

    assert sorted(each for each in begun if each) == ["tg:0", "tg:1", "tg:2"]
    assert begun[-1] is None
    await broadcasts.set_state(draft.id, "tg:0", CopyState.WAITING)
    await users.set_settings("tg:0", {"news": "off"})  # while it is being sent
    assert await broadcasts.begin_next(draft.id) is None
    sending = await broadcasts.sending()
    assert sending is not None and sending.state is BroadcastState.SENDING
    await broadcasts.end(draft.id)
    assert await broadcasts.sending() is None
    assert await broadcasts.counts(draft.id) == {}


async def test_the_figures_of_days(database: Database) -> None:
    now = 0.0
    jobs = Jobs(database, lambda: now)
    day = 86_400.0
    for owner, begin, seconds, is_done in (
        ("tg:1", 10 * day, 2.0, True),
        ("tg:1", 10 * day, 4.0, True),
        ("tg:2", 10 * day + 5, 9.0, True),
        ("tg:2", 10 * day + 5, 1.0, False),
        ("tg:2", 12 * day, 3.0, True),
        ("tg:2", 12 * day, 4.0, True),
        ("tg:2", 13 * day, 4.0, True),
    ):
        now = begin
        job, _ = await jobs.add(NewJob(owner, f"{owner}{begin}{seconds}", JobRequest("comic", "m"), 1, {}), 10)
        assert job is not None
        await jobs.attach(job.id, {"face": ("a",)})
        await jobs.claim()
        now += seconds
        if is_done:
            await jobs.finish(job.id, JobResult("comic", "bust", {}))
        else:
            await jobs.fail(job.id, "no_face")

    assert await jobs.days(10, 3) == [
        DayFigures(10, 4, 1, 2, 4.0),
        DayFigures(11),
        DayFigures(12, 2, 0, 1, 3.5),
    ]
