"""Every button has a callback, every callback a button, and all of it fits into Telegram's callback data."""

from __future__ import annotations

from dataclasses import replace

import pytest
from telegram import InlineKeyboardMarkup

from bot.delivery import keyboards, styles
from bot.delivery.groups import keyboard as group_keyboard
from bot.handlers import (
    CALLBACKS,
    FEATURES,
    MENU,
    broadcast,
    export,
    language,
    mosaic,
    own_sticker,
    packs,
    privacy,
    seed,
    settings,
    start,
    style,
)
from bot.packs.editing import PackContents
from bot.words.buttons import Press, parse_press
from bot.words.translations import LANGUAGES
from engine.models import MODELS
from engine.styles import all_styles
from engine.types import Outline, OutlineWidth, Shape
from service.person_settings import CHOICES
from storage.records import Job, JobRequest, JobStatus, Pack, PackState, Sticker, StickerState

JOB = "0123456789abcdef" * 2
UNIQUE = "AgADHwADr8ZRGg_-"
STICKER = Sticker(JOB, "tg:7", StickerState.IN_PACK, ("😀",), file_unique_id=UNIQUE)
PACK = PackContents(Pack(2**40, "tg:7", "u7_1_by_bot", "Ada", 1, PackState.OPEN, 0.0), "Ada", (STICKER,) * 120)
DONE = Job(JOB, "tg:7", "tg", "tg:-1:1", JobStatus.DONE, JobRequest("toon", "m"), 1, {}, 0.0)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_button_fits_into_telegrams_64_bytes_and_is_read_back(locale: str) -> None:
    every = [
        keyboards.in_pack(locale, JOB, "https://t.me/addstickers/x", has_reactions=True),
        keyboards.in_pack(locale, JOB, "https://t.me/addstickers/x", has_reactions=True, is_variation=True),
        keyboards.edit(locale, JOB, [Shape.BADGE], has_text=True),
        keyboards.edit(locale, JOB, list(Shape)[1:], has_text=False),
        keyboards.outlines(locale, JOB, Outline.AUTO, OutlineWidth.THICK),
        keyboards.emojis(locale, JOB, ["😀", "❤️", "👨‍👩‍👧"], ["❤️"]),
        keyboards.keywords(locale, JOB),
        keyboards.first(locale, JOB, has_reactions=True),
        start.profile_keyboard(locale),
        seed.keyboard(locale, JOB, is_fixed=True),
        *[
            styles.keyboard(locale, JOB, JOB, all_styles() * 3, page, current="toon", can_swap=True, is_named=True)
            for page in (styles.SheetPage(2), styles.SheetPage(2, styles.SWAP))
        ],
        keyboards.all_in_pack(locale, JOB, "https://t.me/addstickers/x", has_another=True),
        keyboards.shapes_of(locale, JOB, list(Shape)[1:]),
        keyboards.no_face(locale, JOB),
        keyboards.faces(JOB, 20),
        keyboards.loose(locale, JOB),
        keyboards.without(locale, JOB),
        keyboards.removed(locale, JOB),
        keyboards.all_removed(locale, JOB),
        keyboards.replaced(locale, JOB),
        keyboards.progress(locale, JOB),
        style.keyboard(locale, "comic", JOB),
        style.keyboard(locale, None),
        InlineKeyboardMarkup(style.model_rows(locale, list(MODELS)[:3], "photomaker")),
        language.keyboard(locale),
        packs.list_keyboard(locale, [PACK] * 20, 1),
        packs.pack_keyboard(locale, PACK, 5, is_next=False, is_only=False, can_inline=False),
        packs.delete_keyboard(locale, 2**40),
        export.keyboard(locale, 2**40),
        export.which_keyboard([PACK] * 60),
        mosaic.keyboard(locale, "https://t.me/addemoji/x", 2**40),
        own_sticker.menu(locale, UNIQUE),
        own_sticker.out_keyboard(locale, UNIQUE),
        privacy.keyboard(locale, has_packs=True),
        *[
            group_keyboard(locale, replace(DONE, note=note), "sticker_face_bot", is_in_pack=is_in_pack)
            for note in ({"chat": -1, "message": 1}, {"chat": -1, "message": 1, "author": 8})
            for is_in_pack in (False, True)
        ],
        keyboards.news(locale, is_on=True),
        keyboards.news(locale, is_on=False),
        settings.keyboard(locale, "model", list(MODELS)[:3], "photomaker", 24),
        broadcast.keyboard(locale, 12),
        settings.overview(locale, {"photo": "hour", "style": "comic"}, 24),
        *[settings.keyboard(locale, name, words, words[0], 24) for name, words in CHOICES.items()],
    ]
    data = [
        button.callback_data
        for keyboard in every
        for row in keyboard.inline_keyboard
        for button in row
        if button.url is None
    ]

    assert all(len(str(each).encode()) <= 64 for each in data)
    assert {press.operation for each in data if (press := parse_press(str(each)))} == set(CALLBACKS)
    assert all((press := parse_press(str(each))) and press.data() == each for each in data)
    assert all((press := parse_press(str(each))) and CALLBACKS[press.operation].takes(press) for each in data)


@pytest.mark.parametrize(
    "data",
    [None, "", "v0:again:" + JOB, "v1:explode:" + JOB, "v1:again:12", "v1:again:" + JOB + ":x:y", "v1:restyle::\n"],
)
def test_what_we_never_wrote_has_no_callback(data: str | None) -> None:
    press = parse_press(data)
    assert press is None or press.operation not in CALLBACKS


@pytest.mark.parametrize(
    "data",
    [
        "v1:forget:",
        "v1:forget::all",
        "v1:forget::ME",
        f"v1:forget:{JOB}:me",
        "v1:cancel:",
        f"v1:cancel:{JOB}:now",
        "v1:undo:",
        f"v1:undo:{JOB}:me",
        f"v1:shape:{JOB}",
        f"v1:shape:{JOB}:round",
        f"v1:restyle:{JOB}",
        "v1:choose:",
        f"v1:choose:{JOB}:comic",
        "v1:lang::xx",
    ],
)
def test_data_with_a_part_too_many_or_too_few_is_nobodys(data: str) -> None:
    press = parse_press(data)
    assert press is None or not CALLBACKS[press.operation].takes(press)


def test_a_press_says_what_it_is_about() -> None:
    assert parse_press(f"v1:restyle:{JOB}:watercolour") == Press("restyle", JOB, "watercolour")
    assert parse_press("v1:choose::comic") == Press("choose", "", "comic")


def test_no_two_features_claim_the_same_button_or_command() -> None:
    operations = [operation for feature in FEATURES for operation in feature.callbacks]
    spellings = [
        (name, str(command.filters))
        for feature in FEATURES
        for command in feature.commands
        for name in (command.name, *command.aliases)
    ]

    assert len(operations) == len(set(operations))
    assert len(spellings) == len(set(spellings))


def test_the_menu_keeps_the_order_people_know() -> None:
    known = ["start", "style", "seed", "pack", "queue", "cancel", "language", "privacy", "forget", "help"]

    assert [name for name in MENU if name in known] == known
    assert "stats" not in MENU
