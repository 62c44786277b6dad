"""One running copy on a DATA_DIR: a lock file with the owner's pid. The kernel frees it however the process ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

LOCK_NAME: Final = "running.pid"


class FolderInUse(Exception):
    """Another process serves this folder; the text is a sentence that names its pid."""


class FolderLock:
    """The lock on a data folder, from the start until `release`; commands that only look do not ask for it."""

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises `FolderInUse`, OSError where the folder cannot be made or written."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.read(self._file, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise FolderInUse(
                f"DATA_DIR {folder} is in use by process {pid}: two copies would draw and send everything twice. "
                "Stop that one first, or give this one another DATA_DIR and another bot token."
            ) from None
        except OSError:
            os.close(self._file)
            raise
        os.truncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode("ascii"))

    def release(self) -> None:
        """Let another process have the folder."""
        os.close(self._file)
