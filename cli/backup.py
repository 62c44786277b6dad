"""`stickerface backup` and `stickerface restore`: the data of an installation as one file, and back."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import typer

from cli.lock import AlreadyRunning, lock_whole_folder
from cli.settings import DataSettings, SettingsInvalid, read_data_settings
from storage.backup import BackupRefused, Manifest, restore, save, write

_STREAM = Path("-")


def back_up(path: Path) -> int:
    """Write a backup of DATA_DIR to `path`, into it where it is a folder, or to the output; return the exit code."""

    def work(settings: DataSettings) -> None:
        started, ours = time.monotonic(), version("stickerface")
        if path == _STREAM:
            if sys.stdout.isatty():
                raise BackupRefused("A backup is no text: name a file, or send the output into one or a program.")
            with tempfile.TemporaryDirectory() as workplace:
                manifest = write(settings.data_dir, sys.stdout.buffer, ours, Path(workplace))
                sys.stdout.buffer.flush()
            told = "The output"
        else:
            name = f"stickerface-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar"
            to = path / name if path.is_dir() else path
            manifest = save(settings.data_dir, to, ours)
            told = f"{to}, {to.stat().st_size / 1e6:,.1f} MB,"
        seconds = time.monotonic() - started
        typer.echo(
            f"{told} has the database (schema {manifest.schema}) and {_files(manifest)}: {seconds:.1f} s.", err=True
        )
        if settings.files_url:
            typer.echo("Photos and stickers are not in it: they are where FILES_URL says (docs/cluster.md).", err=True)
        typer.echo(
            "It holds people's photos and this installation's keys: keep it encrypted. .env is not in it.", err=True
        )

    return _run(work)


def restore_backup(path: Path, *, replaces: bool) -> int:
    """Restore the backup in `path`, or from the input, to DATA_DIR; return the exit code."""

    def work(settings: DataSettings) -> None:
        with ExitStack() as stack:
            stack.callback(lock_whole_folder(settings.data_dir).release)
            stream = sys.stdin.buffer if path == _STREAM else stack.enter_context(path.open("rb"))
            manifest, aside = restore(settings.data_dir, stream, replaces=replaces)
        typer.echo(
            f"{settings.data_dir} is as it was on {manifest.made_at} (version {manifest.version}, "
            f"schema {manifest.schema}): the database and {_files(manifest)}."
        )
        if aside is not None:
            typer.echo(f"What was there before is in {aside}: delete it once you need it no more.")

    return _run(work)


def _files(manifest: Manifest) -> str:
    return "1 file" if manifest.file_count == 1 else f"{manifest.file_count:,} files"


def _run(work: Callable[[DataSettings], None]) -> int:
    # What is half done is deleted, as with Ctrl-C.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        settings = read_data_settings()
        if settings.database_url.get_secret_value():
            raise BackupRefused("The rows are where DATABASE_URL says: docs/operating.md has the commands for both.")
        work(settings)
    except SettingsInvalid as report:
        typer.echo(str(report), err=True)
        return 2
    except (BackupRefused, AlreadyRunning) as refused:
        typer.echo(str(refused), err=True)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes it once more
        typer.echo("The program that took the output ended before the whole backup was written.", err=True)
        return 1
    except OSError as error:
        typer.echo(f"{error.filename or 'The backup'}: {error.strerror}", err=True)
        return 1
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0
