"""Translate: keys and variables in, sentences in a person's language out. Knows no chat.

The texts are in `locales/<language>.ftl` (Mozilla Fluent). They are sent without a parse mode, so nothing a person
wrote needs escaping.
"""

from __future__ import annotations

import logging
from functools import cache
from importlib import resources
from typing import Final

from fluent.runtime import FluentBundle, FluentResource

from engine.styles import Style

logger = logging.getLogger(__name__)

LANGUAGES: Final = {"en": "English", "de": "Deutsch", "es": "Español", "uk": "Українська", "ru": "Русский"}
DEFAULT_LANGUAGE: Final = "en"


def language_of(code: str | None) -> str:
    """Return the language we speak to somebody whose app says `code` ("pt-br", "de", None)."""
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
    text, problems = bundle.format_pattern(pattern, variables)
    for problem in problems:
        logger.error("sentence %s in %s: %s", key, language, problem)
    return str(text)


def style_title(language: str, style: Style) -> str:
    """Return what a style is called; one without a translation goes by the title it came with."""
    key = f"style-{style.name}"
    return say(language, key) if _bundle(DEFAULT_LANGUAGE).has_message(key) else style.title


def source_of(language: str) -> str:
    """Return the text of a language's file."""
    return (resources.files("bot.words") / "locales" / f"{language}.ftl").read_text(encoding="utf-8")


@cache
def _bundle(language: str) -> FluentBundle:
    # No isolation marks: they would end up in what people copy.
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource(source_of(language)))
    return bundle
