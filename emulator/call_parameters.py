"""A call's parameters: strings and uploaded parts, read the way the Bot API server reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.errors import bad_request

_INTEGER = re.compile(r"-?\d+")


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file part of a multipart request."""

    data: bytes
    name: str
    mime: str


def to_integer(value: str) -> int:
    """Return the leading integer of `value`, 0 where there is none (td's `to_integer`)."""
    match = _INTEGER.match(value)
    return int(match.group()) if match else 0


class CallParameters:
    """Read-only view of what one call brought. Every value is a string: the server turns JSON values back to text."""

    def __init__(self, values: Mapping[str, str], uploads: Mapping[str, FilePart] | None = None) -> None:
        self._values = values
        self.uploads = uploads or {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def as_dict(self) -> dict[str, str]:
        """Return a copy of all values, as text."""
        return dict(self._values)

    def text(self, name: str, default: str = "") -> str:
        return self._values.get(name, default)

    def integer(self, name: str, default: int = 0) -> int:
        value = self._values.get(name)
        return default if value is None else to_integer(value)

    def flag(self, name: str) -> bool:
        return self._values.get(name, "").strip().lower() in {"true", "yes", "1"}

    def parsed(self, name: str, error_text: str) -> Any:
        """Parse the JSON value of `name`; None where it is absent or empty.

        Raises `BotApiError` `error_text` where the text is not JSON.
        """
        value = self._values.get(name, "")
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(error_text) from error
