"""The conversation of the demo: the real bot, over HTTP, against the emulator on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from importlib.resources import files
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console

from cli.compose import compose
from cli.data import explain
from cli.demo.contact_sheet import contact_sheet
from cli.demo.narrator import Narrator
from cli.logs import set_up_logging
from cli.run import EXIT_FAILED, EXIT_OK, App
from cli.settings import Settings
from emulator.driver import PersonDriver
from emulator.seen import NothingSeenError, SeenMessage, SpinnerTimeoutError
from emulator.server import Emulator, make_bot
from engine.errors import EngineError
from engine.types import Engine
from storage.errors import StorageError

HOST = "127.0.0.1"
TOKEN = "1000:demo-token-of-the-emulator"  # noqa: S105 - known to nobody but the emulator
ADA = 7


async def play(out: Path, *, port: int, once: bool) -> int:
    """Play the conversation, write what came of it to `out`, then leave the chat page up; returns the exit code."""
    console = Console()
    set_up_logging("WARNING")
    emulator = Emulator([make_bot(TOKEN, "stickerface_demo_bot", "stickerface")])
    try:
        url = await emulator.start(HOST, port)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        console.print(f"Port {port} cannot be used ({reason}). Another: --port 8090, or make demo ARGS='--port 8090'")
        return EXIT_FAILED
    try:
        return await _with_bot(console, emulator, url, out, once=once)
    finally:
        await emulator.stop()


async def _with_bot(console: Console, emulator: Emulator, url: str, out: Path, *, once: bool) -> int:
    data_dir = out / "data"
    await asyncio.to_thread(shutil.rmtree, data_dir, ignore_errors=True)  # each demo begins with an empty pack
    settings = Settings(
        telegram_bot_token=SecretStr(TOKEN),
        telegram_api_url=url,
        telegram_webhook_url=None,
        data_dir=data_dir,
        files_url="",
    )
    engine: Engine | None = None  # as the settings say
    if settings.engine == "diffusion":
        from cli.demo.tiny_networks import tiny_engine

        console.print(
            "[yellow]ENGINE=diffusion: the real engine on tiny networks full of random numbers, made on the fly. "
            "The pictures are noise on purpose; what is shown is that every part is wired.[/]"
        )
        engine = await asyncio.to_thread(tiny_engine, out / "networks", settings.preview_every)
    try:
        parts = await compose(settings, engine)
    except (StorageError, EngineError, OSError) as error:
        console.print(f"The demo cannot start: {explain(error)}", markup=False)
        return EXIT_FAILED
    try:
        product = asyncio.create_task(App(settings, parts, with_http=False).run())
        tour = asyncio.create_task(_tour(console, emulator, url, out, once=once))
        await asyncio.wait([product, tour], return_when=asyncio.FIRST_COMPLETED)
        ended, other = (tour, product) if tour.done() else (product, tour)  # a product ends on Ctrl-C, which is well
        other.cancel()
        await asyncio.gather(other, return_exceptions=True)
        return ended.result()
    finally:
        await parts.close()


async def _tour(console: Console, emulator: Emulator, url: str, out: Path, *, once: bool) -> int:
    ada = emulator.person(ADA, "Ada", language="en")
    narrator = Narrator(console, emulator, ADA)
    telling = asyncio.create_task(narrator.follow())
    try:
        stickers = await _conversation(ada, narrator)
    except (NothingSeenError, SpinnerTimeoutError) as error:
        console.print(f"[red]The conversation got stuck:[/] {error}", highlight=False)
        return EXIT_FAILED
    finally:
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling
    await asyncio.to_thread(_write, out, stickers)
    console.print(f"\nStickers and contact sheet: [bold]{out}/[/] (look at {out / 'contact_sheet.png'})")
    if not once:
        console.print(f"Chat page, go on by hand:   [bold]{url}[/]   (Ctrl-C ends)")
        if any(seen.has_button("All reactions") for seen in ada.seen):
            console.print("There, “😂 All reactions” under a sticker draws her in sixteen moods, each with its emoji.")
        await asyncio.Event().wait()
    return EXIT_OK


async def _conversation(ada: PersonDriver, narrator: Narrator) -> list[tuple[str, bytes]]:
    """/start, a photo, another style, another seed, the pack; returns (caption, WebP) of each sticker."""
    await ada.start()
    await ada.wait_for(lambda seen: seen.text)
    photo = await asyncio.to_thread((files("cli.demo") / "astronaut.jpg").read_bytes)
    await ada.send_photo(photo, caption="🚀 ready for launch")
    first = await ada.wait_for_sticker()
    await _press(ada, narrator, first, "Style")
    styles = await ada.wait_for(lambda seen: seen.has_button("v1:restyle"))
    comic = next(data for each in styles.buttons if (data := each.get("callback_data", "")).endswith(":comic"))
    await _press(ada, narrator, styles, "Comic", comic)
    second = await ada.wait_for_sticker()
    await _press(ada, narrator, second, "Another")
    third = await ada.wait_for_sticker()
    await ada.send_text("/style watercolour")
    await ada.wait_for_text("Watercolour")
    await ada.send_photo(photo)
    fourth = await ada.wait_for_sticker()
    await ada.send_text("/pack")
    await ada.wait_for(lambda seen: "4 stickers" in seen.text)
    captions = ("toon", "comic", "comic, another seed", "watercolour")
    return [(caption, seen.data) for caption, seen in zip(captions, (first, second, third, fourth), strict=True)]


async def _press(ada: PersonDriver, narrator: Narrator, seen: SeenMessage, name: str, data: str = "") -> None:
    """Press the button that is called so, or has this data."""
    narrator.catch_up()
    narrator.said("Ada", f"presses “{name}”")
    await ada.press(seen, data or name)


def _write(out: Path, stickers: list[tuple[str, bytes]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for number, (caption, data) in enumerate(stickers, 1):
        name = caption.replace(",", "").replace(" ", "_")
        (out / f"{number}_{name}.webp").write_bytes(data)
    contact_sheet(stickers).save(out / "contact_sheet.png")
