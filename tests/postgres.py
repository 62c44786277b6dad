"""A real PostgreSQL server for tests, in a temporary folder, on a Unix socket, without fsync."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

MISSING = "no PostgreSQL server on this machine: apt-get install postgresql"
USER = "stickerface"
DATABASE = "stickerface"
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "autovacuum": "off",
}


def programs() -> Path | None:
    """Return the folder of initdb and postgres; Debian has them outside of PATH. None where there is none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = shutil.which("initdb")
    return debian[-1].parent if debian else Path(found).resolve().parent if found else None


class PostgresServer:
    """One server, `options` as in postgresql.conf. For root the user postgres runs it, whom Debian's package makes."""

    def __init__(self, bin_folder: Path, **options: str) -> None:
        self._bin = bin_folder
        self._options = _OPTIONS | options
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))  # short: a socket's path has 107 bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
            self._as = {"user": "postgres", "group": "postgres", "extra_groups": []}
        options = ["-A", "trust", "-U", USER, "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C"]
        self._run("initdb", "-D", str(self._folder / "data"), *options)

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [word for name, value in self._options.items() for word in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self._folder / "data", "-k", self._folder, *options],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                **self._as,
            )
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
                time.sleep(0.01)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends the connections, SIGQUIT is as if the machine had failed ("immediate")."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait()

    def remove(self) -> None:
        """Stop it and delete everything."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self._folder)

    def url(self, database: str = DATABASE) -> str:
        """Return what DATABASE_URL may be."""
        return f"postgresql://{USER}@/{database}?host={self._folder}"

    def execute(self, sql: str, database: str = DATABASE) -> list[Any]:
        """Execute one statement on a connection of its own and return its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def create(self, database: str) -> None:
        """Create an empty database in the place of the one that had this name."""
        self.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", "postgres")
        self.execute(f"CREATE DATABASE {database}", "postgres")

    def empty(self) -> None:
        """End all connections to our database, and delete all rows."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(
                """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid != pg_backend_pid()"""
            )
            found = connection.execute(
                """SELECT tablename FROM pg_tables
                   WHERE schemaname = 'public' AND tablename NOT IN ('schema_version', 'users')"""
            )
            tables = [name for (name,) in found.fetchall()]  # DELETE: TRUNCATE makes new files, ten times as slow
            if tables:
                connection.execute("; ".join(f"DELETE FROM {name}" for name in ["users", *tables]))

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self._bin / program, *arguments], cwd=self._folder, check=True, capture_output=True, **self._as)
