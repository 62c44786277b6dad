"""What a request asks of photomaker, read and checked: words with the trigger, look, parameters. Knows no network."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass

from engine.diffusion.model import canvas
from engine.diffusion.models.photomaker.looks import LOOKS
from engine.diffusion.models.photomaker.record import PhotoMakerParameters
from engine.diffusion.models.photomaker.trigger import TriggerProblem, as_spoken, check_trigger, with_trigger
from engine.diffusion.pictures import SeveralPictures
from engine.diffusion.text import fill_negative_prompt, fill_prompt
from engine.errors import ParameterRefused, PhotoUnusable
from engine.model import INITIAL
from engine.styles import HOSTED_STYLE, Style, style
from engine.types import StickerRequest


@dataclass(frozen=True, slots=True, eq=False)
class PhotoMakerRequest:
    """A request whose words, style and parameters are known to be good. Its pictures are a batch of their own."""

    request: StickerRequest
    style: Style
    parameters: PhotoMakerParameters
    canvas_px: int = 0

    @property
    def prompt(self) -> str:
        """The words with the trigger, in the template of the look, or of the style that a person has chosen."""
        is_hosted = self.style.name == HOSTED_STYLE
        words = with_trigger(self.request.prompt if is_hosted else as_spoken(self.request.prompt))
        return fill_prompt(LOOKS[self.parameters.style].prompt if is_hosted else self.style.prompt, words)

    @property
    def negative_prompt(self) -> str:
        """The template's words of what is not wanted, then the person's."""
        words = self.parameters.negative_prompt
        if self.style.name == HOSTED_STYLE:
            return f"{LOOKS[self.parameters.style].negative_prompt} {words}"
        return fill_negative_prompt(self.style.negative_prompt, words)

    @property
    def initial(self) -> bytes | None:
        """The picture to begin from."""
        given = self.request.inputs.get(INITIAL, ())
        return given[0] if given else None

    @property
    def begin(self) -> int:
        """The first step that is made: with a picture to begin from only the last ones are."""
        steps = self.parameters.steps
        if self.initial is None:
            return 0
        return steps - min(int(steps * self.parameters.initial_image_strength), steps)

    @property
    def variant(self) -> str:
        """The base pipeline."""
        return self.parameters.base_pipeline

    @property
    def batch_key(self) -> Hashable:
        """Equal to itself alone."""
        return self

    @property
    def canvas(self) -> tuple[int, int]:
        """(width, height) in px that the networks draw."""
        return canvas(self.parameters.width, self.parameters.height, self.canvas_px)

    @property
    def pictures(self) -> SeveralPictures:
        """What is asked of the pictures."""
        asked = self.parameters
        steps = asked.steps - self.begin
        return SeveralPictures(
            self.request, asked.num_images, asked.width, asked.height, steps, asked.enable_safety_checker
        )

    @property
    def total_steps(self) -> int:
        """All steps that the request is told of."""
        return self.pictures.total_steps

    @property
    def photos_key(self) -> Hashable:
        """Names the photos by their bytes."""
        return tuple(hashlib.sha256(photo).hexdigest() for photo in self.request.faces)


def read_request(request: StickerRequest, canvas_px: int = 0) -> PhotoMakerRequest:
    """Return what `request` asks for.

    Words without the trigger word get it. Raises `UnknownStyle`, `ParameterRefused`, for a trigger word that stands
    there several times or in the wrong place too, and `PhotoUnusable` where there is no photo.
    """
    if not request.faces:
        raise PhotoUnusable("the request has no photo")
    read = PhotoMakerRequest(request, style(request.style), PhotoMakerParameters.read(request.parameters), canvas_px)
    try:
        check_trigger(read.prompt, read.negative_prompt)
    except TriggerProblem as problem:
        raise ParameterRefused("prompt", str(problem)) from problem
    return read
