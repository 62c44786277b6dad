"""What the engine can do, as far as there are buttons for it. Knows no chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.words.assignments import Options, WrongAssignment, read_options
from engine.levels import levels_of
from engine.models import DEFAULT_MODEL, MODELS, REACTIONS, SHEETS, STYLES
from engine.types import Note, Shape
from service.engines import EngineAbilities
from storage.records import JobResult

ALLOW_NO_FACE = "allow_no_face"


@dataclass(frozen=True, slots=True)
class Offers:
    """Say what may be asked of the engine now; nothing, where none is known."""

    engine: EngineAbilities | None = None

    @property
    def models(self) -> frozenset[str]:
        return self.engine.models if self.engine else frozenset()

    @property
    def parameters(self) -> frozenset[str]:
        """Return the names of those that have an effect."""
        return self.engine.parameters if self.engine else frozenset()

    @property
    def shapes(self) -> frozenset[Shape]:
        """Return the shapes that can be made, never AUTO."""
        return self.engine.shapes if self.engine else frozenset()

    @property
    def choices(self) -> list[str]:
        """Return the models that draw a photo, the default one first."""
        return [name for name in MODELS if name in self.models and name not in SHEETS]

    def model_for(self, wanted: str | None) -> str:
        """Return the model that draws for somebody who chose `wanted`, which may not run any more."""
        choices = self.choices or [DEFAULT_MODEL]
        return wanted if wanted in choices else choices[0]

    def levels(self, model: str) -> list[str]:
        """Return the names of a model's levels, as far as they have an effect."""
        return levels_of(model, self.parameters)

    def read(self, assignments: Mapping[str, str], model: str) -> tuple[Options, list[WrongAssignment]]:
        """Read `key=value` words for the model that draws, or the one that they name; what is wrong is left out."""
        return read_options(assignments, model, self.choices, self.parameters)

    @property
    def no_face(self) -> bool:
        """Return whether a photo without a face can be drawn."""
        return ALLOW_NO_FACE in self.parameters

    @property
    def has_styles(self) -> bool:
        """Return whether a photo can be shown in every style on one picture."""
        return STYLES.name in self.models

    def has_reactions(self, result: JobResult) -> bool:
        """Return whether the face of a sticker can be drawn in every mood."""
        return REACTIONS.name in self.models and Note.NO_FACE not in result.notes

    def other_shapes(self, result: JobResult) -> list[Shape]:
        """Return the shapes that a sticker could have instead, in the order of `Shape`.

        Without a face there is a cut-out, which is a FIGURE, and a badge.
        """
        made = Shape(result.shape)
        fitting = set(Shape) - {made}
        if Note.NO_FACE in result.notes:
            fitting = {Shape.FIGURE if made is Shape.BADGE else Shape.BADGE}
        return [shape for shape in Shape if shape in self.shapes & fitting]
