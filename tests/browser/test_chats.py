"""More than one chat: groups, topics, inline mode, keyboards of the bot, drafts, troubles on purpose."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from emulator.server import Emulator
from tests.browser.conftest import ADA, BORIS, Act, words
from tests.browser.scripted_bot import ScriptedBot, face_sticker

pytestmark = pytest.mark.asyncio(loop_scope="session")
PACK = "faces_by_emulated_bot"


async def _update(bot: ScriptedBot, kind: str) -> Any:
    """The next update of a kind; others are passed over."""
    while True:
        update = await bot.next_update()
        if kind in update:
            return update[kind]


async def _open_menu(page: Page, item: str) -> None:
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("button", name=item).click()


async def _sticker_ids(bot: ScriptedBot) -> list[str]:
    await bot.make_pack(ADA, PACK, "Faces", [face_sticker(), face_sticker("#7fd1ae")])
    return [sticker["file_id"] for sticker in (await bot.call("getStickerSet", name=PACK))["stickers"]]


async def test_a_group_is_made_written_in_and_its_bot_promoted(chat: Page, act: Act, bot: ScriptedBot) -> None:
    await act("users", id=BORIS, first_name="Boris")
    await chat.reload()
    await chat.get_by_role("button", name="New group").click()
    await chat.get_by_role("dialog").get_by_role("button", name="Create").click()
    await expect(chat.get_by_role("heading", name="Friends", level=1)).to_be_visible()
    await expect(chat.get_by_role("article", name="Ada added Boris")).to_be_visible()
    await expect(chat.locator("#status")).to_have_text("3 members")

    await chat.get_by_role("textbox", name="Message").fill("/sticker@emulated_bot")
    await chat.keyboard.press("Enter")
    while (said := await _update(bot, "message")).get("text") != "/sticker@emulated_bot":
        pass
    group = said["chat"]["id"]
    await act("send_text", user=BORIS, chat_id=group, text="me too")
    await expect(chat.locator(".row.in .sender")).to_have_text("Boris")
    await expect(chat.locator(".row.out .sender-name")).to_be_hidden()

    await _open_menu(chat, "Members and rights")
    await chat.get_by_role("switch", name="Administrator", exact=True).check()
    await chat.get_by_role("switch", name="Pin messages").check()
    await expect(chat.get_by_role("switch", name="Pin messages")).to_be_checked()
    assert (await bot.call("getChatMember", chat_id=group, user_id=42))["can_pin_messages"] is True
    await chat.keyboard.press("Escape")

    await chat.locator("#chat-list").get_by_role("button", name="Sticker Face").click()
    await bot.call("sendMessage", chat_id=group, text="for the group")
    await expect(chat.get_by_role("button", name="Friends for the group").locator(".badge")).to_have_text("1")
    await expect(words(chat, "for the group")).to_have_count(0)


async def test_a_guest_answers_in_a_group_which_is_left_then(
    chat: Page, emulator: Emulator, act: Act, bot: ScriptedBot
) -> None:
    emulator.world.bots[0].supports_guests = True
    ids = await _sticker_ids(bot)
    await act("groups", user=ADA, title="Without bots", with_bot=False)
    await chat.get_by_role("button", name="Without bots").click()
    await expect(chat.locator("#status")).to_have_text("1 member")
    await chat.get_by_role("textbox", name="Message").fill("@emulated_bot a cat")
    await chat.keyboard.press("Enter")
    called = await _update(bot, "guest_message")
    result = {"type": "sticker", "id": "1", "sticker_file_id": ids[0]}
    await bot.call("answerGuestQuery", guest_query_id=called["guest_query_id"], result=result)
    await expect(chat.locator(".row.in .sender")).to_contain_text("guest")
    await expect(chat.locator(".row.in .quote")).to_contain_text("@emulated_bot a cat")

    await _open_menu(chat, "Members and rights")
    await chat.get_by_role("button", name="Leave the group").click()
    await expect(chat.get_by_role("heading", name="Sticker Face", level=1)).to_be_visible()
    await expect(chat.get_by_role("button", name="Without bots")).to_have_count(0)
    await expect(chat.get_by_role("dialog")).to_have_count(0)


async def test_inline_results_come_in_pages_and_are_sent_by_keys(
    chat: Page, emulator: Emulator, bot: ScriptedBot
) -> None:
    emulator.world.bots[0].supports_inline = True
    await chat.reload()
    ids = await _sticker_ids(bot)
    field = chat.get_by_role("textbox", name="Message")
    await field.fill("@emulated_bot cat")
    query = await _update(bot, "inline_query")
    assert (query["query"], query["offset"]) == ("cat", "")
    results = [{"type": "sticker", "id": str(place), "sticker_file_id": ids[place % 2]} for place in range(50)]
    button = {"text": "Make a new one", "start_parameter": "new"}
    await bot.call("answerInlineQuery", inline_query_id=query["id"], results=results, next_offset="50", button=button)
    items = chat.get_by_role("option")
    await expect(items).to_have_count(50)
    await items.last.scroll_into_view_if_needed()
    page = await _update(bot, "inline_query")
    assert page["offset"] == "50"
    await bot.call("answerInlineQuery", inline_query_id=page["id"], results=[{**results[0], "id": "50"}])
    await expect(items).to_have_count(51)

    await field.press("ArrowDown")
    await field.press("ArrowRight")
    await field.press("Enter")
    await expect(chat.locator(".row.out img.sticker")).to_be_visible()
    await expect(chat.locator(".row.out .sender-note")).to_have_text("via @emulated_bot")
    await expect(field).to_have_value("")
    assert (await _update(bot, "chosen_inline_result"))["result_id"] == "1"

    await field.fill("@emulated_bot cat")
    await chat.get_by_role("button", name="Make a new one").click()
    await expect(chat.get_by_role("article", name="You: /start new")).to_be_visible()


async def test_a_button_puts_an_inline_query_into_the_field(chat: Page, bot: ScriptedBot) -> None:
    here = {"text": "Here", "switch_inline_query_current_chat": "cat"}
    elsewhere = {"text": "Elsewhere", "switch_inline_query": "dog"}
    await bot.call("sendMessage", chat_id=ADA, text="Share", reply_markup={"inline_keyboard": [[here, elsewhere]]})
    field = chat.get_by_role("textbox", name="Message")
    await chat.get_by_role("button", name="Here", exact=True).click()
    await expect(field).to_have_value("@emulated_bot cat")
    await chat.get_by_role("button", name="Elsewhere").click()
    await chat.locator(".menu").get_by_role("button", name="Sticker Face").click()
    await expect(field).to_have_value("@emulated_bot dog")


async def test_the_bots_keyboard_sends_its_words_until_it_is_taken_away(chat: Page, bot: ScriptedBot) -> None:
    keyboard = {"keyboard": [["Neon", {"text": "Stop", "style": "danger"}]], "input_field_placeholder": "Which look?"}
    await bot.call("sendMessage", chat_id=ADA, text="Pick", reply_markup=keyboard)
    await expect(chat.get_by_placeholder("Which look?")).to_be_visible()
    await chat.get_by_role("button", name="Neon").click()
    await expect(chat.get_by_role("article", name="You: Neon")).to_be_visible()
    await chat.get_by_role("button", name="Keyboard of the bot").click()
    await expect(chat.get_by_role("button", name="Neon", exact=True)).to_be_hidden()
    await bot.call("sendMessage", chat_id=ADA, text="Gone", reply_markup={"remove_keyboard": True})
    await expect(chat.get_by_role("button", name="Keyboard of the bot")).to_be_hidden()
    await bot.call("sendMessage", chat_id=ADA, text="Name it", reply_markup={"force_reply": True})
    await expect(chat.locator("#context-words")).to_have_text("Name it")


async def test_a_draft_is_shown_until_the_message_comes(chat: Page, bot: ScriptedBot) -> None:
    await bot.call("sendMessageDraft", chat_id=ADA, draft_id=1, text="I am <b>dra</b>", parse_mode="HTML")
    draft = chat.get_by_role("status", name="The bot is writing")
    await expect(draft).to_have_text("I am dra")
    await bot.call("sendMessageDraft", chat_id=ADA, draft_id=1, text="I am drawing")
    await expect(draft).to_have_text("I am drawing")
    await bot.call("sendMessage", chat_id=ADA, text="I am drawing.")
    await expect(draft).to_be_hidden()
    await expect(words(chat, "I am drawing.")).to_be_visible()


async def test_a_topic_shows_its_own_messages(chat: Page, emulator: Emulator, act: Act, bot: ScriptedBot) -> None:
    emulator.world.bots[0].has_topics = True
    topic = (await bot.call("createForumTopic", chat_id=ADA, name="Stickers"))["message_thread_id"]
    await bot.call("sendMessage", chat_id=ADA, text="in it", message_thread_id=topic)
    await bot.call("sendMessage", chat_id=ADA, text="outside")
    await chat.get_by_role("group", name="Topics").get_by_role("button", name="Stickers").click()
    await expect(words(chat, "in it")).to_be_visible()
    await expect(words(chat, "outside")).to_be_hidden()
    await chat.get_by_role("textbox", name="Message").fill("from Ada")
    await chat.keyboard.press("Enter")
    while (said := await _update(bot, "message")).get("text") != "from Ada":
        pass
    assert said["message_thread_id"] == topic


async def test_a_person_reacts_by_the_menu_of_a_message(chat: Page, bot: ScriptedBot) -> None:
    await bot.call("sendMessage", chat_id=ADA, text="nice?")
    row = chat.get_by_role("article", name="nice?")
    await row.hover()
    await row.get_by_role("button", name="Message actions").click()
    await chat.get_by_role("button", name="React with 🔥").click()
    await expect(row.locator(".reaction")).to_have_text("🔥")


async def test_troubles_are_switched_on_and_off_and_the_clock_is_moved(
    chat: Page, emulator: Emulator, bot: ScriptedBot
) -> None:
    emulator.faults.add("getMe", "error", code=500)
    await _open_menu(chat, "Let things go wrong")
    async with chat.expect_response(lambda response: response.request.method == "POST"):
        await chat.get_by_role("switch", name="Too many requests").check()
    with pytest.raises(AssertionError, match="retry after 5"):
        await bot.call("sendMessage", chat_id=ADA, text="x")
    async with chat.expect_response(lambda response: response.request.method == "DELETE"):
        await chat.get_by_role("switch", name="Too many requests").uncheck()
    await bot.call("sendMessage", chat_id=ADA, text="again")
    assert [rule.method for rule in emulator.faults.rules] == ["getMe"]
    before = emulator.clock.now()
    async with chat.expect_response(lambda response: response.request.method == "POST" and "clock" in response.url):
        await chat.get_by_role("button", name="+ 1 h").click()
    assert emulator.clock.now() - before >= 3600


async def test_on_a_phone_the_packs_make_way_for_the_sticker_that_is_sent(chat: Page, bot: ScriptedBot) -> None:
    await _sticker_ids(bot)
    await chat.set_viewport_size({"width": 390, "height": 844})
    panel = chat.get_by_role("complementary", name="Sticker packs")
    await chat.get_by_role("button", name="Sticker packs").click()
    await panel.locator(".cell").first.click()
    await chat.get_by_role("button", name="Send", exact=True).last.click()
    await expect(panel).to_be_hidden()
    await expect(chat.locator(".row.out img.sticker")).to_be_in_viewport()
    await chat.get_by_role("button", name="Sticker packs").click()
    await chat.keyboard.press("Escape")
    await expect(panel).to_be_hidden()


async def _overhang(bubble: Locator) -> float:
    """How far the time sticks out below its bubble, in px."""
    script = "it => it.querySelector('.meta').getBoundingClientRect().bottom - it.getBoundingClientRect().bottom"
    return float(await bubble.evaluate(script))


async def test_the_time_lies_within_its_bubble_at_any_length_of_text(chat: Page, bot: ScriptedBot) -> None:
    await chat.set_viewport_size({"width": 390, "height": 844})
    for length in range(26, 42, 2):
        await bot.call("sendMessage", chat_id=ADA, text="x" * length)
    bubbles = chat.locator(".row.in .bubble")
    await expect(bubbles).to_have_count(8)
    assert all([await _overhang(bubble) <= -2 for bubble in await bubbles.all()])
