"""The page as a whole: people, backgrounds, a server that restarts, a phone, strict content policy."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from emulator.server import Emulator
from tests.browser.conftest import ADA, BORIS, Act, words
from tests.browser.scripted_bot import ScriptedBot, face_sticker

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_each_person_sees_only_their_own_chat_and_packs(chat: Page, act: Act, bot: ScriptedBot) -> None:
    await bot.make_pack(ADA, "faces_by_emulated_bot", "Ada's faces", [face_sticker()])
    await bot.call("sendMessage", chat_id=ADA, text="for Ada only")
    await expect(words(chat, "for Ada only")).to_be_visible()

    await chat.get_by_role("button", name="New person").click()
    await chat.get_by_label("Name").fill("Boris")
    await chat.get_by_role("button", name="Add").click()

    await expect(words(chat, "for Ada only")).to_have_count(0)
    await chat.get_by_role("button", name="Start", exact=True).click()
    await bot.call("sendMessage", chat_id=BORIS, text="for Boris only")
    await bot.call("sendMessage", chat_id=ADA, text="more for Ada")
    await expect(chat.locator(".row.in .text")).to_have_text(["for Boris only"])
    await chat.get_by_role("button", name="Sticker packs").click()
    await expect(chat.get_by_text("No packs yet")).to_be_visible()

    await chat.get_by_role("listitem").filter(has_text="Ada").get_by_role("button").click()
    await expect(chat.locator(".row.in .text")).to_have_text(["for Ada only", "more for Ada"])


async def test_after_a_restart_of_the_server_nothing_is_lost_or_doubled(
    chat: Page, emulator: Emulator, bot: ScriptedBot
) -> None:
    await bot.call("sendMessage", chat_id=ADA, text="before")
    await expect(words(chat, "before")).to_be_visible()
    port = int(emulator.url.rsplit(":", 1)[1])

    await emulator.stop()
    await expect(chat.get_by_text("Connecting to the emulator…")).to_be_visible()
    await emulator.start(port=port)
    await bot.call("sendMessage", chat_id=ADA, text="between")

    await expect(chat.get_by_text("Connecting to the emulator…")).to_be_hidden()
    await bot.call("sendMessage", chat_id=ADA, text="after")
    await expect(chat.locator(".row.in .text")).to_have_text(["before", "between", "after"])


async def test_the_background_is_chosen_and_remembered(chat: Page) -> None:
    app = chat.locator("#app")
    await expect(app).to_have_attribute("data-backdrop", "pattern")
    await chat.get_by_role("button", name="More").click()
    await chat.get_by_text("Dark", exact=True).click()
    await expect(app).to_have_attribute("data-backdrop", "dark")
    await chat.reload()
    await expect(app).to_have_attribute("data-backdrop", "dark")


async def test_a_sticker_opens_at_full_size_on_three_backgrounds(chat: Page, bot: ScriptedBot) -> None:
    await bot.call("sendSticker", chat_id=ADA, sticker=face_sticker())
    await chat.get_by_role("button", name="Open large").click()
    stage = chat.locator(".stage")
    box = await stage.locator("img").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (512, 512)
    for label, value in (("Light", "light"), ("Dark", "dark"), ("Pattern", "pattern")):
        await chat.get_by_role("dialog").get_by_text(label, exact=True).click()
        await expect(stage).to_have_attribute("data-backdrop", value)


async def test_pictures_do_not_move_what_stands_below_them(chat: Page, bot: ScriptedBot) -> None:
    await chat.evaluate(
        "window.moved = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())"
        " if (entry.sources.some(({ node }) => node?.matches?.('img'))) window.moved += entry.value; })"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    await bot.call("sendSticker", chat_id=ADA, sticker=face_sticker(width=384))
    image = chat.locator(".row.in img.sticker")
    before = await image.bounding_box()
    await expect(image).to_have_js_property("complete", True)
    after = await image.bounding_box()
    assert before is not None
    assert after is not None
    assert (before["width"], before["height"]) == (after["width"], after["height"]) == (156, 208)
    assert await chat.evaluate("window.moved") == 0


async def test_nothing_scrolls_sideways_on_a_phone_and_people_are_in_a_drawer(chat: Page, bot: ScriptedBot) -> None:
    await chat.set_viewport_size({"width": 390, "height": 844})
    await bot.call("sendMessage", chat_id=ADA, text="a" * 300)
    await expect(chat.locator(".row.in .text")).to_be_visible()
    assert await chat.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await chat.locator("#scroller").evaluate("(it) => it.scrollWidth <= it.clientWidth")
    await expect(chat.locator("#people")).to_be_hidden()
    await chat.get_by_role("button", name="People").click()
    await expect(chat.get_by_role("button", name="New person")).to_be_visible()


async def test_every_button_has_a_name_and_the_policy_allows_no_inline_script(chat: Page, bot: ScriptedBot) -> None:
    await bot.call("setMyCommands", commands=[{"command": "start", "description": "Begin"}])
    await bot.make_pack(ADA, "faces_by_emulated_bot", "Faces", [face_sticker()])
    await chat.get_by_role("button", name="Sticker packs").click()
    await expect(chat.locator(".cell")).to_be_visible()
    nameless = await chat.evaluate(
        "[...document.querySelectorAll('button, input:not([hidden]), textarea')].filter((it) => !it.ariaLabel"
        " && !it.textContent.trim() && !it.labels?.length).map((it) => it.outerHTML)"
    )
    assert nameless == []
    policy = await chat.locator("meta[http-equiv]").get_attribute("content")
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
