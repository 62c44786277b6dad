"""Backups of real data folders, of every schema there has been; hostile tars; crashes in the middle."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import io
import json
import os
import resource
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from storage import backup as backup_module
from storage.backup import MANIFEST_NAME, BackupRefused, finish_restore, restore, save, write
from storage.jobs import NewJob
from storage.records import JobRequest
from storage.sqlite import migrations
from storage.store import DATABASE_NAME, FILES_NAME, Store

SCHEMAS = [number for number, _ in migrations()]
JSON_COLUMNS = {"note": "{}", "reply": "{}", "result": "{}", "settings": "{}"} | dict.fromkeys(
    ["hints_shown", "providers", "emoji_list", "keywords"], "[]"
)
STATES = {"packs": "open", "stickers": "loose", "broadcasts": "draft", "broadcast_people": "waiting"}
OWNER, OTHER = "tg:1", "tg:2"


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"


def fill(path: Path, schema: int) -> dict[str, set[Any]]:
    """Make a database as the version with `schema` left it, two rows in each table; return the rows' first columns."""
    request: dict[str, Any] = {"style": "toon", "prompt": "", "shape": "auto", "model": "m", "parameters": {}}
    request |= {"photos": []} if schema < 3 else {"inputs": {}}
    keys = {}
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous = OFF")
        for number, script in migrations()[:schema]:
            database.executescript(f"BEGIN; {script}; PRAGMA user_version = {number}; COMMIT")
        tables = [name for (name,) in database.execute(_TABLES)]
        for table in tables:
            columns = [row for row in database.execute(f"PRAGMA table_xinfo({table})") if row[6] == 0]  # none generated
            for index, owner in enumerate((OWNER, OTHER)):
                fixed = JSON_COLUMNS | {"owner": owner, "state": STATES.get(table), "status": "queued"}
                fixed |= {"request": json.dumps(request), "broadcast": index, "pack_id": None, "parent": None}
                kinds = {"TEXT": f"{table} {index}", "INTEGER": index, "REAL": 1.5 + index, "BLOB": bytes([index])}
                row = {name: fixed.get(name, kinds[kind]) for _, name, kind, *_ in columns}
                database.execute(
                    f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", row
                )
            keys[table] = {tuple(row) for row in database.execute(f"SELECT {columns[0][1]} FROM {table}")}
        database.commit()
    return keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder of today's schema, with one file of each kind."""
    folder = tmp_path / "data"

    async def work() -> None:
        store = await Store.open(folder)
        await store.jobs.add(NewJob(OWNER, "message 1", JobRequest("toon", "m"), 1, {}), 9)
        await store.files.save_photo(OWNER, b"a photo" * 1000, ".jpg")
        await store.files.save_result(OWNER, "a" * 32, "sticker-16.webp", b"a sticker")
        await store.files.save_upload("api:k", "B-_" * 14, b"an upload")
        await store.close()

    asyncio.run(work())
    return folder


def files_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), int(path.stat().st_mtime))
        for path in (folder / FILES_NAME).rglob("*")
        if path.is_file()
    }


def sources_of(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as database:
        return {source for (source,) in database.execute("SELECT source FROM jobs")}


def add_job(folder: Path, source: str) -> None:
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as database:
        database.execute(
            "INSERT INTO jobs (id, owner, source, status, request, seed, created_at) "
            "VALUES (?, ?, ?, 'queued', '{}', 1, 1)",
            (source, OWNER, source),
        )
        database.commit()


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_a_backup_of_every_earlier_schema_is_restored_with_all_its_rows(tmp_path: Path, schema: int) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    keys = fill(old / DATABASE_NAME, schema)
    assert save(old, tmp_path / "backup.tar", "0.0.1").schema == schema

    with (tmp_path / "backup.tar").open("rb") as stream:
        manifest, aside = restore(new, stream)
    store = await Store.open(new)  # migrates
    try:
        for table, expected in keys.items():
            first = (await store.database.run(f"SELECT * FROM {table} LIMIT 1"))[0].keys()[0]
            assert {tuple(row) for row in await store.database.run(f"SELECT {first} FROM {table}")} == expected
        assert (await store.database.one("PRAGMA user_version"))[0] == SCHEMAS[-1]  # type: ignore[index]
        assert [(await store.jobs.get(f"jobs {index}")).request.style for index in (0, 1)] == ["toon", "toon"]  # type: ignore[union-attr]
        assert await store.database.check() == "ok"
    finally:
        await store.close()
    assert (manifest.schema, manifest.version, aside) == (schema, "0.0.1", None)


def test_files_come_back_with_their_bytes_times_and_modes(folder: Path, tmp_path: Path) -> None:
    for path in (folder / FILES_NAME).rglob("*.*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    new = tmp_path / "new"
    new.mkdir(mode=0o700)

    manifest = save(folder, tmp_path / "backup.tar", "1")
    with (tmp_path / "backup.tar").open("rb") as stream:
        restore(new, stream)

    assert manifest.file_count == len(files_of(folder)) == 3  # whatever names the store gives are taken along
    assert files_of(new) == files_of(folder)
    assert {path.stat().st_mode & 0o077 for path in new.rglob("*") if path.is_file()} == {0}
    assert (tmp_path / "backup.tar").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in new.iterdir()) == [FILES_NAME, DATABASE_NAME]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "data", "new"]


def test_any_tar_can_unpack_it(folder: Path, tmp_path: Path) -> None:
    save(folder, tmp_path / "backup.tar", "1")
    with tarfile.open(tmp_path / "backup.tar") as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    hashes = json.loads(members.pop(MANIFEST_NAME))["sha256"]
    assert {name: hashlib.sha256(data).hexdigest() for name, data in members.items()} == hashes
    (tmp_path / "copy").write_bytes(gzip.decompress(members[f"{DATABASE_NAME}.gz"]))
    with closing(sqlite3.connect(tmp_path / "copy")) as database:
        assert database.execute("SELECT count(*) FROM jobs").fetchone() == (1,)


async def test_what_rows_name_is_there_however_busy_the_product_was(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "data")
    is_over = asyncio.Event()

    async def work() -> None:
        number = 0
        while not is_over.is_set():
            number += 1
            name = await store.files.save_photo(OWNER, b"%d" % number * 1000, ".jpg")
            request = JobRequest("toon", "m", inputs={"face": (name,)})
            await store.jobs.add(NewJob(OWNER, f"{number}", request, 1, {}), 10**6)

    writing = asyncio.create_task(work())
    for _ in range(3):
        manifest = await asyncio.to_thread(save, tmp_path / "data", tmp_path / "backup.tar", "1")
    is_over.set()
    await writing
    await store.close()
    (tmp_path / "new").mkdir()
    with (tmp_path / "backup.tar").open("rb") as stream:
        restore(tmp_path / "new", stream)

    restored = await Store.open(tmp_path / "new")
    jobs = [await restored.jobs.get(row["id"]) for row in await restored.database.run("SELECT id FROM jobs")]
    for job in jobs:
        assert job is not None
        for name in job.request.photos:
            assert await restored.files.photo(OWNER, name)
    await restored.close()
    assert manifest.file_count >= len(jobs)


class StreamThat(io.BytesIO):
    """Does something before the first byte is written."""

    def __init__(self, first: Callable[[], None]) -> None:
        super().__init__()
        self._first: Callable[[], None] | None = first

    def write(self, data: Any) -> int:
        if self._first is not None:
            self._first()
            self._first = None
        return super().write(data)


def test_a_file_whose_life_ends_meanwhile_is_no_error(folder: Path, tmp_path: Path) -> None:
    (photo,) = (folder / FILES_NAME).rglob("*.jpg")
    stream = StreamThat(photo.unlink)
    manifest = write(folder, stream, "1", tmp_path)
    assert manifest.file_count == 2
    (tmp_path / "new").mkdir()
    restore(tmp_path / "new", io.BytesIO(stream.getvalue()))
    assert len(files_of(tmp_path / "new")) == 2


def test_deleted_rows_are_in_no_backup(folder: Path, tmp_path: Path) -> None:
    add_job(folder, "a secret that was forgotten")
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as database:
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("DELETE FROM jobs WHERE source LIKE 'a secret%'")
        database.commit()
    assert b"a secret that" in (folder / DATABASE_NAME).read_bytes()  # until SQLite needs the page
    save(folder, tmp_path / "backup.tar", "1")
    with tarfile.open(tmp_path / "backup.tar") as tar:
        packed = tar.extractfile(f"{DATABASE_NAME}.gz").read()  # type: ignore[union-attr]
    assert b"a secret that" not in gzip.decompress(packed)


# --- refusals ---------------------------------------------------------------------------------------------------------


@contextmanager
def refused(folder: Path, words: str) -> Iterator[None]:
    """What is tried in the block is refused, and leaves the folder as it was."""
    before = sorted(folder.rglob("*"))
    with pytest.raises(BackupRefused, match=words) as error:
        yield
    assert str(error.value).endswith(".")
    assert sorted(folder.rglob("*")) == before


def tar_of(folder: Path, tmp_path: Path) -> dict[str, bytes]:
    save(folder, tmp_path / "whole.tar", "1")
    with tarfile.open(tmp_path / "whole.tar") as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]


def packed(members: dict[str, bytes], tmp_path: Path, *, is_honest: bool = True, **info: Any) -> io.BytesIO:
    """A tar of `members` with hashes that fit; `info` goes to the member named "hostile"."""
    if is_honest:
        manifest = json.loads(members[MANIFEST_NAME])
        manifest["sha256"] = {
            name: hashlib.sha256(data).hexdigest() for name, data in members.items() if name != MANIFEST_NAME
        }
        members = {**members, MANIFEST_NAME: json.dumps(manifest).encode()}
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in sorted(members.items(), key=lambda member: member[0] == MANIFEST_NAME):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            if "hostile" in name:
                for field, value in info.items():
                    setattr(member, field, value)
            tar.addfile(member, io.BytesIO(data))
    stream.seek(0)
    return stream


PHOTOS = f"{FILES_NAME}/{'0' * 32}/photos"


@pytest.mark.parametrize(
    ("name", "info"),
    [
        ("../hostile", {}),
        ("/etc/hostile", {}),
        (f"{PHOTOS}/../../../../hostile", {}),
        (f"{PHOTOS}/.hostile", {}),
        (f"{PHOTOS}/hostile\nname", {}),
        (f"{FILES_NAME}/hostile", {}),
        ("running.pid-hostile", {}),
        (".env-hostile", {}),
        (f"{PHOTOS}/hostile", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}),
        (f"{PHOTOS}/hostile", {"type": tarfile.LNKTYPE, "linkname": DATABASE_NAME}),
        (f"{PHOTOS}/hostile", {"type": tarfile.DIRTYPE}),
        (f"{PHOTOS}/hostile", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3}),
        (f"{PHOTOS}/hostile", {"type": tarfile.FIFOTYPE}),
        (f"{PHOTOS}/hostile", {"pax_headers": {"path": "../../out", "comment": "x" * 10_000}}),
        (f"{PHOTOS}/hostile" + "x" * 200, {}),
        (f"{PHOTOS}/hostile", {"mtime": 1 << 50}),
    ],
)
def test_a_hostile_member_is_refused(folder: Path, tmp_path: Path, name: str, info: dict[str, Any]) -> None:
    stream = packed({**tar_of(folder, tmp_path), name: b"x"}, tmp_path, **info)
    with refused(tmp_path, "no backup of stickerface"):
        restore(folder, stream, replaces=True)


def test_the_same_name_twice_is_refused(folder: Path, tmp_path: Path) -> None:
    save(folder, tmp_path / "whole.tar", "1")
    data = (tmp_path / "whole.tar").read_bytes()
    first = 512 + -(-int(data[124:135], 8) // 512) * 512
    with refused(tmp_path, "no backup of stickerface"):
        restore(folder, io.BytesIO(data[:first] + data), replaces=True)


def test_a_damaged_backup_is_refused_wherever_it_is_damaged(folder: Path, tmp_path: Path) -> None:
    save(folder, tmp_path / "whole.tar", "1")
    whole = (tmp_path / "whole.tar").read_bytes()
    with tarfile.open(tmp_path / "whole.tar") as tar:
        members = tar.getmembers()
    end = members[-1].offset_data + members[-1].size
    for length in [0, 100, 512, *(member.offset_data for member in members), end - 1]:
        with refused(tmp_path, "damaged"):
            restore(folder, io.BytesIO(whole[:length]), replaces=True)
    for member in members:
        for place in (member.offset + 1, member.offset + 130, member.offset_data, member.offset_data + member.size - 1):
            bent = bytearray(whole)
            bent[place] ^= 0x55
            with refused(tmp_path, r"damaged|no backup|form"):
                restore(folder, io.BytesIO(bent), replaces=True)
    restore(folder, io.BytesIO(whole), replaces=True)


@pytest.mark.parametrize(
    "text",
    [b"", b"[", b"[]", b"{}", b'{"format": 1}', b'{"format": [1]}', b"[" * 3000, b'{"format": ' + b"9" * 3000 + b"}"],
)
def test_a_manifest_that_cannot_be_read_is_refused(folder: Path, tmp_path: Path, text: bytes) -> None:
    members = {**tar_of(folder, tmp_path), MANIFEST_NAME: text}
    with refused(tmp_path, "damaged|form"):
        restore(folder, packed(members, tmp_path, is_honest=False), replaces=True)


def with_database(folder: Path, tmp_path: Path, sql: str) -> io.BytesIO:
    """A backup with hashes that fit, whose database was changed by hand."""
    members = tar_of(folder, tmp_path)
    (tmp_path / "changed").write_bytes(gzip.decompress(members[f"{DATABASE_NAME}.gz"]))
    with closing(sqlite3.connect(tmp_path / "changed")) as database:
        database.executescript(sql)
    members[f"{DATABASE_NAME}.gz"] = gzip.compress((tmp_path / "changed").read_bytes())
    return packed(members, tmp_path)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("PRAGMA user_version = 999", "schema 999, written by version 1; this program knows up to"),
        ("PRAGMA user_version = 0", "none of stickerface"),
        ("PRAGMA user_version = -1", "none of stickerface"),
        ("CREATE TRIGGER t AFTER INSERT ON jobs BEGIN DELETE FROM users; END", "changed by hand"),
        ("DROP TABLE groups; CREATE VIEW groups AS SELECT 1", "changed by hand"),
    ],
)
def test_a_database_that_is_newer_or_not_ours_is_refused(folder: Path, tmp_path: Path, sql: str, words: str) -> None:
    stream = with_database(folder, tmp_path, sql)
    with refused(tmp_path, words):
        restore(folder, stream, replaces=True)


def test_a_database_that_is_none_is_refused(folder: Path, tmp_path: Path) -> None:
    for data in (b"", b"no gzip", gzip.compress(b"no database " * 100), gzip.compress(b"x")[:-3]):
        stream = packed({**tar_of(folder, tmp_path), f"{DATABASE_NAME}.gz": data}, tmp_path)
        with refused(tmp_path, "damaged|none of stickerface"):
            restore(folder, stream, replaces=True)


def test_more_than_the_disk_has_room_for_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = tar_of(folder, tmp_path)
    bomb = {**members, f"{DATABASE_NAME}.gz": gzip.compress(bytes(20_000_000))}  # 20 KB
    usage = os.statvfs(tmp_path)
    free = usage.f_bavail * usage.f_frsize
    monkeypatch.setattr(backup_module, "_RESERVE_BYTES", free)
    with refused(tmp_path, "too little room"):
        restore(folder, packed(members, tmp_path), replaces=True)
    monkeypatch.setattr(backup_module, "_RESERVE_BYTES", 0)
    monkeypatch.setattr(backup_module.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 500_000}))
    with refused(tmp_path, "too little room"):
        restore(folder, packed(bomb, tmp_path), replaces=True)


def test_a_folder_with_data_is_replaced_only_where_that_is_wanted_and_kept_beside(folder: Path, tmp_path: Path) -> None:
    save(folder, tmp_path / "backup.tar", "1")
    add_job(folder, "after the backup")
    (folder / "weights").mkdir()
    with (tmp_path / "backup.tar").open("rb") as stream, refused(tmp_path, "already has data: --force"):
        restore(folder, stream)
    with (tmp_path / "backup.tar").open("rb") as stream:
        _, aside = restore(folder, stream, replaces=True)
    assert sources_of(folder) == {"message 1"}
    assert aside is not None and aside.parent == folder
    assert sources_of(aside) == {"message 1", "after the backup"}
    assert files_of(aside) == files_of(folder)
    assert (folder / "weights").is_dir()


def test_weights_alone_are_no_data(folder: Path, tmp_path: Path) -> None:
    save(folder, tmp_path / "backup.tar", "1")
    (tmp_path / "new" / "weights").mkdir(parents=True)
    with (tmp_path / "backup.tar").open("rb") as stream:
        assert restore(tmp_path / "new", stream)[1] is None
    assert sources_of(tmp_path / "new") == {"message 1"}


def test_a_crash_at_any_step_is_finished_at_the_next_start(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old database has a write-ahead log, which would be taken for the new one's."""
    save(folder, tmp_path / "backup.tar", "1")
    rename, steps = Path.rename, 0

    class Killed(BaseException):
        pass

    def restore_until(step: int) -> bool:
        calls = iter(range(100))

        def rename_or_die(self: Path, target: Path) -> Path:
            if next(calls) == step:
                raise Killed
            return rename(self, target)

        with monkeypatch.context() as patched, (tmp_path / "backup.tar").open("rb") as stream:
            patched.setattr(Path, "rename", rename_or_die)
            try:
                restore(folder, stream, replaces=True)
            except Killed:
                return False
        return True

    while True:
        with closing(sqlite3.connect(folder / DATABASE_NAME)) as killed:
            killed.execute("PRAGMA journal_mode = WAL")
            killed.execute("DELETE FROM jobs")
            killed.execute("UPDATE users SET created_at = created_at + 1")
            killed.commit()
            left = {path: path.read_bytes() for path in folder.glob(f"{DATABASE_NAME}*")}
        for path, data in left.items():
            path.write_bytes(data)
        assert (folder / f"{DATABASE_NAME}-wal") in left
        is_whole = restore_until(steps)
        finish_restore(folder)
        expected = set[str]() if steps == 0 else {"message 1"}  # before the first rename nothing has happened
        assert sources_of(folder) == expected, steps
        assert len(files_of(folder)) == 3
        assert not [path for path in folder.iterdir() if path.name.startswith(".")]
        if is_whole:
            break
        steps += 1
    assert steps >= 6  # the commit; files, database and its log away; files and database into their place


def test_a_backup_takes_no_other_files_name(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear Ada")
    with refused(tmp_path, "is no backup"):
        save(folder, tmp_path / "letter", "1")
    with refused(tmp_path, "no folder"):
        save(folder, tmp_path / "nowhere" / "backup.tar", "1")
    with refused(tmp_path, "no database yet"):
        save(tmp_path / "nowhere", tmp_path / "backup.tar", "1")
    save(folder, tmp_path / "backup.tar", "1")
    save(folder, tmp_path / "backup.tar", "2")
    with (tmp_path / "backup.tar").open("rb") as stream:
        assert restore(folder, stream, replaces=True)[0].version == "2"


def test_a_damaged_database_is_told_and_not_backed_up(folder: Path, tmp_path: Path) -> None:
    (folder / DATABASE_NAME).write_bytes(b"no database " * 1000)
    with refused(tmp_path, "cannot be copied"):
        save(folder, tmp_path / "backup.tar", "1")


def test_a_disk_that_fills_up_leaves_no_half_backup(folder: Path, tmp_path: Path) -> None:
    save(folder, tmp_path / "backup.tar", "1")
    before = (tmp_path / "backup.tar").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (10_000, 250_000):  # in the database's copy, or in the tar
        (tmp_path / "data" / FILES_NAME / ("0" * 32) / "photos").mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / FILES_NAME / ("0" * 32) / "photos" / "large.jpg").write_bytes(bytes(260_000))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            with pytest.raises((BackupRefused, OSError)):
                save(folder, tmp_path / "backup.tar", "1")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert (tmp_path / "backup.tar").read_bytes() == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "data"]
