"""The styles a person can choose: read from `style_files/*.toml`, one file per style. Knows no pixels."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from engine.errors import UnknownStyle
from engine.types import Shape

DEFAULT_STYLE = "toon"
HOSTED_STYLE = "sticker"  # what programs written for the hosted services get; not listed
# Up to three words may stand between a refusal and what it refuses: "don't make it a comic".
_REFUSAL = re.compile(
    r"(?<!\w)(?<!why )(?:not|no|never|without|don't|dont|isn't|instead of|rather than|anything but"
    r"|nicht|kein|keine|keinen|keinem|ohne|statt|sin|ni|nada de|en vez de|не|ні|ни|без|замість|вместо"
    r"|não|nem|sem|em vez de|ليس|ليست|لا|بدون|دون|بلا|بدل)"
    r"(?:\s+[\w'-]+){0,3}\s+[#'\"“„«]?$"
    r"|(?:不要|不想要?|不是|(?<!特)别|没有|除了)[\u4e00-\u9fff]{0,3}\s*[#“「]?$"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")  # written without spaces, so that its words have no borders


@dataclass(frozen=True, slots=True)
class Style:
    """A style with a name.

    `words` are the whole words of a prompt that mean it, folded by `str.casefold`. `drawing` names the drawing in
    `engine.portrait.styles`, `shape` is how the person stands where nobody asks for a shape: AUTO where the style does
    not mind. `prompt` is the diffusion template: it holds `{prompt}` once. `emoji` is one that Telegram accepts for a
    sticker of this style. `is_listed`: people are offered it. `yields`: its words are also said of any photo, so
    another style that is named, too, is meant.
    """

    name: str
    title: str
    description: str
    emoji: str
    words: tuple[str, ...]
    drawing: str
    shape: Shape
    prompt: str
    negative_prompt: str
    is_listed: bool = True
    yields: bool = False


def all_styles() -> tuple[Style, ...]:
    """Return every style that people are offered, in the order to show them."""
    return tuple(each for each in _by_name().values() if each.is_listed)


def style(name: str) -> Style:
    """Return the style called `name`, in any case and in British or American spelling. Raises `UnknownStyle`."""
    found = _by_name().get(_british(name.strip().casefold()))
    if found is None:
        raise UnknownStyle(f"{name!r} is none of {', '.join(_by_name())}")
    return found


def is_style(name: str) -> bool:
    """Return whether there is a style called `name`, offered or not."""
    return _british(name.strip().casefold()) in _by_name()


def match_words(prompt: str) -> Style | None:
    """Return the style that words of `prompt` name, the first one mentioned and not refused, or None.

    Only whole words count: "recomical" is no comic. Of two words at one place the longer wins. "Not comic" names none.
    """
    wanted = [each for each, is_refused in _mentions(prompt) if not is_refused]
    return next((each for each in wanted if not each.yields), wanted[0] if wanted else None)


def refused_styles(prompt: str) -> frozenset[str]:
    """Return the names of the styles that words of `prompt` refuse: of "not comic, please", comic."""
    return frozenset(each.name for each, is_refused in _mentions(prompt) if is_refused)


def _mentions(prompt: str) -> Iterator[tuple[Style, bool]]:
    """Yield the styles that words name, in order, and whether they are refused."""
    pattern, styles = _words()
    folded = prompt.casefold().replace("’", "'")
    for found in pattern.finditer(folded):
        yield styles[re.sub(r"[\s-]+", " ", found[0])], _REFUSAL.search(folded[: found.start()]) is not None


def _british(name: str) -> str:
    return name.replace("color", "colour")


@cache
def _by_name() -> Mapping[str, Style]:
    folder = resources.files("engine") / "style_files"
    read = [
        (file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8")))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    read.sort(key=lambda entry: entry[1]["order"])
    return MappingProxyType({name: _parse(name, data) for name, data in read})


def _parse(name: str, data: Mapping[str, Any]) -> Style:
    words = tuple(word.casefold() for language in data["words"].values() for word in language)
    return Style(
        name=name,
        title=data["title"],
        description=data["description"],
        emoji=data["emoji"],
        words=words,
        drawing=data["portrait"]["drawing"],
        shape=Shape(data["portrait"].get("shape", Shape.AUTO)),
        prompt=data["diffusion"]["prompt"],
        negative_prompt=data["diffusion"]["negative_prompt"],
        is_listed=data.get("is_listed", True),
        yields=data.get("yields", False),
    )


@cache
def _words() -> tuple[re.Pattern[str], Mapping[str, Style]]:
    styles = {word.replace("-", " "): entry for entry in all_styles() for word in entry.words}
    longest_first = sorted(styles, key=len, reverse=True)
    spaced, unspaced = (
        "|".join(
            re.escape(word).replace(r"\ ", r"[\s-]+")
            for word in longest_first
            if (_CHINESE.fullmatch(word) is not None) is is_chinese
        )
        for is_chinese in (False, True)
    )
    return re.compile(rf"(?<!\w)(?:{spaced})(?!\w)|{unspaced}"), MappingProxyType(styles)
