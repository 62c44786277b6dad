"""Writing: text, commands, photos by button, paste and drop, captions, files as files, errors in words."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import ADA, Act
from tests.browser.scripted_bot import ScriptedBot, face_sticker, photo

pytestmark = pytest.mark.asyncio(loop_scope="session")

HAND_OVER = """([type, name, mime, data]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type: mime }));
    const fields = { bubbles: true, cancelable: true };
    const event = type === "paste" ? new ClipboardEvent(type, { ...fields, clipboardData: transfer })
                                   : new DragEvent(type, { ...fields, dataTransfer: transfer });
    document.querySelector(type === "paste" ? "#text" : "#scroller").dispatchEvent(event);
}"""


def _file(name: str, mime: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": mime, "buffer": data}


async def _hand_over(page: Page, how: str, name: str, data: bytes) -> None:
    await page.evaluate(HAND_OVER, [how, name, "image/jpeg", base64.b64encode(data).decode()])


async def _message(bot: ScriptedBot) -> dict[str, Any]:
    """The next message but /start, as the bot gets it."""
    while True:
        message: dict[str, Any] = (await bot.next_update())["message"]
        if message.get("text") != "/start":
            return message


async def test_enter_sends_and_shift_enter_begins_a_line(chat: Page, bot: ScriptedBot) -> None:
    field = chat.get_by_role("textbox", name="Message")
    await field.press_sequentially("one")
    await field.press("Shift+Enter")
    await field.press_sequentially("two")
    await field.press("Enter")
    assert (await _message(bot))["text"] == "one\ntwo"
    await expect(field).to_have_value("")
    await expect(chat.locator(".row.out .text", has_text="one")).to_have_count(1)


async def test_the_slash_opens_the_commands_and_arrows_choose(chat: Page, bot: ScriptedBot) -> None:
    commands = [{"command": "packs", "description": "Packs"}, {"command": "style", "description": "Looks"}]
    await bot.call("setMyCommands", commands=commands)
    await expect(chat.get_by_role("button", name="Commands of the bot")).to_be_visible()
    field = chat.get_by_role("textbox", name="Message")
    await field.press_sequentially("/")
    await expect(chat.get_by_role("option")).to_have_text(["/packsPacks", "/styleLooks"])
    await field.press("ArrowDown")
    await field.press("Enter")
    assert (await _message(bot))["text"] == "/style"
    await expect(chat.get_by_role("listbox")).to_be_hidden()


async def test_a_photo_is_previewed_and_sent_with_its_caption(chat: Page, bot: ScriptedBot) -> None:
    await chat.set_input_files("#picker", [_file("me.jpg", "image/jpeg", photo())])
    await expect(chat.locator(".tray-item")).to_contain_text("me.jpg")
    await chat.get_by_role("textbox", name="Message").fill("my face")
    await chat.get_by_role("button", name="Send", exact=True).click()
    message = await _message(bot)
    assert (message["caption"], "photo" in message) == ("my face", True)
    await expect(chat.locator(".tray-item")).to_have_count(0)
    await expect(chat.locator(".row.out img.photo")).to_be_in_viewport()


async def test_a_photo_sent_as_a_file_keeps_its_bytes(chat: Page, bot: ScriptedBot) -> None:
    original = photo()
    await chat.set_input_files("#picker", [_file("me.jpg", "image/jpeg", original)])
    await chat.get_by_role("switch", name="Send as file").check()
    await chat.get_by_role("button", name="Send", exact=True).click()
    document = (await _message(bot))["document"]
    assert (document["file_name"], document["file_size"]) == ("me.jpg", len(original))


@pytest.mark.parametrize("how", ["paste", "drop"])
async def test_a_photo_comes_by_paste_and_by_drop(chat: Page, bot: ScriptedBot, how: str) -> None:
    await _hand_over(chat, how, "me.jpg", photo())
    await expect(chat.locator(".tray-item")).to_contain_text("me.jpg")
    await chat.get_by_role("textbox", name="Message").press("Enter")
    assert "photo" in await _message(bot)


async def test_two_photos_make_an_album(chat: Page, bot: ScriptedBot) -> None:
    pictures = [_file(f"{colour}.jpg", "image/jpeg", photo(colour)) for colour in ("red", "green")]
    await chat.set_input_files("#picker", pictures)
    await chat.get_by_role("button", name="Send", exact=True).click()
    one, other = await _message(bot), await _message(bot)
    assert one["media_group_id"] == other["media_group_id"]
    await expect(chat.locator(".row.out img.photo")).to_have_count(2)


async def test_a_damaged_picture_is_refused_in_words_and_kept(chat: Page) -> None:
    await chat.set_input_files("#picker", [_file("broken.jpg", "image/jpeg", b"no picture at all")])
    await chat.get_by_role("button", name="Send", exact=True).click()
    await expect(chat.get_by_role("alert")).not_to_be_empty()
    await expect(chat.locator(".tray-item")).to_contain_text("broken.jpg")


async def test_too_many_files_are_told_before_sending(chat: Page) -> None:
    await chat.set_input_files("#picker", [_file(f"{n}.txt", "text/plain", b"x") for n in range(11)])
    await expect(chat.get_by_role("alert")).to_contain_text("An album holds 10 files at most")


async def test_a_reply_and_an_edit_from_the_menu_of_a_message(chat: Page, bot: ScriptedBot) -> None:
    asked = await bot.call("sendMessage", chat_id=ADA, text="Which one?")
    field = chat.get_by_role("textbox", name="Message")
    await _choose(chat, "Which one?", "Reply")
    await field.fill("the left one")
    await field.press("Enter")
    answer = await _message(bot)
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]

    await _choose(chat, "the left one", "Edit")
    await field.fill("the right one")
    await field.press("Enter")
    assert (await bot.next_update())["edited_message"]["text"] == "the right one"
    await expect(chat.locator(".row.out .text", has_text="the right one")).to_be_visible()


async def _choose(page: Page, words: str, item: str) -> None:
    row = page.get_by_role("article").filter(has=page.locator(".text", has_text=words))
    await row.hover()
    await row.get_by_role("button", name="Message actions").click()
    await page.get_by_role("button", name=item, exact=True).click()


async def test_blocking_hides_the_field_and_unblocking_brings_it_back(chat: Page, bot: ScriptedBot) -> None:
    field = chat.get_by_role("textbox", name="Message")
    await chat.get_by_role("button", name="More").click()
    await chat.get_by_role("button", name="Block the bot").click()
    await expect(field).to_be_hidden()
    await chat.get_by_role("button", name="Unblock the bot").click()
    await expect(field).to_be_visible()


async def test_a_sticker_from_the_pack_is_sent_and_deleted(chat: Page, act: Act, bot: ScriptedBot) -> None:
    await bot.make_pack(ADA, "faces_by_emulated_bot", "Faces", [face_sticker(), face_sticker("#8fd3a8")])
    await chat.get_by_role("button", name="Sticker packs").click()
    await chat.locator(".cell").first.click()
    await chat.get_by_role("dialog").get_by_role("button", name="Send").click()
    assert (await _message(bot))["sticker"]["set_name"] == "faces_by_emulated_bot"

    await chat.locator(".cell").first.click()
    await chat.get_by_role("button", name="Delete sticker").click()
    await chat.get_by_role("button", name="Delete", exact=True).click()
    await expect(chat.locator(".cell")).to_have_count(1)
    assert len((await bot.call("getStickerSet", name="faces_by_emulated_bot"))["stickers"]) == 1

    await chat.get_by_role("button", name="Delete the pack Faces").click()
    await chat.get_by_role("dialog").get_by_role("button", name="Delete pack").click()
    await expect(chat.get_by_text("No packs yet")).to_be_visible()
