"""PostgreSQL where it is not like SQLite: its pool, lost connections and lost answers, its schema beside SQLite's."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from storage import postgres as postgres_module
from storage.errors import DatabaseBroken, DatabaseBusy, DiskFull, SchemaTooNew, StorageError
from storage.facts import Facts
from storage.inbox import Inbox
from storage.jobs import Jobs, NewJob
from storage.postgres import PostgresDatabase, translated
from storage.records import JobRequest, JobResult
from storage.sqlite import SqliteDatabase
from storage.store import Store
from storage.users import Users
from tests.postgres import USER, PostgresServer

REQUEST = JobRequest(style="toon", model="m", inputs={"face": ("a.jpg",)})
ADD = "INSERT INTO facts (name, value) VALUES (:name, :value)"


def fact(name: str) -> dict[str, str]:
    return {"name": name, "value": "x"}


async def names(database: PostgresDatabase) -> list[str]:
    return [row["name"] for row in await database.run("SELECT name FROM facts ORDER BY name")]


# --- opening ----------------------------------------------------------------------------------------------------------


async def test_of_processes_that_start_at_the_same_time_one_makes_the_tables(postgres: PostgresServer) -> None:
    postgres.create("fresh")
    opened = await asyncio.gather(*(PostgresDatabase.open(postgres.url("fresh")) for _ in range(4)))
    await opened[0].run(ADD, fact("a"))
    assert await names(opened[3]) == ["a"]
    for database in opened:
        await database.close()


async def test_a_database_of_a_newer_version_is_refused(postgres: PostgresServer) -> None:
    postgres.create("newer")
    await (await PostgresDatabase.open(postgres.url("newer"))).close()
    postgres.execute("INSERT INTO schema_version (number) VALUES (999)", "newer")
    with pytest.raises(SchemaTooNew):
        await PostgresDatabase.open(postgres.url("newer"))


@pytest.mark.parametrize("url", ["postgresql//u:secret@host/db", "postgresql://u:se%zzcret@host/db"])
async def test_a_url_that_cannot_be_read_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseBroken) as refused:
        await PostgresDatabase.open(url)
    assert "cret" not in str(refused.value)
    assert refused.value.__suppress_context__


async def test_what_the_server_refuses_is_not_tried_again(postgres: PostgresServer) -> None:
    for url in (postgres.url("nowhere"), postgres.url().replace(USER, "somebody")):
        with pytest.raises(DatabaseBroken, match="does not exist"):
            await PostgresDatabase.open(url)


async def test_who_may_make_no_tables_is_told_without_opening(postgres: PostgresServer) -> None:
    postgres.create("foreign_tables")
    postgres.execute("DROP ROLE IF EXISTS guest")
    postgres.execute("CREATE ROLE guest LOGIN")
    url = postgres.url("foreign_tables")
    assert await PostgresDatabase.inspect(url) == (0, 1)
    with pytest.raises(DatabaseBroken, match="no right to make tables in the schema public"):
        await PostgresDatabase.inspect(url.replace(USER, "guest"))


async def test_marks_of_connections_that_are_long_gone_are_deleted(postgres: PostgresServer) -> None:
    database = await PostgresDatabase.open(postgres.url())
    for days, name in ((2, "gone"), (0, "another")):
        postgres.execute(f"INSERT INTO connections VALUES ('{name}', 1, now() - INTERVAL '{days} day')")
    await database.run(ADD, fact("a"))
    marks = {row["id"] for row in await database.run("SELECT id FROM connections")}
    assert "another" in marks and "gone" not in marks
    await database.close()


async def test_a_server_that_does_not_answer_is_busy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres_module, "BUSY_TIMEOUT_S", 0.1)
    with pytest.raises(DatabaseBusy):
        await PostgresDatabase.open(f"postgresql://u@/db?host={tmp_path}")


async def test_tables_columns_and_indexes_are_those_of_sqlite(
    sqlite_database: SqliteDatabase, postgres_database: PostgresDatabase
) -> None:
    kinds = {"TEXT": "text", "INTEGER": "bigint", "REAL": "double precision", "BLOB": "bytea"}
    expected: dict[str, dict[str, tuple[str, bool]]] = {}
    for table in await sqlite_database.run(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    ):
        columns = await sqlite_database.run(f"PRAGMA table_xinfo({table['name']})")
        expected[table["name"]] = {
            row["name"]: (kinds[row["type"].split()[0]], bool(row["notnull"] or row["pk"])) for row in columns
        }
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    for row in await postgres_database.run(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name NOT IN ('schema_version', 'connections')"
    ):
        if row["column_name"] != "rowid":
            found.setdefault(row["table_name"], {})[row["column_name"]] = (row["data_type"], row["is_nullable"] == "NO")
    assert found == expected

    indexes = {
        row["name"]: _index(row["sql"])
        for row in await sqlite_database.run("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql != ''")
    }
    mirrored = {
        row["indexname"]: _index(row["indexdef"])
        for row in await postgres_database.run(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef NOT LIKE '%UNIQUE%'"
        )
    }
    assert mirrored == indexes


def _index(sql: str) -> tuple[str, list[str]]:
    """Return an index's columns, and the words and values of its condition."""
    columns, _, condition = sql.partition("(")[2].partition(" WHERE ")
    words = set(re.findall(r"'\w+'|[a-z]\w*_at|[a-z]\w*_id|status|state|parent|NOT NULL|NULL", condition))
    return columns.strip(" ()\n").replace(" ", ""), sorted(words)


# --- statements -------------------------------------------------------------------------------------------------------


def test_parameters_are_found_outside_of_texts_casts_and_comments() -> None:
    assert translated("SELECT a::text, ':no', '5%' WHERE b = :name -- :no\n AND c % :c") == (
        "SELECT a::text, ':no', '5%%' WHERE b = %(name)s -- :no\n AND c %% %(c)s"
    )


@pytest.mark.parametrize(
    ("target", "patch"),
    [
        ('{"b": 1, "a": {"x": 1, "y": [2]}, "c": null}', '{"a": {"y": null, "z": "é\\""}, "n": {"q": null, "r": {}}}'),
        ('{"a": [1, 2], "b": "text"}', '{"a": {"x": 1}, "b": null}'),
        ("{}", '{"a": 2.50, "b": true, "c": "\\ud83d\\ude00"}'),
        ('{"a": 1}', "{}"),
        ('{"a": 1}', "[1]"),
    ],
)
async def test_json_is_merged_as_sqlite_merges_it(
    sqlite_database: SqliteDatabase, postgres_database: PostgresDatabase, target: str, patch: str
) -> None:
    merged = []
    for database in (sqlite_database, postgres_database):
        row = await database.one(
            "SELECT json_patch(:target, :patch) AS merged, json_extract(:target, '$.a.x') AS x, "
            "json_extract(:target, '$.nothing') AS missing",
            {"target": target, "patch": patch},
        )
        assert row is not None
        document = json.loads(row["merged"])
        order = list(document) if isinstance(document, dict) else None
        merged.append((document, order, None if row["x"] is None else str(row["x"]), row["missing"]))
    assert merged[0] == merged[1]


async def test_texts_that_postgres_cannot_keep_are_kept_but_for_the_letter(postgres_database: PostgresDatabase) -> None:
    jobs, facts = Jobs(postgres_database), Facts(postgres_database)
    job, _ = await jobs.add(NewJob("api:k", "s", REQUEST, 1, {"text": "a\0b\ud800c\\u0000 😀"}), limit=5)
    assert job is not None
    assert await jobs.get("\0") is None
    await facts.set("a", "x\0y")
    noted = await jobs.set_note(job.id, more="\0")
    assert noted is not None
    assert noted.note == {"text": "a\ufffdb\ufffdc\\u0000 😀", "more": "\ufffd"}
    assert await facts.get("a") == "x\ufffdy"


@pytest.mark.parametrize(
    ("state", "kind"),
    [("53100", DiskFull), ("55P03", DatabaseBusy), ("XX001", DatabaseBroken), ("23514", StorageError)],
)
async def test_errors_are_ours_and_quote_no_row(
    postgres_database: PostgresDatabase, state: str, kind: type[StorageError]
) -> None:
    with pytest.raises(StorageError) as raised:
        await postgres_database.run(
            f"DO $$ BEGIN RAISE 'as it happens' USING ERRCODE = '{state}', DETAIL = 'a secret'; END $$"
        )
    assert type(raised.value) is kind
    assert "secret" not in str(raised.value) and raised.value.__suppress_context__
    await postgres_database.run(ADD, fact("a"))
    with pytest.raises(StorageError) as raised:
        await postgres_database.run(ADD, fact("a"))
    assert "facts_pkey" in str(raised.value) and "(a)" not in str(raised.value)


async def test_a_lock_that_somebody_holds_too_long_is_busy(
    postgres_database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "_SESSION", "SET lock_timeout = '50ms'")
    async with postgres_database.transaction(lock="a"):
        with pytest.raises(DatabaseBusy):
            await postgres_database.run(ADD, fact("never"), lock="a")
        await postgres_database.run(ADD, fact("other"), lock="b")
    await postgres_database.run(ADD, fact("then"), lock="a")
    assert await names(postgres_database) == ["other", "then"]


async def test_a_transaction_sees_what_those_wrote_that_held_its_lock_before(
    postgres_database: PostgresDatabase,
) -> None:
    await Facts(postgres_database).set("n", "0")

    async def count() -> None:
        async with postgres_database.transaction(lock="n") as transaction:
            row = await transaction.one("SELECT value FROM facts WHERE name = 'n'")
            assert row is not None
            await transaction.run("UPDATE facts SET value = :n", {"n": str(int(row["value"]) + 1)})

    await asyncio.gather(*(count() for _ in range(30)))
    assert await Facts(postgres_database).get("n") == "30"


async def test_statements_cancelled_at_any_moment_leave_no_transaction_and_no_connection(
    postgres_database: PostgresDatabase, postgres: PostgresServer
) -> None:
    async def write(number: int) -> None:
        async with postgres_database.transaction(lock="a") as transaction:
            await transaction.run(ADD, fact(f"a{number}"))
            await transaction.run(ADD, fact(f"b{number}"))

    for number in range(40):
        task = asyncio.create_task(write(number))
        for _ in range(number % 20):
            await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    await postgres_database.run(ADD, fact("z"), lock="a")
    written = await names(postgres_database)
    assert sorted(name[1:] for name in written if name[0] == "a") == sorted(n[1:] for n in written if n[0] == "b")
    await postgres_database.close()
    await asyncio.to_thread(
        _until,
        lambda: not postgres.execute("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'stickerface%'"),
    )


def _until(is_true: Callable[[], object]) -> None:
    while not is_true():
        pass


# --- a server that stops ----------------------------------------------------------------------------------------------


async def test_a_restart_between_two_statements_is_not_noticed(
    postgres_database: PostgresDatabase, postgres: PostgresServer
) -> None:
    await asyncio.gather(*(postgres_database.run(ADD, fact(str(number))) for number in range(6)))
    for how in (signal.SIGQUIT, signal.SIGINT):
        postgres.stop(how)
        postgres.start()
        assert len(await names(postgres_database)) == 6


async def test_statements_wait_for_a_server_that_starts_again(
    postgres_database: PostgresDatabase, postgres: PostgresServer
) -> None:
    postgres.stop(signal.SIGQUIT)
    writing = [asyncio.create_task(postgres_database.run(ADD, fact(str(number)))) for number in range(3)]
    await asyncio.to_thread(postgres.start)
    await asyncio.gather(*writing)
    assert await names(postgres_database) == ["0", "1", "2"]


async def test_while_no_server_is_there_the_database_is_busy(
    postgres_database: PostgresDatabase, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "BUSY_TIMEOUT_S", 0.1)
    postgres.stop()
    try:
        with pytest.raises(DatabaseBusy):
            await names(postgres_database)
        with pytest.raises(DatabaseBusy):
            async with postgres_database.transaction():
                pass
    finally:
        postgres.start()
    assert await names(postgres_database) == []


@dataclass
class Proxy:
    """Stands between the program and the server, and cuts connections at messages that contain some words.

    `cuts` maps the words to whether the server still gets the message; each cuts once.
    """

    server: str
    cuts: dict[bytes, bool] = field(default_factory=dict)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_unix_connection(self.server)
        except OSError:  # it is down
            writer.close()
            return
        answers = asyncio.create_task(self._copy(server_reader, writer))
        try:
            while data := await reader.read(65536):
                cut = next((words for words in self.cuts if words in data), None)
                if cut is None:
                    server_writer.write(data)
                    continue
                if self.cuts.pop(cut):
                    answers.cancel()
                    await asyncio.gather(answers, return_exceptions=True)
                    server_writer.write(data)
                    await server_reader.read(1)  # it has been executed
                break
        finally:
            answers.cancel()
            for each in (writer, server_writer):
                each.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)


@pytest.fixture
async def proxy(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Proxy]:
    folder = postgres.url().partition("host=")[2]
    proxy = Proxy(f"{folder}/.s.PGSQL.5432")
    listener = await asyncio.start_unix_server(proxy.serve, tmp_path / ".s.PGSQL.5432")
    yield proxy
    listener.close()


@pytest.fixture
async def through_proxy(proxy: Proxy, tmp_path: Path) -> AsyncIterator[PostgresDatabase]:
    database = await PostgresDatabase.open(f"postgresql://{USER}@/stickerface?host={tmp_path}")
    yield database
    await database.close()


LOST = pytest.mark.parametrize(
    ("words", "is_executed"), [(b"COMMIT", True), (b"COMMIT", False), (b"BEGIN", True), (b"BEGIN", False)]
)


@LOST
async def test_a_write_whose_connection_breaks_is_done_once(
    through_proxy: PostgresDatabase, proxy: Proxy, words: bytes, is_executed: bool
) -> None:
    await through_proxy.run(ADD, {"name": "n", "value": "0"})
    proxy.cuts[words] = is_executed
    rows = await through_proxy.run("UPDATE facts SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) RETURNING value")
    assert not proxy.cuts
    assert [row["value"] for row in rows] == ["1"]
    assert await Facts(through_proxy).get("n") == "1"


@LOST
async def test_a_claim_and_an_end_whose_answers_are_lost_are_known(
    through_proxy: PostgresDatabase, proxy: Proxy, words: bytes, is_executed: bool
) -> None:
    jobs, inbox = Jobs(through_proxy), Inbox(through_proxy)
    added, _ = await jobs.add(NewJob("tg:1", "s", REQUEST, 1, {}), limit=5)
    proxy.cuts[words] = is_executed
    try:
        claimed = await jobs.claim()
    except DatabaseBusy:  # then it was not
        claimed = await jobs.claim()
    assert added is not None and claimed is not None and (claimed.id, claimed.attempts) == (added.id, 1)
    proxy.cuts[words] = is_executed
    assert await jobs.finish(claimed.id, JobResult("toon", "bust", {})) is not None
    proxy.cuts[words] = is_executed
    assert await inbox.put([(1, "{}"), (2, "{}")]) == [1, 2]
    assert not proxy.cuts


@LOST
async def test_a_transaction_whose_connection_breaks_is_committed_or_not_and_says_which(
    through_proxy: PostgresDatabase, proxy: Proxy, words: bytes, is_executed: bool
) -> None:
    await Users(through_proxy).set("tg:1", style="toon")
    proxy.cuts[words] = is_executed
    is_known = True
    try:
        async with through_proxy.transaction() as transaction:
            await transaction.run(ADD, fact("a"))
    except DatabaseBusy:
        is_known = False
    assert await names(through_proxy) == (["a"] if is_known else [])
    assert is_known is not (words == b"COMMIT" and not is_executed)


async def test_whether_a_write_was_committed_is_asked_until_the_server_is_back(
    through_proxy: PostgresDatabase, proxy: Proxy, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "BUSY_TIMEOUT_S", 0.05)
    asked = asyncio.Event()
    was_committed = through_proxy._was_committed

    async def asking(*arguments: Any) -> bool:
        postgres.stop(signal.SIGINT)
        asked.set()
        return await was_committed(*arguments)

    monkeypatch.setattr(through_proxy, "_was_committed", asking)
    proxy.cuts[b"COMMIT"] = True
    writing = asyncio.create_task(through_proxy.run(ADD, fact("a")))
    await asked.wait()
    await asyncio.to_thread(postgres.start)
    await writing
    monkeypatch.undo()
    assert await names(through_proxy) == ["a"]


# --- several processes ------------------------------------------------------------------------------------------------


async def test_changes_tell_of_what_others_notify_and_break_with_the_server(
    postgres_database: PostgresDatabase, postgres: PostgresServer
) -> None:
    other = await PostgresDatabase.open(postgres.url())
    changes = postgres_database.changes()
    async with contextlib.aclosing(changes):
        await anext(changes)  # at once
        following = asyncio.ensure_future(anext(changes))
        await other.notify()
        await following
        breaking = asyncio.ensure_future(anext(changes))
        postgres.stop(signal.SIGQUIT)
        postgres.start()
        with pytest.raises(DatabaseBusy):
            await breaking
    await other.close()


async def test_eight_workers_claim_each_of_200_jobs_once_and_in_a_fair_order(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """Four processes with two workers each, all of whom claim at the same time; 20 people with 10 jobs each."""
    stores = [await Store.open(tmp_path / str(number), postgres.url()) for number in range(4)]
    for number in range(200):
        await stores[0].jobs.add(NewJob(f"tg:{number // 10}", f"s{number}", REQUEST, 1, {}), limit=10)
    claims: list[tuple[float, str, str]] = []

    async def work(store: Store) -> None:
        while (job := await store.jobs.claim()) is not None:
            claims.append((job.claimed_at or 0.0, job.owner, job.id))

    await asyncio.gather(*(work(store) for store in stores for _ in range(2)))
    assert len({job_id for _, _, job_id in claims}) == len(claims) == 200
    served = dict.fromkeys((owner for _, owner, _ in claims), 0)
    assert len(served) == 20
    for _, owner, _ in sorted(claims):
        served[owner] += 1
        assert max(served.values()) - min(served.values()) <= 1
    for store in stores:
        await store.close()
