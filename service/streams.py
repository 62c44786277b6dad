"""Reading what strangers send: bounded, so that a lie about its size cannot fill the memory. Knows no HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterable


async def read_limited(pieces: AsyncIterable[bytes], most_bytes: int) -> bytes | None:
    """Return all bytes of a stream, None as soon as there are more than `most_bytes`."""
    data = bytearray()
    async for piece in pieces:
        data += piece
        if len(data) > most_bytes:
            return None
    return bytes(data)
