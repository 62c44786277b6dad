"""What a check found, and how it is printed: a mark, a name, a sentence, and what to do about it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from rich.console import Console

from bot.redact import redact

_NAME_WIDTH = 10
_INDENT = 2 + _NAME_WIDTH + 1


class Level(StrEnum):
    """The mark of a finding. Only a problem keeps the bot from its work."""

    WELL = "✓"
    NOTE = "!"
    PROBLEM = "✗"


_COLOURS = {Level.WELL: "green", Level.NOTE: "yellow", Level.PROBLEM: "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what it is about, how well it is, what was found, and the remedy."""

    name: str
    level: Level
    text: str
    remedy: str = ""


def well(name: str, text: str, remedy: str = "") -> Finding:
    """Return a finding that all is well."""
    return Finding(name, Level.WELL, text, remedy)


def note(name: str, text: str, remedy: str = "") -> Finding:
    """Return a finding that is worth a look."""
    return Finding(name, Level.NOTE, text, remedy)


def problem(name: str, text: str, remedy: str = "") -> Finding:
    """Return a finding that has to be mended."""
    return Finding(name, Level.PROBLEM, text, remedy)


def print_finding(console: Console, finding: Finding) -> None:
    """Print a finding without any token; wrapped in a terminal, in whole lines for a program that reads them."""
    console.print(f"[{_COLOURS[finding.level]}]{finding.level}[/] {finding.name:<{_NAME_WIDTH}} ", end="")
    text, remedy = redact(finding.text), redact(finding.remedy)
    if console.is_terminal:
        width = max(30, min(console.width, 100) - _INDENT - 1)
        text = _wrapped(text, width, "")
        remedy = _wrapped(remedy, width, "  ")
    console.print(text, markup=False, soft_wrap=True)
    if remedy:
        console.print(f"{' ' * _INDENT}→ {remedy}", markup=False, soft_wrap=True)


def without_password(address: str) -> str:
    """Return a web address without the user and password that may stand in it."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _wrapped(text: str, width: int, indent: str) -> str:
    lines = textwrap.wrap(text, width - len(indent), break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * _INDENT}{indent}".join(lines)
