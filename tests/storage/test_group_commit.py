from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.group_commit import SharedConnection
from storage.sqlite import SqliteDatabase

ADD = "INSERT INTO numbers (number) VALUES (:number)"


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[SharedConnection]:
    opened = await SharedConnection.open(tmp_path / "test.sqlite3", 0.05)
    await opened.run(("CREATE TABLE numbers (number INTEGER PRIMARY KEY) STRICT", None))
    yield opened
    await opened.close()


async def numbers(connection: SharedConnection) -> list[int]:
    return [row["number"] for row in (await connection.run(("SELECT number FROM numbers ORDER BY 1", None)))[0]]


async def statements_of(connection: SharedConnection) -> list[str]:
    """What SQLite executes from now on."""
    executed: list[str] = []
    async with connection.alone() as raw:
        await raw.set_trace_callback(executed.append)
    return executed


async def test_what_waits_together_is_committed_together(connection: SharedConnection) -> None:
    executed = await statements_of(connection)
    await asyncio.gather(*(connection.run((ADD, {"number": number})) for number in range(50)))
    assert executed.count("COMMIT") == 1
    assert await numbers(connection) == list(range(50))


async def test_one_that_comes_alone_is_one_statement(connection: SharedConnection) -> None:
    executed = await statements_of(connection)
    await connection.run((ADD, {"number": 1}))
    assert len(executed) == 1


async def test_the_statements_of_one_caller_are_all_done_or_none(connection: SharedConnection) -> None:
    await connection.run((ADD, {"number": 2}))
    with pytest.raises(sqlite3.IntegrityError):
        await connection.run((ADD, {"number": 1}), (ADD, {"number": 2}))
    assert await numbers(connection) == [2]


async def test_one_callers_error_is_no_other_ones(connection: SharedConnection) -> None:
    outcomes = await asyncio.gather(
        connection.run((ADD, {"number": 1})),
        connection.run((ADD, {"number": 2}), (ADD, {"number": 1})),
        connection.run((ADD, None)),
        connection.run((ADD, {"number": 3})),
        return_exceptions=True,
    )
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [False, True, True, False]
    assert await numbers(connection) == [1, 3]


async def test_nothing_is_written_while_another_process_writes(connection: SharedConnection, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "test.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outcomes = await asyncio.gather(
        *(connection.run((ADD, {"number": number})) for number in range(3)), return_exceptions=True
    )
    other.execute("ROLLBACK")
    other.close()
    assert all(isinstance(outcome, sqlite3.OperationalError) for outcome in outcomes)
    await connection.run((ADD, {"number": 7}))
    assert await numbers(connection) == [7]


async def test_a_caller_that_went_away_takes_nobody_along(connection: SharedConnection) -> None:
    async with connection.alone():
        waiting = [asyncio.create_task(connection.run((ADD, {"number": number}))) for number in range(3)]
        await asyncio.sleep(0)
        waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert waiting[1].cancelled()
    assert await numbers(connection) == [0, 2]


async def test_those_who_wait_for_a_connection_that_is_closed_are_told(connection: SharedConnection) -> None:
    closing = asyncio.create_task(connection.close())
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="connection"):
        await connection.run((ADD, {"number": 1}))
    await closing


async def test_a_question_does_not_wait_for_a_write(tmp_path: Path) -> None:
    database = await SqliteDatabase.open(tmp_path / "test.sqlite3")
    async with database.transaction() as transaction:
        await transaction.run("INSERT INTO facts (name, value) VALUES ('a', 'b')")
        assert await database.run("SELECT name FROM facts") == []
    assert len(await database.run("SELECT name FROM facts")) == 1
    await database.close()


WRITE_FOR_EVER = f"""
import asyncio, itertools, sys
from pathlib import Path
from storage.group_commit import SharedConnection

async def write(connection, numbers):
    for number in numbers:
        await connection.run(*(("{ADD}", {{"number": each}}) for each in (number, -number)))
        print(number, flush=True)

async def main():
    connection = await SharedConnection.open(Path(sys.argv[1]), 5.0)
    numbers = itertools.count(1)
    await asyncio.gather(*(write(connection, numbers) for _ in range(20)))

asyncio.run(main())
"""


async def test_a_kill_loses_nothing_that_was_confirmed_and_leaves_no_half(
    connection: SharedConnection, tmp_path: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITE_FOR_EVER, tmp_path / "test.sqlite3", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    confirmed = {int(await process.stdout.readline()) for _ in range(100)}
    process.kill()
    confirmed |= {int(line) for line in (await process.stdout.read()).split(b"\n")[:-1]}
    await process.wait()
    kept = await numbers(connection)
    assert confirmed <= set(kept)
    assert kept == [-number for number in reversed(kept)]
