"""Every language says everything, with the same variables and its own plurals; nothing is said that nobody needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel import Locale
from fluent.syntax import ast, parse
from fluent.syntax.visitor import Visitor

from bot.handlers import MENU
from bot.handlers.profile import profiles
from bot.words.translations import LANGUAGES, RIGHT_TO_LEFT, language_of, listed, say, source_of, style_title
from engine.styles import all_styles

OTHERS = [language for language in LANGUAGES if language != "en"]
VALUES = {"name": "Ada", "reference": "ab12cd", "style": "Comic", "seed": "42", "title": "Ada's stickers"}
CODE = Path(__file__).parents[3] / "bot"
# Some of each plural category of each language: Arabic counts 0, 1, 2, 3 to 10, 11 to 99 and hundreds differently.
NUMBERS = (0, 1, 2, 3, 5, 11, 21, 100)
TELEGRAM_PRESS_ANSWER = 200
TELEGRAM_COMMAND_DESCRIPTION = 256
TELEGRAM_DESCRIPTION = 512
TELEGRAM_SHORT_DESCRIPTION = 120
TELEGRAM_CAPTION = 1024


class Variables(Visitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - Fluent's name
        self.found.add(node.id.name)


class Selections(Visitor):
    """Collects what each selection offers."""

    def __init__(self) -> None:
        self.found: list[set[str]] = []

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802 - Fluent's name
        self.found.append(
            {variant.key.name for variant in node.variants if isinstance(variant.key, ast.Identifier)} - {"none"}
        )
        self.generic_visit(node)


def variables(language: str) -> dict[str, set[str]]:
    """Key -> the variables its sentence uses."""
    entries = parse(source_of(language)).body
    assert not [entry for entry in entries if isinstance(entry, ast.Junk)]
    found = {}
    for entry in entries:
        if isinstance(entry, ast.Message):
            visitor = Variables()
            visitor.visit(entry)
            assert entry.id.name not in found, f"{entry.id.name} twice in {language}"
            found[entry.id.name] = visitor.found
    return found


ENGLISH = variables("en")


def sentences(language: str) -> Iterator[tuple[str, str]]:
    for key, names in ENGLISH.items():
        for number in NUMBERS:
            values = {name: VALUES.get(name, number) for name in names}
            yield key, say(language, key, **values)


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_keys_and_variables_of_english(language: str) -> None:
    assert variables(language) == ENGLISH


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said(language: str, caplog: pytest.LogCaptureFixture) -> None:
    for key, text in sentences(language):
        assert text.strip(), key
        assert "{" not in text, key
        assert language in RIGHT_TO_LEFT or not re.search("[\u2066-\u2069]", text), key
        assert text.count("!") == 0, key
    assert caplog.records == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_was_left_in_english(language: str) -> None:
    # The line of a pack is a title and a word that many languages share.
    english = {key: text for key, text in sentences("en") if len(text.split()) > 3 and key != "pack-line"}

    assert [key for key, text in sentences(language) if english.get(key) == text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_that_counts_has_every_plural_of_its_language(language: str) -> None:
    rule = Locale.parse(language).plural_form
    needed = {rule(number) for number in range(201)}
    for entry in parse(source_of(language)).body:
        if isinstance(entry, ast.Message):
            visitor = Selections()
            visitor.visit(entry)
            for offered in visitor.found:
                # The default stands for one form that is not spelled out, or for all of them where the words stay.
                assert offered == {"other"} or len(needed - offered) <= ("other" not in needed), entry.id.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_fit_where_telegram_shows_them(language: str) -> None:
    for key, text in sentences(language):
        if key.startswith(("press-", "error-")) or key.endswith("-chosen"):
            assert len(text) <= TELEGRAM_PRESS_ANSWER, key
        if key.startswith("button-"):
            assert len(text) <= 32, key
        if key.startswith("command-"):
            assert len(text) <= TELEGRAM_COMMAND_DESCRIPTION, key
        assert len(text) <= TELEGRAM_CAPTION, key
    assert len(say(language, "start", name="Ada").splitlines()) <= 4
    assert len(say(language, "about-short")) <= TELEGRAM_SHORT_DESCRIPTION
    assert len(say(language, "about")) <= TELEGRAM_DESCRIPTION


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_names_a_button_as_the_button_does(language: str) -> None:
    assert say(language, "button-add").removeprefix("➕ ") in say(language, "pack-loose")
    assert say(language, "button-reactions") in say(language, "help-reactions")


def test_latin_words_and_what_people_wrote_are_isolated_in_a_sentence_from_right_to_left() -> None:
    assert "\u2066/style\u2069" in say("ar", "words-unused")
    assert "\u2066/seed 42\u2069" in say("ar", "seed-how")
    assert "\u2066/seed random\u2069 يأتي" in say("ar", "error-bad-seed")
    assert "\u2066#comic\u2069" in say("ar", "help")
    assert "\u2066seed=42\u2069" in say("ar", "help-parameters")
    assert "\u2068Stickers: سارة\u2069" in say("ar", "pack-line", title="Stickers: سارة", stickers=2)
    assert "\u2068سارة (42)\u2069" in say("ar", "start", name="سارة (42)")
    assert "مرحبًا." in say("ar", "start", name="none")
    for _, text in sentences("ar"):
        assert not re.search(r"(?<![\u2066\w])/[a-z]", text), text


def test_plurals_follow_the_language() -> None:
    assert say("en", "cancel-done", count=1) == "Stopped 1 sticker."
    assert say("en", "cancel-done", count=2) == "Stopped 2 stickers."
    assert say("uk", "pack-list", count=2) == "У тебе 2 набори:"
    assert say("uk", "pack-list", count=5) == "У тебе 5 наборів:"
    assert say("ru", "pack-list", count=21) == "У тебя 21 набор:"
    assert say("ar", "pack-list", count=2) == "لديك حزمتان:"
    assert say("ar", "pack-list", count=5) == "لديك 5 حزم:"
    assert say("ar", "pack-list", count=11) == "لديك 11 حزمةً:"
    assert say("pt", "pack-list", count=1) == "Você tem 1 pacote:"
    assert say("zh", "pack-list", count=1) == "你有 1 个贴纸包："
    assert say("de", "progress-queued", ahead=0) == "Du bist als Nächstes dran."


def test_a_list_has_the_commas_of_its_language() -> None:
    assert listed("de", ["1 Foto", "2 Sticker"]) == "1 Foto, 2 Sticker"
    assert listed("zh", ["1 张照片", "2 张贴纸"]) == "1 张照片、2 张贴纸"


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("de", "de"),
        ("pt-br", "pt"),
        ("pt-pt", "pt"),
        ("zh-hans", "zh"),
        ("zh-hant", "zh"),
        ("zh-hans-raw", "zh"),
        ("ar-eg", "ar"),
        ("UK", "uk"),
        ("es-419", "es"),
        ("fr", "en"),
        (None, "en"),
        ("", "en"),
    ],
)
def test_an_apps_language_is_understood(code: str | None, language: str) -> None:
    assert language_of(code) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_style_has_a_name(language: str) -> None:
    assert {style.name for style in all_styles()} == {
        key.removeprefix("style-") for key in ENGLISH if key.startswith("style-")
    } - {"choose", "chosen", "for-photo"}
    assert all(style_title(language, style) for style in all_styles())


def test_every_key_is_used_and_every_used_key_exists() -> None:
    code = "\n".join(path.read_text() for path in CODE.rglob("*.py"))
    literal = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', code))
    composed = (
        "progress-",
        "style-",
        "model-",
        "command-",
        "button-shape-",
        "setting-",
        "news-",
        "forget-",
        "alarm-",
        "broadcast-",
        "operators-",
        "button-outline-",
    )

    unused = {key for key in ENGLISH if key not in literal and not key.startswith(composed)}

    assert unused - {"start", "help", "settings", "about", "privacy", "cancelled", "consent", "banned"} == set()


def test_profiles_cover_every_language_and_command() -> None:
    found = {profile.language_code: profile for profile in profiles()}

    assert set(found) == {"", *OTHERS}
    for profile in found.values():
        assert [name for name, _ in profile.commands] == list(MENU)
        assert all(1 <= len(description) <= 256 for _, description in profile.commands)
