"""Fuzz what people write and press: captions, assignments, callback data, keywords, and what logs strike out."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as some

from bot.handlers import CALLBACKS
from bot.handlers.keywords import are_few_enough, keywords_of
from bot.redact import redact
from bot.words.assignments import explain_problems, join_assignments, read_options, take_assignments
from bot.words.buttons import emoji_from, parse_press
from bot.words.captions import describes, emoji_in, find_style, lines_of, parse_caption, style_of_words
from bot.words.small_talk import small_talk
from bot.words.translations import LANGUAGES
from engine.models import DEFAULT_MODEL, MODELS
from engine.styles import all_styles, is_style, style
from fuzz.target import Target, simple
from service.job_report import parse_reference
from service.readable import cut, graphemes, readable

# What the parsers look for, so that a text of many pieces goes deep into them.
_PIECES = [
    *"\"“”„«»»«「」『』＂'=:#@/\\{}()[]<>_-.,;!?*\n\t\0",
    *("\u200d", "\u200b", "\ufe0f", "\u202e", "\u0301", "\U0001f3fb", "\U0001f1e9", "\U000e0067", "\ud83d", "\ufeff"),
    *("😀", "👩‍💻", "🏳️‍🌈", "🇩🇪", "👍🏽", "❤️", "1️⃣", "seed=", "seed=42", "shape=badge", "style="),
    *("steps=30", "a=b", "comic"),
    *("#comic", "not ", "don't ", "no ", "instead of ", "не ", "不要", "بدون ", "the ", "with ", "pixel art", "без "),
    *(" ", "  ", "\u00a0", "\u3000", "9" * 40, "-1", "1e999", "nan", "true", "x" * 60, "/start", "/seed", "/ban job "),
    *("job 3f9a1c00", "tg:1234567", "bot123456:AAAA", "u1z_1_by_bot", "chat_id 12345", "Привет", "שלום", "مرحبا"),
]
TEXTS = some.one_of(
    some.text(max_size=200),
    some.lists(some.sampled_from(_PIECES) | some.text(max_size=3), max_size=60).map("".join),
    # One or two pieces over and over: where a pattern goes back too often, this is how it is found.
    some.builds(
        lambda one, two, times, end: ((one + two) * times)[:4096] + end,
        some.sampled_from(_PIECES),
        some.sampled_from(["", *_PIECES]),
        some.integers(100, 4096),
        some.sampled_from(["", *_PIECES]),
    ),
)
_STYLES = {each.name for each in all_styles()}


def check_words(text: str) -> None:
    """Read a text in every way that the bot reads one."""
    text = text[:4096]
    parsed = parse_caption(text)
    assert parsed.style is None or parsed.style in _STYLES
    assert parsed.prompt == " ".join(parsed.prompt.split())
    if parsed.emoji:
        assert emoji_in(parsed.emoji)
    assert style_of_words(parsed) in {None, *_STYLES}
    assert find_style(text) in {None, *_STYLES}
    describes(text)
    lines_of(text)
    small_talk(text)
    _, assignments = take_assignments(readable(text))
    again = take_assignments(join_assignments(assignments))
    assert set(again[1]) == set(assignments), (assignments, again)
    for model in (DEFAULT_MODEL, "photomaker"):
        options, problems = read_options(parsed.assignments, model, list(MODELS), MODELS[model].parameters)
        assert options.style is None or (is_style(options.style) and style(options.style))
        for language in LANGUAGES:
            assert explain_problems(language, problems) or not problems
    assert are_few_enough(keywords_of(text)) in (True, False)
    seen = readable(text)
    assert readable(seen) == seen
    assert "".join(graphemes(seen)) == seen
    assert len(cut(seen, 20)) <= 20
    start = parse_reference(text)
    assert start is None or (start.isalnum() and start.isascii())


def check_presses(data: str) -> None:
    """Read callback data: what is understood is written as it was read."""
    press = parse_press(data)
    if press is None:
        return
    assert parse_press(press.data()) == press
    assert len(press.data()) <= len(data)
    emoji_from(press.argument)
    for callback in CALLBACKS.values():
        callback.takes(press)


def check_redaction(text: str) -> None:
    """Strike out, and leave no token whatever stands around it."""
    token = "1234567890:AAF3abcdefghijklmnopqrstuvwxyz_-123"
    for around in (f"{text} {token} {text}", f"https://api.telegram.org/bot{token}/sendMessage {text}"):
        assert token not in redact(around)
    redact(text)


def _data() -> some.SearchStrategy[str]:
    version = some.sampled_from(["v1", "v0", "v2", "V1", ""])
    operation = some.sampled_from(sorted(CALLBACKS)) | some.text(max_size=8)
    job = some.sampled_from(["", "0123456789abcdef" * 2, "x"]) | some.text("0123456789abcdef", min_size=31, max_size=33)
    argument = some.text(max_size=42) | some.text("0123456789abcdef-", max_size=42)
    return some.builds(":".join, some.tuples(version, operation, job, argument)) | some.text(max_size=64)


def targets() -> Iterator[Target]:
    """Yield the parsers, each with a limit of time: a pattern that goes back and forth is found by it."""
    yield simple("captions", TEXTS, check_words, slow_s=1.0)
    yield simple("presses", _data(), check_presses, slow_s=0.2)
    yield simple("redaction", TEXTS, check_redaction, slow_s=0.5)
