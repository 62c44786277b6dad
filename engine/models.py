"""The registry of models: the only place that names them all. A new model is one more line here."""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.diffusion.models.face_id.record import FACE_ID
from engine.diffusion.models.face_to_sticker.record import FACE_TO_STICKER
from engine.diffusion.models.photomaker.record import PHOTOMAKER
from engine.errors import EngineUnavailable, UnsupportedModel
from engine.model import FACE, Input, Model, ResultFile

if TYPE_CHECKING:
    from engine.diffusion.model import DiffusionModel, ModelOptions

logger = logging.getLogger(__name__)

__all__ = [
    "DEFAULT_MODEL",
    "FACE_ID",
    "FACE_TO_STICKER",
    "MODELS",
    "PHOTOMAKER",
    "REACTIONS",
    "SHEETS",
    "STYLES",
    "model",
    "open_models",
]

# Of one face: a sticker for each mood, each a file of the result's `stickers`.
REACTIONS = Model(
    name="reactions",
    inputs=(Input(FACE),),
    parameters=MappingProxyType({"face_index": FACE_TO_STICKER.parameters["face_index"]}),
    outputs=(ResultFile.SHEET,),
)

# Of one photo: a small WebP in every style, to choose from, each named `<style>.webp`, in the order of the styles.
STYLES = Model(
    name="styles",
    inputs=(Input(FACE),),
    parameters=MappingProxyType({name: FACE_TO_STICKER.parameters[name] for name in ("face_index", "allow_no_face")}),
    outputs=(),
)

MODELS = MappingProxyType({each.name: each for each in (FACE_TO_STICKER, FACE_ID, PHOTOMAKER, REACTIONS, STYLES)})
SHEETS = frozenset({REACTIONS.name, STYLES.name})  # models of many small pictures: nobody chooses one to draw a photo
DEFAULT_MODEL = FACE_TO_STICKER.name


def model(name: str) -> Model:
    """Return the model called `name`. Raises `UnsupportedModel`."""
    if name not in MODELS:
        raise UnsupportedModel(f"{name!r} is none of {', '.join(MODELS)}")
    return MODELS[name]


def open_models(options: ModelOptions) -> list[DiffusionModel[Any, Any]]:
    """Open every model that the diffusion engine can run and whose weights are all there, the default one first.

    Imports torch. Raises `EngineUnavailable`, as the default model does, where the weights of none are all there.
    """

    opened, missing = [], list[EngineUnavailable]()
    for each in MODELS.values():
        if each.open_diffusion is None:
            continue
        try:
            opened.append(each.open_diffusion(options))
        except EngineUnavailable as error:
            missing.append(error)
            logger.info("%s is not offered: %s", each.name, error)
    if not opened:
        raise missing[0]
    return opened
