"""Log lines: a job's trouble is found by the job's reference, on every line of it."""

from __future__ import annotations

import logging
import sys

import pytest

from cli.logs import LineFormatter


def formatted(message: str, *arguments: object) -> list[str]:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        record = logging.LogRecord("bot", logging.ERROR, "here.py", 1, message, arguments, sys.exc_info())
    return LineFormatter("%(levelname)s %(message)s").format(record).splitlines()


@pytest.mark.parametrize(
    ("message", "reference"),
    [("job %s attempt 1: internal", "job 3f9a1c00"), ("reference %s: a handler failed", "reference 3f9a1c")],
)
def test_every_line_of_a_traceback_names_the_job(message: str, reference: str) -> None:
    lines = formatted(message, reference.split()[1])

    assert len(lines) > 4
    assert lines[0].startswith("ERROR ")
    assert all(reference in line for line in lines)
    assert all(line.startswith(f"  {reference} | ") for line in lines[1:])


def test_other_lines_stay_as_they_are() -> None:
    lines = formatted("sweep: disk_full")

    assert lines[1] == "Traceback (most recent call last):"
