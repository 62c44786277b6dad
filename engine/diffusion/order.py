"""What a request asks for, read and checked: style, words, parameters. Knows no network."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, UnidentifiedImageError

from engine.diffusion.text import fill_negative_prompt, fill_prompt
from engine.errors import PhotoUnusable, UnsupportedModel
from engine.models import FACE_TO_STICKER
from engine.parameters import FaceToStickerParameters, Value, read_parameters
from engine.pixels import Rgb
from engine.styles import Style, style
from engine.types import StickerRequest

DEFAULT_PROMPT = "a person"
NO_DEFAULTS: Mapping[str, Value] = {}


@dataclass(frozen=True, slots=True)
class Order:
    """A request whose style and parameters are known to be good."""

    request: StickerRequest
    style: Style
    parameters: FaceToStickerParameters

    @property
    def prompt(self) -> str:
        return fill_prompt(self.style.prompt, self.request.prompt.strip() or DEFAULT_PROMPT)

    @property
    def negative_prompt(self) -> str:
        return fill_negative_prompt(self.style.negative_prompt, self.parameters.negative_prompt.strip())

    @property
    def batch_key(self) -> Hashable:
        """Orders of equal keys can be drawn in one batch: same tensors, same schedule."""
        asked = self.parameters
        return len(self.request.faces), *asked.canvas, asked.steps, asked.depth_context

    def drawn_in(self, steps: int, guidance: float) -> Order:
        """The same order with the number of steps and the guidance of a way of drawing that leaves no choice."""
        return replace(self, parameters=replace(self.parameters, steps=steps, guidance=guidance))

    @property
    def photos_key(self) -> tuple[str, ...]:
        """Names the photos by their bytes."""
        return tuple(hashlib.sha256(photo).hexdigest() for photo in self.request.faces)


def read_order(request: StickerRequest, defaults: Mapping[str, Value] = NO_DEFAULTS) -> Order:
    """Return what `request` asks for; `defaults` are the parameters that it leaves open.

    Raises `UnsupportedModel`, `UnknownStyle`, `ParameterRefused`, `PhotoUnusable` where there is no photo.
    """
    if request.model != FACE_TO_STICKER.name:
        raise UnsupportedModel(f"{request.model!r}: this engine runs {FACE_TO_STICKER.name!r} only")
    if not request.faces:
        raise PhotoUnusable("the request has no photo")
    return Order(request, style(request.style), read_parameters({**defaults, **request.parameters}))


def decode_photo(photo: bytes) -> Rgb:
    """Open a photo as `StickerRequest` promises it. Raises `PhotoUnusable`."""
    try:
        with Image.open(io.BytesIO(photo), formats=("JPEG", "PNG")) as image:
            return np.array(image.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PhotoUnusable(str(error)) from error
