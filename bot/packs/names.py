"""How sticker sets are called. Telegram's rules: a name has at most 64 of [A-Za-z0-9_], starts with a letter, has no
`__`, ends in `_by_<bot>` and may never be used again once deleted; a title has 1 to 64 characters."""

from __future__ import annotations

import unicodedata

from service.readable import cut, readable

TITLE_CHARS = 64
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def set_name(user_id: int, generation: int, bot_username: str) -> str:
    """Return `u<user id in base 36>_<generation>_by_<bot>`: at most 55 characters."""
    return f"u{_base36(user_id)}_{generation}_by_{bot_username}"


def set_link(name: str) -> str:
    """Return the address that opens the set in Telegram."""
    return f"https://t.me/addstickers/{name}"


def set_title(first_name: str, number: int) -> str:
    """Return `<first name>'s stickers`, from the second pack on with its number, whatever the name consists of.

    A name that is written from right to left comes last: before the English words it would turn their order around.
    """
    name = readable(first_name)
    before, after = (
        (f"{plain_title(number)}: ", "") if _is_right_to_left(name) else ("", f"'s {plain_title(number).lower()}")
    )
    name = cut(name, TITLE_CHARS - len(before + after))
    return f"{before}{name}{after}" if name else plain_title(number)


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


def _is_right_to_left(name: str) -> bool:
    """Return whether the first letter of a strong direction is Hebrew, Arabic or the like."""
    directions = (unicodedata.bidirectional(character) for character in name)
    return next((each for each in directions if each in ("L", "R", "AL")), "L") != "L"
