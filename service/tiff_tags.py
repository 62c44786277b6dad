"""Tags of a TIFF's first directory, read one by one: what else is in it may be as broken as it likes.

EXIF is such a directory, too. Knows no pixels.
"""

from __future__ import annotations

import struct
from typing import Final

ORIENTATION: Final = 0x0112
WIDTH: Final = 0x0100
HEIGHT: Final = 0x0101
BITS_PER_SAMPLE: Final = 0x0102
SAMPLE_FORMAT: Final = 0x0153

_FORMATS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}  # whole numbers, by TIFF's number of the type
_MOST_ENTRIES = 512
_MOST_VALUES = 16


def read_tag(directory: bytes, tag: int) -> tuple[int, ...]:
    """Return the whole numbers of a tag; empty where it is not there, of another type, or not within the bytes."""
    entry = find_entry(directory, tag)
    if entry is None:
        return ()
    order, kind, count, offset = entry
    try:
        return struct.unpack_from(f"{order}{min(count, _MOST_VALUES)}{_FORMATS[kind]}", directory, offset)
    except (KeyError, struct.error):
        return ()


def find_entry(directory: bytes, tag: int) -> tuple[str, int, int, int] | None:
    """Return a tag's byte order ("<" or ">"), type, count and where its values begin."""
    order = {b"II": "<", b"MM": ">"}.get(directory[:2])
    if order is None:
        return None
    try:
        (start,) = struct.unpack_from(f"{order}I", directory, 4)
        (entries,) = struct.unpack_from(f"{order}H", directory, start)
        for at in range(start + 2, start + 2 + 12 * min(entries, _MOST_ENTRIES), 12):
            number, kind, count = struct.unpack_from(f"{order}HHI", directory, at)
            if number == tag:
                size = struct.calcsize(_FORMATS.get(kind, "")) * count
                offset = at + 8 if size <= 4 else struct.unpack_from(f"{order}I", directory, at + 8)[0]
                return order, kind, count, offset
    except struct.error:
        return None
    return None


def as_signed(tiff: bytes) -> bytes:
    """Return the same TIFF with unsigned numbers called signed, which a decoder needs that knows no others."""
    entry = find_entry(tiff, SAMPLE_FORMAT)
    if entry is None or read_tag(tiff, BITS_PER_SAMPLE)[:1] != (32,):
        return tiff
    order, kind, count, offset = entry
    if kind != 3 or set(read_tag(tiff, SAMPLE_FORMAT)) != {1} or count > _MOST_VALUES:
        return tiff
    return tiff[:offset] + struct.pack(f"{order}H", 2) * count + tiff[offset + 2 * count :]
