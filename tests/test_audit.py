"""Known vulnerabilities fail the check, and nothing else does. A database of ours answers pip-audit."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


class Database(BaseHTTPRequestHandler):
    """Answers as OSV does: every version of pillow is vulnerable."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]
        events = [{"introduced": "0"}, {"fixed": "99.1"}]
        affected = [{"package": asked, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]
        found = {"id": "PYSEC-2026-1", "summary": "Pictures run code", "affected": affected}
        body = json.dumps({"vulns": [found]} if asked["name"] == "pillow" else {}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def database() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Database) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def audited(url: str, pins: list[str]) -> subprocess.CompletedProcess[str]:
    program = f"from audit import audit; exit(audit({pins}, ['--vulnerability-service', 'osv', '--osv-url', {url!r}]))"
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT / ".ci", capture_output=True, text=True, check=False)


def test_a_known_vulnerability_fails_and_is_named() -> None:
    with database() as url:
        done = audited(url, ["yarl==1.25.1", "pillow==13.0.0"])
    assert done.returncode == 1, done.stderr
    assert "✗ pillow 13.0.0: PYSEC-2026-1, mended in 99.1" in done.stdout
    assert "versions asked: 2; known vulnerabilities: 1" in done.stdout


def test_a_database_that_cannot_be_reached_is_said_and_does_not_fail() -> None:
    with database() as url:
        pass
    done = audited(url, ["yarl==1.25.1"])
    assert done.returncode == 0
    assert "NOT AUDITED" in done.stdout


def test_every_line_of_the_constraints_is_a_pin_that_can_be_asked() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").split():
        (version,) = Requirement(line).specifier
        assert version.operator == "==", line
