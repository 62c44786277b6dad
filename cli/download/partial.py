"""The bytes of a file that are already here, and of which file they are, so that a later try goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from cli.download.errors import NoRoom
from cli.download.remote import Published
from engine.weights_lock import part_of


class Partial:
    """`<target>.part` with the bytes, `<target>.part.json` with the hash or ETag of the file they belong to."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self.path = part_of(target)
        self._note = target.with_name(f"{target.name}.part.json")
        self._identity = self._read_note()
        self.size = self.path.stat().st_size if self._identity and self.path.is_file() else 0

    def headers(self) -> dict[str, str]:
        """Return the headers that ask for the rest.

        A hash proves in the end that it fits; without one the host must promise it.
        """
        if not (self.size and self._identity):
            return {}
        condition = {} if "digest" in self._identity else {"If-Range": self._identity["etag"]}
        return {"Range": f"bytes={self.size}-", **condition}

    def belongs_to(self, published: Published) -> bool:
        """Return whether the bytes here are of the file that the host has now."""
        return bool(self._identity) and self._identity == _identity(published)

    def begin(self, published: Published) -> None:
        """Start anew with the file that the host has now. Raises `NoRoom`."""
        self.drop()
        self._identity = _identity(published)
        with _os_errors_as_no_room():
            self._target.parent.mkdir(parents=True, exist_ok=True)
            if self._identity:
                self._note.write_text(json.dumps(self._identity), encoding="utf-8")

    def open(self) -> FileIO:
        """Open the file to append to, unbuffered, so that a full disk is met where it is written. Raises `NoRoom`."""
        with _os_errors_as_no_room():
            return self.path.open("ab", buffering=0)

    def append(self, file: FileIO, chunk: bytes) -> None:
        """Write all of `chunk`. Raises `NoRoom`."""
        rest = memoryview(chunk)
        while rest:
            with _os_errors_as_no_room():
                written = file.write(rest)
            self.size += written
            rest = rest[written:]

    def drop(self) -> None:
        """Forget what is here. Raises `NoRoom`."""
        with _os_errors_as_no_room():
            self.path.unlink(missing_ok=True)
            self._note.unlink(missing_ok=True)
        self._identity, self.size = {}, 0

    def finish(self) -> None:
        """Give the complete file its name (fsync, rename). Raises `NoRoom`."""
        with _os_errors_as_no_room():
            with self.path.open("rb+") as file:
                os.fsync(file.fileno())
            self.path.replace(self._target)
            self._note.unlink(missing_ok=True)

    def _read_note(self) -> dict[str, str]:
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # a note that cannot be read says nothing: begin anew
        is_note = isinstance(note, dict) and ("digest" in note or "etag" in note)
        return {str(key): str(value) for key, value in note.items()} if is_note else {}


@contextmanager
def _os_errors_as_no_room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NoRoom.because(error) from error


def _identity(published: Published) -> dict[str, str]:
    if published.digest:
        return {"digest": f"{published.digest.kind}:{published.digest.value}", "size": str(published.size)}
    if published.etag and not published.etag.startswith("W/"):  # a weak ETag does not promise equal bytes
        return {"etag": published.etag, "size": str(published.size)}
    return {}
