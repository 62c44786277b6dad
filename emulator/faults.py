"""Fault injection: errors, delays and lost answers between a bot and Telegram, on demand.

A rule names what it concerns (`method`: a glob over Bot API methods, or `download`, `update`, `webhook`), whom
(`chat_id`, `user_id`), when (`after` skips that many matches, `count` ends it, `probability` with `seed`) and what
happens (`action`). Every time it fires, the number of the call is noted in `fired`, `has_fired` is set, and the call's
record names it.

| action | what happens | arguments |
|---|---|---|
| `error` | refused with an error; with 429 also `retry_after` | `code`, `description`, `retry_after` |
| `html` | a proxy's HTML page with status `code` (502), for a `download` too | `code` |
| `drop_before` | the connection closes, nothing was done | |
| `drop_after` | it was done, but the answer is lost | |
| `delay_before`, `delay_after` | done late; answered late | `seconds` |
| `stall` | done; half of the answer, then silence, then the connection closes | `seconds` |
| `truncate` | done; half of the JSON, or of the download, under a matching length | |
| `garbage` | done; not JSON | |
| `run` | `run()` is called first: the person blocks the bot, deletes the pack, ... (in Python only) | `run` |
| `slow`, `cut`, `wrong_length`, `expired` | of a `download` | `bytes_per_s`; `at_byte` |
| `duplicate`, `late` | of an `update` for a polling bot: queued twice; queued after `seconds` | `seconds` |
| `lost` | of a `webhook`: the bot's acceptance gets lost, so the update comes again | |
"""

from __future__ import annotations

import asyncio
import fnmatch
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ACTIONS = frozenset(
    {
        "error",
        "html",
        "drop_before",
        "drop_after",
        "delay_before",
        "delay_after",
        "stall",
        "truncate",
        "garbage",
        "run",
        "slow",
        "cut",
        "wrong_length",
        "expired",
        "duplicate",
        "late",
        "lost",
    }
)


@dataclass(slots=True)
class Fault:
    """One rule; see the module's table."""

    method: str
    action: str
    chat_id: int | None = None
    user_id: int | None = None
    after: int = 0
    count: int = 1
    probability: float = 1.0
    seed: int = 0
    code: int = 500
    description: str = ""
    retry_after: int = 0
    seconds: float = 0.0
    bytes_per_s: int = 0
    at_byte: int = 0
    run: Callable[[], None] | None = field(default=None, repr=False)
    fired: list[int] = field(default_factory=list)
    matches: int = 0
    has_fired: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"there is no action {self.action!r}; there are {', '.join(sorted(ACTIONS))}")
        self._random = random.Random(self.seed)

    _random: random.Random = field(init=False, repr=False, compare=False, default_factory=random.Random)

    def fires(self, method: str, parameters: Mapping[str, str]) -> bool:
        """Return whether the rule fires for this call; a call that matches is counted."""
        is_match = (
            fnmatch.fnmatchcase(method.lower(), self.method.lower())
            and (self.chat_id is None or parameters.get("chat_id") == str(self.chat_id))
            and (self.user_id is None or parameters.get("user_id") == str(self.user_id))
        )
        if not is_match:
            return False
        self.matches += 1
        is_due = self.matches > self.after and len(self.fired) < self.count
        return is_due and (self.probability >= 1 or self._random.random() < self.probability)

    def describe(self) -> dict[str, Any]:
        """Return the rule as JSON."""
        names = [name for name in self.__dataclass_fields__ if name not in {"run", "has_fired", "_random"}]
        return {name: getattr(self, name) for name in names}


class Faults:
    """The rules in force; the first that fires wins."""

    def __init__(self, rules: list[Fault] | None = None) -> None:
        self.rules = rules or []

    def add(self, method: str, action: str, **arguments: Any) -> Fault:
        """Add a rule and return it, to look at `fired` later.

        Raises `ValueError` for an unknown action, `TypeError` for an unknown argument.
        """
        fault = Fault(method, action, **arguments)
        self.rules.append(fault)
        return fault

    def clear(self, method: str = "", action: str = "") -> None:
        """Remove all rules, or those of a method and an action as they were added: everything works again."""
        self.rules = [
            rule for rule in self.rules if (method and rule.method != method) or (action and rule.action != action)
        ]

    def find(self, method: str, parameters: Mapping[str, str], number: int = 0) -> Fault | None:
        """Return the rule that fires for this call, after noting the call's number in it."""
        for rule in self.rules:
            if rule.fires(method, parameters):
                rule.fired.append(number)
                rule.has_fired.set()
                return rule
        return None
