"""The registry of models: the only place that names them all. A new model is one more line here."""

from __future__ import annotations

from types import MappingProxyType

from engine.errors import UnsupportedModel
from engine.model import FACE, INITIAL, Input, Model, ResultFile
from engine.parameters import PARAMETERS

MOST_PHOTOS = 32  # of one person; an archive with more is refused where it is read

FACE_TO_STICKER = Model(
    name="face-to-sticker",
    inputs=(Input(FACE, most=MOST_PHOTOS),),
    parameters=PARAMETERS,
    outputs=(ResultFile.STICKER, ResultFile.PICTURE, ResultFile.CUTOUT),
)
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

MODELS = MappingProxyType({each.name: each for each in (FACE_TO_STICKER, FACE_ID, PHOTOMAKER)})
DEFAULT_MODEL = FACE_TO_STICKER.name


def model(name: str) -> Model:
    """Return the model called `name`. Raises `UnsupportedModel`."""
    if name not in MODELS:
        raise UnsupportedModel(f"{name!r} is none of {', '.join(MODELS)}")
    return MODELS[name]
