"""How sticker sets are called. Telegram's rules: a name has at most 64 of [A-Za-z0-9_], starts with a letter, has no
`__`, ends in `_by_<bot>` and may never be used again once deleted; a title has 1 to 64 characters."""

from __future__ import annotations

import unicodedata

TITLE_CHARS = 64
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_JOINERS = "\u200d\ufe0f"  # inside emoji; the only invisible characters a title keeps


def set_name(user_id: int, generation: int, bot_username: str) -> str:
    """Return `u<user id in base 36>_<generation>_by_<bot>`: at most 55 characters."""
    return f"u{_base36(user_id)}_{generation}_by_{bot_username}"


def set_link(name: str) -> str:
    """Return the address that opens the set in Telegram."""
    return f"https://t.me/addstickers/{name}"


def set_title(first_name: str, number: int) -> str:
    """Return `<first name>'s stickers`, from the second pack on with its number, whatever the name consists of."""
    suffix = "stickers" if number == 1 else f"stickers {number}"
    name = _visible(first_name)
    if not name:
        return suffix.capitalize()
    room = TITLE_CHARS - len(f"'s {suffix}")
    return f"{_cut(name, room)}'s {suffix}"


def plain_title(number: int) -> str:
    """Return the title for a name that Telegram does not take."""
    return "Stickers" if number == 1 else f"Stickers {number}"


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if number == 0:
            return digits


def _visible(name: str) -> str:
    """Without control characters, direction marks and line breaks; runs of space become one."""
    kept = "".join(_shown(character) for character in unicodedata.normalize("NFC", name))
    words = " ".join(kept.split())
    return words if any(character not in _JOINERS + " " for character in words) else ""


def _shown(character: str) -> str:
    if character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category.startswith("Z"):
        return " "
    return "" if category.startswith("C") else character


def _cut(name: str, length: int) -> str:
    """The first `length` code points, without a torn last character."""
    if len(name) <= length:
        return name
    end = length
    while end > 0 and (unicodedata.combining(name[end]) or name[end] in _JOINERS or name[end - 1] == "\u200d"):
        end -= 1
    return (name[:end] or name[:length]).rstrip(" \u200d")
