"""Every language says everything, with the same variables and its own plurals; nothing is said that nobody needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import ast, parse
from fluent.syntax.visitor import Visitor

from bot.handlers import MENU
from bot.handlers.profile import profiles
from bot.words.translations import LANGUAGES, language_of, say, source_of, style_title
from engine.styles import all_styles

OTHERS = [language for language in LANGUAGES if language != "en"]
VALUES = {"name": "Ada", "reference": "ab12cd", "style": "Comic", "seed": "42", "title": "Ada's stickers"}
CODE = Path(__file__).parents[3] / "bot"


class Variables(Visitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - Fluent's name
        self.found.add(node.id.name)


def variables(language: str) -> dict[str, set[str]]:
    """Key -> the variables its sentence uses."""
    entries = parse(source_of(language)).body
    assert not [entry for entry in entries if isinstance(entry, ast.Junk)]
    found = {}
    for entry in entries:
        if isinstance(entry, ast.Message):
            visitor = Variables()
            visitor.visit(entry)
            found[entry.id.name] = visitor.found
    return found


ENGLISH = variables("en")


def sentences(language: str) -> Iterator[tuple[str, str]]:
    for key, names in ENGLISH.items():
        for number in (0, 1, 2, 5, 21):
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
        assert "\u2068" not in text, key
        assert text.count("!") == 0, key
    assert caplog.records == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_was_left_in_english(language: str) -> None:
    # The line of a pack is a title and a word that many languages share.
    english = {key: text for key, text in sentences("en") if len(text.split()) > 3 and key != "pack-line"}

    assert [key for key, text in sentences(language) if english.get(key) == text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_fit_where_telegram_shows_them(language: str) -> None:
    for key, text in sentences(language):
        if key.startswith("press-") or key.startswith("error-") or key.endswith("-chosen"):
            assert len(text) <= 200, key
        if key.startswith("button-"):
            assert len(text) <= 32, key
    assert len(say(language, "start", name="Ada").splitlines()) <= 4
    assert len(say(language, "about-short")) <= 120
    assert len(say(language, "about")) <= 512


def test_plurals_follow_the_language() -> None:
    assert say("en", "cancel-done", count=1) == "Stopped 1 sticker."
    assert say("en", "cancel-done", count=2) == "Stopped 2 stickers."
    assert say("uk", "pack-list", count=2) == "У тебе 2 набори:"
    assert say("uk", "pack-list", count=5) == "У тебе 5 наборів:"
    assert say("ru", "pack-list", count=21) == "У тебя 21 набор:"
    assert say("de", "progress-queued", ahead=0) == "Du bist als Nächstes dran."


@pytest.mark.parametrize(
    ("code", "language"), [("de", "de"), ("pt-br", "en"), ("UK", "uk"), ("es-419", "es"), (None, "en"), ("", "en")]
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
    )

    unused = {key for key in ENGLISH if key not in literal and not key.startswith(composed)}

    assert unused - {"start", "help", "settings", "about", "privacy", "cancelled", "consent", "banned"} == set()


def test_profiles_cover_every_language_and_command() -> None:
    found = {profile.language_code: profile for profile in profiles()}

    assert set(found) == {"", *OTHERS}
    for profile in found.values():
        assert [name for name, _ in profile.commands] == list(MENU)
        assert all(1 <= len(description) <= 256 for _, description in profile.commands)
