"""What a person may set for every sticker to come: a word of a few for each setting. Knows no chat.

Style, seed, language and model have columns of their own (`storage.records.User`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from engine.levels import LIKENESS, SPEED, STRENGTH
from engine.types import Outline, Shape
from storage.records import User

HOUR_S: Final = 3600.0

# The words of every setting, the default one first.
CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "shape": tuple(each.value for each in Shape),
        "outline": (Outline.AUTO.value, Outline.WHITE.value, Outline.BLACK.value, Outline.NONE.value),
        "pack": ("on", "off"),  # off: a sticker comes with a button that adds it
        "photo": ("usual", "hour", "none"),  # how long photos are kept; none: until the sticker is delivered
        "speed": SPEED,
        "likeness": LIKENESS,
        "strength": STRENGTH,
        "news": ("on", "off"),  # what the operators write to everybody
    }
)


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """The settings of one person, each one of the words in `CHOICES`."""

    shape: str = "auto"
    outline: str = "auto"
    pack: str = "on"
    photo: str = "usual"
    speed: str = "normal"
    likeness: str = "normal"
    strength: str = "normal"
    news: str = "on"

    @classmethod
    def of(cls, user: User) -> PersonSettings:
        """Return what a person chose, and the default of what is no choice, or none any more."""
        return cls(**{name: word for name, word in user.settings.items() if word in CHOICES.get(name, ())})

    @property
    def levels(self) -> dict[str, str]:
        """The words of the levels of `engine.levels`, by their names."""
        return {"speed": self.speed, "likeness": self.likeness, "strength": self.strength}

    @property
    def adds_to_pack(self) -> bool:
        """Whether a sticker goes into the pack without being asked for."""
        return self.pack == "on"

    @property
    def wants_news(self) -> bool:
        """Whether the person wants to read what is written to everybody."""
        return self.news == "on"

    def photos_s(self, usual_s: float) -> float:
        """Return for how many seconds photos are kept: `usual_s` at most, 0 until the sticker is delivered."""
        return {"usual": usual_s, "hour": min(HOUR_S, usual_s), "none": 0.0}[self.photo]
