"""Damage files: bytes set, numbers made extreme, pieces cut out, doubled or taken from another file."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache

from hypothesis import strategies as some

Mutation = Callable[[bytearray, Callable[[str], bytes]], None]

_EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
# Headers are at the beginning of most files, and at the end of zip archives; what is beyond counts from the end.
_places = some.integers(0, 700) | some.integers(-400, -1) | some.integers(0, 1 << 18)
_lengths = some.integers(1, 16) | some.integers(1, 5000)


def _set(place: int, data: bytes) -> Mutation:
    def change(file: bytearray, _other: Callable[[str], bytes]) -> None:
        at = place % len(file)
        file[at : at + len(data)] = data

    return change


def _number(place: int, value: int, size: int, order: str) -> Mutation:
    packed = (value & ((1 << 8 * size) - 1)).to_bytes(size, "big" if order == ">" else "little")
    return _set(place, packed)


def _cut(place: int) -> Mutation:
    def change(file: bytearray, _other: Callable[[str], bytes]) -> None:
        del file[max(1, place % len(file)) :]

    return change


def _drop(place: int, length: int) -> Mutation:
    def change(file: bytearray, _other: Callable[[str], bytes]) -> None:
        at = place % len(file)
        if len(file) > length:
            del file[at : at + length]

    return change


def _insert(place: int, source: str, start: int, length: int) -> Mutation:
    """Take a piece of `source`, or of the file itself where that is ""."""

    def change(file: bytearray, other: Callable[[str], bytes]) -> None:
        donor = other(source) if source else bytes(file)
        begin, at = start % len(donor), place % len(file)
        file[at:at] = donor[begin : begin + length]

    return change


def mutations(sources: Mapping[str, object]) -> some.SearchStrategy[list[Mutation]]:
    """Return what makes up to six changes, some with pieces of the files that `sources` names."""
    return some.lists(
        some.builds(_set, _places, some.binary(min_size=1, max_size=24))
        | some.builds(
            _number, _places, some.sampled_from(_EXTREMES), some.sampled_from([1, 2, 4, 8]), some.sampled_from("<>")
        )
        | some.builds(_cut, _places)
        | some.builds(_drop, _places, _lengths)
        | some.builds(_insert, _places, some.sampled_from(["", *sources]), _places, _lengths),
        min_size=1,
        max_size=6,
    )


def mutated_files(sources: Mapping[str, Callable[[], bytes]]) -> some.SearchStrategy[bytes]:
    """Return what makes damaged copies of the files of `sources`, by name."""

    @cache
    def source(name: str) -> bytes:
        return sources[name]()

    def build(name: str, changes: list[Mutation], is_mended: bool) -> bytes:
        file = bytearray(source(name))
        for change in changes:
            change(file, source)
        return with_right_sums(bytes(file)) if is_mended else bytes(file)

    return some.builds(build, some.sampled_from(sorted(sources)), mutations(sources), some.booleans())


def with_right_sums(data: bytes) -> bytes:
    """Return a PNG whose chunks have their right check sums, so that a decoder reads on; other files as they are."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    parts, at = [data[:8]], 8
    while at + 8 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        chunk = data[at + 4 : at + 8 + length]
        if len(chunk) < 4 + length:
            return b"".join(parts) + data[at:]
        parts += [data[at : at + 4], chunk, struct.pack(">I", zlib.crc32(chunk))]
        at += 12 + length
    return b"".join(parts) + data[at:]
