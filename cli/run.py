"""`stickerface run`, `serve` and `worker`: one event loop with all or some of Telegram, the HTTP port, the worker."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Coroutine
from contextlib import ExitStack
from typing import Any

from api.app import ApiOptions, HttpApi
from api.providers.segmind import SEGMIND
from api.server.connections import Certificate, raise_descriptor_limit
from api.server.port import HttpServer
from bot.app import TelegramBot
from bot.delivery.alarms import AlarmLimits
from bot.delivery.offers import Offers
from bot.errors import BotTokenRejected
from cli import data
from cli.compose import Parts, compose
from cli.lock import AlreadyRunning, join_folder, lock_folder, lock_token
from cli.settings import ServerSettings, Settings
from engine.errors import EngineDead, EngineUnavailable
from service.processes import Duty, RoleTaken
from service.retention import sweep_hourly
from storage.errors import StorageError

logger = logging.getLogger(__name__)

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_SETTINGS = 2
EXIT_ENGINE_DEAD = 70  # any code but 0 and 2: the supervisor starts the process again
JOB_GRACE_S = 3.0  # a job in hand may finish; then it is handed back: honcho and foreman kill after 5
_TAKEN = (
    "DATABASE_URL is in use by a bot, process %d on another machine or with another DATA_DIR: two would send "
    "everything twice. Stop that one first, or give this one another database and another bot token."
)
SHUTDOWN_S = 9.0  # most supervisors kill after 10


async def run(settings: ServerSettings, *, with_http: bool = True) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code. Without a bot where `settings` know none.

    Without a bot and HTTP it is a worker. A worker, and a front end that draws nothing, may be one of several.
    """
    with ExitStack() as locks:
        try:
            if _may_join(settings, with_http=with_http):
                join_folder(settings.data_dir)
            else:
                locks.callback(lock_folder(settings.data_dir).release)
            if isinstance(settings, Settings):
                token = settings.telegram_bot_token.get_secret_value()
                if lock := lock_token(settings.telegram_api_url, token, settings.data_dir):
                    locks.callback(lock.release)
            parts = await compose(settings)
        except (AlreadyRunning, StorageError, EngineUnavailable, OSError) as error:
            logger.error("cannot start: %s", data.explain(error))
            return EXIT_FAILED
        try:
            return await App(settings, parts, with_http=with_http).run()
        finally:
            await parts.close()


def _may_join(settings: ServerSettings, *, with_http: bool) -> bool:
    """Return whether the process may be one of several on its DATA_DIR: a worker, or a front end that draws nothing."""
    return not isinstance(settings, Settings) and (settings.pool == "none" or not with_http)


class App:
    """The running product: starts its parts in order, ends when one of them or a signal says so."""

    def __init__(self, settings: ServerSettings, parts: Parts, *, with_http: bool) -> None:
        self._settings = settings
        self._parts = parts
        self._with_http = with_http
        self._bot = _telegram_bot(settings, parts) if isinstance(settings, Settings) else None
        self._api: HttpApi | None = None
        self._http: HttpServer | None = None
        self._stop = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        raise_descriptor_limit()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        service, pool = self._parts.service, self._parts.pool
        try:
            await self._join()
        except (AlreadyRunning, StorageError, OSError) as error:
            logger.error("cannot start: %s", error)
            return EXIT_FAILED
        except RoleTaken as taken:
            logger.error(_TAKEN, taken.process.pid)
            return EXIT_FAILED
        if self._stop.is_set():
            return EXIT_OK
        try:
            if self._with_http:
                await self._listen()
            await service.recover()
            self._spawn("processes", service.processes.run())
            self._spawn("retention", sweep_hourly(service))
            if pool is not None and not pool.is_ready:
                logger.info("loading the engine: %s", pool.engine_name)
            if self._parts.worker is not None:
                self._spawn("worker", self._parts.worker.run())
            if self._api is not None:
                self._spawn("api", self._api.run())
            if self._bot is not None:
                self._spawn("bot", self._run_bot(self._bot))
            return await self._until_end()
        except OSError as error:
            logger.error("cannot listen on %s:%d: %s", self._settings.host, self._settings.port, error.strerror)
            return EXIT_FAILED
        finally:
            await self._shut_down()

    async def _join(self) -> None:
        """Be one of the processes on the data. Raises `RoleTaken`, `AlreadyRunning`, `StorageError`, OSError."""
        duties = {Duty.RETENTION, *((Duty.HTTP_FILES, Duty.WEBHOOKS) if self._with_http else ())}
        is_worker = self._bot is None and not self._with_http
        processes = self._parts.service.processes
        await processes.join(
            "bot" if self._bot else "worker" if is_worker else "api",
            duties=duties,
            engine=self._parts.pool,
            hears_steps=not is_worker,
        )
        if self._bot is None:
            if _may_join(self._settings, with_http=self._with_http):
                join_folder(
                    self._settings.data_dir
                )  # again: a restore that began meanwhile sees this process from now on
            return
        # Who shares the folder has been refused by its lock; who shares DATABASE_URL from another one has not.
        waiting = asyncio.create_task(processes.be_the_only_one())
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait([waiting, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if waiting.done():
            waiting.result()
        else:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

    async def _listen(self) -> None:
        """Open the HTTP port. Raises OSError where it is taken or the certificate cannot be used."""
        settings, parts = self._settings, self._parts
        self._api = await HttpApi.open(
            parts.service,
            engine=parts.engine,
            options=ApiOptions(
                is_on=settings.http_api,
                public_url=settings.public_url,
                cors_origins=tuple(settings.cors_origins),
                response_forms={SEGMIND.name: settings.segmind_response},
                allow_private_hosts=settings.allow_private_hosts,
                files_lifetime_s=settings.keep_files_hours * 3600,
            ),
            telegram_errors=self._bot.error_counts if self._bot else None,
            telegram_outage_s=self._bot.outage_s if self._bot else None,
        )
        self._http = HttpServer(self._api.dispatcher, routes=self._bot.routes() if self._bot else ())
        port = await self._http.start(settings.host, settings.port, self._certificate())
        scheme = "https" if settings.tls_certificate else "http"
        logger.info("HTTP on %s://%s:%d", scheme, settings.host, port)

    def _certificate(self) -> Certificate | None:
        certificate, key = self._settings.tls_certificate, self._settings.tls_key
        try:
            return Certificate(certificate, key) if certificate and key else None
        except OSError as error:
            raise OSError(error.errno, f"TLS_CERTIFICATE and TLS_KEY cannot be used ({error})") from error

    async def _run_bot(self, bot: TelegramBot) -> None:
        await bot.start()
        logger.info("ready: engine %s", self._parts.engine.engine_name)
        await bot.run()

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._tasks[name] = asyncio.create_task(work, name=name)

    async def _until_end(self) -> int:
        """Wait for a signal or for the first part that ends, and say what that means for the exit code."""
        stopped = asyncio.create_task(self._stop.wait())
        try:
            done, _ = await asyncio.wait([stopped, *self._tasks.values()], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        for task in done - {stopped}:
            return _exit_code(task)
        logger.info("stopping")
        return EXIT_OK

    async def _shut_down(self) -> None:
        """Take nothing new, finish or hand back the job in hand, deliver what is made; bounded in time."""
        try:
            async with asyncio.timeout(SHUTDOWN_S):
                if self._parts.worker is not None:
                    await self._parts.worker.stop(JOB_GRACE_S)
                if self._bot is not None:
                    await self._bot.stop()
                if self._http is not None:
                    await self._http.stop()
        except TimeoutError:
            logger.warning("shutdown took too long; what was left is in the database and goes on at the next start")
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if self._api is not None:
            await self._api.stop()


def _telegram_bot(settings: Settings, parts: Parts) -> TelegramBot:
    secret = settings.telegram_webhook_secret
    return TelegramBot(
        token=settings.telegram_bot_token.get_secret_value(),
        api_url=settings.telegram_api_url,
        service=parts.service,
        admin_ids=settings.admin_ids,
        alarm_limits=AlarmLimits(settings.alarm_queue_minutes * 60, settings.alarm_disk_mb),
        webhook_url=settings.telegram_webhook_url,
        webhook_secret=secret.get_secret_value() if secret else None,
        offers=Offers(parts.engine),
    )


def _exit_code(task: asyncio.Task[Any]) -> int:
    error = task.exception()
    if isinstance(error, BotTokenRejected):
        logger.error("TELEGRAM_BOT_TOKEN: Telegram does not know this token. Copy it again from @BotFather.")
        return EXIT_SETTINGS
    if isinstance(error, EngineUnavailable):
        logger.error("cannot start: %s", error)
        return EXIT_FAILED
    if isinstance(error, RoleTaken):
        logger.critical(_TAKEN, error.process.pid)
        return EXIT_FAILED
    if isinstance(error, EngineDead):
        logger.critical("the engine is dead (%s): restart me", error)
        return EXIT_ENGINE_DEAD
    logger.critical("%s ended unexpectedly", task.get_name(), exc_info=error)
    return EXIT_FAILED
