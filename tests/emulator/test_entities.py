"""Formatted text: the three parse modes and what is found unasked."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.errors import BotApiError
from emulator.text.entities import find_entities, parse_formatted


def kinds(entities: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [(entity["type"], entity["offset"], entity["length"]) for entity in entities]


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("😀<u>x</u>", "😀x", [("underline", 2, 1)]),
        ("  <b>a</b>  ", "a", [("bold", 0, 1)]),
        ("<b></b>x", "x", []),
        ("<a href='http://a.b/?x=1&amp;y'>l</a>", "l", [("text_link", 0, 1)]),
        ('<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1)]),
        ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ("&lt;b&gt; &#128512; &nbsp;", "<b> 😀 &nbsp;", []),
        ("<code>/start</code>", "/start", [("code", 0, 6)]),
    ],
)
def test_html_is_parsed(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    parsed, found = parse_formatted(source, "html")
    assert (parsed, kinds(found)) == (text, entities)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é<foo>", 'Unsupported start tag "foo" at byte offset 2'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<a href", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<a href=x!>", "Unexpected end of name token at byte offset 8"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<span class="x">a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_html_is_refused_as_tdlib_refuses_it(source: str, words: str) -> None:
    with pytest.raises(BotApiError) as refusal:
        parse_formatted(source, "HTML")
    assert refusal.value.message == f"can't parse entities: {words}"


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("*b _i_* __u__", "b i u", [("bold", 0, 3), ("italic", 2, 1), ("underline", 4, 1)]),
        ("~s~ ||p|| `c\\_`", "s p c_", [("strikethrough", 0, 1), ("spoiler", 2, 1), ("code", 4, 2)]),
        ("[l](http://a.b/\\)) \\.", "l .", [("text_link", 0, 1)]),
        ("```py\nx```", "x", [("pre", 0, 1)]),
        (">q\n>r\nx", "q\nr\nx", [("blockquote", 0, 3)]),
    ],
)
def test_markdown_v2_is_parsed(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    parsed, found = parse_formatted(source, "MarkdownV2")
    assert (parsed, kinds(found)) == (text, entities)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a.b", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a|b", "Character '|' is reserved and must be escaped with the preceding '\\'"),
        ("é*x", "Can't find end of Bold entity at byte offset 2"),
        ("[x](http", "Can't find end of a URL at byte offset 4"),
    ],
)
def test_broken_markdown_v2_is_refused_as_tdlib_refuses_it(source: str, words: str) -> None:
    with pytest.raises(BotApiError) as refusal:
        parse_formatted(source, "MarkdownV2")
    assert refusal.value.message == f"can't parse entities: {words}"


def test_the_old_markdown_does_not_nest() -> None:
    parsed, found = parse_formatted("*b* _i_ `c` [l](http://a.b) \\_", "Markdown")
    assert (parsed, kinds(found)) == (
        "b i c l _",
        [("bold", 0, 1), ("italic", 2, 1), ("code", 4, 1), ("text_link", 6, 1)],
    )


def test_an_explicit_list_is_checked_and_moved_with_the_text() -> None:
    _, found = parse_formatted(" 😀x", "", [{"type": "bold", "offset": 3, "length": 1}])
    assert kinds(found) == [("bold", 2, 1)]
    with pytest.raises(BotApiError, match="ends after the end of the text"):
        parse_formatted("x", "", [{"type": "bold", "offset": 0, "length": 2}])


def test_commands_links_mentions_and_hashtags_are_found() -> None:
    found = find_entities("/start@my_bot see t.me/x or https://a.b/c. @ada #hi a@b.com x/no")
    assert kinds(found) == [
        ("bot_command", 0, 13),
        ("url", 18, 6),
        ("url", 28, 13),
        ("mention", 43, 4),
        ("hashtag", 48, 3),
        ("email", 52, 7),
    ]
