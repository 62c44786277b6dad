"""Responses with faults: slow, truncated, stalled, of a wrong length."""

from __future__ import annotations

import contextlib

from aiohttp import web

from emulator.clock import Clock
from emulator.faults import Fault

_CHUNK_BYTES = 4096


async def send_broken(request: web.Request, data: bytes, fault: Fault, clock: Clock) -> web.StreamResponse:
    """Send a file slowly, cut short, or under a wrong length, as `fault` says."""
    length = len(data) + (1000 if fault.action == "wrong_length" else 0)
    response = web.StreamResponse(headers={"Content-Type": "application/octet-stream", "Content-Length": str(length)})
    await response.prepare(request)
    sent = data[: fault.at_byte] if fault.action == "cut" else data
    with contextlib.suppress(ConnectionResetError):
        for start in range(0, len(sent), _CHUNK_BYTES):
            await response.write(sent[start : start + _CHUNK_BYTES])
            if fault.action == "slow":
                await clock.sleep(_CHUNK_BYTES / max(fault.bytes_per_s, 1))
    if len(sent) < length:
        _hang_up(request)
    return response


async def send_half(request: web.Request, body: bytes, clock: Clock, seconds: float) -> web.StreamResponse:
    """Send half of an answer, then silence for `seconds`, then close the connection."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    await clock.sleep(seconds)
    _hang_up(request)
    return response


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()
