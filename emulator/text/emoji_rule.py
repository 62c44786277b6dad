"""What counts as one emoji for a sticker: TDLib's rule (td/utils/emoji.cpp) over the Unicode table of `emoji`."""

from __future__ import annotations

from functools import cache

import emoji

_ZERO_WIDTH_JOINER = "\u200d"
_VARIATION_SELECTOR = "\ufe0f"
_MAX_PART_BYTES = 31


@cache
def _parts() -> frozenset[str]:
    """Return every piece that occurs between zero-width joiners, with and without the variation selector."""
    whole = [part for known in emoji.EMOJI_DATA for part in known.split(_ZERO_WIDTH_JOINER)]
    bare = [part.replace(_VARIATION_SELECTOR, "") for part in whole]
    return frozenset(part for part in [*whole, *bare] if part and not _is_plain(part))


def _is_plain(part: str) -> bool:
    """Return whether it is a digit, # or *, emoji only with their keycap, or a lone regional indicator, never one."""
    return part.isascii() or (len(part) == 1 and "\U0001f1e6" <= part <= "\U0001f1ff")


def is_emoji(text: str) -> bool:
    """Return whether `text` is exactly one emoji; joined parts are looked up one by one."""
    return bool(text) and all(
        len(part.encode()) <= _MAX_PART_BYTES
        and not _parts().isdisjoint({part, part.removesuffix(_VARIATION_SELECTOR)})
        for part in text.split(_ZERO_WIDTH_JOINER)
    )
