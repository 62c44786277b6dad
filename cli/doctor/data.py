"""DATA_DIR: who uses it, its disk and modes, its database; and where FILES_URL says that files are."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cli.data import export_aws
from cli.doctor.findings import Finding, Level, note, problem, well
from cli.lock import AlreadyRunning, lock_folder, lock_token
from cli.settings import ServerSettings, Settings
from service.stickers import StickerService
from storage.errors import StorageError

_LOW_DISK_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DataReport:
    """What was found, whether the bot runs on this folder, and whether its database can be opened as it is."""

    findings: list[Finding]
    is_running: bool = False
    has_database: bool = False


async def check_data(settings: ServerSettings) -> DataReport:
    """Look at DATA_DIR without changing anything in it."""
    folder = settings.data_dir
    disk = _disk(folder)
    if not folder.is_dir() or disk.level is Level.PROBLEM:
        elsewhere = [(await _rows(settings))[0]] if settings.database_url.get_secret_value() else []
        return DataReport([disk, *elsewhere, *await _files(settings)])
    findings = [disk, *_modes(folder)]
    is_running = False
    try:
        lock_folder(folder).release()
    except AlreadyRunning as running:
        is_running = True
        findings.append(well("process", str(running).partition(":")[0]))
    except OSError as error:
        findings.append(problem("process", f"its lock file cannot be opened: {error.strerror}", f"see to {folder}"))
    if isinstance(settings, Settings) and not is_running:
        findings += _token_in_use(settings)
    database, has_database = await _rows(settings)
    return DataReport([*findings, database, *await _files(settings)], is_running, has_database)


def _disk(folder: Path) -> Finding:
    there = next((each for each in (folder, *folder.absolute().parents) if each.exists()), folder)
    name = "" if there == folder else f"; {folder} is made at the first run"
    if not there.is_dir():
        return problem("disk", f"DATA_DIR {folder} cannot be written: {there} is no folder", "set another DATA_DIR")
    try:
        if there == folder:
            probe = folder / f".doctor-{os.getpid()}"
            probe.write_bytes(b"x")
            probe.unlink()
        elif not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(0, "Permission denied")
        free = shutil.disk_usage(there).free
    except OSError as error:
        remedy = "make it the bot's own (chown), mount it for writing, or set another DATA_DIR"
        return problem("disk", f"DATA_DIR {folder} cannot be written: {error.strerror}", remedy)
    text = f"{free / 1e9:.1f} GB free for {folder.absolute()}{name}"
    if free > _LOW_DISK_BYTES:
        return well("disk", text)
    return problem(
        "disk", f"only {text}", "make room: old before-restore-* folders in it, KEEP_RESULTS_DAYS, a larger disk"
    )


def _modes(folder: Path) -> Iterator[Finding]:
    facts = folder.stat()
    if facts.st_mode & 0o077:
        yield note(
            "modes", f"others on this machine can open {folder}: photos are in it", f"chmod 700 {folder.absolute()}"
        )
    if facts.st_uid != os.geteuid():
        try:
            owner = pwd.getpwuid(facts.st_uid).pw_name
        except KeyError:
            owner = f"user {facts.st_uid}"
        yield note("modes", f"{folder} belongs to {owner}, not to you", f"ask as who runs the bot: sudo -u {owner} ...")


def _token_in_use(settings: Settings) -> Iterator[Finding]:
    token = settings.telegram_bot_token.get_secret_value()
    try:
        if lock := lock_token(settings.telegram_api_url, token, settings.data_dir):
            lock.release()
    except AlreadyRunning as running:
        text, _, remedy = str(running).partition(": ")
        yield problem("process", text, remedy)


async def _rows(settings: ServerSettings) -> tuple[Finding, bool]:
    """Look for damage; return also whether the database can be opened as it is."""
    url = settings.database_url.get_secret_value()
    return await (_postgres(settings.data_dir, url) if url else _sqlite(settings.data_dir))


async def _postgres(folder: Path, url: str) -> tuple[Finding, bool]:
    """See whether the database at DATABASE_URL answers and has our tables, and change nothing."""
    place = f"PostgreSQL at {urlsplit(url).hostname or 'its socket'}"
    try:
        schema, newest = await StickerService.schemas(folder, url)
    except StorageError as error:
        return problem("database", f"{place}: {error.code} ({error})", "see to DATABASE_URL (docs/postgres.md)"), False
    if not schema:
        return well("database", f"{place} is empty; the first run makes its tables"), False
    if schema != newest:
        return _other_schema(place, schema, newest, "pg_dump (docs/postgres.md)"), False
    return well("database", f"{place}: schema {schema}, it answers"), True


async def _sqlite(folder: Path) -> tuple[Finding, bool]:
    """Look for damage, and change nothing."""
    path = StickerService.database_path(folder)
    if not path.exists():
        return well("database", "none yet; the first run makes it"), False
    restore = "restore a backup: stickerface restore FILE --force (docs/operating.md)"
    try:
        schema, newest = await StickerService.schemas(folder)
        if schema != newest:
            return _other_schema(str(path), schema, newest, "stickerface backup FILE"), False
        async with await StickerService.open(folder) as service:
            answer = await service.check_database()
    except StorageError as error:
        remedy = "try again in a moment; where it stays so, stop what holds the database"
        return problem("database", f"{path}: {error.code} ({error})", remedy if error.retryable else restore), False
    except OSError as error:
        return problem("database", f"{path}: {error.strerror}", "give it back to who runs the bot (chown)"), False
    if answer != "ok":
        return problem("database", f"{path} is damaged: {answer}", restore), True
    return well("database", f"schema {schema}, {path.stat().st_size / 1e6:.1f} MB, no damage"), True


async def _files(settings: ServerSettings) -> list[Finding]:
    """See whether files can be written, read, listed and deleted where FILES_URL says, by us and by nobody else."""
    if not settings.files_url:
        return []
    export_aws(settings)
    try:
        await StickerService.check_files_at(settings.data_dir, settings.files_url)
    except StorageError as error:
        return [problem("files", str(error), "see to FILES_URL and the AWS_ settings (docs/cluster.md)")]
    return [well("files", f"{settings.files_url} can be written and read")]


def _other_schema(place: str, schema: int, newest: int, backup: str) -> Finding:
    if schema > newest:
        text = f"{place} has schema {schema}, this version knows up to {newest}"
        return problem("database", text, "install the newer version again, or restore a backup of this one")
    text = f"{place} has schema {schema}; the next start makes it {newest}"
    return note("database", text, f"back up first: {backup}")
