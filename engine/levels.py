"""Levels: a model's parameters in words a person understands, as values that go together. Knows no engine.

Each is a step to either side of what the model draws by default; a level of a model that has none changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from engine.models import FACE_ID, FACE_TO_STICKER, PHOTOMAKER
from engine.parameters import Value

Level = Mapping[str, Mapping[str, Value]]  # parameters by word

NORMAL: Final = "normal"
SPEED: Final = ("normal", "quick", "fine")  # fewer steps, or more
LIKENESS: Final = ("normal", "less", "more")  # how much of the person's own face is kept
STRENGTH: Final = ("normal", "soft", "strong")  # how strictly style and words are followed

_LEVELS: Final[Mapping[str, Mapping[str, Level]]] = MappingProxyType(
    {
        FACE_TO_STICKER.name: {
            "speed": {"quick": {"steps": 12}, "fine": {"steps": 35}},
            "likeness": {
                "less": {"instant_id_strength": 0.75, "ip_adapter_weight": 0.1},
                "more": {"instant_id_strength": 1.0, "ip_adapter_weight": 0.35},
            },
            "strength": {"soft": {"guidance": 5.0}, "strong": {"guidance": 9.0}},
        },
        FACE_ID.name: {
            "speed": {"quick": {"steps": 25}, "fine": {"steps": 80}},
            "strength": {"soft": {"guidance": 5.0}, "strong": {"guidance": 10.0}},
        },
        PHOTOMAKER.name: {
            "speed": {"quick": {"steps": 25}, "fine": {"steps": 80}},
            "likeness": {"less": {"style_strength": 35}, "more": {"style_strength": 12}},
            "strength": {"soft": {"guidance": 3.5}, "strong": {"guidance": 7.5}},
        },
    }
)


def levels_of(model: str, effective: Collection[str]) -> list[str]:
    """Return the names of the levels that `model` has, as far as all their parameters are `effective`."""
    return [
        name
        for name, level in _LEVELS.get(model, {}).items()
        if all(parameter in effective for values in level.values() for parameter in values)
    ]


def parameters_of(model: str, words: Mapping[str, str]) -> dict[str, Value]:
    """Return the parameters of the chosen levels: `words` by the levels' names. Unknown ones change nothing."""
    levels = _LEVELS.get(model, {})
    return {
        parameter: value
        for name, word in words.items()
        for parameter, value in levels.get(name, {}).get(word, {}).items()
    }
