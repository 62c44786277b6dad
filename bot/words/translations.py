"""Translate: keys and variables in, sentences in a person's language out. Knows no chat.

The texts are in `locales/<language>.ftl` (Mozilla Fluent). They are sent without a parse mode, so nothing a person
wrote needs escaping. In a language written from right to left, Latin words, commands and what people wrote stand in
Unicode's directional isolates: "/style" would read "style/" there.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentType

from engine.styles import Style

logger = logging.getLogger(__name__)

LANGUAGES: Final = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "uk": "Українська",
    "ru": "Русский",
    "pt": "Português (Brasil)",
    "zh": "简体中文",
    "ar": "العربية",
}
DEFAULT_LANGUAGE: Final = "en"
RIGHT_TO_LEFT: Final = frozenset(("ar",))

_COMMAS = {"zh": "、", "ar": "، "}
_LEFT_TO_RIGHT_ISOLATE, _FIRST_STRONG_ISOLATE, _END_OF_ISOLATE = "\u2066", "\u2068", "\u2069"
# What is isolated already, or a link, or a run of Latin words: names, hashtags, a command with what follows it.
_LATIN = re.compile(
    rf"{_FIRST_STRONG_ISOLATE}[^{_END_OF_ISOLATE}]*|https?://\S+|[/#@]?[a-z][\w.=-]*(?: [a-z0-9][\w.=-]*)*\b",
    re.ASCII | re.IGNORECASE,
)


class _Isolated(str, FluentType):
    """What a person wrote, within a sentence of the other direction; a selector compares it as it is."""

    def format(self, *_: object) -> str:  # type: ignore[override]  # Fluent's, in place of str.format
        return f"{_FIRST_STRONG_ISOLATE}{self}{_END_OF_ISOLATE}"


def _isolated(found: re.Match[str]) -> str:
    if found[0].startswith(_FIRST_STRONG_ISOLATE):
        return found[0]
    return f"{_LEFT_TO_RIGHT_ISOLATE}{found[0]}{_END_OF_ISOLATE}"


def language_of(code: str | None) -> str:
    """Return the language we speak to somebody whose app says `code` ("pt-br", "zh-hant", None).

    Only the language counts: Brazilian Portuguese is read in Portugal, and simplified Chinese in Taiwan sooner than
    English.
    """
    base = (code or "").partition("-")[0].casefold()
    return base if base in LANGUAGES else DEFAULT_LANGUAGE


def say(language: str, key: str, **variables: str | int) -> str:
    """Return the sentence `key` in `language`, in English where that language lacks it.

    Raises `KeyError` for a key that no file has.
    """
    bundle = _bundle(language)
    if not bundle.has_message(key):
        bundle = _bundle(DEFAULT_LANGUAGE)
    if not bundle.has_message(key):
        raise KeyError(key)
    pattern = bundle.get_message(key).value
    if pattern is None:
        raise KeyError(key)
    is_right_to_left = bundle.locales[0] in RIGHT_TO_LEFT
    if is_right_to_left:
        variables = {name: _Isolated(each) if isinstance(each, str) else each for name, each in variables.items()}
    text, problems = bundle.format_pattern(pattern, variables)
    for problem in problems:
        logger.error("sentence %s in %s: %s", key, language, problem)
    return _LATIN.sub(_isolated, str(text)) if is_right_to_left else str(text)


def listed(language: str, parts: Iterable[str]) -> str:
    """Return `parts` in one line, with the commas of `language`."""
    return _COMMAS.get(language, ", ").join(parts)


def style_title(language: str, style: Style) -> str:
    """Return what a style is called; one without a translation goes by the title it came with."""
    key = f"style-{style.name}"
    return say(language, key) if _bundle(DEFAULT_LANGUAGE).has_message(key) else style.title


def source_of(language: str) -> str:
    """Return the text of a language's file."""
    return (resources.files("bot.words") / "locales" / f"{language}.ftl").read_text(encoding="utf-8")


@cache
def _bundle(language: str) -> FluentBundle:
    # Fluent's own isolates would surround whole sentences, too, whose direction a chat then could not tell.
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource(source_of(language)))
    return bundle
