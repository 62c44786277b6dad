from __future__ import annotations

import pytest

from emulator.text.emoji_rule import is_emoji


@pytest.mark.parametrize("text", ["❤", "❤️", "👍🏽", "👨‍👩‍👧", "🏳️‍🌈", "1️⃣", "🇺🇦", "©", "™", "♀", "🏽", "😀", "🫠"])
def test_one_emoji_is_accepted(text: str) -> None:
    assert is_emoji(text)


@pytest.mark.parametrize("text", ["1", "#", ":)", "", "😀😀", "🇺", "a", "😀 ", "❤️❤️", "\u200d", "😀\u200d", "é"])
def test_anything_else_is_refused(text: str) -> None:
    assert not is_emoji(text)
