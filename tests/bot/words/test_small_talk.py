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
        ("muito obrigada", SmallTalk.THANKS),
        ("谢谢你", SmallTalk.THANKS),
        ("شكرًا جزيلا", SmallTalk.THANKS),
        ("hi", SmallTalk.GREETING),
        ("¡Hola!", SmallTalk.GREETING),
        ("привет", SmallTalk.GREETING),
        ("oi, tudo bem?", SmallTalk.GREETING),
        ("你好呀", SmallTalk.GREETING),
        ("السلام عليكم", SmallTalk.GREETING),
        ("谢谢，再画一张霓虹", None),
        ("obrigado, agora faça neon", None),
        ("thanks, now make it neon", None),
        ("great, #comic", None),
        ("neon", None),
        ("history", None),
        ("", None),
    ],
)
def test_small_talk_is_recognised(text: str, talk: SmallTalk | None) -> None:
    assert small_talk(text) is talk
