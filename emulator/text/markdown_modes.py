"""parse_mode MarkdownV2 and the older Markdown, with the refusals of TDLib's parsers (MessageEntity.cpp)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emulator.errors import BotApiError, bad_request
from emulator.text.spans import Span, byte_offset

_RESERVED = "_*[]()~`>#+-=|{}.!"
# Longest mark first: ``` before `, __ before _.
_MARKS = {
    "```": ("pre", "Pre"),
    "||": ("spoiler", "Spoiler"),
    "__": ("underline", "Underline"),
    "![": ("custom_emoji", "CustomEmoji"),
    "*": ("bold", "Bold"),
    "_": ("italic", "Italic"),
    "~": ("strikethrough", "Strikethrough"),
    "`": ("code", "Code"),
    "[": ("text_link", "TextUrl"),
}
_ENDS = {"![": "]", "[": "]"}
_CODE = frozenset({"```", "`"})


@dataclass(slots=True)
class _OpenMark:
    mark: str
    start: int
    at: int
    language: str = ""


class _MarkdownParser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text = ""
        self.open: list[_OpenMark] = []
        self.spans: list[Span] = []
        self.quote_start: int | None = None

    def parse(self) -> tuple[str, list[Span]]:
        while self.at < len(self.source):
            self._step()
        self._end_quote()
        if self.open:
            opened = self.open[-1]
            where = byte_offset(self.source, opened.at)
            raise _refusal(f"Can't find end of {_MARKS[opened.mark][1]} entity at byte offset {where}")
        return self.text, self.spans

    def _step(self) -> None:
        letter = self.source[self.at]
        follower = self.source[self.at + 1 : self.at + 2]
        if letter == "\\" and follower and ord(follower) <= 126:
            self._take(follower, 2)
        elif letter not in ("`" if self._in_code() else _RESERVED):
            self._take(letter, 1)
        elif self.open and self.source.startswith(self._end_mark(), self.at):
            self._end()
        else:
            self._begin(letter)

    def _take(self, letter: str, width: int) -> None:
        self.text += letter
        self.at += width
        if letter == "\n" and not self.source.startswith(">", self.at):
            self._end_quote()

    def _in_code(self) -> bool:
        return bool(self.open) and self.open[-1].mark in _CODE

    def _end_mark(self) -> str:
        mark = self.open[-1].mark
        return _ENDS.get(mark, mark)

    def _begin(self, letter: str) -> None:
        if letter == ">" and (not self.text or self.text.endswith("\n")):
            self.quote_start = len(self.text) if self.quote_start is None else self.quote_start
            self.at += 1
            return
        for mark in _MARKS:
            if self.source.startswith(mark, self.at) and not self._in_code():
                break
        else:
            raise _refusal(f"Character '{letter}' is reserved and must be escaped with the preceding '\\'")
        opened = _OpenMark(mark, len(self.text), self.at)
        self.at += len(mark)
        if mark == "```" and (language := re.match(r"([^\s`]*)\n", self.source[self.at :])):
            opened.language = language.group(1)
            self.at += language.end()
        self.open.append(opened)

    def _end(self) -> None:
        self.at += len(self._end_mark())
        opened = self.open.pop()
        span = Span(_MARKS[opened.mark][0], opened.start, len(self.text))
        if opened.mark in _ENDS:
            span.extra = self._target(opened)
        elif opened.language:
            span.extra = {"language": opened.language}
        if span.end > span.start:
            self.spans.append(span)

    def _target(self, opened: _OpenMark) -> dict[str, str]:
        """Read the `(url)` after a link's text; the text itself where there is none."""
        url = self.text[opened.start :]
        if self.source.startswith("(", self.at):
            start = self.at + 1
            match = re.match(r"(?:\\.|[^)\\])*", self.source[start:])
            end = start + (match.end() if match else 0)
            if end >= len(self.source):
                raise _refusal(f"Can't find end of a URL at byte offset {byte_offset(self.source, start)}")
            url = re.sub(r"\\(.)", r"\1", self.source[start:end])
            self.at = end + 1
        if opened.mark == "![":
            if not url.startswith("tg://emoji?id="):
                raise _refusal("Custom emoji URL must have scheme tg")
            return {"custom_emoji_id": url.removeprefix("tg://emoji?id=")}
        return {"url": url}

    def _end_quote(self) -> None:
        if self.quote_start is not None:
            end = len(self.text.rstrip("\n"))
            if end > self.quote_start:
                self.spans.append(Span("blockquote", self.quote_start, end))
            self.quote_start = None


def _refusal(words: str) -> BotApiError:
    return bad_request(f"can't parse entities: {words}")


def parse_markdown_v2(source: str) -> tuple[str, list[Span]]:
    """Return the text and its spans. Raises `BotApiError` `can't parse entities: ...`."""
    return _MarkdownParser(source).parse()


_OLD_TYPES = {"*": "bold", "_": "italic", "`": "code", "```": "pre"}


def parse_markdown(source: str) -> tuple[str, list[Span]]:
    """Return the text and its spans in the old mode: no nesting, a backslash escapes only its own four characters.

    Raises `BotApiError` `can't parse entities: ...`.
    """
    text, spans, at = "", [], 0
    while at < len(source):
        letter = source[at]
        if letter == "\\" and source[at + 1 : at + 2] and source[at + 1] in "_*`[":
            text, at = text + source[at + 1], at + 2
        elif letter == "[" and (link := re.match(r"\[([^\]]*)\]\(([^)]*)\)", source[at:])):
            spans.append(Span("text_link", len(text), len(text) + len(link[1]), {"url": link[2]}))
            text, at = text + link[1], at + link.end()
        elif letter in "*_`":
            mark = "```" if source.startswith("```", at) else letter
            end = source.find(mark, at + len(mark))
            if end < 0:
                where = byte_offset(source, at)
                raise _refusal(f"Can't find end of the entity starting at byte offset {where}")
            inner = source[at + len(mark) : end]
            if inner:
                spans.append(Span(_OLD_TYPES[mark], len(text), len(text) + len(inner)))
            text, at = text + inner, end + len(mark)
        else:
            text, at = text + letter, at + 1
    return text, spans
