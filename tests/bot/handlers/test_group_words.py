"""Which messages of a group are for the bot, and what is remembered of a group for a minute."""

from __future__ import annotations

import datetime as dt

import pytest
from telegram import Chat, Message

from bot.handlers.group_memory import SENTENCES_A_MINUTE, STICKERS_A_MINUTE, GroupMemory
from bot.handlers.groups import words_for


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/sticker", ""),
        ("/Sticker@My_Bot neon", "neon"),
        ("/sticker\n🚀 #comic", "🚀 #comic"),
        ("/sticker   two  words", "two  words"),
        ("@my_bot", ""),
        ("please, @My_Bot, in neon", "please, in neon"),
        ("/sticker@other_bot", None),
        ("/stickers", None),
        ("/start@my_bot", None),
        ("a sticker of @my_bots", None),
        ("not /sticker", None),
        ("", None),
    ],
)
def test_words_are_for_the_bot_behind_its_command_or_its_name(text: str, words: str | None) -> None:
    message = Message(1, dt.datetime.now(dt.UTC), Chat(-1, Chat.SUPERGROUP), text=text)

    assert words_for(message, "my_bot") == words


def test_a_group_gets_so_many_stickers_and_sentences_a_minute() -> None:
    now = 0.0
    memory = GroupMemory(lambda: now)

    assert [memory.takes_sticker(-1) for _ in range(STICKERS_A_MINUTE + 2)].count(True) == STICKERS_A_MINUTE
    assert [memory.takes_sentence(-1) for _ in range(SENTENCES_A_MINUTE + 2)].count(True) == SENTENCES_A_MINUTE
    assert memory.takes_sticker(-2)
    now = 61.0
    assert memory.takes_sticker(-1)


def test_photos_of_an_album_are_remembered_until_the_command_comes() -> None:
    memory = GroupMemory()

    memory.note_photo("a", "1", "one")
    memory.note_photo("a", "2", "two")

    assert memory.photos("a") == {"1": "one", "2": "two"}
    assert memory.photos("b") == {}
