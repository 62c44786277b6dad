"""parse_mode HTML, with the refusals of TDLib's parser (td/telegram/MessageEntity.cpp, parse_html)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.errors import BotApiError, bad_request
from emulator.text.spans import Span, byte_offset

_TYPES = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
}
_CHARACTER = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.-]*")


@dataclass(slots=True)
class _OpenTag:
    """A start tag waiting for its end."""

    tag: str
    start: int
    attributes: dict[str, str] = field(default_factory=dict)


class _HtmlParser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text: list[str] = []
        self.length = 0
        self.open: list[_OpenTag] = []
        self.spans: list[Span] = []

    def parse(self) -> tuple[str, list[Span]]:
        while self.at < len(self.source):
            if self.source[self.at] != "<":
                self._character()
            elif self.source.startswith("</", self.at):
                self._end_tag()
            else:
                self._start_tag()
        if self.open:
            raise _refusal(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.text), self.spans

    def _error(self, words: str, at: int) -> BotApiError:
        return _refusal(f"{words} at byte offset {byte_offset(self.source, at)}")

    def _character(self) -> None:
        match = _CHARACTER.match(self.source, self.at)
        piece = html.unescape(match.group()) if match else self.source[self.at]
        self.at = match.end() if match else self.at + 1
        self.text.append(piece)
        self.length += len(piece)

    def _start_tag(self) -> None:
        begin = self.at
        end = self._scan(begin + 1, lambda letter: letter.isspace() or letter == ">")
        if end >= len(self.source):
            raise self._error("Unclosed start tag", begin)
        tag = self.source[begin + 1 : end].lower()
        if tag not in _TYPES:
            raise self._error(f'Unsupported start tag "{tag}"', begin)
        self.at = end
        attributes = self._attributes(tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        if tag == "tg-emoji" and not attributes.get("emoji-id", "").isdigit():
            raise self._error("Invalid custom emoji identifier specified", begin)
        self.open.append(_OpenTag(tag, self.length, attributes))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        """Read up to and over the closing `>`."""
        found: dict[str, str] = {}
        while True:
            self._skip_spaces()
            if self.at >= len(self.source):
                raise self._error("Unclosed start tag", begin)
            if self.source[self.at] == ">":
                self.at += 1
                return found
            name, value = self._attribute(tag, begin)
            found[name] = value

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        start = self.at
        self.at = self._scan(start, lambda letter: letter.isspace() or letter in "=>")
        name = self.source[start : self.at].lower()
        if not name:
            raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
        if tag == "blockquote" and name == "expandable":
            return name, ""
        self._skip_spaces()
        if self.source[self.at : self.at + 1] != "=":
            raise self._error(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin)
        self.at += 1
        self._skip_spaces()
        if self.at >= len(self.source):
            raise self._error("Unclosed start tag", begin)
        return name, self._value(begin)

    def _value(self, begin: int) -> str:
        start, quote = self.at, self.source[self.at]
        if quote not in "'\"":
            self.at = self._scan(start, lambda letter: not _NAME_TOKEN.fullmatch(letter))
            if self.at < len(self.source) and not (self.source[self.at].isspace() or self.source[self.at] == ">"):
                raise self._error("Unexpected end of name token", start)
            return self.source[start : self.at].lower()
        end = self.source.find(quote, start + 1)
        if end < 0:
            raise self._error("Unclosed start tag", begin)
        self.at = end + 1
        return html.unescape(self.source[start + 1 : end])

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise self._error("Unexpected end tag", begin)
        end = self._scan(begin + 2, lambda letter: letter.isspace() or letter == ">")
        found = self.source[begin + 2 : end].lower()
        self.at = end
        self._skip_spaces()
        if self.source[self.at : self.at + 1] != ">":
            raise self._error("Unclosed end tag", begin)
        self.at += 1
        expected = self.open[-1].tag
        if found and found != expected:
            where = byte_offset(self.source, begin)
            found_tag = f'expected "</{expected}>", found "</{found}>"'
            raise _refusal(f"Unmatched end tag at byte offset {where}, {found_tag}")
        self._close(self.open.pop())

    def _close(self, opened: _OpenTag) -> None:
        if self.length == opened.start:
            return
        span = Span(_TYPES[opened.tag], opened.start, self.length)
        attributes = opened.attributes
        if opened.tag == "a":
            span.extra = {"url": attributes.get("href") or "".join(self.text)[opened.start :]}
        elif opened.tag == "tg-emoji":
            span.extra = {"custom_emoji_id": attributes["emoji-id"]}
        elif opened.tag == "code" and attributes.get("class", "").startswith("language-"):
            span.extra = {"language": attributes["class"].removeprefix("language-")}
        elif "expandable" in attributes:
            span.type = "expandable_blockquote"
        self.spans.append(span)

    def _skip_spaces(self) -> None:
        self.at = self._scan(self.at, lambda letter: not letter.isspace())

    def _scan(self, start: int, stops: Callable[[str], bool]) -> int:
        while start < len(self.source) and not stops(self.source[start]):
            start += 1
        return start


def _refusal(words: str) -> BotApiError:
    return bad_request(f"can't parse entities: {words}")


def parse_html(source: str) -> tuple[str, list[Span]]:
    """Return the text and its spans. Raises `BotApiError` `can't parse entities: ...`."""
    text, spans = _HtmlParser(source).parse()
    return text, _join_code_blocks(spans)


def _join_code_blocks(spans: list[Span]) -> list[Span]:
    """Join `<pre><code class="language-x">` to one block with a language; a language outside of pre means nothing."""
    languages = {(span.start, span.end): span for span in spans if span.type == "code" and span.extra}
    joined = []
    for span in spans:
        if span.type == "pre" and (code := languages.get((span.start, span.end))):
            span.extra = code.extra
            joined.append(span)
        elif not (span.type == "code" and any(p.type == "pre" and p.start <= span.start < p.end for p in spans)):
            span.extra = {} if span.type == "code" else span.extra
            joined.append(span)
    return joined
