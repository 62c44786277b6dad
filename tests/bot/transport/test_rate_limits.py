"""Flood control: who waits, for whom, and how long."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

import pytest
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.transport.outage import Backoff
from bot.transport.rate_limits import BACKGROUND, DELIVERY, DROPPABLE, PROGRESS, Answer, RateLimiter, Urgency, on_wait
from bot.transport.telegram_errors import retry_after_s
from tests.bot.manual_time import ManualTime, settle

pytestmark = pytest.mark.filterwarnings("ignore:.*`retry_after`.*")

PRIVATE, OTHER, GROUP = 7, 8, -100


class Server:
    """Notes when each call arrives; `refuse` holds the seconds of the 429s it still answers, per chat."""

    def __init__(self, time: ManualTime) -> None:
        self._time = time
        self.arrived: list[tuple[float, Any]] = []
        self.refuse: dict[Any, list[int]] = {}
        self.texts: list[Any] = []
        self.is_down = False
        self.down_calls: list[float] = []

    async def call(self, endpoint: str, data: dict[str, Any]) -> Answer:
        if self.is_down:
            self.down_calls.append(self._time.now - 1000.0)
            raise NetworkError("Bad Gateway")
        self.texts.append(data.get("text"))
        key = data.get("chat_id", data.get("user_id"))
        self.arrived.append((self._time.now - 1000.0, key))
        if self.refuse.get(key):
            raise RetryAfter(self.refuse[key].pop(0))
        return {"message_id": len(self.arrived)}

    def times(self, key: Any) -> list[float]:
        return [moment for moment, chat in self.arrived if chat == key]


@pytest.fixture
def time() -> ManualTime:
    return ManualTime()


@pytest.fixture
def server(time: ManualTime) -> Server:
    return Server(time)


@pytest.fixture
def limiter(time: ManualTime) -> RateLimiter:
    return RateLimiter(clock=time, sleep=time.sleep, backoff=Backoff(patience_s=600.0))


class Bot:
    """Makes calls through the limiter, as python-telegram-bot does."""

    def __init__(self, limiter: RateLimiter, server: Server) -> None:
        self._limiter = limiter
        self._server = server

    def call(self, endpoint: str = "sendMessage", urgency: Urgency | None = None, **data: Any) -> asyncio.Task[Answer]:
        return asyncio.ensure_future(
            self._limiter.process_request(self._server.call, (endpoint, data), {}, endpoint, data, urgency)
        )

    def calls(self, count: int, endpoint: str = "sendMessage", **data: Any) -> list[asyncio.Task[Answer]]:
        return [self.call(endpoint, **data) for _ in range(count)]

    async def said(self, count: int, time: ManualTime) -> None:
        """So many messages to the private chat, made."""
        tasks = self.calls(count, chat_id=PRIVATE)
        await time.pass_s(0.5)
        await asyncio.gather(*tasks)


@pytest.fixture
def bot(limiter: RateLimiter, server: Server) -> Bot:
    return Bot(limiter, server)


async def test_a_private_chat_gets_twelve_at_once_and_one_a_second_in_the_long_run(
    bot: Bot, server: Server, time: ManualTime
) -> None:
    tasks = bot.calls(15, chat_id=PRIVATE)
    await time.pass_s(10)
    await asyncio.gather(*tasks)
    assert [round(moment) for moment in server.times(PRIVATE)] == [0] * 12 + [1, 2, 3]


async def test_a_group_gets_at_most_eighteen_in_any_minute(bot: Bot, server: Server, time: ManualTime) -> None:
    tasks = [bot.call(chat_id=GROUP, urgency=Urgency(max_wait_s=600.0)) for _ in range(40)]
    await time.pass_s(200)
    await asyncio.gather(*tasks)
    moments = server.times(GROUP)
    assert max(sum(begin <= each < begin + 60 for each in moments) for begin in moments) <= 18
    assert len(moments) == 40


async def test_the_whole_bot_makes_at_most_thirty_calls_a_second(bot: Bot, server: Server, time: ManualTime) -> None:
    tasks = [bot.call(chat_id=chat) for chat in range(1, 81)]
    await time.pass_s(5)
    await asyncio.gather(*tasks)
    moments = [moment for moment, _ in server.arrived]
    assert moments[:10] == [0] * 10
    assert max(sum(begin <= each < begin + 1 for each in moments) for begin in moments) <= 30
    assert 3.4 <= moments[-1] <= 3.6


async def test_calls_of_one_chat_keep_their_order(bot: Bot, time: ManualTime) -> None:
    tasks = bot.calls(18, chat_id=PRIVATE)
    await time.pass_s(20)
    answers = await asyncio.gather(*tasks)
    assert [answer["message_id"] for answer in answers if isinstance(answer, dict)] == list(range(1, 19))


async def test_a_429_holds_up_its_own_bucket_only(bot: Bot, server: Server, time: ManualTime) -> None:
    server.refuse[PRIVATE] = [30]
    held = bot.call(chat_id=PRIVATE)
    await time.pass_s(1)
    later, elsewhere = bot.call(chat_id=PRIVATE), bot.call(chat_id=OTHER)
    await time.pass_s(1)
    assert elsewhere.done()
    assert not held.done()
    await time.pass_s(40)
    await asyncio.gather(held, later)
    assert server.times(PRIVATE) == [0, 30, 30]
    assert server.times(OTHER) == [1]


async def test_one_persons_packs_do_not_hold_up_their_chat_or_other_peoples_packs(
    bot: Bot, server: Server, time: ManualTime
) -> None:
    server.refuse[PRIVATE] = [20]
    held = bot.call("addStickerToSet", Urgency(max_wait_s=60.0), user_id=PRIVATE)
    await time.pass_s(1)
    quick = [bot.call(chat_id=PRIVATE), bot.call("addStickerToSet", user_id=OTHER)]
    await settle()
    assert all(task.done() for task in quick)
    await time.pass_s(20)
    assert await held == {"message_id": 4}


async def test_a_wait_longer_than_the_budget_is_handed_to_the_caller(bot: Bot, server: Server) -> None:
    server.refuse[PRIVATE] = [200]
    with pytest.raises(RetryAfter) as refused:
        await bot.call("addStickerToSet", user_id=PRIVATE)
    assert retry_after_s(refused.value) == 200
    assert len(server.arrived) == 1


async def test_a_bucket_known_to_be_closed_for_long_is_not_even_tried(
    bot: Bot, server: Server, time: ManualTime
) -> None:
    server.refuse[PRIVATE] = [200]
    await asyncio.wait([bot.call("addStickerToSet", user_id=PRIVATE)])
    await time.pass_s(50)
    with pytest.raises(RetryAfter) as refused:
        await bot.call("addStickerToSet", user_id=PRIVATE)
    assert 150 <= retry_after_s(refused.value) <= 151
    assert len(server.arrived) == 1


async def test_a_call_may_bring_its_own_budget(bot: Bot, server: Server, time: ManualTime) -> None:
    server.refuse[PRIVATE] = [5]
    with pytest.raises(RetryAfter):
        await bot.call(urgency=Urgency(max_wait_s=2.0), chat_id=PRIVATE)


async def test_an_endless_row_of_429_ends_in_the_last_one(bot: Bot, server: Server, time: ManualTime) -> None:
    server.refuse[PRIVATE] = [1] * 50
    task = bot.call(chat_id=PRIVATE)
    await time.pass_s(60)
    with pytest.raises(RetryAfter):
        await task
    assert len(server.arrived) == 5


async def test_a_droppable_edit_that_would_wait_is_not_made(bot: Bot, server: Server, time: ManualTime) -> None:
    await bot.said(8, time)
    assert await bot.call("editMessageText", DROPPABLE, chat_id=PRIVATE) == {"message_id": 9}
    assert await bot.call("editMessageText", DROPPABLE, chat_id=PRIVATE) is True  # what must be said has room still
    await bot.said(3, time)
    assert len(server.arrived) == 12
    assert await bot.call("editMessageText", DROPPABLE, chat_id=PRIVATE) is True
    await time.pass_s(7)
    assert await bot.call("editMessageText", DROPPABLE, chat_id=PRIVATE) == {"message_id": 13}


async def test_a_droppable_edit_does_not_come_back_after_a_429(bot: Bot, server: Server) -> None:
    server.refuse[PRIVATE] = [3]
    assert await bot.call("editMessageText", DROPPABLE, chat_id=PRIVATE) is True
    assert len(server.arrived) == 1


async def test_answering_a_press_never_waits_for_the_chat(bot: Bot, server: Server, time: ManualTime) -> None:
    bot.calls(20, chat_id=PRIVATE)
    await time.pass_s(0.5)
    answer = bot.call("answerCallbackQuery", callback_query_id="1")
    await settle()
    assert answer.done()
    await time.pass_s(60)


async def test_a_cancelled_waiter_gives_its_turn_to_the_next(bot: Bot, server: Server, time: ManualTime) -> None:
    await bot.said(12, time)
    first, second = bot.call(chat_id=PRIVATE), bot.call(chat_id=PRIVATE)
    await settle()
    first.cancel()
    await time.pass_s(5)
    assert await second == {"message_id": 13}


async def test_buckets_of_people_who_are_silent_are_dropped(bot: Bot, limiter: RateLimiter, time: ManualTime) -> None:
    for chat in range(1, 301):
        task = bot.call(chat_id=chat)
        await time.pass_s(0.5)
        await task
    assert len(limiter.buckets) <= 15


async def test_buckets_in_use_are_kept_while_idle_ones_go(bot: Bot, limiter: RateLimiter, time: ManualTime) -> None:
    bot.calls(10, chat_id=GROUP)
    await time.pass_s(1)
    for chat in range(1, 200):
        task = bot.call(chat_id=chat)
        await time.pass_s(0.1)
        await task
    late = bot.call(chat_id=GROUP)
    await settle()
    assert not late.done()
    await time.pass_s(60)
    assert late.done()


async def test_failed_calls_are_counted_by_the_class_of_their_error(
    bot: Bot, server: Server, limiter: RateLimiter
) -> None:
    server.refuse[PRIVATE] = [200]
    with pytest.raises(RetryAfter):
        await bot.call("addStickerToSet", user_id=PRIVATE)
    await bot.call(chat_id=OTHER)
    assert limiter.errors == {"wait": 1}


async def test_how_long_many_calls_on_a_persons_sets_will_take_is_known_ahead(time: ManualTime) -> None:
    limiter = RateLimiter(clock=time, sleep=time.sleep)
    server = Server(time)
    bot = Bot(limiter, server)
    assert limiter.sets_free_in_s(PRIVATE, 20, spare=0) == 0
    assert limiter.sets_free_in_s(PRIVATE, 20, spare=3) == 9  # three more than go at once, one every 3 s

    for _ in range(10):
        await bot.call("addStickerToSet", user_id=PRIVATE)
    await time.pass_s(20)

    assert limiter.sets_free_in_s(PRIVATE, 13, spare=3) == 0
    assert limiter.sets_free_in_s(PRIVATE, 14, spare=3) == pytest.approx(1)
    assert limiter.sets_free_in_s(PRIVATE, 18, spare=3) == pytest.approx(13)
    assert limiter.sets_free_in_s(OTHER, 17, spare=3) == 0


async def test_an_answer_goes_before_progress_and_that_before_deliveries(
    bot: Bot, server: Server, time: ManualTime
) -> None:
    bot.calls(12, chat_id=PRIVATE)
    await time.pass_s(0.5)
    delivery = [bot.call("sendSticker", DELIVERY, chat_id=PRIVATE) for _ in range(3)]
    await settle()
    progress = bot.call("sendMessage", PROGRESS, chat_id=PRIVATE)
    answer = bot.call("sendMessage", chat_id=PRIVATE)
    await time.pass_s(10)
    order = [(await each)["message_id"] for each in (answer, progress, *delivery)]  # type: ignore[index,call-overload]
    assert order == [13, 14, 15, 16, 17]


async def test_what_nobody_waits_for_leaves_half_a_burst_for_what_comes_meanwhile(
    bot: Bot, server: Server, time: ManualTime
) -> None:
    for number in range(30):
        bot.call("setMyCommands", BACKGROUND, user_id=number)
    await time.pass_s(0.5)
    assert len(server.arrived) == 15
    answers = [bot.call(chat_id=1000 + number) for number in range(5)]
    await settle()
    assert all(each.done() for each in answers)
    await time.pass_s(1.0)
    assert len(server.arrived) == 35


async def test_a_wait_that_the_limiter_itself_imposes_on_a_pack_is_told_not_slept(
    bot: Bot, server: Server, time: ManualTime
) -> None:
    tasks = bot.calls(20, "addStickerToSet", user_id=PRIVATE)
    await time.pass_s(1)
    await asyncio.gather(*tasks)
    bot.call("addStickerToSet", user_id=PRIVATE)  # goes in 2 s
    await settle()
    with pytest.raises(RetryAfter) as refused:
        await bot.call("addStickerToSet", user_id=PRIVATE)
    assert 5 <= retry_after_s(refused.value) <= 6
    await time.pass_s(2)
    assert len(server.arrived) == 21


async def test_an_answer_outlasts_an_outage_and_comes_once(bot: Bot, server: Server, time: ManualTime) -> None:
    server.is_down = True
    answer = bot.call(chat_id=PRIVATE)
    await time.pass_s(180)
    server.is_down = False
    await time.pass_s(30)
    assert await answer == {"message_id": 1}
    pauses = [after - before for before, after in zip(server.down_calls, server.down_calls[1:], strict=False)]
    assert all(pause <= 30 for pause in pauses)
    assert pauses == sorted(pauses) or max(pauses) >= 15  # it backs off
    assert len(server.down_calls) < 20


async def test_answers_of_an_outage_come_in_their_order_and_only_the_first_is_tried(
    bot: Bot, server: Server, time: ManualTime
) -> None:
    server.is_down = True
    waiting: list[int] = []
    answers = []
    for number in range(3):
        context = contextvars.copy_context()
        context.run(on_wait.set, lambda number=number: waiting.append(number))
        answers.append(context.run(bot.call, chat_id=PRIVATE, text=number))
    await time.pass_s(180)
    assert set(waiting) == {0, 1, 2}
    assert len(server.down_calls) < 20
    progress = bot.call(urgency=PROGRESS, chat_id=PRIVATE, text="progress")  # is repeated elsewhere
    await time.pass_s(1)
    assert progress.done()
    with pytest.raises(NetworkError):
        await progress
    server.is_down = False
    await time.pass_s(30)
    await asyncio.gather(*answers)
    assert server.texts == [0, 1, 2]


async def test_a_call_that_somebody_works_on_after_it_does_not_count_as_waiting(
    bot: Bot, server: Server, time: ManualTime
) -> None:
    waiting: list[str] = []
    server.refuse = {PRIVATE: [10], OTHER: [10]}
    on_wait.set(lambda: waiting.append("set"))
    emoji = bot.call("setStickerEmojiList", user_id=PRIVATE)
    await time.pass_s(5)
    assert waiting == []
    on_wait.set(lambda: waiting.append("answer"))
    answer = bot.call(chat_id=OTHER)
    await time.pass_s(15)
    await asyncio.gather(emoji, answer)
    assert waiting == ["answer"]


async def test_an_answer_nobody_waits_for_any_more_is_given_up(bot: Bot, server: Server, time: ManualTime) -> None:
    server.is_down = True
    answer = bot.call(chat_id=PRIVATE)
    await time.pass_s(700)
    with pytest.raises(NetworkError):
        await answer


@pytest.mark.parametrize(
    ("endpoint", "urgency"),
    [("addStickerToSet", None), ("sendSticker", None), ("sendMessage", PROGRESS), ("editMessageText", DROPPABLE)],
)
async def test_what_is_repeated_elsewhere_or_may_not_be_made_twice_is_made_once(
    bot: Bot, server: Server, endpoint: str, urgency: Urgency | None
) -> None:
    server.is_down = True
    with pytest.raises(NetworkError):
        await bot.call(endpoint, urgency, chat_id=PRIVATE, user_id=PRIVATE)
    assert len(server.down_calls) == 1


async def test_a_refusal_is_no_outage(limiter: RateLimiter) -> None:
    calls = 0

    async def refuse() -> Answer:
        nonlocal calls
        calls += 1
        raise BadRequest("chat not found")

    with pytest.raises(BadRequest):
        await limiter.process_request(refuse, (), {}, "sendMessage", {"chat_id": PRIVATE}, None)
    assert calls == 1
