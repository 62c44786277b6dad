"""Errors of a download.

DownloadError        the text is a sentence for the operator; it never holds a signed address or the token
├── DownloadRefused  a second try cannot help
├── Interrupted      it may; raised to the outside after the last retry
│   └── Unreachable  no connection at all: other files of that host will fare no better
└── NoRoom           the disk is full, or does not take the file
"""

from __future__ import annotations

import errno

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DownloadError(Exception):
    """A file could not be downloaded."""


class DownloadRefused(DownloadError):
    """A second try cannot help."""


class Interrupted(DownloadError):
    """A second try may help, not before `pause_s`."""

    def __init__(self, text: str, pause_s: float = 0.0) -> None:
        super().__init__(text)
        self.pause_s = pause_s


class Unreachable(Interrupted):
    """No connection at all: other files of that host will fare no better."""


class NoRoom(DownloadError):
    """The disk is full, or does not take the file."""

    @classmethod
    def because(cls, error: OSError) -> NoRoom:
        """Return the error with a sentence for what the disk said."""
        if error.errno in _FULL:
            return cls("the disk is full; what has arrived is kept, and the next download goes on from there")
        return cls(f"{error.filename or 'the weights folder'} cannot be written: {error.strerror}")
