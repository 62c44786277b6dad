"""The styles of the portrait engine, by the name of the drawing that the style files use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.portrait.figure import Figure
from engine.portrait.styles import (
    caricature,
    cel,
    comic,
    ink,
    neon,
    pencil,
    photo,
    pixel,
    popart,
    poster,
    toon,
    watercolour,
)
from engine.portrait.styles.drawing import Drawing
from engine.portrait.variation import Variation

Draw = Callable[[Figure, Variation], Drawing]

STYLES: Mapping[str, Draw] = MappingProxyType(
    {
        "toon": toon.draw,
        "cel": cel.draw,
        "comic": comic.draw,
        "poster": poster.draw,
        "watercolour": watercolour.draw,
        "pencil": pencil.draw,
        "caricature": caricature.draw,
        "popart": popart.draw,
        "ink": ink.draw,
        "pixel": pixel.draw,
        "neon": neon.draw,
        "photo": photo.draw,
    }
)
