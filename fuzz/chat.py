"""Fuzz the whole bot: odd messages, files, presses and queries of a person, through an emulated Telegram."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as some
from hypothesis.strategies import SearchStrategy

from bot.handlers import CALLBACKS, FEATURES
from bot.words.buttons import parse_press
from emulator.driver import PersonDriver, SeenMessage
from fuzz.errors_in_log import ErrorsInLog
from fuzz.mutations import mutated_files
from fuzz.pictures import PICTURES
from fuzz.target import Check, Target
from fuzz.words import TEXTS
from tests.acceptance.stage import NotingEngine, Stage, picture, stage_at

_COMMANDS = sorted({name for feature in FEATURES for each in feature.commands for name in (each.name, *each.aliases)})
_WORDS = TEXTS.map(lambda text: text.encode("utf-8", "ignore").decode()).map(str.strip)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a person does."""

    kind: str
    words: str = ""
    data: bytes = b""
    name: str = "a.jpg"
    mime: str = "image/jpeg"


_texts = some.builds(lambda words: Act("text", words[:4096] or "x"), _WORDS)
_commands = some.builds(
    lambda command, words: Act("text", f"/{command} {words}"[:4096]), some.sampled_from(_COMMANDS), _WORDS
)
_photos = some.builds(
    lambda words, colour: Act("photo", words[:1024], picture((colour, 120, 90))), _WORDS, some.integers(0, 255)
)
_documents = some.builds(
    lambda words, data, name, mime: Act("document", words[:1024], data, name, mime),
    _WORDS,
    mutated_files(PICTURES) | some.binary(min_size=1, max_size=50),
    some.text(some.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40),
    some.sampled_from(["image/jpeg", "image/heic", "application/pdf", "text/plain", "image/gif", "video/mp4"]),
)  # fmt: skip
_presses = some.builds(
    lambda operation, is_own, tail: Act("press", f"v1:{operation}:{'JOB' if is_own else ''}{tail}"),
    some.sampled_from(sorted(CALLBACKS)),
    some.booleans(),
    some.sampled_from(["", ":me", ":no", ":0", ":-1", ":99999", ":auto", ":comic", ":en", ":1f600", ":x-y", ":next"])
    | some.text("0123456789abcdef_-", max_size=20).map(":".__add__),
) | some.builds(lambda data: Act("press", data), some.text(min_size=1, max_size=20))
_queries = some.builds(lambda words: Act("inline", words[:256]), _WORDS)
_edits = some.builds(lambda words: Act("edit", words[:1024] or "x"), _WORDS)
ACTS = some.lists(_texts | _commands | _photos | _documents | _presses | _queries | _edits, min_size=1, max_size=5)


async def _do(stage: Stage, person: PersonDriver, act: Act, last: list[SeenMessage]) -> None:
    match act.kind:
        case "text":
            last.append(await person.send_text(act.words))
        case "photo":
            last.append(await person.send_photo(act.data, act.words))
        case "document":
            last.append(await person.send_document(act.data, act.name, act.mime, act.words))
        case "edit" if last:
            await person.edit(last[-1], act.words)
        case "inline":
            await person.inline(act.words)
        case "press":
            jobs = await stage.store.jobs.of_owner(f"tg:{person.id}")
            data = act.words.replace("JOB", jobs[-1].id if jobs else "0" * 32)
            seen = [each for each in person.seen if each.kind in ("text", "sticker", "photo")]
            if seen and 1 <= len(data.encode("utf-8", "ignore")) <= 64 and "\x00" not in data:
                press = parse_press(data)
                answer = await person.press_forged(seen[-1], data)
                assert "Something broke" not in answer.text, (data, press)


async def _play(stage: Stage, acts: list[Act], errors: ErrorsInLog, number: int) -> None:
    """Let a new person do these things, and wait until the bot has dealt with all of them."""
    person = stage.person(1000 + number)
    sent: list[SeenMessage] = []
    async with asyncio.timeout(60):
        await person.start()
        for act in acts:
            await _do(stage, person, act, sent)
        while await stage.store.inbox.open():  # noqa: ASYNC110 - rows that nothing announces
            await asyncio.sleep(0.005)
        await stage.wait_until_none_goes_on(f"tg:{person.id}")
        await stage.wait_until_delivered()
    errors.check()
    broken = [seen.text for seen in person.seen if "Something broke" in seen.text]
    assert not broken, broken


@contextmanager
def _chat() -> Iterator[tuple[SearchStrategy[list[Act]], Check]]:
    """Run the bot in a chat; python-telegram-bot looks for files in the folder that it runs in."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner, ErrorsInLog() as errors:
        os.chdir(folder)
        house = stage_at(Path(folder) / "data", NotingEngine())
        stage = runner.run(house.__aenter__())
        stage.album_quiet_s = 0.05
        numbers = iter(range(1 << 30))
        try:
            runner.run(stage.start())
            yield ACTS, lambda acts: runner.run(_play(stage, acts, errors, next(numbers)))
        finally:
            runner.run(house.__aexit__(None, None, None))
            os.chdir(before)


def targets() -> Iterator[Target]:
    """Yield the bot in a chat."""
    yield Target("chat", _chat, slow_s=10.0)
