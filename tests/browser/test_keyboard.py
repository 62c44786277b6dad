"""Inline keyboards: the spinner, answers as toast or alert, links that mean something inside Telegram."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import ADA
from tests.browser.scripted_bot import ScriptedBot, face_sticker

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _ask(bot: ScriptedBot, **button: str) -> int:
    markup = {"inline_keyboard": [[{"text": "Press me", **button}]]}
    return int((await bot.call("sendMessage", chat_id=ADA, text="Well?", reply_markup=markup))["message_id"])


async def _pressed(bot: ScriptedBot) -> str:
    """The id of the next callback query; messages before it are passed over."""
    while True:
        update = await bot.next_update()
        if "callback_query" in update:
            return str(update["callback_query"]["id"])


async def test_a_pressed_button_spins_until_answered_and_the_answer_is_a_toast(chat: Page, bot: ScriptedBot) -> None:
    await _ask(bot, callback_data="x")
    key = chat.get_by_role("button", name="Press me")
    await key.click()
    query = await _pressed(bot)
    await expect(key).to_have_attribute("aria-busy", "true")
    await bot.call("answerCallbackQuery", callback_query_id=query, text="Noted")
    await expect(chat.locator(".toast")).to_have_text("Noted")
    await expect(key).not_to_have_attribute("aria-busy", "true")


async def test_an_alert_stays_until_it_is_closed(chat: Page, bot: ScriptedBot) -> None:
    await _ask(bot, callback_data="x")
    await chat.get_by_role("button", name="Press me").click()
    await bot.call("answerCallbackQuery", callback_query_id=await _pressed(bot), text="Full stop", show_alert=True)
    dialog = chat.get_by_role("dialog")
    await expect(dialog).to_contain_text("Full stop")
    await dialog.get_by_role("button", name="OK").click()
    await expect(dialog).to_have_count(0)


async def test_a_keyboard_changes_and_goes_with_its_message_in_place(chat: Page, bot: ScriptedBot) -> None:
    message_id = await _ask(bot, callback_data="x")
    await expect(chat.get_by_role("button", name="Press me")).to_be_visible()
    await bot.call("editMessageText", chat_id=ADA, message_id=message_id, text="Done.")
    await expect(chat.get_by_role("button", name="Press me")).to_have_count(0)
    await expect(chat.locator(f"#message-{message_id} .text")).to_have_text("Done.")


async def test_a_link_to_a_pack_opens_the_pack_inside_the_page(chat: Page, bot: ScriptedBot) -> None:
    await bot.make_pack(ADA, "faces_by_emulated_bot", "Faces", [face_sticker()])
    await _ask(bot, url="https://t.me/addstickers/faces_by_emulated_bot")
    await chat.get_by_role("button", name="Press me").click()
    panel = chat.get_by_role("complementary", name="Sticker packs")
    await expect(panel.get_by_role("heading", name="Faces")).to_be_visible()
    await expect(panel.get_by_text("1 / 120")).to_be_visible()


async def test_a_deep_link_to_the_bot_sends_start_with_its_payload(chat: Page, bot: ScriptedBot) -> None:
    await _ask(bot, url="https://t.me/emulated_bot?start=gift")
    await chat.get_by_role("button", name="Press me").click()
    await expect(chat.get_by_role("article", name="You: /start gift")).to_be_visible()
