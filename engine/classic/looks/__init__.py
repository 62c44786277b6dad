"""The looks of the classic engine, by the name the style files use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.classic.looks.comic import comic
from engine.classic.looks.drawing import Drawing
from engine.classic.looks.neon import neon
from engine.classic.looks.pencil import pencil
from engine.classic.looks.photo import photo
from engine.classic.looks.pixel import pixel
from engine.classic.looks.poster import poster
from engine.classic.looks.toon import toon
from engine.classic.looks.watercolour import watercolour
from engine.classic.study import Study
from engine.classic.variation import Variation

Look = Callable[[Study, Variation], Drawing]

LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "toon": toon,
        "comic": comic,
        "poster": poster,
        "watercolour": watercolour,
        "pencil": pencil,
        "pixel": pixel,
        "neon": neon,
        "photo": photo,
    }
)
