"""Tags of a TIFF's first directory, read one by one: what else is in it may be as broken as it likes.

EXIF is such a directory, too. Knows no pixels.
"""

from __future__ import annotations

import struct
from typing import Final

MAGIC: Final = (b"II*\0", b"MM\0*")
ORIENTATION: Final = 0x0112
WIDTH: Final = 0x0100
HEIGHT: Final = 0x0101
BITS_PER_SAMPLE: Final = 0x0102
COMPRESSION: Final = 0x0103
STRIP_OFFSETS: Final = 0x0111
ROWS_PER_STRIP: Final = 0x0116
STRIP_BYTE_COUNTS: Final = 0x0117
PLANAR_CONFIGURATION: Final = 0x011C
SAMPLE_FORMAT: Final = 0x0153

_FORMATS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}  # whole numbers, by TIFF's number of the type
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3  # of SAMPLE_FORMAT
_MOST_ENTRIES = 512
_MOST_VALUES = 16


def read_tag(directory: bytes, tag: int, most: int = _MOST_VALUES) -> tuple[int, ...]:
    """Return the whole numbers of a tag, the first `most`; empty where it is not there, of another type, or cut off."""
    entry = find_entry(directory, tag)
    if entry is None:
        return ()
    order, kind, count, offset = entry
    try:
        return struct.unpack_from(f"{order}{min(count, most)}{_FORMATS[kind]}", directory, offset)
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


def has_halves(tiff: bytes) -> bool:
    """Return whether its numbers are floats of 16 bits."""
    return read_tag(tiff, BITS_PER_SAMPLE)[:1] == (16,) and read_tag(tiff, SAMPLE_FORMAT)[:1] == (_FLOAT,)


def as_whole_numbers(tiff: bytes) -> bytes:
    """Return the same TIFF with its numbers called as a decoder needs that knows no others, their bits as they are.

    Unsigned ones of 32 bits are called signed, floats of 16 bits unsigned.
    """
    entry = find_entry(tiff, SAMPLE_FORMAT)
    called = {(32, _UNSIGNED): _SIGNED, (16, _FLOAT): _UNSIGNED}
    meant = {(bits, kind) for bits in read_tag(tiff, BITS_PER_SAMPLE) for kind in read_tag(tiff, SAMPLE_FORMAT)}
    if entry is None or len(meant) != 1 or not meant <= called.keys():
        return tiff
    order, kind, count, offset = entry
    if kind != 3 or count > _MOST_VALUES:
        return tiff
    return tiff[:offset] + struct.pack(f"{order}H", called[meant.pop()]) * count + tiff[offset + 2 * count :]
