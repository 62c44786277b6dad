"""Fonts for text on stickers: the one that ships with us, else one of the system that has every character.

Latin, Cyrillic and Greek can always be written; other scripts and emoji where the system has a font of them, and what
runs from right to left where Pillow can shape it. Knows no sticker.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

import emoji
from PIL import ImageFont, features

BUNDLED = Path(__file__).parent / "font_files" / "MPLUSRounded1c-Black.ttf"
EMOJI_STRIKE_PX = 109  # the one size of the bitmaps in NotoColorEmoji
_EMOJI_FONTS = ("NotoColorEmoji.ttf",)
_SHAPED = ("R", "AL", "AN")  # directions of Hebrew, Arabic and the like
_NOWHERE = "\U0010fffd"  # of the last private plane: no font has it
_PROBE_PX = 24
_LEAST_BYTES = 8_000
_THIN = ("mono", "italic", "oblique", "light", "thin", "serif", "condensed", "narrow", "math", "emoji", "symbol")
_BOLD = ("black", "heavy", "extrabold", "bold", "medium")


def runs_of(text: str) -> list[tuple[str, bool]]:
    """Split a text into runs, in order: (characters, whether they are emoji)."""
    runs, end = list[tuple[str, bool]](), 0
    for found in emoji.emoji_list(text):
        start, stop = found["match_start"], found["match_end"]
        if text[start:stop] in "©®™":  # signs that fonts have
            continue
        if start > end:
            runs.append((text[end:start], False))
        runs.append((text[start:stop], True))
        end = stop
    return [*runs, (text[end:], False)] if end < len(text) else runs


def unwritable(text: str) -> str:
    """Return the characters of `text` that cannot be written on this machine, each once; "" where all can."""
    runs = runs_of(text)
    missing = [run for run, is_emoji in runs if is_emoji and emoji_font() is None]
    letters = "".join(run for run, is_emoji in runs if not is_emoji)
    if find_font(letters) is None:
        missing += [each for each in letters if find_font(each) is None] or list(letters)
    return "".join(dict.fromkeys(missing))


def find_font(letters: str) -> Path | None:
    """Return a font that has all of `letters`, ours if it can be; None where there is none."""
    return _font_with("".join(sorted(set(letters))))


@lru_cache(64)
def _font_with(letters: str) -> Path | None:
    if any(unicodedata.bidirectional(each) in _SHAPED for each in letters) and not can_shape():
        return None
    return next((path for path in (BUNDLED, *_system_fonts()) if _has_all(path, letters)), None)


@cache
def emoji_font() -> Path | None:
    """Return a font of coloured emoji, None where the system has none."""
    return next((path for path in _files() if path.name in _EMOJI_FONTS), None)


@cache
def can_shape() -> bool:
    """Return whether Pillow can join letters and write from right to left."""
    return bool(features.check("raqm")) and bool(features.check("fribidi"))


def load_font(path: Path, size_px: int) -> ImageFont.FreeTypeFont:
    """Return a font at a size in px."""
    return ImageFont.truetype(str(path), size_px)


def _has_all(path: Path, letters: str) -> bool:
    """Return whether a font draws every letter otherwise than one that it lacks."""
    try:
        font = load_font(path, _PROBE_PX)
        lacking = bytes(font.getmask(_NOWHERE))
        visible = (each for each in letters if not each.isspace() and unicodedata.category(each) not in ("Cf", "Mn"))
        return all(bytes(font.getmask(each)) != lacking for each in visible)
    except (OSError, ValueError):  # no font, or a broken one
        return False


@cache
def _system_fonts() -> tuple[Path, ...]:
    """Return the fonts of the system that suit a sticker, the boldest first."""

    def order(path: Path) -> tuple[int, str]:
        name = path.stem.lower()
        return next((place for place, word in enumerate(_BOLD) if word in name), len(_BOLD)), name

    plain = (path for path in _files() if not any(word in path.stem.lower() for word in _THIN))
    return tuple(sorted(plain, key=order))


@cache
def _files() -> tuple[Path, ...]:
    return tuple(path for folder in _folders() for path in _fonts_in(folder))


def _fonts_in(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):  # a folder that is not there, or may not be read, has none
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            if path.suffix.lower() in (".ttf", ".otf", ".ttc") and path.stat().st_size >= _LEAST_BYTES:
                yield path


def _folders() -> list[Path]:
    """Return where systems keep fonts."""
    home = Path("~").expanduser()
    match sys.platform:
        case "darwin":
            return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
        case "win32":
            return [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"]
        case _:
            shared = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
            return [*shared, home / ".local" / "share" / "fonts", home / ".fonts"]
