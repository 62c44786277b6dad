from __future__ import annotations

import pytest

from bot.words.captions import ParsedCaption, describes, find_style, parse_caption


@pytest.mark.parametrize(
    ("caption", "parsed"),
    [
        ("", ParsedCaption("")),
        ("a cowboy", ParsedCaption("a cowboy")),
        ("😀 a cowboy", ParsedCaption("a cowboy", "😀")),
        ("😀😎 🤠😀 a cowboy", ParsedCaption("a cowboy", "😀😎🤠")),
        ("👩🏽‍🚀", ParsedCaption("", "👩🏽‍🚀")),
        ("❤️ me", ParsedCaption("me", "❤️")),
        ("🇺🇦 me", ParsedCaption("me", "🇺🇦")),
        ("a cowboy 😀", ParsedCaption("a cowboy 😀")),
        ("#comic a cowboy", ParsedCaption("a cowboy", None, "comic")),
        ("a #Watercolor\n  cowboy", ParsedCaption("a cowboy", None, "watercolour")),
        ("#love me", ParsedCaption("#love me")),
        ("#love #neon me", ParsedCaption("#love me", None, "neon")),
        ("1 of 2", ParsedCaption("1 of 2")),
        (":) me", ParsedCaption(":) me")),
        ('"LOL"', ParsedCaption("", text="LOL")),
        ("🚀 “так и надо” #comic", ParsedCaption("", "🚀", "comic", text="так и надо")),
        ("„Moin“ am Meer", ParsedCaption("am Meer", text="Moin")),
        ("«olé» 「はい」", ParsedCaption("「はい」", text="olé")),
        ('"one\n\n two " three', ParsedCaption("three", text="one\ntwo")),
        ('"\u200b" me', ParsedCaption('"" me')),
        ('5" tall and 3" wide', ParsedCaption('5" tall and 3" wide')),
        ("it's 'me'", ParsedCaption("it's 'me'")),
        ("“watercolour”", ParsedCaption("“watercolour”")),
        ('seed=42 x="a b" "hi"', ParsedCaption('x="a b"', assignments={"seed": "42"}, text="hi")),
        ('"😂 lol"', ParsedCaption("", text="😂 lol")),
    ],
)
def test_a_caption_is_parsed(caption: str, parsed: ParsedCaption) -> None:
    assert parse_caption(caption) == parsed


UNSEEN = ["\u200b", "\ufeff", "\u2060", "\u200e", "\u00ad", "\u3164", "\u200d", "\ufe0f", "\u200b \ufeff"]


@pytest.mark.parametrize("unseen", UNSEEN)
@pytest.mark.parametrize("chosen", ["😎", "👍🏽", "👩🏽‍🚀", "❤️‍🔥", "🏴‍☠️", "🇩🇪", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧"])
def test_what_cannot_be_seen_around_an_emoji_is_nothing(chosen: str, unseen: str) -> None:
    assert parse_caption(f"{unseen}{chosen}{unseen} hello") == ParsedCaption("hello", chosen)
    assert parse_caption(f"{unseen}{chosen}{unseen}") == ParsedCaption("", chosen)
    assert parse_caption(unseen) == ParsedCaption("")


@pytest.mark.parametrize(
    ("caption", "parsed"),
    [
        ("❤\ufe0e hello", ParsedCaption("hello", "❤")),
        ("😎\u200d🤖 hello", ParsedCaption("hello", "😎🤖")),  # no emoji of the two is known
        ("👍\ufe0f🏽 hello", ParsedCaption("hello", "👍")),
        ("😎🏽 hello", ParsedCaption("hello", "😎")),
        ("🏽 hello", ParsedCaption("hello")),
        ("😎\u200b🤖 hello", ParsedCaption("hello", "😎🤖")),
        ("\u200b#comic\u200b", ParsedCaption("", None, "comic")),
        ("می\u200cخواهم", ParsedCaption("می\u200cخواهم")),  # a joiner that belongs to a word
    ],
)
def test_parts_of_emoji_that_belong_to_none_are_left_out(caption: str, parsed: ParsedCaption) -> None:
    assert parse_caption(caption) == parsed


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("comic", "comic"),
        ("  COMIC ", "comic"),
        ("#comic", "comic"),
        ("\u200bco\u00admic\ufeff", "comic"),
        ("com", "comic"),
        ("water color", "watercolour"),
        ("акварель", "watercolour"),
        ("baroque", None),
        ("", None),
        ("p", None),
    ],
)
def test_a_style_is_found_by_what_people_type(words: str, name: str | None) -> None:
    assert find_style(words) == name


@pytest.mark.parametrize(
    ("words", "is_description"),
    [
        ("riding a dragon", True),
        ("як пірат", True),
        ("mit Hut", True),
        ("en la luna", True),
        ("ready for launch", False),
        ("happy birthday", False),
        ("", False),
    ],
)
def test_a_description_is_told_from_what_is_said_beside(words: str, is_description: bool) -> None:
    assert describes(words) is is_description
