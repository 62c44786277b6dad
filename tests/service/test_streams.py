"""Bounded reading of a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from service.streams import read_limited


class Stream:
    """Pieces, and how many of them were asked for."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces
        self.given = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self.given += 1
            yield piece


@pytest.mark.parametrize(("pieces", "data"), [((), b""), ((b"ab", b"c"), b"abc"), ((b"abc", b"d"), None)])
async def test_a_stream_is_read_up_to_its_limit(pieces: tuple[bytes, ...], data: bytes | None) -> None:
    assert await read_limited(Stream(*pieces), 3) == data


async def test_nothing_is_read_beyond_the_limit() -> None:
    stream = Stream(b"abc", b"d", b"e")
    await read_limited(stream, 3)
    assert stream.given == 2
