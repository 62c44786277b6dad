"""The processes table and a lock file for each: who works on this store, and whether they still live.

A process holds an flock on its file for as long as it lives, which those on the same machine and folder can try: the
kernel frees it however the process ends. Of processes elsewhere only their heartbeat tells. Knows no job.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from storage.database import Database, Row, record_of
from storage.records import Process

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # of the kernel, so of all containers on it


class ProcessRows:
    """The store of processes. `folder` is where their lock files are. No statement here waits for the disk.

    `is_shared`: others may work on the database with another folder, on other machines. Where it is a file in this one
    they cannot, and who has no lock there has ended, be it before the machine was started or before a backup.
    """

    def __init__(
        self, database: Database, folder: Path, clock: Callable[[], float] = time.time, *, is_shared: bool = False
    ) -> None:
        self._database = database
        self._folder = folder
        self._is_shared = is_shared
        self._clock = clock
        self._lock: int | None = None

    async def join(self, role: str, facts: Mapping[str, Any]) -> Process:
        """Write a row for this process, with its lock file first. Raises `StorageError`, OSError."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        id_ = uuid.uuid4().hex[:16]
        self._lock = os.open(self._path(id_), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(self._lock, str(os.getpid()).encode())
        return await self._insert(id_, role, facts)

    async def rejoin(self, process: Process, facts: Mapping[str, Any]) -> Process:
        """Write the row of this process again: others took it for dead."""
        if not self._path(process.id).exists():  # they deleted the file, and what is locked has no name any more
            self.release(process)
            return await self.join(process.role, facts)
        return await self._insert(process.id, process.role, facts)

    async def _insert(self, id_: str, role: str, facts: Mapping[str, Any]) -> Process:
        rows = await self._database.run_unsynced(
            """INSERT INTO processes (id, host, pid, role, started_at, seen_at, facts)
               SELECT :id, :host, :pid, :role,
                      CASE WHEN COALESCE(MAX(started_at), 0) >= :now THEN MAX(started_at) + 0.001 ELSE :now END,
                      :now, :facts
               FROM processes RETURNING *""",
            {
                "id": id_,
                "host": self._host(),
                "pid": os.getpid(),
                "role": role,
                "now": self._clock(),
                "facts": json.dumps(dict(facts)),
            },
            lock="processes",
        )
        await self._database.notify()
        return _process(rows[0])

    async def all(self) -> list[Process]:
        """Return everybody who joined and has not left, in the order in which they joined."""
        return [
            _process(row)
            for row in await self._database.run_unsynced("SELECT * FROM processes ORDER BY started_at, id")
        ]

    async def beat(self, process_id: str, facts: Mapping[str, Any]) -> bool:
        """Note that the process lives, and its facts; False where there is no row of it any more."""
        return bool(
            await self._database.run_unsynced(
                "UPDATE processes SET seen_at = :now, facts = :facts WHERE id = :id RETURNING id",
                {"id": process_id, "now": self._clock(), "facts": json.dumps(dict(facts))},
            )
        )

    async def remove(self, process_id: str) -> None:
        """Delete the row of a process that ended: what it had in its hands may be taken."""
        await self._database.run_unsynced("DELETE FROM processes WHERE id = :id", {"id": process_id})
        await self._database.notify()

    def release(self, process: Process) -> None:
        """Give up this process's own lock file."""
        if self._lock is not None:
            self._path(process.id).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def has_ended(self, process: Process) -> bool | None:
        """Return whether a process has ended; None where this machine cannot tell. At once."""
        if self._is_shared and process.host != self._host():
            return None
        try:
            file = os.open(self._path(process.id), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._path(process.id).unlink(missing_ok=True)
            return True
        except BlockingIOError:
            return False
        finally:
            os.close(file)

    def _host(self) -> str:
        """Return what names the machine and the folder: whoever has the same reaches the same lock files."""
        try:
            machine = _BOOT_ID.read_text().strip()
        except OSError:
            machine = platform.node()
        at = self._folder.stat()
        return f"{machine} {at.st_dev:x}:{at.st_ino:x}"

    def _path(self, process_id: str) -> Path:
        return self._folder / f"{process_id}.lock"


def pids_at_work(folder: Path) -> list[int]:
    """Return the pids of the processes that hold lock files in a folder, whatever the database says."""
    pids = []
    for path in folder.glob("*.lock"):
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                pids.append(int(file.read() or 0))
    return pids


def _process(row: Row) -> Process:
    return record_of(Process, row, facts=json.loads(row["facts"]))
