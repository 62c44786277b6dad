"""Draw README's picture of the conversation: `python -m docs.conversation docs/conversation.jpg`.

The real bot with the portrait engine talks to a person in the emulator; the pictures are the chat page in a headless
Chromium, at the size of a phone. Needs the packages of `[dev]` and a Chromium in PATH.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont
from playwright.async_api import Page, async_playwright
from pydantic import SecretStr

from bot.words.translations import LANGUAGES
from cli.compose import compose
from cli.logs import set_up_logging
from cli.run import App
from cli.settings import Settings
from emulator.driver import PersonDriver
from emulator.rules import Rules
from emulator.server import Emulator, make_bot

TOKEN = "1000:conversation-of-the-readme"  # noqa: S105 - known to nobody but the emulator
ADA = 7
PHONE = (390, 720)
COLUMNS = 3
GAP_PX, CAPTION_PX = 48, 72  # of pictures that are twice as large as the phone's
SHEET_PX = 1760  # twice the width of a README
GROUND, INK = (244, 242, 250), (45, 38, 78)
DRAWING_S = 120.0
# What is in sight is loaded; the rest may load later.
HAS_ITS_PICTURES = """[...document.querySelectorAll('#log img, #packs img')].every((image) => {
  const { top, bottom } = image.getBoundingClientRect();
  return bottom <= 0 || top >= innerHeight || image.complete; // one that is hidden lies at 0
})"""


async def draw(language: str, scheme: Literal["light", "dark"]) -> list[tuple[str, bytes]]:
    """Play the first minute in `language`; return (caption, PNG) of the page after each step."""
    emulator = Emulator([make_bot(TOKEN, "stickerface_bot", "stickerface")], rules=Rules(flood=None))
    url = await emulator.start()
    ada = emulator.person(ADA, "Ada", language=language)  # before the page introduces her in English
    try:
        with tempfile.TemporaryDirectory() as folder:
            async with product(url, Path(folder)), chat_page(f"{url}/#{ADA}", scheme) as page:
                return await first_minute(ada, page)
    finally:
        await emulator.stop()


@asynccontextmanager
async def product(api_url: str, data_dir: Path) -> AsyncIterator[None]:
    """The bot with its worker and the portrait engine, over an empty folder."""
    settings = Settings(
        telegram_bot_token=SecretStr(TOKEN),
        telegram_api_url=api_url,
        telegram_webhook_url=None,
        data_dir=data_dir,
        engine="portrait",
    )
    parts = await compose(settings)
    running = asyncio.create_task(App(settings, parts, with_http=False).run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await parts.close()


@asynccontextmanager
async def chat_page(url: str, scheme: Literal["light", "dark"]) -> AsyncIterator[Page]:
    """The chat page, twice as sharp as a screen that shows it in its size."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(
            viewport={"width": PHONE[0], "height": PHONE[1]},
            device_scale_factor=2,
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="en-GB",
        )
        await page.goto(url)
        yield page
        await browser.close()


async def first_minute(ada: PersonDriver, page: Page) -> list[tuple[str, bytes]]:
    """/start, a photo, all reactions, all styles, a text, the pack; returns (caption, PNG) of each step."""
    steps: list[tuple[str, bytes]] = []

    async def look(caption: str) -> None:
        await page.locator(f"#message-{ada.transcript[-1].id}").wait_for()
        await page.evaluate("document.querySelector('#scroller').scrollTo(0, 1e9)")
        while not await page.evaluate(HAS_ITS_PICTURES):  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.1)
        steps.append((f"{len(steps) + 1}  {caption}", await page.screenshot()))

    photo = (files("cli.demo") / "astronaut.jpg").read_bytes()
    await ada.set_profile_photo(photo)
    await ada.start()
    await ada.wait_for(lambda seen: seen.text)
    await look("Say hello")
    await ada.send_photo(photo)
    sticker = await ada.wait_for_sticker(DRAWING_S)
    await look("Send a selfie, get a sticker")
    await ada.press(sticker, "😂")
    await ada.wait_for_photo(DRAWING_S)
    await look("Press “All reactions”")
    await ada.press(sticker, "🎨")
    sheet = await ada.wait_for_photo(DRAWING_S)
    await look("Press “Styles”: every style on your own face")
    await ada.press(sheet, "3")
    comic = await ada.wait_for_sticker(DRAWING_S)
    await ada.send_text("“LOL”", reply_to=comic)
    await ada.wait_for_sticker(DRAWING_S)
    await look("Tap one; words in quotes are written on it")
    await page.locator("#packs-button").click()
    await page.locator("#packs img").last.wait_for()
    await look("All of them are in your own pack")
    return steps


def side_by_side(steps: list[tuple[str, bytes]]) -> Image.Image:
    """The pictures in rows of three, each under its caption."""
    pictures = [Image.open(io.BytesIO(shot)).convert("RGB") for _, shot in steps]
    width, height = pictures[0].width + GAP_PX, pictures[0].height + CAPTION_PX + GAP_PX
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width + GAP_PX, rows * height + GAP_PX), GROUND)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(CAPTION_PX // 2)
    for number, ((caption, _), picture) in enumerate(zip(steps, pictures, strict=True)):
        x, y = GAP_PX + number % COLUMNS * width, GAP_PX + number // COLUMNS * height
        draw.text((x, y + CAPTION_PX // 2), caption, INK, font, anchor="lm")
        sheet.paste(picture, (x, y + CAPTION_PX))
    return sheet.resize((SHEET_PX, round(sheet.height * SHEET_PX / sheet.width)), Image.Resampling.LANCZOS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    options = parser.parse_args()
    set_up_logging("WARNING")
    steps = asyncio.run(draw(options.language, options.scheme))
    side_by_side(steps).save(options.out, quality=80)


if __name__ == "__main__":
    main()
