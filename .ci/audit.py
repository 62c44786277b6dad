"""Ask PyPI, by pip-audit, for known vulnerabilities of every pinned version: exit code 1 where there is one.

What cannot be asked is said and does not fail: a machine without the database may check the rest.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PINS = Path(__file__).parents[1] / "constraints.txt"
ALL_IN_TIME_S = 60.0  # the first time; what was answered lies in pip-audit's cache for the next
ONE_IN_TIME_S = 15.0
CONNECT_S = 5
ACCEPTED: Mapping[str, str] = {}  # a vulnerability's id, and why it cannot be used against us


class NotAudited(Exception):
    """The database did not answer; the text says what is known of that."""


def ask(pins: Sequence[str], arguments: Sequence[str], timeout_s: float) -> list[dict[str, Any]]:
    """Return pip-audit's answer on each pin that its database knows. Raises `NotAudited`."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(pins))
        file.flush()
        command = [sys.executable, "-m", "pip_audit", "--requirement", file.name, "--no-deps", "--disable-pip"]
        command += ["--format", "json", "--progress-spinner", "off", "--timeout", str(CONNECT_S), *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout_s)  # noqa: S603
        except subprocess.TimeoutExpired:
            raise NotAudited(f"no answer within {timeout_s:g} s") from None
    try:
        answers: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except ValueError:
        raise NotAudited((done.stderr.strip().splitlines() or ["no answer"])[-1][:200]) from None
    return [answer for answer in answers if "skip_reason" not in answer]


def audit(pins: Sequence[str], arguments: Sequence[str] = ()) -> int:
    """Print what is known of `pins` ("name==version"); return the exit code. `arguments` are pip-audit's own."""
    try:
        # One before all: a mirror that has no database says of each package that it does not exist.
        if not ask(pins[:1], arguments, ONE_IN_TIME_S):
            raise NotAudited("the package index that is reached from here has none")
        answers = ask(pins, arguments, ALL_IN_TIME_S)
    except NotAudited as reason:
        print(f"pip-audit: NOT AUDITED, the database of vulnerabilities cannot be reached ({reason})")
        return 0
    found = [(answer, each) for answer in answers for each in answer["vulns"] if each["id"] not in ACCEPTED]
    for answer, each in found:
        versions = ", ".join(each["fix_versions"]) or "no version yet"
        print(f"✗ {answer['name']} {answer['version']}: {each['id']}, mended in {versions}")
    unknown = f"; not known there: {len(pins) - len(answers)}" if len(answers) < len(pins) else ""
    print(f"pip-audit: versions asked: {len(answers)}; known vulnerabilities: {len(found)}{unknown}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(audit(PINS.read_text(encoding="utf-8").split(), sys.argv[1:]))
