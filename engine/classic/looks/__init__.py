"""The looks of the classic engine, by the name the style files use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.classic.looks.toon import toon
from engine.classic.subject import Rgb, Subject
from engine.classic.variation import Variation

Look = Callable[[Subject, Variation], Rgb]

LOOKS: Mapping[str, Look] = MappingProxyType({"toon": toon})
