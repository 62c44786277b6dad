"""The whole product in one process: a strict Telegram, the bot, its worker, an engine, real files and rows."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from bot.app import TelegramBot
from bot.delivery.addressee import Addressee, source_of_message
from bot.delivery.alarms import AlarmLimits
from bot.delivery.offers import Offers
from bot.transport.outage import Backoff
from bot.transport.rate_limits import RateLimiter
from bot.words.translations import DEFAULT_LANGUAGE, LANGUAGES
from emulator.driver import PersonDriver
from emulator.faults import Fault
from emulator.rules import Rules
from emulator.server import Emulator, make_bot
from engine.model import ResultFile, numbered
from engine.runner import EngineRunner
from engine.sheet import contact_sheet
from engine.types import Engine, Note, StickerRequest, StickerResult
from service.limits import Limits
from service.pool import LocalPool
from service.stickers import StickerService, Submission
from service.worker import Worker
from storage.records import Entrance, JobStatus
from storage.store import Store
from tests.plain_engine import PlainEngine

BOT = 4_200_000_042
TOKEN = f"{BOT}:AAE-a_token_of_the_emulator_is_as_long"
ADA, BEN, BORIS, ROOT = 700_300_007, 700_300_008, 700_300_009, 700_300_099  # as long as real ones: see log_scan.py
QUICK = Backoff(first_s=0.02, longest_s=0.1)  # an outage of minutes, in a second


class NotingEngine(PlainEngine):
    """A plain engine with something to tell."""

    notes: tuple[Note, ...] = ()
    emoji = ""
    photos_used: int | None = None
    faces = 0  # of a photo, if there are several
    pictures = 1  # of each result, each a sticker

    def _draw(self, request: StickerRequest) -> StickerResult:
        drawn = replace(super()._draw(request), notes=self.notes, emoji=self.emoji, photos_used=self.photos_used)
        if self.faces and "face_index" not in request.parameters:
            notes = (Note.SEVERAL_FACES, *self.notes)
            shown = picture((0, 0, self.faces)) if request.wants_faces_picture else b""
            drawn = replace(drawn, notes=notes, faces=self.faces, faces_picture=shown)
        if self.pictures == 1:
            return drawn
        names = [numbered(ResultFile.STICKER, number + 1) for number in range(self.pictures)]
        more = [
            PlainEngine._draw(self, replace(request, seed=request.seed + number)) for number in range(self.pictures)
        ]
        files = {name: each.files[ResultFile.STICKER] for name, each in zip(names, more, strict=True)}
        sheet = {ResultFile.SHEET: contact_sheet(list(files.values()))}
        return replace(drawn, files={**drawn.files, **files, **sheet}, stickers=dict.fromkeys(names, "😀"))


STAGES: list[Stage] = []  # of the test that runs: whose people the log must not name


class Stage:
    """A Telegram that stays, and a bot that can be stopped and started over the same data."""

    ADMIN = ROOT
    album_quiet_s = 2.0  # a busy machine takes a while from one photo to the next
    draft_s = 0.0  # progress is a message at once; test_drafts.py has drafts
    alarm_limits: AlarmLimits | None = None

    def __init__(self, emulator: Emulator, root: Path, engine: Engine) -> None:
        self.emulator = emulator
        self.engine = engine
        self.store: Store
        self.service: StickerService
        self._root = root
        self._bot = AsyncExitStack()

    @property
    def plain(self) -> NotingEngine:
        assert isinstance(self.engine, NotingEngine)
        return self.engine

    def person(self, user_id: int = ADA, first_name: str = "Ada", language: str = "en") -> PersonDriver:
        return self.emulator.person(user_id, first_name, language=language)

    async def start(
        self, limits: Limits | None = None, backoff: Backoff = QUICK, limiter: RateLimiter | None = None
    ) -> None:
        """Start the bot as a new process would, over what is on disk."""
        self.store = await Store.open(self._root)
        self.service = StickerService(self.store, limits=limits or Limits())
        self._bot.push_async_callback(self.service.close)
        runner = LocalPool(EngineRunner(self.engine))
        self._bot.push_async_callback(runner.close)
        worker = Worker(self.service, runner, step_timeout_s=60)
        bot = TelegramBot(
            token=TOKEN,
            api_url=self.emulator.url,
            service=self.service,
            admin_ids=frozenset({self.ADMIN}),
            alarm_limits=self.alarm_limits,
            offers=Offers(runner),
            backoff=backoff,
            limiter=limiter,
            album_quiet_s=self.album_quiet_s,
            draft_s=self.draft_s,
        )
        await self.service.recover()
        try:
            await bot.start()
        except BaseException:
            await bot.stop()
            raise
        self._bot.push_async_callback(_end, asyncio.create_task(worker.run()))
        self._bot.push_async_callback(_end, asyncio.create_task(bot.run()))
        self._bot.push_async_callback(bot.stop)
        self._bot.push_async_callback(worker.stop, 0.1)

    async def stop(self) -> None:
        """Stop the bot; Telegram and the people stay."""
        if isinstance(self.engine, PlainEngine):
            self.engine.release()
        await self._bot.aclose()

    def fault(self, method: str, action: str, **details: Any) -> Fault:
        """Let something go wrong once; see `emulator.faults`."""
        return self.emulator.faults.add(method, action, **details)

    def calls(self, method: str) -> list[Any]:
        """What the bot asked of Telegram, by method."""
        return [record for record in self.emulator.calls.records if record.method == method]

    @property
    def files(self) -> Path:
        return self._root / "files"

    async def lose_a_photo(self, owner: str, chat: int, message: int) -> None:
        """Leave a job as a process does that ends between the job's row and its photo."""
        to = Addressee(chat, message, "Ada", "en")
        source = source_of_message(chat, message)
        await self.service.submit(Submission(owner, source, note=to.to_json()))

    async def wait_until_blocked(self, owner: str) -> None:
        """Until the bot has noticed that this person blocked it: a row that nothing announces."""
        async with asyncio.timeout(10):
            while not (await self.service.preferences(owner)).is_blocked:  # noqa: ASYNC110 - as said
                await asyncio.sleep(0.02)

    async def wait_until_none_goes_on(self, owner: str) -> None:
        """Until no job of this person waits or is drawn: a row that nothing announces in the chat."""
        async with asyncio.timeout(10):
            while await self.service.jobs_of(owner, JobStatus.QUEUED, JobStatus.RUNNING):  # noqa: ASYNC110 - as said
                await asyncio.sleep(0.02)

    async def wait_until_drawing(self) -> None:
        """Until the engine draws and is held: which nothing announces in a group."""
        assert await asyncio.to_thread(self.plain.holding.wait, 10)

    async def wait_until_delivered(self) -> None:
        """Until the bot has noted that everybody has what was drawn: rows that nothing announces."""
        async with asyncio.timeout(10):
            while await self.service.undelivered(Entrance.TELEGRAM):  # noqa: ASYNC110 - as said
                await asyncio.sleep(0.02)

    async def wait_until_registered(self) -> None:
        """Until commands and descriptions are known in every language: facts that nothing announces."""
        async with asyncio.timeout(10):
            for language in LANGUAGES:
                code = "" if language == DEFAULT_LANGUAGE else language
                while await self.service.fact(f"profile {BOT} {code}") is None:  # noqa: ASYNC110 - as said
                    await asyncio.sleep(0.02)

    def files_left(self) -> list[Path]:
        """Photos and results on disk."""
        return [path for path in (self._root / "files").rglob("*") if path.is_file()]


async def _end(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def stage_at(root: Path, engine: Engine, rules: Rules | None = None) -> AsyncIterator[Stage]:
    """An emulator with one bot account; `Stage.start` starts the bot."""
    emulator = Emulator(
        [make_bot(TOKEN, "sticker_face_bot", "Sticker Face", supports_inline=True)], rules=rules or Rules(flood=None)
    )
    await emulator.start()
    stage = Stage(emulator, root, engine)
    STAGES.append(stage)
    try:
        yield stage
    finally:
        await stage.stop()
        await emulator.stop()
    emulator.check_presses_answered()


def picture(colour: tuple[int, int, int] = (200, 120, 90), kind: str = "JPEG") -> bytes:
    """A photo for the plain engine, which looks for no face."""
    buffer = io.BytesIO()
    Image.new("RGB", (320, 400), colour).save(buffer, kind)
    return buffer.getvalue()
