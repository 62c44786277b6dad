"""Compose and run the bot: connect, take updates in, hand them to the handlers, deliver, stop in time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from aiohttp import web
from telegram import Update
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.ext import Application

from bot.delivery.alarms import AlarmLimits, Alarms
from bot.delivery.broadcaster import Broadcaster
from bot.delivery.notifier import DRAFT_S, Notifier
from bot.delivery.offers import Offers
from bot.delivery.photos import ALBUM_QUIET_S
from bot.delivery.unstored import UnstoredNotice
from bot.errors import BotTokenRejected
from bot.handlers import register_all
from bot.handlers.context import BotParts
from bot.handlers.profile import register_profile
from bot.packs.sticker_sets import StickerSets
from bot.transport.connection import connect
from bot.transport.intake import Intake, RawUpdate
from bot.transport.outage import Backoff, Outage
from bot.transport.polling import Polling
from bot.transport.rate_limits import RateLimiter
from bot.transport.telegram_errors import TelegramErrorKind, classify
from bot.transport.webhook import Webhook, webhook_secret
from service.stickers import StickerService
from service.store_retry import keep_trying
from storage.errors import StorageError

logger = logging.getLogger(__name__)

# At the start; `Outage.pause` raises for a rejected token.
_REPEATED = (TelegramErrorKind.AMBIGUOUS, TelegramErrorKind.WAIT, TelegramErrorKind.TOKEN_REJECTED)
_GRACE_S = 1.5  # for handlers to finish when stopping
_CLOSING_S = 0.5  # for python-telegram-bot to stop, and again to close its connections


class TelegramBot:
    """Run a bot that polls, or with `webhook_url` waits for deliveries at `routes()`.

    `api_url` is the Bot API's address without a path (`https://api.telegram.org`). Without `webhook_secret` a random
    one is made and kept. `offers` is what the engine can do: without it the buttons for that are missing. `admin_ids`
    are the operators, who are alarmed as `alarm_limits` say. An album is complete when no more of its photos have come
    for `album_quiet_s`. For `draft_s` progress is shown as a draft.
    """

    def __init__(
        self,
        *,
        token: str,
        api_url: str,
        service: StickerService,
        admin_ids: frozenset[int] = frozenset(),
        alarm_limits: AlarmLimits | None = None,
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
        offers: Offers | None = None,
        backoff: Backoff | None = None,
        limiter: RateLimiter | None = None,
        album_quiet_s: float = ALBUM_QUIET_S,
        draft_s: float = DRAFT_S,
    ) -> None:
        self._backoff = backoff or Backoff()
        self._limiter = limiter or RateLimiter(backoff=self._backoff)
        self._bot = connect(token, api_url, limiter=self._limiter)
        # No updater and no job queue: intake and the worker do their work, and both survive a crash.
        self._application = Application.builder().bot(self._bot).updater(None).job_queue(None).build()
        self._service = service
        sets = StickerSets(self._bot, service.packs, backoff_s=self._backoff.first_s)
        offers = offers or Offers()
        self._notifier = Notifier(
            self._bot,
            service,
            sets,
            offers,
            self._limiter,
            self._backoff,
            album_quiet_s=album_quiet_s,
            draft_s=draft_s,
        )
        self._broadcaster = Broadcaster(self._bot, service, self._backoff)
        self._alarms = Alarms(self._bot, service, admin_ids, self.outage_s, alarm_limits)
        self._admin_ids = admin_ids
        parts = BotParts(self._bot, service, sets, self._notifier, offers, admin_ids, self._broadcaster)
        register_all(self._application, parts)
        unstored = UnstoredNotice(self._bot, quiet_s=5 * self._backoff.first_s)
        self._intake = Intake(service.inbox, self._process, unstored)
        self._webhook = Webhook(webhook_url, self._intake) if webhook_url else None
        self._webhook_secret = webhook_secret
        self._outage = Outage("updates", backoff=self._backoff)
        self._stopping = asyncio.Event()
        self._running: set[asyncio.Task[Any]] = set()

    def routes(self) -> list[web.RouteDef]:
        """Return where Telegram delivers; empty when polling."""
        return self._webhook.routes() if self._webhook else []

    def error_counts(self) -> Mapping[str, int]:
        """Return how many calls of the Bot API failed since the start, by kind."""
        return self._limiter.errors

    def outage_s(self) -> float:
        """Return for how many seconds fetching updates has failed; 0 while it works."""
        return self._outage.seconds

    async def start(self) -> None:
        """Connect, however long that takes, and go on with what the last process left.

        Raises `BotTokenRejected`.
        """
        await self._until_reached(self._application.initialize)
        await self._application.start()
        logger.info("connected as @%s", self._bot.username)
        await self._notifier.start()
        await self._until_reached(self._set_delivery)
        await self._intake.replay()

    async def run(self) -> None:
        """Take updates and deliver until `stop`. Raises `BotTokenRejected`."""
        work: list[Coroutine[Any, Any, object]] = [
            self._notifier.run(),
            self._keep_profile(),
            self._broadcaster.run(),
            self._alarms.run(),
            self._stopping.wait(),
        ]
        if self._webhook is None:
            work.append(Polling(self._bot, self._intake, self._outage).run())
        self._running = {asyncio.create_task(each) for each in work}
        try:
            done, _ = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if not task.cancelled():  # by `stop`
                    task.result()
        finally:
            await self._end_running()

    async def stop(self) -> None:
        """Take nothing new, let what is being handled finish for a moment, close the connections."""
        await self._broadcaster.stop(_GRACE_S)
        self._stopping.set()
        await self._end_running()
        await asyncio.gather(self._intake.stop(_GRACE_S), self._notifier.stop())
        if self._application.running:
            await _bounded(self._application.stop)
        await _bounded(self._application.shutdown)
        await _bounded(self._bot.shutdown)  # which the application leaves open where it never reached Telegram

    async def _process(self, raw: RawUpdate) -> None:
        update = Update.de_json(raw, self._bot)
        await self._application.process_update(update)

    async def _set_delivery(self) -> None:
        """Tell Telegram to deliver to the webhook, or to none."""
        if self._webhook is not None:
            await self._webhook.register(self._bot, await webhook_secret(self._service, self._webhook_secret))
            return
        try:
            await self._bot.delete_webhook()
        except (BadRequest, InvalidToken) as error:
            # The token is good: getMe came before. A server that lacks the method answers 404, which
            # python-telegram-bot takes for a bad token; a webhook that stays shows as a conflict in the polling.
            logger.warning("the webhook could not be removed: %s", error.message)

    async def _keep_profile(self) -> None:
        """Register commands and descriptions, beside everything else and however long that takes."""
        step = partial(self._until_reached, partial(register_profile, self._bot, self._service, self._admin_ids))
        try:
            await keep_trying(step, self._stopping)
        except StorageError:  # stopping
            return
        except (TelegramError, BotTokenRejected) as error:  # the token is good; see `_set_delivery`
            logger.warning("commands and descriptions are not registered: %s", error)
        await self._stopping.wait()

    async def _until_reached(self, step: Callable[[], Awaitable[object]]) -> None:
        """Repeat a step of the start while Telegram cannot be reached."""
        outage = Outage("connecting to Telegram", backoff=self._backoff)
        while True:
            try:
                await step()
            except TelegramError as error:
                if classify(error) not in _REPEATED:
                    raise
                await outage.pause(error)
            else:
                outage.over()
                return

    async def _end_running(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


async def _bounded(step: Callable[[], Awaitable[None]]) -> None:
    try:
        async with asyncio.timeout(_CLOSING_S):
            await step()
    except TimeoutError:
        logger.warning("closing the connection to Telegram took too long")
