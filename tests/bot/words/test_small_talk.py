"""Thanks and greetings are told from requests."""

from __future__ import annotations

import pytest

from bot.words.small_talk import SmallTalk, small_talk


@pytest.mark.parametrize(
    ("text", "talk"),
    [
        ("thanks", SmallTalk.THANKS),
        ("Thank you!!", SmallTalk.THANKS),
        ("that is great", SmallTalk.THANKS),
        ("Danke dir", SmallTalk.THANKS),
        ("¡Gracias!", SmallTalk.THANKS),
        ("дуже дякую", SmallTalk.THANKS),
        ("СПАСИБО", SmallTalk.THANKS),
        ("hi", SmallTalk.GREETING),
        ("¡Hola!", SmallTalk.GREETING),
        ("привет", SmallTalk.GREETING),
        ("thanks, now make it neon", None),
        ("great, #comic", None),
        ("neon", None),
        ("history", None),
        ("", None),
    ],
)
def test_small_talk_is_recognised(text: str, talk: SmallTalk | None) -> None:
    assert small_talk(text) is talk
