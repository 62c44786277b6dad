"""The registry of models: the only place that names them all. A new model is one more line here."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.diffusion.models.face_to_sticker.record import FACE_TO_STICKER
from engine.errors import UnsupportedModel
from engine.model import FACE, INITIAL, MOST_PHOTOS, Input, Model, ResultFile
from engine.weights import weights_report

if TYPE_CHECKING:
    from engine.diffusion.model import DiffusionModel, ModelOptions

__all__ = ["DEFAULT_MODEL", "FACE_ID", "FACE_TO_STICKER", "MODELS", "PHOTOMAKER", "REACTIONS", "model", "open_models"]

FACE_ID = Model(
    name="ip-adapter-face-id",
    inputs=(Input(FACE, most=MOST_PHOTOS),),
    parameters=MappingProxyType({}),
    outputs=(ResultFile.PICTURE,),
)
PHOTOMAKER = Model(
    name="photomaker",
    inputs=(Input(FACE, most=MOST_PHOTOS), Input(INITIAL, least=0)),
    parameters=MappingProxyType({}),
    outputs=(ResultFile.PICTURE,),
)

# Of one face: a sticker for each mood, each a file of the result's `stickers`.
REACTIONS = Model(
    name="reactions",
    inputs=(Input(FACE),),
    parameters=MappingProxyType({"face_index": FACE_TO_STICKER.parameters["face_index"]}),
    outputs=(ResultFile.SHEET,),
)

MODELS = MappingProxyType({each.name: each for each in (FACE_TO_STICKER, FACE_ID, PHOTOMAKER, REACTIONS)})
DEFAULT_MODEL = FACE_TO_STICKER.name


def model(name: str) -> Model:
    """Return the model called `name`. Raises `UnsupportedModel`."""
    if name not in MODELS:
        raise UnsupportedModel(f"{name!r} is none of {', '.join(MODELS)}")
    return MODELS[name]


def open_models(options: ModelOptions) -> list[DiffusionModel[Any, Any]]:
    """Open the default model, and every other that the diffusion engine can run and whose weights are all there.

    Imports torch. Raises `EngineUnavailable` where the default model's weights are not all there.
    """

    def is_there(name: str) -> bool:
        return weights_report(options.weights, name, options.overrides).is_complete

    return [
        each.open_diffusion(options)
        for each in MODELS.values()
        if each.open_diffusion is not None and (each.name == DEFAULT_MODEL or is_there(each.name))
    ]
