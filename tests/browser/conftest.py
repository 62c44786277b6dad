"""A real emulator, a bot that does what the test says, and the chat page in a real Chromium."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, async_playwright

from emulator.rules import Rules
from emulator.server import Emulator, make_bot
from tests.browser.scripted_bot import ScriptedBot

TOKEN = "42:browser-tests-browser-tests-browser"
ADA, BORIS = 1001, 1002
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ("quic", "background-networking", "component-update", "sync")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", *(f"--disable-{feature}" for feature in QUIET)]

Act = Callable[..., Awaitable[Any]]


def words(page: Page, text: str) -> Locator:
    """The words of the messages that say exactly `text`.

    `get_by_text` also looks across elements: at 9:22 the message "line 3" with its time reads "line 39:22".
    """
    return page.locator(".row .text").filter(has_text=re.compile(f"^{re.escape(text)}$"))


# One event loop for the whole run, so that one browser serves all tests.
in_one_loop = partial(pytest_asyncio.fixture, loop_scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a `browser` test, skipped where there is no browser."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.early)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine (chromium is not in PATH)"))


@in_one_loop()
async def emulator() -> AsyncIterator[Emulator]:
    # Without flood control: these tests fill conversations faster than a bot may.
    server = Emulator(bots=[make_bot(TOKEN, "emulated_bot", "Sticker Face")], rules=Rules(flood=None))
    await server.start()
    yield server
    await server.stop()


@in_one_loop()
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as client:
        yield client


@in_one_loop()
async def bot(session: aiohttp.ClientSession, emulator: Emulator) -> ScriptedBot:
    return ScriptedBot(session, emulator.url, TOKEN)


@in_one_loop()
async def act(session: aiohttp.ClientSession, emulator: Emulator) -> Act:
    """Do what another app of the person would do: `await act("send_text", user=ADA, text="hello")`."""

    async def do(call: str, **body: Any) -> Any:
        async with session.post(f"{emulator.url}/emulator/{call}", json=body) as response:
            answer = await response.json()
        assert response.status == 200, answer
        return answer

    return do


@in_one_loop(scope="session")
async def browser() -> AsyncIterator[Browser]:
    assert CHROMIUM is not None
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        await launched.close()


@asynccontextmanager
async def watched_page(browser: Browser, width: int, height: int) -> AsyncIterator[Page]:
    """A page of its own. A script error, or anything the content policy refuses, fails the test."""
    opened = await browser.new_page(viewport={"width": width, "height": height}, locale="en-GB")
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))

    def on_console(said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            complaints.append(said.text)

    opened.on("console", on_console)
    opened.set_default_timeout(8000)
    yield opened
    assert complaints == []
    await opened.close()


@in_one_loop()
async def page(browser: Browser, emulator: Emulator, act: Act) -> AsyncIterator[Page]:
    """Ada's page, a fresh chat."""
    await act("users", id=ADA, first_name="Ada", language_code="en")
    async with watched_page(browser, 1100, 800) as opened:
        await opened.goto(f"{emulator.url}/#{ADA}")
        await opened.wait_for_selector("#app.is-ready")
        yield opened


@in_one_loop()
async def chat(page: Page, act: Act) -> Page:
    """Ada's page after she pressed Start somewhere: the composer is there."""
    await act("send_text", user=ADA, text="/start")
    await page.get_by_role("textbox", name="Message").wait_for()
    return page
