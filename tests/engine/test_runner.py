from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from engine.errors import Cancelled, EngineDead, EngineError, NoFace
from engine.model import FACE
from engine.runner import EngineRunner, Ticket
from engine.types import Step, StickerRequest, StickerResult
from tests.plain_engine import STEPS, PlainEngine

REQUEST = StickerRequest({FACE: (b"",)}, "toon", 1)


@pytest.fixture
async def engine() -> PlainEngine:
    return PlainEngine()


@pytest.fixture
async def runner(engine: PlainEngine) -> AsyncIterator[EngineRunner]:
    runner = EngineRunner(engine)
    await runner.load()
    yield runner
    engine.release()
    await runner.close()
    assert engine.is_closed


async def generate(
    runner: EngineRunner, request: StickerRequest, ticket: Ticket, on_step: Callable[[Step], None]
) -> StickerResult:
    """A batch of one; its error is raised."""
    (outcome,) = await runner.generate_batch([request], [ticket], lambda index, step: on_step(step))
    if isinstance(outcome, EngineError):
        raise outcome
    return outcome


def _photo() -> StickerRequest:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "PNG")
    return StickerRequest({FACE: (buffer.getvalue(),)}, "toon", 1)


async def test_steps_arrive_on_the_event_loop_before_the_result(runner: EngineRunner) -> None:
    steps: list[Step] = []
    thread_loop = asyncio.get_running_loop()

    def on_step(step: Step) -> None:
        assert asyncio.get_running_loop() is thread_loop
        steps.append(step)

    result = await generate(runner, _photo(), Ticket(), on_step)
    assert [step.phase for step in steps] == list(STEPS)
    assert result.seed == 1


async def test_a_ticket_stops_the_work_before_the_next_step(engine: PlainEngine, runner: EngineRunner) -> None:
    engine.hold()
    ticket = Ticket()
    steps: list[Step] = []
    task = asyncio.create_task(generate(runner, _photo(), ticket, steps.append))
    await asyncio.to_thread(engine.holding.wait, 10)
    ticket.cancel()
    engine.release()
    with pytest.raises(Cancelled):
        await task
    assert len(steps) <= 2


async def test_a_ticket_cancelled_while_waiting_never_starts(engine: PlainEngine, runner: EngineRunner) -> None:
    ticket = Ticket()
    ticket.cancel()
    with pytest.raises(Cancelled):
        await generate(runner, REQUEST, ticket, lambda step: None)
    assert engine.seen == []


@pytest.mark.parametrize("error", [NoFace(), EngineDead("gone"), ValueError("surprise")])
async def test_errors_cross_to_the_task_that_waits(engine: PlainEngine, runner: EngineRunner, error: Exception) -> None:
    engine.fail_with = [error]
    with pytest.raises(type(error)):
        await generate(runner, REQUEST, Ticket(), lambda step: None)
    assert (await generate(runner, _photo(), Ticket(), lambda step: None)).files


async def test_a_caller_that_went_away_does_not_stop_the_thread(engine: PlainEngine, runner: EngineRunner) -> None:
    engine.hold()
    task = asyncio.create_task(generate(runner, _photo(), Ticket(), lambda step: None))
    await asyncio.to_thread(engine.holding.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    engine.release()
    assert (await generate(runner, _photo(), Ticket(), lambda step: None)).files
