"""Updates: stored before they are confirmed, handled once, in order within a chat."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from telegram.error import Conflict

from bot.errors import BotTokenRejected
from bot.transport.connection import UpdatesBot
from bot.transport.intake import ALLOWED_UPDATES, MAX_ATTEMPTS, Intake, RawUpdate, chat_of
from bot.transport.outage import Outage
from bot.transport.polling import Polling
from bot.transport.rate_limits import on_wait
from emulator.server import Emulator
from service.inbox import Inbox
from storage.database import Database
from storage.errors import DatabaseBusy
from storage.inbox import Inbox as InboxRows
from storage.sqlite import SqliteDatabase
from tests.bot.emulated import ADA, TOKEN, connected, telegram, until_handled
from tests.bot.manual_time import settle


class Handled:
    """Notes what is handled; `gates` hold updates up, `failing` raise."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.begun: list[int] = []
        self.gates: dict[int, asyncio.Event] = {}
        self.waiting: set[int] = set()  # those that wait for Telegram at their gate
        self.failing: set[int] = set()
        self.most_at_once = 0
        self._now = 0
        self._changed = asyncio.Event()

    async def until(self, has_happened: Callable[[], bool]) -> None:
        """Wait for something these notes show."""
        while not has_happened():
            self._changed.clear()
            await self._changed.wait()

    async def __call__(self, raw: RawUpdate) -> None:
        number = raw["update_id"]
        self.begun.append(number)
        self._changed.set()
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            if number in self.waiting:
                tell = on_wait.get()
                assert tell is not None
                tell()
                tell()  # as often as it is tried again
            if number in self.gates:
                await self.gates[number].wait()
            if number in self.failing:
                raise ValueError(f"update {number} cannot be handled")
            self.numbers.append(number)
            self._changed.set()
        finally:
            self._now -= 1


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await SqliteDatabase.open(tmp_path / "test.db")
    yield database
    await database.close()


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(InboxRows(database))


@pytest.fixture
def handled() -> Handled:
    return Handled()


@pytest.fixture
def intake(inbox: Inbox, handled: Handled) -> Intake:
    return Intake(inbox, handled)


def message(number: int, chat: int = ADA) -> RawUpdate:
    return {"update_id": number, "message": {"message_id": number, "chat": {"id": chat}, "text": "hello"}}


async def test_an_update_is_stored_then_handled_then_closed(intake: Intake, inbox: Inbox, handled: Handled) -> None:
    handled.gates[1] = asyncio.Event()
    await intake.accept([message(1)])
    assert [number for number, _ in await inbox.open()] == [1]
    handled.gates[1].set()
    await until_handled(inbox)
    assert handled.numbers == [1]
    assert await inbox.open() == []


async def test_the_same_update_twice_is_handled_once(intake: Intake, inbox: Inbox, handled: Handled) -> None:
    await intake.accept([message(1)])
    await until_handled(inbox)
    await intake.accept([message(1), message(2), message(2)])
    await until_handled(inbox)
    assert handled.numbers == [1, 2]


async def test_a_chat_is_handled_in_order_and_other_chats_do_not_wait(
    intake: Intake, inbox: Inbox, handled: Handled
) -> None:
    handled.gates[1] = asyncio.Event()
    await intake.accept([message(1), message(2), message(3, chat=8)])
    await handled.until(lambda: 3 in handled.numbers)
    assert handled.numbers == [3]
    handled.gates[1].set()
    await until_handled(inbox)
    assert handled.numbers == [3, 1, 2]


async def test_what_waits_for_telegram_holds_up_nothing_of_its_chat(
    intake: Intake, inbox: Inbox, handled: Handled
) -> None:
    handled.gates[1] = asyncio.Event()
    handled.waiting.add(1)
    await intake.accept([message(1), message(2), message(3)])
    await handled.until(lambda: 3 in handled.numbers)
    await settle_database(inbox)
    assert [number for number, _ in await inbox.open()] == [1]
    handled.gates[1].set()
    await until_handled(inbox)
    assert handled.numbers == [2, 3, 1]


async def test_a_chat_has_thirty_updates_that_wait_for_telegram_and_no_more(
    intake: Intake, inbox: Inbox, handled: Handled
) -> None:
    handled.waiting |= set(range(100))
    handled.gates = {number: asyncio.Event() for number in range(100)}
    await intake.accept([message(number) for number in range(100)])
    await handled.until(lambda: len(handled.begun) >= 31)
    await settle_database(inbox)
    assert handled.begun == list(range(31))
    handled.gates[7].set()
    handled.gates[30].set()
    await handled.until(lambda: len(handled.begun) >= 32)
    for gate in handled.gates.values():
        gate.set()
    await until_handled(inbox)
    assert sorted(handled.numbers) == list(range(100))


async def test_an_update_that_waits_for_telegram_is_never_given_up(
    inbox: Inbox, handled: Handled, caplog: pytest.LogCaptureFixture
) -> None:
    await inbox.put([(1, json.dumps(message(1)))])
    for _ in range(MAX_ATTEMPTS + 2):
        stuck = Handled()
        stuck.waiting.add(1)
        stuck.gates[1] = asyncio.Event()
        intake = Intake(inbox, stuck)
        await intake.replay()
        await stuck.until(lambda stuck=stuck: bool(stuck.begun))  # type: ignore[misc]
        await settle_database(inbox)
        await intake.stop(0.0)
    await Intake(inbox, handled).replay()
    await until_handled(inbox)
    assert handled.numbers == [1]


async def test_so_many_chats_at_once_and_no_more(inbox: Inbox, handled: Handled) -> None:
    intake = Intake(inbox, handled)
    gate = asyncio.Event()
    handled.gates = dict.fromkeys(range(1100), gate)
    await intake.accept([message(number, chat=number + 1) for number in range(1100)])
    await handled.until(lambda: len(handled.begun) >= 1000)
    await settle()
    assert len(handled.begun) == 1000
    gate.set()
    await until_handled(inbox)
    assert (len(handled.numbers), handled.most_at_once) == (1100, 1000)


async def test_a_failing_handler_ends_neither_its_chat_nor_the_update(
    intake: Intake, inbox: Inbox, handled: Handled, caplog: pytest.LogCaptureFixture
) -> None:
    handled.failing.add(1)
    await intake.accept([message(1), message(2)])
    await until_handled(inbox)
    assert handled.numbers == [2]
    assert await inbox.open() == []
    assert "update 1: its handler failed" in caplog.text


async def test_what_a_crash_left_is_handled_by_the_next_process(inbox: Inbox, handled: Handled) -> None:
    stuck = Handled()
    stuck.gates = {number: asyncio.Event() for number in (1, 2)}
    first = Intake(inbox, stuck)
    await first.accept([message(1), message(2), message(3, chat=8)])
    await stuck.until(lambda: bool(stuck.numbers))
    await settle_database(inbox)
    await first.stop(0.0)
    second = Intake(inbox, handled)
    await second.replay()
    await until_handled(inbox)
    assert stuck.numbers == [3]
    assert handled.numbers == [1, 2]


async def settle_database(inbox: Inbox) -> None:
    """Wait until every write under way has been made."""
    for _ in range(2):  # what came while one was written is written after it
        await settle()
        await inbox.excuse(-1)  # a write, of nothing: it is done after those before it
    await settle()


async def test_an_update_that_ends_the_process_each_time_is_given_up(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    begun: list[int] = []
    first = Intake(inbox, (deadly := Handled()))
    deadly.gates[1] = asyncio.Event()
    await first.accept([message(1)])
    for _ in range(MAX_ATTEMPTS + 1):
        await settle_database(inbox)
        await first.stop(0.0)
        begun += deadly.begun
        first = Intake(inbox, (deadly := Handled()))
        deadly.gates[1] = asyncio.Event()
        await first.replay()
    await until_handled(inbox)
    assert begun == [1] * MAX_ATTEMPTS
    assert await inbox.open() == []
    assert "given up" in caplog.text


async def test_stopping_waits_for_what_is_being_handled(intake: Intake, inbox: Inbox, handled: Handled) -> None:
    handled.gates[1] = asyncio.Event()
    await intake.accept([message(1), message(2)])
    await handled.until(lambda: bool(handled.begun))
    stopping = asyncio.create_task(intake.stop(20.0))
    await asyncio.sleep(0)
    handled.gates[1].set()
    await stopping
    assert handled.numbers == [1]
    assert [number for number, _ in await inbox.open()] == [2]


class BusyAtFirst(InboxRows):
    """A database another process holds for the first writes of each kind."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.refusals = {"start": 2, "handled": 2}

    def _refuse(self, kind: str) -> None:
        if self.refusals[kind]:
            self.refusals[kind] -= 1
            raise DatabaseBusy

    async def start(self, number: int, most_attempts: int) -> bool:
        self._refuse("start")
        return await super().start(number, most_attempts)

    async def handled(self, number: int) -> None:
        self._refuse("handled")
        await super().handled(number)


async def test_a_busy_database_delays_an_update_and_loses_nothing(
    database: Database, handled: Handled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store_retry.PAUSE_S", 0.0)
    inbox = Inbox(BusyAtFirst(database))
    intake = Intake(inbox, handled)
    await inbox.put([(1, json.dumps(message(1)))])
    await intake.replay()
    await until_handled(inbox)
    assert handled.numbers == [1]
    assert await inbox.open() == []


async def no_time(seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("raw", "chat"),
    [
        (message(1, chat=-100), -100),
        ({"update_id": 1, "edited_message": {"chat": {"id": 5}}}, 5),
        ({"update_id": 1, "callback_query": {"from": {"id": 7}, "message": {"chat": {"id": -3}}}}, -3),
        ({"update_id": 1, "callback_query": {"from": {"id": 7}, "inline_message_id": "x"}}, 7),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": 9}, "from": {"id": 7}}}, 9),
        ({"update_id": 1, "from_the_future": {"what": "ever"}}, 0),
        ({"update_id": 1}, 0),
    ],
)
def test_updates_are_queued_by_chat(raw: RawUpdate, chat: int) -> None:
    assert chat_of(raw) == chat


# --- polling --------------------------------------------------------------------------------------------------------


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with telegram() as running:
        yield running


@pytest.fixture
async def bot(emulator: Emulator) -> AsyncIterator[UpdatesBot]:
    async with connected(emulator) as bot:
        yield bot


async def test_a_batch_is_confirmed_only_once_it_is_stored(
    emulator: Emulator, bot: UpdatesBot, inbox: Inbox, database: Database
) -> None:
    """The polling ends with an error while storing, as a crash would: the next one gets the same updates again."""
    await emulator.person(ADA, "Ada").send_text("precious")

    class Crash(Exception):
        pass

    class Crashing(InboxRows):
        async def put(self, messages: Sequence[tuple[int, str]]) -> list[int]:
            raise Crash

    with pytest.raises(Crash):
        await Polling(bot, Intake(Inbox(Crashing(database)), no_handler), Outage("updates")).run()
    texts: list[str] = []
    seen = asyncio.Event()

    async def note(raw: RawUpdate) -> None:
        texts.append(raw["message"]["text"])
        if "precious" in texts:
            seen.set()

    intake = Intake(inbox, note)
    polling = asyncio.create_task(Polling(bot, intake, Outage("updates")).run())
    await seen.wait()
    await stop(polling)
    await until_handled(inbox)
    assert texts == ["/start", "precious"]


async def no_handler(raw: RawUpdate) -> None:
    raise AssertionError("nothing was stored")


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def test_the_kinds_of_updates_are_named(emulator: Emulator, bot: UpdatesBot) -> None:
    await emulator.person(ADA, "Ada").send_text("hello")
    await bot.raw_updates(None)
    (call,) = emulator.calls.of("getUpdates")
    assert json.loads(call.parameters["allowed_updates"]) == list(ALLOWED_UPDATES)


async def test_an_outage_is_said_once_and_outlived(
    emulator: Emulator, bot: UpdatesBot, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    port = int(emulator.url.rpartition(":")[2])
    await emulator.stop()
    pauses: list[float] = []

    async def come_back_after_five(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 5:
            await emulator.start(port=port)

    handled = asyncio.Event()

    async def note(raw: RawUpdate) -> None:
        handled.set()

    outage = Outage("updates", sleep=come_back_after_five, jitter=lambda: 1.0)
    polling = asyncio.create_task(Polling(bot, Intake(inbox, note), outage).run())
    await handled.wait()
    await stop(polling)
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0]
    warnings = [record.message for record in caplog.records if record.name == "bot.transport.outage"]
    assert warnings == ["updates: Telegram cannot be reached; trying again", "updates: works again"]


async def test_pauses_grow_to_thirty_seconds_and_vary() -> None:
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    outage = Outage("updates", sleep=note, jitter=lambda: 0.0)
    for _ in range(8):
        await outage.pause_for("the same")
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]


async def test_a_rejected_token_ends_the_polling_without_naming_it(
    bot: UpdatesBot, emulator: Emulator, inbox: Inbox
) -> None:
    del emulator.world.bots_by_token[TOKEN]
    with pytest.raises(BotTokenRejected) as rejected:
        await Polling(bot, Intake(inbox, no_handler), Outage("updates")).run()
    assert rejected.value.__cause__ is None
    assert rejected.value.__suppress_context__
    assert TOKEN not in str(rejected.value)


async def test_a_second_copy_of_the_bot_is_named(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("updates", sleep=no_time)
    await outage.pause(Conflict("Conflict: terminated by other getUpdates request"))
    await outage.pause(Conflict("Conflict: can't use getUpdates method while webhook is active"))
    assert "another copy of this bot is running" in caplog.text
    assert "this bot has a webhook: another copy of it" in caplog.text


async def test_a_second_copy_that_takes_turns_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    outage = Outage("updates", sleep=no_time, clock=lambda: now[0])
    with caplog.at_level("INFO"):
        for _ in range(5):
            now[0] += 3.0
            await outage.pause(Conflict("Conflict: terminated by other getUpdates request"))
            now[0] += 2.0
            lasted = outage.seconds
            outage.over()

    assert (len(caplog.records), lasted, outage.seconds) == (1, 2.0, 0.0)


async def test_an_update_of_an_unknown_form_does_not_block_the_others(
    emulator: Emulator, bot: UpdatesBot, inbox: Inbox
) -> None:
    raw: list[dict[str, Any]] = []
    done = asyncio.Event()

    async def note(update: RawUpdate) -> None:
        raw.append(update)
        if len(raw) == 3:
            done.set()

    queue = emulator.world.bots_by_token[TOKEN].updates
    queue.put("message", {"text": "no chat, no date, no id"}, 5, emulator.world.now)
    await emulator.person(ADA, "Ada").send_text("after it")
    polling = asyncio.create_task(Polling(bot, Intake(inbox, note), Outage("updates")).run())
    await done.wait()
    await stop(polling)
    assert raw[-1]["message"]["text"] == "after it"
