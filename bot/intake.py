"""Updates on their way in: stored before Telegram is told that they arrived, then handled, chat by chat in order.

python-telegram-bot's own Updater confirms an update before any handler ran, so that a crash loses it. Here a batch is
in the database before the next `getUpdates` confirms it, and counts as handled only after its handlers. Telegram may
deliver one twice; its number is then known already.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from service.inbox import Inbox

logger = logging.getLogger(__name__)

RawUpdate = dict[str, Any]  # as Telegram sent it
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
MOST_ATTEMPTS = 3  # an update that ended the process that often is given up
_PARALLEL = 64  # chats handled at the same time
_MOST_WAITING = 2_000  # updates in memory; beyond that no more are fetched


class Intake:
    """Stores raw updates and hands each to `handle` once, in order within a chat, chats side by side.

    `handle` deals with its own errors; one that escapes it is logged and the update counts as handled.
    """

    def __init__(
        self,
        inbox: Inbox,
        handle: Callable[[RawUpdate], Awaitable[None]],
    ) -> None:
        self._inbox = inbox
        self._handle = handle
        self._lanes: dict[int, deque[RawUpdate]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(_PARALLEL)
        self._left_over: set[int] = set()
        self._waiting = 0
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_stopped = False

    @property
    def is_full(self) -> bool:
        return not self._has_room.is_set()

    async def wait_for_room(self) -> None:
        await self._has_room.wait()

    async def accept(self, updates: Sequence[RawUpdate]) -> None:
        """Store the updates; those that are new are handled soon. Raises `StorageError`: then none was stored."""
        fresh = set(await self._inbox.put([(raw["update_id"], json.dumps(raw)) for raw in updates]))
        for raw in updates:
            if raw["update_id"] in fresh:
                fresh.discard(raw["update_id"])
                self._enqueue(raw)

    async def replay(self) -> None:
        """Go on with what an earlier process stored and did not handle."""
        stored = await self._inbox.open()
        if stored:
            logger.info("%d updates of the last run are handled now", len(stored))
        for number, body in stored:
            self._left_over.add(number)
            self._enqueue(json.loads(body))

    async def stop(self, grace_s: float) -> None:
        """Let running handlers finish within `grace_s`; what has not begun stays stored for the next start."""
        self._is_stopped = True
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=grace_s)
        for task in late:
            task.cancel()
        if late:
            logger.warning("%d handlers were cut off; their updates are handled again after the start", len(late))
            await asyncio.wait(late)

    async def idle(self) -> None:
        """Wait until nothing is being handled."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _enqueue(self, raw: RawUpdate) -> None:
        self._waiting += 1
        if self._waiting >= _MOST_WAITING:
            self._has_room.clear()
        key = lane_of(raw)
        lane = self._lanes.get(key)
        if lane is not None:
            lane.append(raw)
            return
        self._lanes[key] = deque([raw])
        task = asyncio.create_task(self._drive(key), name=f"updates of chat {key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drive(self, key: int) -> None:
        """Handle the updates of one chat until there is none."""
        lane = self._lanes[key]
        while lane and not self._is_stopped:
            async with self._places:
                await self._handled(lane[0])
            lane.popleft()
            self._waiting -= 1
            if self._waiting < _MOST_WAITING // 2:
                self._has_room.set()
        del self._lanes[key]

    async def _handled(self, raw: RawUpdate) -> None:
        number = raw["update_id"]
        if self._is_stopped:
            return
        if await self._may_begin(number):
            try:
                await self._handle(raw)
            except Exception:  # the outermost handler: one update must not end its chat
                logger.exception("update %d: its handler failed", number)
        else:
            logger.error("update %d was begun %d times and never finished: given up", number, MOST_ATTEMPTS)
        await self._inbox.handled(number)

    async def _may_begin(self, number: int) -> bool:
        """Count an attempt. The first one is not written down: that an update is there after a start says as much."""
        if number not in self._left_over:
            return True
        self._left_over.discard(number)
        return await self._inbox.start(number, MOST_ATTEMPTS - 1)


def lane_of(raw: RawUpdate) -> int:
    """The chat an update belongs to, the person where it has no chat; 0 for an update of an unknown kind."""
    content = next((value for key, value in raw.items() if key != "update_id" and isinstance(value, dict)), {})
    for place in (content, content.get("message")):
        chat = place.get("chat") if isinstance(place, dict) else None
        if isinstance(chat, dict):
            return int(chat.get("id", 0))
    sender = content.get("from")
    return int(sender.get("id", 0)) if isinstance(sender, dict) else 0
