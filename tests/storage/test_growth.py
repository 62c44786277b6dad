"""What a question costs does not grow with what has ended.

Counted in SQLite's own instructions and in the rows that PostgreSQL reads, not in seconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from storage.database import Parameters
from storage.inbox import Inbox
from storage.jobs import Jobs, NewJob
from storage.packs import Packs
from storage.postgres import PostgresDatabase, _Connection, translated
from storage.records import JobRequest, JobResult, JobStatus
from storage.sqlite import SqliteDatabase
from storage.uploads import Uploads
from storage.users import Users
from tests.postgres import PostgresServer

NOW = 1_800_000_000.0
OWNER = "tg:1"
FEW, MANY = 30, 3000
REQUEST = JobRequest(style="toon", model="m", inputs={"face": ("a.jpg",)})
Question = Callable[[Jobs, Inbox, Packs, Uploads, Users], Awaitable[object]]


def new_job(source: str) -> NewJob:
    return NewJob(owner=OWNER, source=source, request=REQUEST, seed=1, note={})


async def add_claim_and_end(jobs: Jobs, *_others: object) -> None:
    added, _ = await jobs.add(new_job("new"), 5)
    claimed = await jobs.claim()
    assert added is not None and claimed is not None and claimed.id == added.id
    await jobs.finish(added.id, JobResult("toon", "cutout", {}))
    await jobs.mark_delivered(added.id)


QUESTIONS: dict[str, Question] = {
    "submit, claim, finish, deliver": add_claim_and_end,
    "how many wait": lambda jobs, *_: jobs.count(JobStatus.QUEUED),
    "how many run": lambda jobs, *_: jobs.count(JobStatus.RUNNING),
    "limits of a submission": lambda jobs, *_: jobs.waiting_and_active(OWNER),
    "an owner's active jobs": lambda jobs, *_: jobs.of_owner(OWNER, JobStatus.QUEUED, JobStatus.RUNNING),
    "an owner's jobs of today": lambda jobs, *_: jobs.count_since(OWNER, NOW - 1),
    "a page of an owner's jobs": lambda jobs, *_: jobs.page_of_owner(OWNER, 5),
    "one job by its id's start": lambda jobs, *_: jobs.by_reference("0000000a"),
    "an active child": lambda jobs, *_: jobs.active_child("none", "again"),
    "positions": lambda jobs, *_: jobs.positions(),
    "next": lambda jobs, *_: jobs.next_waiting(3),
    "waiting of an entrance": lambda jobs, *_: jobs.waiting("tg"),
    "undelivered": lambda jobs, *_: jobs.undelivered("tg"),
    "undelivered, counted": lambda jobs, *_: jobs.count_undelivered(),
    "by model": lambda jobs, *_: jobs.counts_by_model(),
    "oldest waiting": lambda jobs, *_: jobs.oldest_waiting(),
    "photos in use": lambda jobs, *_: jobs.photos_in_use(),
    "files due": lambda jobs, *_: jobs.files_due("api", 1e9, 1e9, 1e9, NOW),
    "rows due": lambda jobs, *_: jobs.delete_finished_before(0),
    "rows without files due": lambda jobs, *_: jobs.delete_without_files("tg", 0),
    "crashed": lambda jobs, *_: jobs.recover(),
    "another sticker": lambda _jobs, _inbox, packs, *_: packs.has_others(OWNER, "none"),
    "inbox, open": lambda _jobs, inbox, *_: inbox.open(),
    "inbox, due": lambda _jobs, inbox, *_: inbox.delete_handled_before(0),
    "uploads, due": lambda _jobs, _inbox, _packs, uploads, *_: uploads.take_expired(),
    "the pack that is open": lambda _jobs, _inbox, packs, *_: packs.open_pack(OWNER),
    "a sticker by its id in the set": lambda _jobs, _inbox, packs, *_: packs.sticker_by_unique_id(OWNER, "U"),
    "what a person was asked": lambda _jobs, _inbox, packs, *_: packs.question(OWNER),
    "a mosaic": lambda _jobs, _inbox, packs, *_: packs.mosaic_of(OWNER, "none"),
    "a sticker by its message": lambda _jobs, _inbox, packs, *_: packs.sticker_in_message(OWNER, 3),
    "a person": lambda *stores: stores[-1].get(OWNER),
}


def fill(path: Path, ended: int) -> None:
    """Write jobs that ended, all of one owner, with their stickers and the messages they came by."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("INSERT INTO users (owner, created_at) VALUES (?, 0)", [OWNER])
    for number in range(ended):
        ids = {"id": f"{number:032x}", "owner": OWNER, "source": f"s{number}", "moment": NOW - 10**6 + number}
        ids["request"] = REQUEST.to_json()
        connection.execute(
            """INSERT INTO jobs (id, owner, entrance, source, status, request, seed, parent, is_ready, created_at,
                                 claimed_at, finished_at, delivered_at, files_gone_at)
               VALUES (:id, :owner, 'tg', :source, 'done', :request, 1, :source, 1, :moment, :moment, :moment, :moment,
                       :moment)""",
            ids,
        )
        connection.execute(
            """INSERT INTO stickers (id, owner, state, message_id, created_at)
               VALUES (:id, :owner, 'loose', :number, :moment)""",
            ids | {"number": number},
        )
        connection.execute(
            "INSERT INTO inbox (id, body, received_at, handled_at) VALUES (:number, '', :moment, :moment)",
            {"number": number, "moment": NOW},
        )
    connection.commit()
    connection.close()


async def instructions(path: Path, ended: int) -> dict[str, int]:
    """Return how many instructions SQLite executes for each question, beside `ended` jobs."""
    await (await SqliteDatabase.open(path)).close()
    fill(path, ended)
    database = await SqliteDatabase.open(path)
    executed = 0

    def count() -> int:
        nonlocal executed
        executed += 1
        return 0

    stores = (
        Jobs(database, lambda: NOW),
        Inbox(database, lambda: NOW),
        Packs(database, lambda: NOW),
        Uploads(database, lambda: NOW),
        Users(database, lambda: NOW),
    )
    costs = {}
    try:
        for each in (database._writer, database._reader):
            async with each.alone() as connection:
                await connection.set_progress_handler(count, 1)
        for name, question in QUESTIONS.items():
            executed = 0
            await question(*stores)
            costs[name] = executed
    finally:
        await database.close()
    return costs


async def test_no_question_costs_more_because_more_has_ended(tmp_path: Path) -> None:
    few, many = await instructions(tmp_path / "few", FEW), await instructions(tmp_path / "many", MANY)
    grown = {name: (few[name], many[name]) for name in few if many[name] > few[name] * 1.2 + 20}
    assert not grown


ENDED_IN_POSTGRES = 30_000
ROWS_READ = 100  # at most, for any question: few jobs wait, and none of the ended ones is asked about

_FILL = f"""
    INSERT INTO users (owner, created_at) VALUES ('{OWNER}', 0);
    INSERT INTO jobs (id, owner, entrance, source, status, request, seed, parent, is_ready, created_at, claimed_at,
                      finished_at, delivered_at, files_gone_at)
    SELECT lpad(to_hex(n), 32, '0'), '{OWNER}', 'tg', 's' || n, 'done', '{REQUEST.to_json()}', 1, 's' || n, 1,
           moment, moment, moment, moment, moment
    FROM (SELECT n, {NOW} - 1000000 + n AS moment FROM generate_series(1, {ENDED_IN_POSTGRES}) AS n) AS numbers;
    INSERT INTO stickers (id, owner, state, message_id, created_at)
    SELECT id, owner, 'loose', rowid, created_at FROM jobs;
    INSERT INTO inbox (id, body, received_at, handled_at)
    SELECT n, '', {NOW}, {NOW} FROM generate_series(1, {ENDED_IN_POSTGRES}) AS n;
    ANALYZE
"""


def rows_read(plan: dict[str, Any]) -> float:
    """Return how many rows of tables and indexes a plan read; what its subplans passed on is counted there."""
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return (own if "Scan" in plan["Node Type"] else 0) + sum(rows_read(part) for part in plan.get("Plans", ()))


@pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])
async def test_no_question_reads_what_has_ended_in_postgres(
    postgres: PostgresServer, postgres_database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch, plans: str
) -> None:
    """Each statement is explained where it is executed; a prepared one may be planned without its values, too."""
    postgres.execute(_FILL)
    read: list[tuple[float, str]] = []
    run = _Connection.run

    async def explained(connection: _Connection, sql: str, parameters: Parameters | None) -> list[dict[str, Any]]:
        raw = connection.raw
        await raw.execute(f"SET plan_cache_mode = {plans}")
        async with raw.transaction(force_rollback=True):
            cursor = await raw.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {translated(sql)}", parameters or {})
            read.append((rows_read((await cursor.fetchall())[0]["QUERY PLAN"][0]["Plan"]), sql))
        return await run(connection, sql, parameters)

    async def begin(
        connection: _Connection, lock: str, first: str = "", parameters: Parameters | None = None
    ) -> list[dict[str, Any]]:
        await begins(connection, lock)
        return await explained(connection, first, parameters) if first else []

    begins = _Connection.begin
    monkeypatch.setattr(_Connection, "run", explained)
    monkeypatch.setattr(_Connection, "begin", begin)
    stores = (
        Jobs(postgres_database, lambda: NOW),
        Inbox(postgres_database, lambda: NOW),
        Packs(postgres_database, lambda: NOW),
        Uploads(postgres_database, lambda: NOW),
        Users(postgres_database, lambda: NOW),
    )
    costs = {}
    for name, question in QUESTIONS.items():
        read.clear()
        await question(*stores)
        assert read, name
        costs[name] = max(read)
    assert not {name: cost for name, cost in costs.items() if cost[0] > ROWS_READ}
