"""What a person sees of a conversation: text and its entities, edits, deletions, replies, actions, older messages."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import ADA, Act, words
from tests.browser.scripted_bot import ScriptedBot, face_sticker, photo

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_empty_chat_shows_what_the_bot_does_and_start_sends_start(page: Page, bot: ScriptedBot) -> None:
    await bot.call("setMyDescription", description="I draw stickers.")
    await expect(page.get_by_text("I draw stickers.")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Message")).to_be_hidden()

    await page.get_by_role("button", name="Start", exact=True).click()

    update = await bot.next_update()
    assert (update["message"]["text"], update["message"]["from"]["id"]) == ("/start", ADA)
    await expect(page.get_by_role("article", name="You: /start")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    await expect(page.get_by_text("I draw stickers.")).to_be_hidden()


async def test_entities_become_elements_and_markup_in_a_text_stays_text(chat: Page, bot: ScriptedBot) -> None:
    html = (
        "😀 <b>bold <i>both</i></b> <code>x &lt; y</code> <u>under</u> <s>gone</s> "
        '<a href="https://example.org/a">site</a> &lt;img src=x onerror=alert(1)&gt;'
    )
    await bot.call("sendMessage", chat_id=ADA, text=html, parse_mode="HTML")

    text = chat.locator(".row.in .text")
    await expect(text).to_have_text("😀 bold both x < y under gone site <img src=x onerror=alert(1)>")
    await expect(text.locator("strong")).to_have_text("bold both")
    await expect(text.locator("strong em")).to_have_text("both")
    await expect(text.locator("code")).to_have_text("x < y")
    await expect(text.get_by_role("link", name="site")).to_have_attribute("href", "https://example.org/a")
    await expect(text.locator("img")).to_have_count(0)


async def test_words_from_right_to_left_begin_at_the_right_and_a_command_in_them_keeps_its_direction(
    chat: Page, bot: ScriptedBot
) -> None:
    words = "الأمر \u2066/style\u2069 يعرض الأساليب"
    key = {"text": "📦 فتح", "callback_data": "x"}
    await bot.call("sendMessage", chat_id=ADA, text=words, reply_markup={"inline_keyboard": [[key]]})

    row = chat.locator(".row.in").last
    text, time = await row.locator(".text").bounding_box(), await row.locator(".meta").bounding_box()
    assert text is not None and time is not None
    assert text["x"] > time["x"] + time["width"]
    where = """(element, at) => {
      const range = document.createRange();
      range.setStart(element.firstChild, at), range.setEnd(element.firstChild, at + 1);
      return range.getBoundingClientRect().x;
    }"""
    command, label = row.locator(".link-button"), row.locator(".key-label")
    assert await command.evaluate(where, 0) < await command.evaluate(where, 1), "the slash stands before the word"
    assert await label.evaluate(where, 4) < await label.evaluate(where, 0), "the emoji begins at the right"


async def test_a_link_that_would_run_a_script_is_no_link(chat: Page) -> None:
    module = "async (address) => (await import('/entities.js')).safeUrl(address)"
    harmful = ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x"]
    assert [await chat.evaluate(module, address) for address in harmful] == [None] * len(harmful)
    assert await chat.evaluate(module, "t.me/addstickers/x") == "https://t.me/addstickers/x"
    assert await chat.evaluate(module, "localhost:8080/x") == "https://localhost:8080/x"


async def test_a_spoiler_is_hidden_until_pressed(chat: Page, bot: ScriptedBot) -> None:
    await bot.call("sendMessage", chat_id=ADA, text="It is <tg-spoiler>a cat</tg-spoiler>", parse_mode="HTML")
    await expect(chat.get_by_text("a cat")).to_be_hidden()
    await chat.get_by_role("button", name="Hidden text, press to show").press("Enter")
    await expect(chat.get_by_text("a cat")).to_be_visible()


async def test_an_edit_changes_the_words_in_place_and_leaves_the_picture_alone(chat: Page, bot: ScriptedBot) -> None:
    sent = await bot.call("sendPhoto", chat_id=ADA, photo=photo(), caption="Step 1")
    await expect(words(chat, "Step 1")).to_be_visible()
    await chat.evaluate("window.picture = document.querySelector('.row.in img.photo')")

    await bot.call("editMessageCaption", chat_id=ADA, message_id=sent["message_id"], caption="Step 2")

    await expect(words(chat, "Step 2")).to_be_visible()
    await expect(chat.locator(".row.in .edited")).to_have_text("edited")
    assert await chat.evaluate("window.picture === document.querySelector('.row.in img.photo')")


async def test_a_deleted_message_vanishes(chat: Page, bot: ScriptedBot) -> None:
    sent = await bot.call("sendMessage", chat_id=ADA, text="for a moment")
    await expect(words(chat, "for a moment")).to_be_visible()
    await bot.call("deleteMessage", chat_id=ADA, message_id=sent["message_id"])
    await expect(words(chat, "for a moment")).to_have_count(0)


async def test_a_quote_leads_to_the_message_it_answers_even_far_back(chat: Page, act: Act, bot: ScriptedBot) -> None:
    first = (await act("send_text", user=ADA, text="the first question"))["message"]
    for number in range(230):  # more than one reading of the state holds
        await bot.call("sendMessage", chat_id=ADA, text=f"line {number}", disable_notification=True)
    await bot.call("sendMessage", chat_id=ADA, text="the answer", reply_parameters={"message_id": first["message_id"]})
    await chat.reload()
    await expect(words(chat, "the answer")).to_be_in_viewport()
    await expect(chat.locator(f"#message-{first['message_id']}")).to_have_count(0)

    await chat.get_by_role("button", name="In reply to: the first question").click()

    await expect(chat.locator(f"#message-{first['message_id']}")).to_be_in_viewport()
    numbers = await chat.evaluate("[...document.querySelectorAll('.row')].map((row) => Number(row.id.slice(8)))")
    assert numbers == sorted(set(numbers))


async def test_a_chat_action_stands_under_the_name_until_the_message_comes(chat: Page, bot: ScriptedBot) -> None:
    await bot.call("sendChatAction", chat_id=ADA, action="choose_sticker")
    await expect(chat.locator("#status")).to_have_text("choosing a sticker")
    await bot.call("sendSticker", chat_id=ADA, sticker=face_sticker())
    await expect(chat.locator("#status")).to_have_text("@emulated_bot")


async def test_a_reaction_appears_and_goes(chat: Page, act: Act, bot: ScriptedBot) -> None:
    own = (await act("send_text", user=ADA, text="hello"))["message"]["message_id"]
    await bot.call("setMessageReaction", chat_id=ADA, message_id=own, reaction=[{"type": "emoji", "emoji": "🔥"}])
    await expect(chat.locator(".reaction")).to_have_text("🔥")
    await bot.call("setMessageReaction", chat_id=ADA, message_id=own, reaction=[])
    await expect(chat.locator(".reaction")).to_have_count(0)


async def test_who_reads_further_up_is_not_pulled_down_but_told(chat: Page, bot: ScriptedBot) -> None:
    for number in range(40):
        await bot.call("sendMessage", chat_id=ADA, text=f"line {number}")
    await expect(words(chat, "line 39")).to_be_in_viewport()
    await chat.locator("#scroller").evaluate("(scroller) => { scroller.scrollTop = 0; }")
    jump = chat.get_by_role("button", name="To the newest message")
    await expect(jump).to_be_visible()

    await bot.call("sendMessage", chat_id=ADA, text="news")

    await expect(jump).to_contain_text("1")
    await expect(words(chat, "news")).not_to_be_in_viewport()
    await jump.click()
    await expect(words(chat, "news")).to_be_in_viewport()
    await expect(jump).to_be_hidden()


async def test_a_thousand_messages_are_not_drawn_anew_for_one_more(chat: Page, bot: ScriptedBot) -> None:
    fill = """async () => {
        const { MessageLog } = await import("/log.js");
        const list = document.createElement("div");
        document.querySelector("#scroller").replaceChildren(list);
        const log = new MessageLog({ list, scroller: document.querySelector("#scroller"), actions: {}, onEnd() {} });
        log.clear(7);
        const from = { id: 42, first_name: "Bot" }, chat = { id: 7, type: "private" };
        const message = (id) => ({ message_id: id, from, chat, date: 1.8e9 + id, text: `line ${id}` });
        for (let id = 1; id <= 1000; id += 1) log.upsert(message(id));
        const first = list.querySelector(".row");
        log.upsert(message(1001));
        const rows = list.querySelectorAll(".row");
        return { rows: rows.length, isSame: first === rows[0] };
    }"""
    assert await chat.evaluate(fill) == {"rows": 1001, "isSame": True}
