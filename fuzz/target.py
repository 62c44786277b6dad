"""A target is what makes inputs, and what must hold for each of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from hypothesis.strategies import SearchStrategy

Check = Callable[[Any], None]  # raises where something does not hold


@dataclass(frozen=True, slots=True)
class Target:
    """What is fuzzed: `open` prepares it (a server, a chat) and gives the inputs and their check.

    An input may take `slow_s` seconds; one that takes longer is found, as a crash is.
    """

    name: str
    open: Callable[[], AbstractContextManager[tuple[SearchStrategy[Any], Check]]]
    slow_s: float


def simple(name: str, inputs: SearchStrategy[Any], check: Check, slow_s: float) -> Target:
    """Return a target that needs no preparation."""
    return Target(name, lambda: nullcontext((inputs, check)), slow_s)
