"""One copy of the bot on a DATA_DIR and on a bot token: lock files with the owner's pid.

Workers, and front ends that draw nothing, work beside it. The kernel frees a lock however the process ends. Copies on
other machines are told apart by the rows of a database that they share, and by Telegram (409).
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import tempfile
from pathlib import Path

logger = logging.getLogger(__name__)

_RUNNING = "running.pid"
_MAY_JOIN = "others may join"  # older versions, which take every job for their own, do not write it
_IN_USE = (
    "DATA_DIR {data_dir} is in use by process {pid}: two copies would draw and send everything twice. "
    "Stop that one first, or give this one another DATA_DIR and another bot token."
)


class AlreadyRunning(Exception):
    """Another process has the lock; the text is a sentence that names its pid."""


class ProcessLock:
    """An flock on a file that holds our pid and DATA_DIR, from the start until `release`; who only looks needs none."""

    def __init__(self, path: Path, data_dir: Path, in_use: str, *, may_join: bool = True) -> None:
        """Take the lock; others `may_join` its owner.

        Raises `AlreadyRunning` with `in_use`, the owner's {pid} and {data_dir} filled in; OSError.
        """
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            text = os.read(self._file, 5000).decode("utf-8", "replace")
            os.close(self._file)
            raise AlreadyRunning(_told(text, in_use)) from None
        except OSError:
            os.close(self._file)
            raise
        os.truncate(self._file, 0)
        text = f"{os.getpid()}\n{data_dir.absolute()}\n{_MAY_JOIN if may_join else ''}\n"
        os.write(self._file, text.encode("utf-8", "surrogateescape"))

    def release(self) -> None:
        """Let another process have it."""
        os.close(self._file)


def lock_folder(folder: Path) -> ProcessLock:
    """Lock a DATA_DIR for a bot, or for a front end that draws itself.

    Raises `AlreadyRunning`, OSError where the folder cannot be made or written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    hint = " Beside it may run `stickerface worker`, and `stickerface serve` with POOL=none."
    return ProcessLock(folder / _RUNNING, folder, _IN_USE + hint)


def lock_whole_folder(folder: Path) -> ProcessLock:
    """Lock a DATA_DIR against everybody, workers too, while its data are replaced. Raises `AlreadyRunning`, OSError."""
    from service.stickers import StickerService  # for this command alone

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    in_use = "DATA_DIR {data_dir} is in use by process {pid}: stop everything that works on it first."
    lock = ProcessLock(folder / _RUNNING, folder, in_use, may_join=False)
    if pids := StickerService.pids_at_work(folder):
        lock.release()
        raise AlreadyRunning(in_use.format(data_dir=folder.absolute(), pid=pids[0]))
    return lock


def join_folder(folder: Path) -> None:
    """Check that a worker, or a front end that draws nothing, may use a DATA_DIR beside who has locked it.

    Raises `AlreadyRunning` where that is an older version, which would take over what others draw, or a restore;
    OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(folder / _RUNNING, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.read(file, 5000).decode("utf-8", "replace")
        if _MAY_JOIN not in text.splitlines():
            raise AlreadyRunning(_told(text, _IN_USE)) from None
    finally:
        os.close(file)


def _told(text: str, in_use: str) -> str:
    """Return the sentence with what the owner of a lock wrote into its file."""
    pid, folder = [*text.splitlines(), "", ""][:2]
    return in_use.format(pid=pid or "unknown", data_dir=folder or "unknown")


def lock_token(api_url: str, token: str, data_dir: Path, shared: Path | None = None) -> ProcessLock | None:
    """Lock a bot for this user of this machine, whatever the DATA_DIR. Raises `AlreadyRunning`.

    The file, in the folder `shared` (a private one among the temporary files), is named by a hash: a token is a secret.
    None where no file can be written; then Telegram's 409 is what tells of another copy.
    """
    folder = shared or Path(tempfile.gettempdir()) / f"stickerface-{os.getuid()}"
    name = hashlib.sha256(f"{api_url}\n{token}".encode()).hexdigest()[:16]
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            raise PermissionError(f"{folder} is somebody else's")
        return ProcessLock(
            folder / f"{name}.pid",
            data_dir,
            "This bot token is in use by process {pid} with DATA_DIR {data_dir}: "
            "each copy would get only some of the updates. Stop that one first, or give this one another bot token.",
        )
    except OSError as error:
        logger.debug("no lock for the bot token: %s", error)
        return None
