"""Updates pushed to a bot's webhook: in order per chat, in parallel across chats, until one is accepted or expires.

The schedule follows WebhookActor.cpp of tdlib/telegram-bot-api: the first retry at once, then 2, 4, 8 ... seconds.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import aiohttp

from emulator.faults import Faults
from emulator.http import encode
from emulator.state import Bot
from emulator.update_queue import Update
from emulator.webhook_info import WebhookInfo
from emulator.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
MAX_RETRY_AFTER_S = 3600
_NOT_IN_ANSWERS = frozenset({"setwebhook", "deletewebhook", "close", "logout"})
Execute = Callable[[Bot, str, dict[str, str]], Awaitable[None]]


class WebhookDelivery:
    """Pushes one bot's updates while the server runs; idle while the bot polls."""

    def __init__(self, world: World, bot: Bot, faults: Faults, execute: Execute) -> None:
        self._world = world
        self._bot = bot
        self._faults = faults
        self._execute = execute
        self._random = random.Random(bot.id)
        self._queues: dict[int, deque[Update]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._last_id = 0
        self._webhook: WebhookInfo | None = None
        self._free = asyncio.Semaphore(1)

    async def run(self) -> None:
        """Deliver until cancelled."""
        timeout = aiohttp.ClientTimeout(total=self._world.rules.webhook_timeout_s)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            try:
                while True:
                    arrived = self._bot.updates.arrived
                    if self._webhook is not self._bot.webhook:  # changed: begin anew with all that is waiting
                        self._webhook = self._bot.webhook
                        for worker in self._workers:
                            worker.cancel()
                        self._queues.clear()
                        self._last_id = 0
                        self._free = asyncio.Semaphore(self._webhook.max_connections)
                    if self._bot.webhook.url:
                        self._start_queues(session)
                    await arrived.wait()
            finally:
                for worker in self._workers:
                    worker.cancel()
                await asyncio.gather(*self._workers, return_exceptions=True)

    def _start_queues(self, session: aiohttp.ClientSession) -> None:
        for update in self._bot.updates.after(self._last_id):
            self._last_id = update.id
            queue = self._queues.get(update.queue_key)
            if queue is not None:
                queue.append(update)
                continue
            self._queues[update.queue_key] = deque([update])
            worker = asyncio.ensure_future(self._work(session, update.queue_key))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self, session: aiohttp.ClientSession, queue_key: int) -> None:
        """Deliver the updates of one queue, one after the other; an empty queue goes away."""
        waiting = self._queues[queue_key]
        while waiting:
            await self._deliver(session, waiting[0])
            self._bot.updates.remove(waiting.popleft())
        if self._queues.get(queue_key) is waiting:
            del self._queues[queue_key]

    async def _deliver(self, session: aiohttp.ClientSession, update: Update) -> None:
        """Push an update until it is accepted or has expired, with exponential backoff."""
        failures = 0
        while self._world.now < update.expires_at:
            async with self._free:
                wait_s = await self._push(session, update)
            if wait_s is None:
                return
            failures += 1
            backoff_s = 0.0 if failures == 1 else min(2.0 ** (failures - 1), self._random.uniform(60, 120))
            await self._world.clock.sleep(max(wait_s, backoff_s))

    async def _push(self, session: aiohttp.ClientSession, update: Update) -> float | None:
        """Push an update once; return None when it was accepted, else the least seconds to wait."""
        webhook = self._bot.webhook
        headers = {"Content-Type": "application/json"}
        if webhook.secret_token:
            headers[SECRET_HEADER] = webhook.secret_token
        try:
            async with session.post(webhook.url, data=encode(update.body()), headers=headers) as response:
                body = await response.read()
        except TimeoutError:
            return self._failed("Read timeout expired")
        except aiohttp.ClientError as error:
            refused = isinstance(error, aiohttp.ClientConnectorError)
            return self._failed("Connection refused" if refused else "Connection closed unexpectedly")
        if self._faults.find("webhook", {"chat_id": str(update.queue_key)}) is not None:
            return self._failed("Connection closed unexpectedly")
        if not 200 <= response.status < 300:
            retry_after = response.headers.get("Retry-After", "")
            wait_s = min(int(retry_after), MAX_RETRY_AFTER_S) if retry_after.isdigit() else 0
            return self._failed(f"Wrong response from the webhook: {response.status} {response.reason}", wait_s)
        parameters = _read_answer(response.content_type, body)  # a bot may answer an update with a call
        method = parameters.pop("method", "")
        if method and not method.lower().startswith("get") and method.lower() not in _NOT_IN_ANSWERS:
            await self._execute(self._bot, method, parameters)
        return None

    def _failed(self, message: str, wait_s: float = 0.0) -> float:
        self._bot.webhook.last_error_date = self._world.now
        self._bot.webhook.last_error_message = message
        return wait_s


def _read_answer(content_type: str, body: bytes) -> dict[str, str]:
    """Return the parameters in a webhook's answer; nothing where it is no call."""
    text = body.decode("utf-8", "replace")
    if content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(text))
    try:
        parsed: Any = json.loads(text) if content_type == "application/json" and text.strip() else {}
    except ValueError:
        return {}
    if not isinstance(parsed, dict):
        return {}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in parsed.items()}
