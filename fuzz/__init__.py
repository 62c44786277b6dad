"""Fuzzing, for minutes and not in the suite: `make fuzz`. What strangers send is made up, and nothing may break."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz import archives, bodies, chat, pictures, words
from fuzz.target import Target

TARGETS: Mapping[str, Target] = {
    each.name: each for part in (pictures, archives, words, bodies, chat) for each in part.targets()
}
