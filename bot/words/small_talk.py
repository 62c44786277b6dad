"""Recognise thanks and greetings, in all our languages: they want a friendly word, no drawing. Knows no chat."""

from __future__ import annotations

import re
from enum import StrEnum


class SmallTalk(StrEnum):
    """What somebody says without asking for anything; the value is the sentence that answers it."""

    THANKS = "words-thanks"
    GREETING = "words-greeting"


_THANKS = re.compile(
    r"\b(?:thanks|thank you|thankyou|thx|ty|tysm|cool|great|nice|awesome|amazing|perfect|lovely|love it|wow|haha|lol"
    r"|danke|dankeschön|super|toll|klasse|genial|gracias|qué bueno|me encanta"
    r"|дякую|спасибі|дяки|круто|супер|клас|чудово|спасибо|класс|здорово|отлично"
    r"|obrigado|obrigada|valeu|brigado|brigada|que legal|muito legal|adorei|amei|ótimo|ótima|perfeito|perfeita|kkk+"
    r"|شكرا|شكرًا|شكراً|مشكور|تسلم|رائع|رائعة|جميل|جميلة|ممتاز|ههه+)\b"
    r"|谢谢|多谢|感谢|謝謝|太棒|真棒|很棒|好看|厉害|哈哈",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\W*(?:hi|hello|hey|hiya|good (?:morning|evening)|hallo|moin|servus|guten (?:tag|morgen|abend)|hola|buenas"
    r"|buenos días|привіт|вітаю|добрий день|привет|здравствуй|здравствуйте|добрый день"
    r"|oi|olá|ola|opa|bom dia|boa tarde|boa noite|مرحبا|مرحبًا|أهلا|أهلًا|اهلا|السلام عليكم|صباح الخير|مساء الخير)\b"
    r"|\W*(?:你好|您好|嗨|哈喽|早上好|晚上好)",
    re.IGNORECASE,
)
# Thanks that go on to ask: "thanks, now make it neon".
_REQUEST = re.compile(
    r"\b(?:make|draw|try|now|please|but|mach|zeichne|jetzt|bitte|aber|haz|hazlo|ahora|por favor|pero"
    r"|зроби|намалюй|тепер|але|сделай|нарисуй|теперь|но"
    r"|faça|faz|desenhe|desenha|agora|por favor|mas|اصنع|ارسم|الآن|الان|من فضلك|لكن)\b"
    r"|画|做|改|换|现在|请|但",
    re.IGNORECASE,
)


def small_talk(text: str) -> SmallTalk | None:
    """Return which kind of small talk `text` is; None where it may ask for something."""
    if _REQUEST.search(text) or "#" in text:
        return None
    if _THANKS.search(text):
        return SmallTalk.THANKS
    return SmallTalk.GREETING if _GREETING.match(text) else None
