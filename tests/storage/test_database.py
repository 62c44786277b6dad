from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from importlib.resources import files
from pathlib import Path

import pytest

from storage import sqlite as sqlite_module
from storage.database import Database
from storage.errors import DatabaseBroken, DatabaseBusy, DiskFull, SchemaTooNew
from storage.packs import Packs
from storage.sqlite import SqliteDatabase
from storage.store import DATABASE_NAME, Store


async def test_a_new_file_gets_every_migration_and_wal(tmp_path: Path) -> None:
    database = await SqliteDatabase.open(tmp_path / "new.sqlite3")
    version = await database.one("PRAGMA user_version")
    mode = await database.one("PRAGMA journal_mode")
    tables = await database.run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    await database.close()
    assert version is not None and version[0] >= 1
    assert mode is not None and mode[0] == "wal"
    assert {row["name"] for row in tables} >= {"users", "jobs", "packs", "stickers", "inbox", "facts"}


async def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "twice.sqlite3"
    first = await SqliteDatabase.open(path)
    await first.run("INSERT INTO facts (name, value) VALUES ('a', 'b')")
    await first.close()
    second = await SqliteDatabase.open(path)
    row = await second.one("SELECT value FROM facts WHERE name = 'a'")
    await second.close()
    assert row is not None and row["value"] == "b"


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "newer.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(SchemaTooNew):
        await SqliteDatabase.open(path)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.sqlite3"
    path.write_text("this is a letter, not a database " * 50)
    with pytest.raises(DatabaseBroken):
        await SqliteDatabase.open(path)


async def test_another_process_holding_the_file_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_module, "BUSY_TIMEOUT_S", 0.05)
    path = tmp_path / "busy.sqlite3"
    database = await SqliteDatabase.open(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy):
        await database.run("INSERT INTO facts (name, value) VALUES ('a', 'b')")
    other.execute("ROLLBACK")
    other.close()
    await database.run("INSERT INTO facts (name, value) VALUES ('a', 'b')")
    await database.close()


async def test_a_full_disk_is_told_as_such(sqlite_database: SqliteDatabase) -> None:
    database = sqlite_database
    pages = await database.one("PRAGMA page_count")
    assert pages is not None
    await database.run(f"PRAGMA max_page_count = {pages[0]}")
    with pytest.raises(DiskFull):
        await database.run("INSERT INTO facts (name, value) VALUES ('a', :big)", {"big": "x" * 100_000})


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as transaction:
            await transaction.run("INSERT INTO facts (name, value) VALUES ('half', 'done')")
            raise RuntimeError("in the middle")
    assert await database.run("SELECT * FROM facts") == []


async def test_a_cancelled_transaction_leaves_the_connection_usable(database: Database) -> None:
    inside = asyncio.Event()

    async def hold() -> None:
        async with database.transaction() as transaction:
            await transaction.run("INSERT INTO facts (name, value) VALUES ('half', 'done')")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await database.run("INSERT INTO facts (name, value) VALUES ('whole', 'done')")
    rows = await database.run("SELECT name FROM facts")
    assert [row["name"] for row in rows] == ["whole"]


@pytest.mark.parametrize("turns", range(12))
async def test_a_transaction_cancelled_at_any_moment_locks_nobody_out(
    sqlite_database: SqliteDatabase, tmp_path: Path, turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def write() -> None:
        async with sqlite_database.transaction() as transaction:
            await transaction.run("INSERT INTO facts (name, value) VALUES ('half', 'done')")
            await transaction.run("INSERT INTO facts (name, value) VALUES ('whole', 'done')")

    task = asyncio.create_task(write())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await sqlite_database.run("INSERT INTO facts (name, value) VALUES ('after', 'done')")
    monkeypatch.setattr(sqlite_module, "BUSY_TIMEOUT_S", 0.5)
    other = await SqliteDatabase.open(tmp_path / "test.sqlite3")  # as another process has it
    await other.run("INSERT INTO facts (name, value) VALUES ('other', 'done')")
    names = {row["name"] for row in await other.run("SELECT name FROM facts")}
    await other.close()
    assert names in ({"after", "other"}, {"half", "whole", "after", "other"})


async def test_a_single_statement_never_lands_inside_another_tasks_transaction(database: Database) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def hold_then_fail() -> None:
        async with database.transaction() as transaction:
            await transaction.run("INSERT INTO facts (name, value) VALUES ('mine', 'x')")
            inside.set()
            await go_on.wait()
            raise RuntimeError

    failing = asyncio.create_task(hold_then_fail())
    await inside.wait()
    other = asyncio.create_task(database.run("INSERT INTO facts (name, value) VALUES ('other', 'x')"))
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(RuntimeError):
        await failing
    await other
    rows = await database.run("SELECT name FROM facts")
    assert [row["name"] for row in rows] == ["other"]


async def test_the_notes_of_an_older_version_become_columns(tmp_path: Path) -> None:
    """A database as version 2 left it: what SQL asked of the note stands in columns afterwards."""
    folder = files("storage") / "migrations"
    old = sqlite3.connect(tmp_path / DATABASE_NAME)
    for name in ("0001_first.sql", "0002_http_api.sql"):
        old.executescript((folder / name).read_text())
    old.execute("PRAGMA user_version = 2")
    note = {"path": "fal-ai/x", "lifetime_s": 3600.0, "are_files_gone": True}
    request = {"style": "toon", "prompt": "", "shape": "auto", "model": "m", "photos": ["a.jpg"], "parameters": {}}
    result = {
        "style": "comic", "shape": "cutout", "notes": ["prompt_as_look"],
        "is_safe": True, "timings": {}, "seconds": 0.5,
        "files": {"sticker.webp": {"bytes": 1, "width": 512, "height": 512}},
    }  # fmt: skip
    old.execute("INSERT INTO users (owner, created_at) VALUES ('api:k', 1.0), ('cli', 1.0)")
    insert = """INSERT INTO jobs (id, owner, source, status, request, seed, reply, created_at, finished_at, result)
                VALUES (?, ?, ?, ?, ?, 1, ?, 1.0, ?, ?)"""
    old.execute(insert, ("a", "api:k", "1", "done", json.dumps(request), json.dumps(note), 5.0, json.dumps(result)))
    bare = json.dumps({**request, "photos": []})
    old.execute(insert, ("b", "cli", "2", "queued", bare, "{}", None, "{}"))
    old.commit()
    old.close()

    store = await Store.open(tmp_path)
    done, waiting = await store.jobs.get("a"), await store.jobs.get("b")
    await store.close()

    assert done is not None and waiting is not None
    assert (done.entrance, done.lifetime_s, done.files_gone_at, done.note) == ("api", 3600.0, 5.0, {"path": "fal-ai/x"})
    assert (done.request.inputs, done.drawn_style) == ({"face": ("a.jpg",)}, "comic")
    assert done.result is not None and done.result.notes == ("prompt_as_style",)
    assert (waiting.entrance, waiting.request.inputs, waiting.result, waiting.wants_photo) == ("cli", {}, None, True)


async def test_the_one_emoji_of_an_older_version_begins_the_list(tmp_path: Path) -> None:
    """A database as version 6 left it."""
    old = sqlite3.connect(tmp_path / DATABASE_NAME)
    folder = files("storage") / "migrations"
    for script in sorted(entry.name for entry in folder.iterdir() if entry.name < "0007"):
        old.executescript((folder / script).read_text())
    old.execute("PRAGMA user_version = 6")
    old.execute("INSERT INTO users (owner, created_at) VALUES ('tg:1', 1.0)")
    old.execute("INSERT INTO stickers (id, owner, state, emoji, created_at) VALUES ('a', 'tg:1', 'loose', '❤️', 1.0)")
    old.commit()
    old.close()

    database = await SqliteDatabase.open(tmp_path / DATABASE_NAME)
    row = await Packs(database).sticker("a")
    await database.close()

    assert row is not None
    assert (row.emoji_list, row.keywords) == (("❤️",), ())
