"""Parse captions: what the words under a photo ask for. Knows no Telegram object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import emoji

from bot.words.assignments import take_assignments
from engine.errors import UnknownStyle
from engine.styles import all_styles, match_words, refused_styles, style
from service.readable import readable

_FEW_WORDS = 3
# An article or a preposition that things are described with.
_DESCRIPTION = re.compile(
    r"\b(?:an?|the|as|like|with|in|on|under|wearing|ein|eine|einen|einem|einer|der|die|das|als|wie|mit|im|auf|unter"
    r"|un|una|el|la|los|las|como|con|en|sobre|як|з|із|зі|у|в|на|під|как|с|со|под"
    r"|um|uma|os|com|em|na|sob|vestindo|usando|مع|في|على|فوق|تحت|مثل|كأنه|كأنها|يرتدي|ترتدي)\b"
    r"|[在穿戴骑]|像(?!素)|一[个只位条]",  # Chinese has no spaces
    re.IGNORECASE,
)
_HASHTAG = re.compile(r"#(\w+)")
# Between quotation marks of any language, but not what is the value of an assignment, or inches.
_QUOTED = re.compile(
    r"(?<![=\w])(?:\"([^\"]+)\"|“([^“”]+)[”“]|„([^„“”]+)[“”]|«([^«»]+)»|»([^«»]+)«|「([^「」]+)」|『([^『』]+)』|＂([^＂]+)＂)"
)
_MOST_EMOJI = 20  # Bot API: of one sticker
# What keyboards leave behind an emoji: a joiner, a selector of its form, a skin tone that it cannot take.
_LEFT_BEHIND = "\u200d\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff "


@dataclass(frozen=True, slots=True)
class ParsedCaption:
    """`emoji` and `style` are None where the caption leaves them open; `prompt` is what remains of it.

    `emoji` is one or several in a row. `assignments` are its `key=value` words, unread. `text` is what stands between
    quotation marks, to be written on the sticker.
    """

    prompt: str
    emoji: str | None = None
    style: str | None = None
    assignments: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


def parse_caption(caption: str) -> ParsedCaption:
    """Parse a caption: emoji at the start are the sticker's, `#comic` a style, `seed=42` a parameter.

    What is quoted is to be written on the sticker; the rest is the prompt.

    What cannot be seen is nothing, before an emoji, behind it and alone.
    """
    text, caption = _quoted(caption)
    words, assignments = take_assignments(readable(caption))
    first, prompt = _leading_emoji(words)
    chosen = None
    for match in _HASHTAG.finditer(prompt):
        if (chosen := find_style(match[1])) and chosen not in refused_styles(prompt):
            prompt = prompt[: match.start()] + prompt[match.end() :]
            break
    return ParsedCaption(" ".join(prompt.split()), first, chosen, assignments, text)


def style_of_words(words: ParsedCaption) -> str | None:
    """Return the style that words without a photo ask for: a hashtag's, or one that they name.

    A word that is said of any photo counts only where there is little else.
    """
    if words.style:
        return words.style
    meant = match_words(words.prompt)
    if meant is None or (meant.yields and len(words.prompt.split()) > _FEW_WORDS):
        return None
    return meant.name


def describes(prompt: str) -> bool:
    """Return whether words read like a description: "riding a dragon" does, "ready for launch" does not."""
    return _DESCRIPTION.search(prompt) is not None


def find_style(words: str) -> str | None:
    """Return the style somebody means by `words`: its name, the beginning of it, or a word for it in any language."""
    folded = "".join(readable(words).split()).lstrip("#").casefold()
    if not folded:
        return None
    try:
        return style(folded).name
    except UnknownStyle:
        beginnings = [each.name for each in all_styles() if each.name.startswith(folded)]
        if len(beginnings) == 1:
            return beginnings[0]
        meant = match_words(words)
        return meant.name if meant else None


def emoji_in(text: str) -> tuple[str, ...]:
    """Return the emoji of `text`, each once, in order, as many as a sticker may have."""
    found = (str(each["emoji"]) for each in emoji.emoji_list(text))
    return tuple(dict.fromkeys(each for each in found if each not in _LEFT_BEHIND))[:_MOST_EMOJI]


def lines_of(text: str) -> str:
    """Return the lines of a text to be written on a sticker, each readable, empty ones left out."""
    return "\n".join(line for each in text.splitlines() if (line := readable(each)))


def _quoted(caption: str) -> tuple[str, str]:
    """Return what stands between the first quotation marks with anything to see in between, and the rest.

    A style that is written as our own sentences write it, in quotation marks, is a style still.
    """
    for match in _QUOTED.finditer(caption):
        text = lines_of(next(each for each in match.groups() if each))
        if text and (len(text.split()) >= _FEW_WORDS or match_words(text) is None):
            return text, f"{caption[: match.start()]} {caption[match.end() :]}"
    return "", caption


def _leading_emoji(text: str) -> tuple[str | None, str]:
    """Return the run of emoji that `text` begins with, each once, and what follows the run."""
    found = emoji.emoji_list(text)
    end = 0
    for each in found:
        if text[end : each["match_start"]].strip(_LEFT_BEHIND):
            break
        end = each["match_end"]
    return ("".join(emoji_in(text[:end])), text[end:].lstrip(_LEFT_BEHIND)) if end else (None, text)
