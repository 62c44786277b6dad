"""The real python-telegram-bot, over HTTP: what it sends is taken, what it reads parses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import telegram.error
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultCachedSticker,
    InlineQueryResultsButton,
    InputMediaPhoto,
    InputSticker,
    Update,
)
from telegram.ext import Application, ApplicationBuilder, CallbackQueryHandler, CommandHandler, ContextTypes

from emulator.driver import PersonDriver
from emulator.server import Emulator, make_bot
from tests.emulator.conftest import PACK, TOKEN, picture


@pytest.fixture
async def bot(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.chdir(tmp_path)  # PTB takes a file path for local when a file of that name is in the working directory
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    bot = Bot(TOKEN, base_url=f"{emulator.url}/bot", base_file_url=f"{emulator.url}/file/bot")
    async with bot:
        yield bot


async def test_a_set_is_made_filled_and_sent(bot: Bot, ada: PersonDriver) -> None:
    uploaded = await bot.upload_sticker_file(7, picture("red"), "static")
    assert await bot.create_new_sticker_set(7, PACK, "Ada's", [InputSticker(uploaded.file_id, ["😀"], "static")])
    assert await bot.add_sticker_to_set(7, PACK, InputSticker(picture("blue"), ["😎"], "static", keywords=["blue"]))
    stickers = (await bot.get_sticker_set(PACK)).stickers
    assert [sticker.emoji for sticker in stickers] == ["😀", "😎"]
    await bot.send_sticker(7, stickers[1].file_id)
    assert (await ada.wait_for_sticker()).set_name == PACK
    assert await bot.replace_sticker_in_set(7, PACK, stickers[0], InputSticker(picture("lime"), ["🎉"], "static"))
    assert await bot.set_sticker_set_thumbnail(PACK, 7, "static", picture(size=(100, 100)))
    assert await bot.delete_sticker_set(PACK)


async def test_the_users_photo_is_downloaded(bot: Bot, ada: PersonDriver) -> None:
    sent = await ada.send_photo(picture("red", (1600, 800), "PNG"), "me")
    photo = (await bot.get_updates())[-1].message.photo[-1]
    assert (photo.width, photo.height) == (1280, 640)
    assert bytes(await (await photo.get_file()).download_as_bytearray()) == sent.data


@pytest.mark.parametrize("kind", ["document", "animation", "video", "voice", "video_note", "sticker"])
async def test_every_kind_of_file_parses(bot: Bot, ada: PersonDriver, kind: str) -> None:
    await ada.send_media(kind, picture(), "file.webp", "image/webp")
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert getattr(message, kind).file_size == len(picture())


async def test_photos_are_sent_edited_and_grouped(bot: Bot, ada: PersonDriver) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])
    message = await bot.send_photo(7, picture(), caption="<b>one</b>", parse_mode="HTML", reply_markup=keyboard)
    assert (message.caption, message.caption_entities[0].type) == ("one", "bold")
    edited = await bot.edit_message_media(InputMediaPhoto(picture("blue"), caption="two"), 7, message.message_id)
    assert (edited.caption, edited.reply_markup) == ("two", None)
    album = await bot.send_media_group(7, [InputMediaPhoto(picture("red")), InputMediaPhoto(picture("blue"))])
    assert album[0].media_group_id == album[1].media_group_id


async def test_the_profile_is_set_and_read_back(emulator: Emulator, bot: Bot, ada: PersonDriver) -> None:
    await bot.set_my_commands([BotCommand("start", "Begin")])
    await bot.set_my_commands([BotCommand("start", "Anfangen")], language_code="de")
    await bot.set_my_description("Makes stickers")
    await bot.set_my_short_description("Stickers")
    await bot.set_my_name("Sticker Face")
    assert (await bot.get_my_commands(language_code="de"))[0].description == "Anfangen"
    assert (await bot.get_my_name()).name == "Sticker Face"
    assert (await bot.get_my_description()).description == "Makes stickers"
    assert (await bot.get_chat_menu_button(7)).type == "commands"
    max_profile = emulator.world.bot_profile(emulator.world.bots[0], emulator.person(9, "Max", language="de").person)
    assert max_profile["commands"] == [{"command": "start", "description": "Anfangen"}]


async def test_chats_and_members_parse(emulator: Emulator, bot: Bot) -> None:
    group = await emulator.person(7, "Ada").create_group("Friends")
    chat = await bot.get_chat(group.chat.id)
    assert (chat.title, chat.type) == ("Friends", "supergroup")
    assert (await bot.get_chat_member(group.chat.id, 7)).status == "creator"
    assert [member.user.id for member in await bot.get_chat_administrators(group.chat.id)] == [7]
    assert (await bot.get_user_profile_photos(7)).total_count == 0
    updates = await bot.get_updates()
    assert [update.my_chat_member is not None for update in updates] == [True, False]


async def test_rights_photos_topics_and_drafts_parse(emulator: Emulator, bot: Bot, ada: PersonDriver) -> None:
    emulator.world.bots[0].has_topics = True
    await ada.set_profile_photo(picture(encoding="JPEG"))
    assert len((await bot.get_user_profile_photos(7)).photos[0]) > 0
    assert (await bot.get_chat(7)).photo.big_file_id
    topic = await bot.create_forum_topic(7, "Stickers")
    sent = await bot.send_message(7, "in it", message_thread_id=topic.message_thread_id)
    assert (sent.message_thread_id, sent.is_topic_message) == (topic.message_thread_id, True)
    assert await bot.send_message_draft(7, 1, "in")
    group = await ada.create_group("Friends")
    await group.promote("can_pin_messages")
    assert (await bot.get_chat_member(group.chat.id, 42)).can_pin_messages
    said = await bot.send_message(group.chat.id, "x")
    assert await bot.pin_chat_message(group.chat.id, said.message_id)
    assert (await bot.get_updates())[-1].my_chat_member.new_chat_member.status == "administrator"


async def test_an_inline_query_and_a_guests_call_are_answered(
    emulator: Emulator, bot: Bot, ada: PersonDriver, pack: str
) -> None:
    emulator.world.bots[0].supports_guests = True
    sticker = (await bot.get_sticker_set(pack)).stickers[0]
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Again", callback_data="again")]])
    result = InlineQueryResultCachedSticker("1", sticker.file_id, reply_markup=keyboard)
    asking = asyncio.ensure_future(ada.inline("cat"))
    query = (await bot.get_updates(offset=-1, timeout=5))[-1].inline_query
    assert query is not None
    await query.answer([result], is_personal=True, button=InlineQueryResultsButton("New", start_parameter="new"))
    sent = await ada.choose(await asking, "1")
    chosen = (await bot.get_updates())[-1].chosen_inline_result
    assert chosen is not None
    assert chosen.inline_message_id == sent.message.inline_message_id
    assert await bot.edit_message_reply_markup(inline_message_id=chosen.inline_message_id) is True

    group = await ada.create_group("Friends", with_bot=False)
    await group.send_text("@my_bot please")
    called = (await bot.get_updates())[-1].guest_message
    assert called is not None
    assert (await bot.answer_guest_query(called.guest_query_id, result)).inline_message_id
    assert group.seen[-1].kind == "sticker"


@pytest.mark.parametrize(
    ("chat_id", "error", "words"),
    [
        (99, telegram.error.BadRequest, "Chat not found"),
        (7, telegram.error.Forbidden, "Forbidden: bot was blocked by the user"),
    ],
)
async def test_refusals_arrive_as_ptbs_exceptions(
    bot: Bot, ada: PersonDriver, chat_id: int, error: type[telegram.error.TelegramError], words: str
) -> None:
    await ada.block()
    with pytest.raises(error) as refusal:
        await bot.send_message(chat_id, "hello")
    assert refusal.value.message == words


async def test_flood_control_arrives_as_retry_after(emulator: Emulator, bot: Bot, ada: PersonDriver) -> None:
    emulator.faults.add("sendMessage", "error", retry_after=8)
    with pytest.raises(telegram.error.RetryAfter):
        await bot.send_message(7, "hello")


async def test_a_moved_group_arrives_as_chat_migrated(emulator: Emulator, bot: Bot) -> None:
    group = await emulator.person(7, "Ada").create_group("Friends")
    moved = await group.migrate()
    with pytest.raises(telegram.error.ChatMigrated) as refusal:
        await bot.send_message(group.chat.id, "hello")
    assert refusal.value.new_chat_id == moved.chat.id
    assert await bot.send_message(moved.chat.id, "hello")


async def answer_start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go:1")]])
    assert update.message is not None
    await update.message.reply_text(f"hello {' '.join(context.args or [])}", reply_markup=keyboard)


async def answer_press(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer("on it", show_alert=True)
    await update.callback_query.edit_message_text("done")


def application(emulator: Emulator) -> Application:
    builder = ApplicationBuilder().token(TOKEN)
    built = builder.base_url(f"{emulator.url}/bot").base_file_url(f"{emulator.url}/file/bot").build()
    built.add_handler(CommandHandler("start", answer_start))
    built.add_handler(CallbackQueryHandler(answer_press))
    return built


async def test_a_whole_application_polls_and_answers() -> None:
    emulator = Emulator([make_bot(TOKEN, "my_bot")])
    await emulator.start()
    app = application(emulator)
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling()
        ada = emulator.person(7, "Ada")
        await ada.start("deep_link")
        greeting = await ada.wait_for_text("hello deep_link")
        answer = await ada.press(greeting, "Go")
        assert (answer.text, answer.is_alert) == ("on it", True)
        await ada.wait_for_text("done")
        await app.updater.stop()
        await app.stop()
    emulator.calls.check_refusals()
    emulator.check_presses_answered()
    await emulator.stop()
