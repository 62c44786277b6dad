"""Names and other words of strangers, made readable in one line, and cut between graphemes. Knows no chat.

A grapheme is what a reader takes for one character: a letter with its marks, a flag, a family of emoji.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_JOINED = "\u0600"  # Persian and Indic words and emoji need joiners; no script below this one does
_BLACK_FLAG = "\U0001f3f4"  # with the tags of a region it is that region's flag; tags are nothing elsewhere
_BLANKS = "\u2800"  # Braille without a dot: a symbol by its category, a space to the eye
# Letters, marks and a symbol by their category, and yet nothing is drawn for them.
_UNDRAWN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufffc\U0001d159\U00016fe4") | {
    chr(code)
    for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0D), (0xE0100, 0xE01EF))
    for code in range(first, last + 1)
}
_MARKS_PER_LETTER = 4  # scripts need no more; piles of them cover the lines around


def readable(text: str) -> str:
    """Return `text` in one line, without what cannot be seen or turns the text around it; "" where nothing is left.

    Composed (NFC), with single spaces, at most four marks on a letter and none without a letter.
    """
    kept = ""
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if character in _BLANKS or category.startswith("Z") or character in "\t\n\r\v\f\x85":
            kept += " "
        elif _is_part(character):
            marks += category in ("Mn", "Me")
            if marks <= _MARKS_PER_LETTER and _may_follow(kept[-1:], character):
                kept += character
        elif (not category.startswith("C") or _is_new_emoji(character)) and character not in _UNDRAWN:
            kept += character
            marks = 0
    words = (word.rstrip(_ZWJ + _ZWNJ) for word in kept.split())
    return unicodedata.normalize("NFC", " ".join(word for word in words if word))  # what stood between is gone


def cut(text: str, length: int) -> str:
    """Return the graphemes at the beginning of `text` that have at most `length` code points together."""
    if len(text) <= length:
        return text
    end = 0
    for grapheme in graphemes(text):
        if end + len(grapheme) > length:
            break
        end += len(grapheme)
    return text[:end].rstrip()


def graphemes(text: str) -> Iterator[str]:
    """Yield what a reader takes for single characters. Less than Unicode's annex 29: Indic conjuncts are not joined."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _belongs(text, start, at):
            yield text[start:at]
            start = at


def _belongs(text: str, start: int, at: int) -> bool:
    """Return whether the character at `at` belongs to the grapheme that begins at `start`."""
    character, before = text[at], text[at - 1]
    if _is_flag_letter(character) and _is_flag_letter(before):
        return (at - start) % 2 == 1
    is_hangul = "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7fb"
    return before == _ZWJ or _is_part(character) or is_hangul


def _is_part(character: str) -> bool:
    """Return whether it changes the character before it: a mark, a joiner, a skin tone, a tag of a regional flag."""
    if character in _UNDRAWN:
        return False
    is_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    is_mark = unicodedata.category(character).startswith("M")
    return is_mark or is_tone or _is_tag(character) or character in (_ZWJ, _ZWNJ)


def _may_follow(before: str, part: str) -> bool:
    """Return whether `part` changes anything after the character `before`, "" or a space at a word's beginning."""
    if part in (_ZWJ, _ZWNJ):
        return before >= _JOINED and before not in (_ZWJ, _ZWNJ)
    if _is_tag(part):
        return before == _BLACK_FLAG or _is_tag(before)
    return before not in ("", " ")


def _is_tag(character: str) -> bool:
    return "\U000e0020" <= character <= "\U000e007f"


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_new_emoji(character: str) -> bool:
    """Return whether it lies where newer versions of Unicode put their emoji: our tables call it unassigned."""
    return "\U0001f000" <= character <= "\U0001fbff" and unicodedata.category(character) == "Cn"
