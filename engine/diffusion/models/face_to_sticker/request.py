"""What a request asks of face-to-sticker, read and checked: style, words, parameters. Knows no network."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

from engine.diffusion.model import canvas
from engine.diffusion.models.face_to_sticker.record import FaceToStickerParameters
from engine.diffusion.progress import AROUND
from engine.diffusion.text import estimate_chunks, fill_negative_prompt, fill_prompt
from engine.errors import PhotoUnusable
from engine.parameters import Value
from engine.styles import Style, style
from engine.types import StickerRequest

DEFAULT_PROMPT = "a person"
NO_DEFAULTS: Mapping[str, Value] = {}


@dataclass(frozen=True, slots=True)
class FaceToStickerRequest:
    """A request whose style and parameters are known to be good."""

    request: StickerRequest
    style: Style
    parameters: FaceToStickerParameters
    canvas_px: int = 0

    @property
    def canvas(self) -> tuple[int, int]:
        """(width, height) in px that the networks draw."""
        return canvas(self.parameters.width, self.parameters.height, self.canvas_px)

    @property
    def prompt(self) -> str:
        """The style's template with the person's words."""
        return fill_prompt(self.style.prompt, self.request.prompt.strip() or DEFAULT_PROMPT)

    @property
    def negative_prompt(self) -> str:
        """The style's negative template with the person's words."""
        return fill_negative_prompt(self.style.negative_prompt, self.parameters.negative_prompt.strip())

    @property
    def batch_key(self) -> Hashable:
        """Requests of equal keys can be drawn in one batch: same tensors, same schedule."""
        asked, chunks = self.parameters, estimate_chunks(self.prompt, self.negative_prompt)
        return *self.canvas, asked.steps, asked.depth_context, chunks

    @property
    def variant(self) -> str:
        """There is one set of networks."""
        return ""

    @property
    def total_steps(self) -> int:
        """All steps that the request is told of; the upscaling counts like a second loop."""
        return self.parameters.steps * (2 if self.parameters.upscale else 1) + AROUND

    @property
    def photos_key(self) -> tuple[str, ...]:
        """Names the photos by their bytes."""
        return tuple(hashlib.sha256(photo).hexdigest() for photo in self.request.faces)

    def with_schedule(self, steps: int, guidance: float) -> FaceToStickerRequest:
        """Return the same request with the steps and the guidance of a mode that leaves no choice."""
        return replace(self, parameters=replace(self.parameters, steps=steps, guidance=guidance))


def read_request(
    request: StickerRequest, defaults: Mapping[str, Value] = NO_DEFAULTS, canvas_px: int = 0
) -> FaceToStickerRequest:
    """Return what `request` asks for; `defaults` are the parameters that it leaves open.

    Raises `UnknownStyle`, `ParameterRefused`, `PhotoUnusable` where there is no photo.
    """
    if not request.faces:
        raise PhotoUnusable("the request has no photo")
    parameters = FaceToStickerParameters.read({**defaults, **request.parameters})
    return FaceToStickerRequest(request, style(request.style), parameters, canvas_px)
