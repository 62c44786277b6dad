"""The log of all Bot API calls; no token is ever in it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from emulator.call_parameters import CallParameters
from emulator.state import Bot

KEPT = 10_000


@dataclass(slots=True)
class CallRecord:
    """One call: what was asked (`files` maps part names to sizes in bytes), what was answered, what was done to it."""

    number: int
    method: str
    at: float
    bot: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)
    duration_s: float = 0.0
    fault: str = ""

    def describe(self, bot: Bot, parameters: CallParameters) -> None:
        """Fill in what became known once the request was read."""
        self.bot = bot.username
        self.parameters = parameters.as_dict()
        self.files = {name: len(upload.data) for name, upload in parameters.uploads.items()}


class CallLog:
    """The last calls in order."""

    def __init__(self) -> None:
        self.records: deque[CallRecord] = deque(maxlen=KEPT)
        self.last = 0

    def open(self, method: str, at: float) -> CallRecord:
        """Begin the record of a call."""
        self.last += 1
        record = CallRecord(self.last, method, at)
        self.records.append(record)
        return record

    def close(self, record: CallRecord, answer: dict[str, Any], duration_s: float) -> None:
        """Complete the record."""
        record.answer = answer
        record.status = answer.get("error_code", 200)
        record.duration_s = duration_s

    def of(self, method: str) -> list[CallRecord]:
        """Return all calls of one method, in any case of its name."""
        return [record for record in self.records if record.method.lower() == method.lower()]

    def check_refusals(self, *expected: str) -> None:
        """Assert that no call was refused with a 4xx, but with descriptions that contain one of `expected`.

        Raises `AssertionError` with a list of the others; calls that a fault befell do not count.
        """
        refused = [record for record in self.records if 400 <= record.status < 500 and not record.fault]
        surprising = [
            f"{record.method}: {record.answer.get('description')} for {record.parameters}"
            for record in refused
            if not any(words in record.answer.get("description", "") for words in expected)
        ]
        if surprising:
            raise AssertionError("unexpected refusals:\n" + "\n".join(surprising))
