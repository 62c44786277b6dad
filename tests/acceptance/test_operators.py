"""What the people who run the bot do in their own chat with it, and that to everybody else none of it exists."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PIL import Image
from telegram import BotCommandScopeChat

from bot.delivery.alarms import AlarmLimits
from bot.handlers import MENU, OPERATORS_MENU
from bot.handlers.chart import draw_chart
from bot.handlers.profile import register_profile
from bot.transport.connection import UpdatesBot, connect
from emulator.driver import PersonDriver
from emulator.seen import SeenMessage
from service.limits import Limits
from storage.records import BroadcastState, DayFigures, Entrance
from tests.acceptance.stage import ADA, BEN, BOT, ROOT, TOKEN, Stage, picture


@pytest.fixture
async def admin(stage: Stage) -> PersonDriver:
    """An operator who wants no copy of what is written to everybody."""
    admin = stage.person(stage.ADMIN, "Root")
    await admin.start()
    await stage.service.choose(f"tg:{stage.ADMIN}", news="off")
    return admin


@pytest.mark.parametrize("command", OPERATORS_MENU)
async def test_to_everybody_else_the_commands_do_not_exist(stage: Stage, command: str) -> None:
    person = stage.person()

    await person.send_text(f"/{command} {ADA}")

    assert (await person.wait_for_text("I don't know that one")).text.startswith("I don't know that one.")


async def test_the_commands_stand_in_the_menu_of_operators_alone(stage: Stage, admin: PersonDriver) -> None:
    await stage.wait_until_registered()
    await stage.stop()
    await stage.start()
    async with asyncio.timeout(10):
        while str(ROOT) not in (await stage.service.fact(f"operators {BOT}") or ""):  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(0.02)

    menus = {
        record.parameters.get("scope", ""): record.parameters["commands"]
        for record in stage.calls("setMyCommands")
        if "commands" in record.parameters  # the stop cut one off
    }
    own = next(commands for scope, commands in menus.items() if '"chat"' in str(scope))
    others = next(commands for scope, commands in menus.items() if '"all_private_chats"' in str(scope))
    assert "broadcast" in str(own)
    assert "settings" in str(own)
    assert "broadcast" not in str(others)
    assert not set(MENU) & set(OPERATORS_MENU)


async def test_stats_come_with_a_chart(stage: Stage, admin: PersonDriver) -> None:
    await admin.send_photo(picture())
    await admin.wait_for_sticker()

    await admin.send_text("/stats")
    chart = await admin.wait_for_text("done: 1")

    assert chart.kind == "photo"
    assert "The last 14 days" in chart.text


# --- pause --------------------------------------------------------------------------------------------------------


async def test_while_paused_photos_are_taken_and_drawn_later_even_after_a_restart(
    stage: Stage, admin: PersonDriver
) -> None:
    person = stage.person()
    stage.plain.hold()
    await person.send_photo(picture((9, 9, 9)))
    await person.wait_until(stage.plain.holding.is_set)
    await admin.send_text("/pause")
    await admin.wait_for_text("Paused. Photos are taken")
    stage.plain.release()
    await person.wait_for_sticker()  # what is being drawn is finished

    await person.send_photo(picture())
    await person.wait_for_text("I'm taking a break; your sticker comes when I'm back.")
    await person.send_text("/queue")
    await person.wait_for_text("All of it comes when I'm back.")
    await stage.stop()
    await stage.start()
    await admin.send_text("/pause")
    await admin.wait_for_text("Paused. /resume goes on.")
    assert len(stage.plain.seen) == 1

    await admin.send_text("/resume")
    await admin.wait_for_text("Going on.")
    await person.wait_for_sticker()


async def test_a_button_says_that_its_sticker_comes_later(stage: Stage, admin: PersonDriver) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    await admin.send_text("/pause")
    await admin.wait_for_text("Paused.")

    answer = await person.press(sticker, "Another")

    assert answer.text == "I'm taking a break; it comes when I'm back."


# --- bans ---------------------------------------------------------------------------------------------------------


async def test_a_banned_person_is_told_once_and_then_nothing(stage: Stage, admin: PersonDriver) -> None:
    person = stage.person()
    await person.send_photo(picture())
    sticker = await person.wait_for_sticker()
    stage.plain.hold()
    await person.send_photo(picture((1, 2, 3)))
    progress = await person.wait_for_text("Looking for your face")

    await admin.send_text(f"/ban {ADA}")
    await admin.wait_for_text(f"{ADA} is banned. 1 sticker is cancelled.")
    stage.plain.release()
    await person.wait_until(lambda: progress.is_deleted)
    await person.send_text("/help")
    await person.wait_for_text("You can't use this bot any more.")
    seen = len(person.seen)
    await person.send_photo(picture((4, 5, 6)))
    assert (await person.press(sticker, "Another")).text == ""
    await person.send_text("hello?")
    async with asyncio.timeout(10):
        while await stage.service.inbox.open():  # noqa: ASYNC110 - rows that nothing announces
            await asyncio.sleep(0.02)

    assert len(person.seen) == seen
    assert len(stage.plain.seen) == 2
    await admin.send_text(f"/unban {ADA}")
    await admin.wait_for_text(f"{ADA} may come back.")
    await person.send_photo(picture((7, 8, 9)))
    await person.wait_for_sticker()


async def test_who_is_banned_stays_so_after_a_restart_and_a_job_names_the_person(
    stage: Stage, admin: PersonDriver
) -> None:
    person = stage.person()
    await person.send_photo(picture())
    await person.wait_for_sticker()
    (job,) = await stage.service.jobs_of(f"tg:{ADA}")

    await admin.send_text(f"/ban job {job.id[:6]}")
    await admin.wait_for_text(f"{ADA} is banned.")
    await stage.stop()
    await stage.start()
    await person.send_text("/start")

    await person.wait_for_text("You can't use this bot any more.")


async def test_wrong_bans_are_explained(stage: Stage, admin: PersonDriver) -> None:
    await admin.send_text("/ban Ada")
    await admin.wait_for_text("Write the Telegram number")
    await admin.send_text(f"/ban {ROOT}")
    await admin.wait_for_text("An operator can't be banned.")
    await admin.send_text(f"/unban {BEN}")
    await admin.wait_for_text(f"{BEN} isn't banned.")


# --- jobs ---------------------------------------------------------------------------------------------------------


async def test_a_reference_shows_the_life_of_a_job(stage: Stage, admin: PersonDriver) -> None:
    person = stage.person()
    await person.send_photo(picture(), "a secret")
    await person.wait_for_sticker()
    (job,) = await stage.service.jobs_of(f"tg:{ADA}")

    await admin.send_text(f"/job {job.id[:6]}")
    life = await admin.wait_for_text(f"Job {job.id}")
    await admin.send_text("/job beefbeef")
    await admin.wait_for_text("No sticker has that reference.")

    assert "came from   Telegram" in life.text
    assert "secret" not in life.text


# --- quotas -------------------------------------------------------------------------------------------------------


async def test_a_quota_says_when_the_next_one_may_come_and_spares_operators(stage: Stage) -> None:
    limits = Limits(jobs_per_day=1, exempt=frozenset({f"tg:{stage.ADMIN}"}))
    await stage.stop()
    await stage.start(limits)
    person, admin = stage.person(), stage.person(stage.ADMIN, "Root")
    for each in (person, admin):
        await each.send_photo(picture())
        await each.wait_for_sticker()

    await person.send_photo(picture((1, 2, 3)))
    await person.wait_for_text("That was your sticker for today. The next one can come in 24 h.")
    await stage.store.database.run("UPDATE jobs SET created_at = created_at - 86400 + 1800")
    await stage.stop()
    await stage.start(limits)  # which does not remember that it has just said so
    await person.send_photo(picture((2, 2, 3)))
    await person.wait_for_text("The next one can come in 30 min.")
    await admin.send_photo(picture((1, 2, 3)))
    await admin.wait_for_sticker()


# --- broadcasts ---------------------------------------------------------------------------------------------------


async def ask(admin: PersonDriver, text: str) -> SeenMessage:
    await admin.send_text(f"/broadcast {text}")
    return await admin.wait_for_text("That's how it looks.")


async def crowd(stage: Stage, count: int) -> list[PersonDriver]:
    """People who have opened the bot and chosen something."""
    people = [stage.person(ADA + number, f"P{number}") for number in range(count)]
    for person in people:
        await person.start()
        await person.wait_for_text("Send me a selfie")
        await stage.service.set_preference(f"tg:{person.person.id}", style="comic")
    return people


def copies(person: PersonDriver, text: str) -> int:
    return sum(seen.text == text for seen in person.seen)


async def test_a_broadcast_is_shown_first_and_reaches_everybody_once(stage: Stage, admin: PersonDriver) -> None:
    people = await crowd(stage, 4)
    blocked = "Forbidden: bot was blocked by the user"
    stage.fault("sendMessage", "error", code=403, description=blocked, chat_id=ADA + 3)
    question = await ask(admin, "Hello\nall of you")
    assert copies(people[0], "Hello\nall of you") == 0
    assert copies(admin, "Hello\nall of you") == 1

    await admin.press(question, "Send it")
    report = await admin.wait_for_text("3 people have it.")

    assert [copies(person, "Hello\nall of you") for person in people] == [1, 1, 1, 0]
    assert report.text == "3 people have it.\n1 has blocked the bot."
    assert (await stage.service.preferences(f"tg:{ADA + 3}")).is_blocked


async def test_a_broadcast_can_be_dropped(stage: Stage, admin: PersonDriver) -> None:
    (person,) = await crowd(stage, 1)
    question = await ask(admin, "Hello")

    await admin.press(question, "To nobody")
    await admin.wait_for_text("Nobody gets it.")

    assert copies(person, "Hello") == 0
    dropped = await stage.service.broadcasts.get(1)
    assert dropped is not None and dropped.state is BroadcastState.DROPPED


async def test_who_wants_no_news_gets_none(stage: Stage, admin: PersonDriver) -> None:
    ada, bob, eve = await crowd(stage, 3)
    await stage.service.choose(f"tg:{ADA + 2}", news="off")
    await admin.press(await ask(admin, "First"), "Send it")
    copy = await ada.wait_for_text("First")
    await admin.wait_for_text("2 people have it.")

    assert (await ada.press(copy, "No more of these")).text == "No more news. /settings brings it back."
    await admin.press(await ask(admin, "Second"), "Send it")
    await admin.wait_for_text("1 person has it.")

    assert [copies(each, "Second") for each in (ada, bob, eve)] == [0, 1, 0]
    await ada.press(copy, "News again")
    assert (await stage.service.preferences(f"tg:{ADA}")).settings["news"] == "on"


async def test_a_broadcast_goes_on_after_a_restart_and_nobody_gets_it_twice(stage: Stage, admin: PersonDriver) -> None:
    people = await crowd(stage, 12)
    question = await ask(admin, "Hello")
    broken = stage.fault("sendMessage", "error", code=502, chat_id=ADA + 7, count=1000)
    await admin.press(question, "Send it")
    await people[0].wait_for_text("Hello")
    await stage.stop()
    await stage.start()
    report = await admin.wait_for_text("people have it.")

    assert broken.fired
    assert sorted(copies(person, "Hello") for person in people) == [0, *[1] * 11]
    assert report.text.startswith("11 people have it.")


async def test_what_was_under_way_in_a_crash_is_not_sent_again_but_reported(stage: Stage, admin: PersonDriver) -> None:
    people = await crowd(stage, 3)
    question = await ask(admin, "Hello")
    number = int(question.callback_data("Send it").rpartition("-")[2])
    await stage.stop()
    store = await type(stage.store).open(stage.files.parent)
    assert await store.broadcasts.start(number)
    begun = await store.broadcasts.begin_next(number)
    await store.close()

    await stage.start()
    report = await admin.wait_for_text("2 people have it.")

    assert "With 1 I don't know" in report.text
    assert sorted(copies(person, "Hello") for person in people) == [0, 1, 1]
    assert begun is not None


async def test_a_second_press_sends_nothing(stage: Stage, admin: PersonDriver) -> None:
    (person,) = await crowd(stage, 1)
    question = await ask(admin, "Hello")
    data = question.callback_data("Send it")
    await admin.press(question, "Send it")
    await admin.wait_for_text("1 person has it.")

    question.message.reply_markup = {"inline_keyboard": [[{"text": "Again", "callback_data": data}]]}
    answer = await admin.press(question, "Again")

    assert answer.text.startswith("That button does nothing")
    assert copies(person, "Hello") == 1


# --- alarms -------------------------------------------------------------------------------------------------------


async def until_fact(stage: Stage, name: str, *, is_set: bool) -> None:
    """Until an incident is noted in the rows, or no more: nothing announces that."""
    async with asyncio.timeout(10):
        while bool(await stage.service.fact(name)) is not is_set:  # noqa: ASYNC110 - as said
            await asyncio.sleep(0.02)


async def watched(stage: Stage, limits: AlarmLimits) -> None:
    await stage.stop()
    stage.alarm_limits = limits
    await stage.start()


async def test_a_long_queue_is_told_once_and_its_end(stage: Stage, admin: PersonDriver) -> None:
    await watched(stage, AlarmLimits(queue_s=600, disk_mb=0, every_s=0.02))
    person = stage.person()
    stage.plain.hold()
    await person.send_photo(picture())
    await person.wait_until(stage.plain.holding.is_set)
    await person.send_photo(picture((1, 2, 3)))
    async with asyncio.timeout(10):
        while not await stage.service.waiting(Entrance.TELEGRAM):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)
    await stage.store.database.run("UPDATE jobs SET created_at = created_at - 720 WHERE status = 'queued'")

    await admin.wait_for_text("The oldest sticker has waited for 12 min.")
    stage.plain.release()
    await admin.wait_for_text("The queue is short again.")

    assert sum("has waited" in seen.text for seen in admin.seen) == 1


async def test_a_full_disk_is_told_once_across_restarts(stage: Stage, admin: PersonDriver) -> None:
    endless = AlarmLimits(queue_s=0, disk_mb=1e12, every_s=0.02)
    await watched(stage, endless)
    await admin.wait_for_text("The disk is nearly full")
    await until_fact(stage, "alarm disk", is_set=True)
    await watched(stage, endless)
    await admin.send_text("/queue")
    await admin.wait_for_text("not working on anything")

    await watched(stage, AlarmLimits(queue_s=0, disk_mb=1e-3, every_s=0.02))
    await admin.wait_for_text("The disk has room again")

    assert sum("nearly full" in seen.text for seen in admin.seen) == 1


async def test_an_engine_that_died_is_told_by_the_next_process(stage: Stage, admin: PersonDriver) -> None:
    await stage.service.operators.note_engine_death()
    stage.plain.may_load.clear()
    await watched(stage, AlarmLimits(queue_s=0, disk_mb=0, every_s=0.02))
    await admin.wait_for_text("The engine broke down and was started again.")
    stage.plain.may_load.set()

    await admin.wait_for_text("The engine draws again.")

    await until_fact(stage, "engine died", is_set=False)


async def test_an_outage_of_telegram_is_told_once_it_is_over(stage: Stage, admin: PersonDriver) -> None:
    await watched(stage, AlarmLimits(queue_s=0, disk_mb=0, outage_s=0.05, every_s=0.02))
    stage.fault("getUpdates", "error", code=502, count=10)

    await admin.wait_for_text("Telegram couldn't be reached for 1 min.")

    assert sum("couldn't be reached" in seen.text for seen in admin.seen) == 1


def test_a_chart_of_days_without_any_job_is_drawn() -> None:
    empty = draw_chart([DayFigures(day) for day in range(14)])
    busy = draw_chart([DayFigures(day, 10 + day, day % 3, 4, 2.5) for day in range(14)])

    assert Image.open(io.BytesIO(empty)).size == Image.open(io.BytesIO(busy)).size
    assert empty != busy


async def test_who_is_no_operator_any_more_loses_the_menu(stage: Stage, admin: PersonDriver) -> None:
    bot = stage.person().bot
    async with asyncio.timeout(10):
        while str(ROOT) not in (await stage.service.fact(f"operators {BOT}") or ""):  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(0.02)
    stage.fault("setMyCommands", "error", code=400, description="Bad Request: chat not found")
    async with connected_bot(stage) as api:
        await register_profile(api, stage.service, frozenset({stage.ADMIN, 12345}))
        assert set(json.loads(await stage.service.fact(f"operators {bot.id}") or "")) == {str(ROOT)}  # 12345 never came
        assert "broadcast" in [command.command for command in await api.get_my_commands(BotCommandScopeChat(ROOT))]

        await register_profile(api, stage.service, frozenset())

        assert await stage.service.fact(f"operators {bot.id}") == "{}"
        assert await api.get_my_commands(BotCommandScopeChat(ROOT)) == ()


@asynccontextmanager
async def connected_bot(stage: Stage) -> AsyncIterator[UpdatesBot]:
    """The bot's account, as a second process has it that takes no updates."""
    api = connect(TOKEN, stage.emulator.url)
    await api.initialize()
    try:
        yield api
    finally:
        await api.shutdown()
