"""What a fuzzed server logs as an error is a find, even where its answer looked well."""

from __future__ import annotations

import logging
from types import TracebackType


class ErrorsInLog(logging.Handler):
    """Keeps what is logged as ERROR or worse while it is entered."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._lines: list[str] = []

    def __enter__(self) -> ErrorsInLog:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, with its traceback."""
        self._lines.append(logging.Formatter().format(record))

    def check(self) -> None:
        """Raise where there was an error since the last look."""
        lines, self._lines = self._lines, []
        assert not lines, "\n".join(lines)
