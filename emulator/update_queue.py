"""A bot's updates until it has confirmed them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# Not sent unless asked for by name.
OPT_IN = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "guest_message",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "managed_bot",
    }
)
_DAY_S = 86400.0
LIFE_S = {"callback_query": 150.0, "inline_query": 30.0, "chosen_inline_result": 600.0}
_FIRST_ID = 700_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """One update; `queue_key` keeps a chat's (or user's) updates in order when webhooks deliver in parallel."""

    id: int
    kind: str
    payload: dict[str, Any]
    queue_key: int
    expires_at: float

    def body(self) -> dict[str, Any]:
        """Return the Update object of the Bot API."""
        return {"update_id": self.id, self.kind: self.payload}


@dataclass(slots=True)
class UpdateQueue:
    """First in, first out; removed when confirmed by an offset, delivered by a webhook, or expired."""

    allowed: frozenset[str] | None = None  # None: everything but OPT_IN
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    poll: object | None = None  # the getUpdates call now waiting; a newer one takes its place
    dropped: int = 0
    _waiting: deque[Update] = field(default_factory=deque)
    _next_id: int = _FIRST_ID

    def __len__(self) -> int:
        return len(self._waiting)

    def wants(self, kind: str) -> bool:
        """Return whether the bot's `allowed_updates` lets this kind through."""
        return kind not in OPT_IN if self.allowed is None else kind in self.allowed

    def allow(self, kinds: Iterable[str]) -> None:
        """Remember `allowed_updates`; unknown names are ignored, an empty list is the default."""
        known = frozenset(kinds) & KINDS
        self.allowed = known or None

    def put(self, kind: str, payload: dict[str, Any], queue_key: int, now: float) -> Update:
        """Queue an update, whether or not the bot `wants` the kind."""
        update = Update(self._next_id, kind, payload, queue_key, now + LIFE_S.get(kind, _DAY_S))
        self._next_id += 1
        self._waiting.append(update)
        self.wake()
        return update

    def after(self, update_id: int) -> list[Update]:
        """Return the updates younger than an id, oldest first; walks from the young end."""
        young = itertools.takewhile(lambda update: update.id > update_id, reversed(self._waiting))
        return list(young)[::-1]

    def repeat(self, update: Update) -> None:
        """Queue the same update once more, as a server does that missed the confirmation."""
        self._waiting.append(update)
        self.wake()

    def wake(self) -> None:
        """Let pollers and the webhook look at the queue."""
        arrived, self.arrived = self.arrived, asyncio.Event()
        arrived.set()

    def confirm(self, offset: int) -> None:
        """Forget what the bot has seen: ids below `offset`; a negative one keeps only the last -offset."""
        if offset < 0:
            while len(self._waiting) > -offset:
                self._waiting.popleft()
            return
        if self._waiting and self._waiting[0].id < offset:
            self._waiting = deque(update for update in self._waiting if update.id >= offset)

    def waiting(self, limit: int, now: float) -> list[Update]:
        """Return the oldest updates that have not expired, at most `limit`."""
        while self._waiting and self._waiting[0].expires_at <= now:
            self._waiting.popleft()
            self.dropped += 1
        found: list[Update] = []
        for update in self._waiting:
            if len(found) == limit:
                break
            if update.expires_at > now:
                found.append(update)
        return found

    def remove(self, update: Update) -> None:
        """Take out an update that was delivered or has expired."""
        with contextlib.suppress(ValueError):
            self._waiting.remove(update)

    def clear(self) -> None:
        """Drop everything (`drop_pending_updates`)."""
        self._waiting.clear()
