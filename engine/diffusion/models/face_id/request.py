"""What a request asks of ip-adapter-face-id, read and checked. Knows no network."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass

from engine.diffusion.model import canvas
from engine.diffusion.models.face_id.record import FaceIdParameters
from engine.diffusion.pictures import SeveralPictures
from engine.diffusion.text import fill_negative_prompt, fill_prompt
from engine.errors import PhotoUnusable
from engine.styles import HOSTED_STYLE, Style, style
from engine.types import StickerRequest

DEFAULT_PROMPT = "a person"


@dataclass(frozen=True, slots=True, eq=False)
class FaceIdRequest:
    """A request whose style and parameters are known to be good. Its samples are a batch: no other joins them."""

    request: StickerRequest
    style: Style
    parameters: FaceIdParameters
    canvas_px: int = 0

    @property
    def canvas(self) -> tuple[int, int]:
        """(width, height) in px that the networks draw."""
        return canvas(self.parameters.width, self.parameters.height, self.canvas_px)

    @property
    def prompt(self) -> str:
        """The words as they are, or in the template of the style that a person has chosen."""
        words = self.request.prompt.strip() or DEFAULT_PROMPT
        return words if self.style.name == HOSTED_STYLE else fill_prompt(self.style.prompt, words)

    @property
    def negative_prompt(self) -> str:
        """The same for the words of what is not wanted."""
        words = self.parameters.negative_prompt.strip()
        return words if self.style.name == HOSTED_STYLE else fill_negative_prompt(self.style.negative_prompt, words)

    @property
    def variant(self) -> str:
        """The adapter and the base model that it is put on."""
        return variant_of(self.parameters)

    @property
    def batch_key(self) -> Hashable:
        """Equal to itself alone."""
        return self

    @property
    def pictures(self) -> SeveralPictures:
        """What is asked of the pictures."""
        asked = self.parameters
        return SeveralPictures(
            self.request, asked.num_samples, asked.width, asked.height, asked.steps, asked.enable_safety_checker
        )

    @property
    def total_steps(self) -> int:
        """All steps that the request is told of."""
        return self.pictures.total_steps

    @property
    def photos_key(self) -> Hashable:
        """Names the photos and how their faces are looked for and shown."""
        digests = tuple(hashlib.sha256(photo).hexdigest() for photo in self.request.faces)
        asked = self.parameters
        return digests, asked.face_index, asked.face_id_det_size, self.request.wants_faces_picture


def variant_of(asked: FaceIdParameters) -> str:
    """Return the name of the set of networks that `asked` wants: its type and the repository of its base."""
    return f"{asked.model_type} {asked.base_repo}"


def read_request(request: StickerRequest, canvas_px: int = 0) -> FaceIdRequest:
    """Return what `request` asks for. Raises `UnknownStyle`, `ParameterRefused`, `PhotoUnusable` without a photo."""
    if not request.faces:
        raise PhotoUnusable("the request has no photo")
    return FaceIdRequest(request, style(request.style), FaceIdParameters.read(request.parameters), canvas_px)
