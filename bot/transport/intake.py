"""Incoming updates: stored before Telegram is told that they arrived, then handled, in order within a chat.

python-telegram-bot's own Updater confirms an update before any handler ran, so that a crash loses it. Here a batch is
in the database before the next `getUpdates` confirms it, and counts as handled only after its handlers: at-least-once.
Telegram may deliver one twice; its number is then known already.

Handlers of a chat begin in the order of its updates, each when the one before has ended or waits for Telegram. Such a
one has done its work, for its answer comes last: in an outage of `sendMessage` /cancel still cancels and a photo is
still drawn, and the answers come in their order once they can (`rate_limits.Bucket.answers`).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from bot.transport.keyed_queue import KeyedQueue
from bot.transport.rate_limits import on_wait
from service.inbox import Inbox
from storage.errors import StorageError

logger = logging.getLogger(__name__)

RawUpdate = dict[str, Any]  # as Telegram sent it
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member", "guest_message")
_INLINE = "inline_query"
MAX_ATTEMPTS = 5  # an update that ended the process that often is given up; one that waited for Telegram did not end it
_PARALLEL = 1_000  # updates handled at the same time: in an outage each may wait for its answer to be taken
_WAITING_OF_ONE = 30  # of one chat that wait for Telegram; then what follows waits, too
_MAX_WAITING = 2_000  # updates in memory; beyond that no more are fetched


class Intake:
    """Store raw updates and hand each to `handle` once, begun in order within a chat, chats side by side.

    `handle` deals with its own errors; one that escapes it is logged and the update counts as handled. `on_unstored` is
    told of updates that could not be stored, each time.
    """

    def __init__(
        self,
        inbox: Inbox,
        handle: Callable[[RawUpdate], Awaitable[None]],
        on_unstored: Callable[[Sequence[RawUpdate]], None] = lambda _: None,
    ) -> None:
        self._inbox = inbox
        self._on_unstored = on_unstored
        self._handle = handle
        self._queue = KeyedQueue()
        self._parallel = asyncio.Semaphore(_PARALLEL)
        self._left_over: set[int] = set()
        self._under_way: set[asyncio.Task[None]] = set()
        self._waiting_for_telegram = Counter[tuple[int, str]]()
        self._waiting = 0
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_stopped = False

    @property
    def is_full(self) -> bool:
        """Whether so many updates are waiting that no more should be taken in."""
        return not self._has_room.is_set()

    async def wait_for_room(self) -> None:
        """Wait while too many updates are waiting."""
        await self._has_room.wait()

    async def accept(self, updates: Sequence[RawUpdate]) -> None:
        """Store the updates; those that are new are handled soon. Raises `StorageError`: then none was stored.

        An inline query is not stored: it comes with every letter, and nobody waits for its answer after a restart.
        """
        lasting = [raw for raw in updates if _INLINE not in raw]
        try:
            rows = [(raw["update_id"], json.dumps(raw)) for raw in lasting]
            fresh = set(await self._inbox.put(rows)) if rows else set()
        except StorageError:
            self._on_unstored(lasting)
            raise
        for raw in updates:
            if _INLINE in raw:
                self._enqueue(raw)
            elif raw["update_id"] in fresh:
                fresh.discard(raw["update_id"])
                self._enqueue(raw)

    async def replay(self) -> None:
        """Handle what an earlier process stored and did not handle."""
        stored = await self._inbox.open()
        if stored:
            logger.info("%d updates of the last run are handled now", len(stored))
        for number, body in stored:
            self._left_over.add(number)
            self._enqueue(json.loads(body))

    async def stop(self, grace_s: float) -> None:
        """Let running handlers finish within `grace_s`; what has not begun stays stored for the next start."""
        self._is_stopped = True
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            if late:
                logger.warning("%d handlers were cut off; their updates are handled again after the start", len(late))
        await self._queue.finish(grace_s)  # of what has not begun, nothing begins any more

    def _enqueue(self, raw: RawUpdate) -> None:
        self._waiting += 1
        if self._waiting >= _MAX_WAITING:
            self._has_room.clear()
        # Presses and inline queries have lanes of their own: somebody waits for them, whatever the chat's messages do.
        key = (chat_of(raw), next((kind for kind in ("callback_query", _INLINE) if kind in raw), "message"))
        self._queue.put(key, partial(self._begin, key, raw))

    async def _begin(self, key: tuple[int, str], raw: RawUpdate) -> None:
        """Begin to handle an update; return when the next one of its key may begin."""
        if self._is_stopped:
            return
        may_next_begin = asyncio.Event()

        def let_next_begin() -> None:
            if not may_next_begin.is_set() and self._waiting_for_telegram[key] < _WAITING_OF_ONE:
                self._waiting_for_telegram[key] += 1
                may_next_begin.set()

        async def process() -> None:
            on_wait.set(let_next_begin)
            try:
                await self._process(raw)
            finally:
                if may_next_begin.is_set():
                    self._waiting_for_telegram -= Counter([key])  # which drops what is zero
                may_next_begin.set()

        task = asyncio.create_task(process())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await may_next_begin.wait()
        if not task.done() and raw["update_id"] in self._left_over:
            await self._inbox.excuse(raw["update_id"])

    async def _process(self, raw: RawUpdate) -> None:
        """Handle one update, at most `MAX_ATTEMPTS` times over several processes."""
        number = raw["update_id"]
        async with self._parallel:
            if self._is_stopped:
                return
            # The first attempt is not written down: that an update is there after a start says as much.
            if number not in self._left_over or await self._inbox.start(number, MAX_ATTEMPTS - 1):
                try:
                    await self._handle(raw)
                except Exception:  # the outermost handler: one update must not end its chat
                    logger.exception("update %d: its handler failed", number)
            else:
                logger.error("update %d was begun %d times and never finished: given up", number, MAX_ATTEMPTS)
            self._left_over.discard(number)
            if _INLINE not in raw:
                await self._inbox.handled(number)
        self._waiting -= 1
        if self._waiting < _MAX_WAITING // 2:
            self._has_room.set()


def chat_of(raw: RawUpdate) -> int:
    """Return the chat an update belongs to, the person where it has no chat; 0 for an update of an unknown kind."""
    content = next((value for key, value in raw.items() if key != "update_id" and isinstance(value, dict)), {})
    for place in (content, content.get("message")):
        chat = place.get("chat") if isinstance(place, dict) else None
        if isinstance(chat, dict):
            return int(chat.get("id", 0))
    sender = content.get("from")
    return int(sender.get("id", 0)) if isinstance(sender, dict) else 0
