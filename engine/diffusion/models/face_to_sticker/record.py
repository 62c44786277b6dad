"""What can be asked of face-to-sticker: its record and its parameters. Imports no torch: the registry reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.model import FACE, MOST_PHOTOS, Input, Model, ResultFile
from engine.parameters import parameter, parameter_table, read_parameters

if TYPE_CHECKING:
    from engine.diffusion.model import DiffusionModel, ModelOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceToStickerParameters:
    """The parameters of one sticker, read and within their limits. The only place that defines them."""

    negative_prompt: str = parameter("", "what the picture should not show, added to the style's own words")
    steps: int = parameter(20, "steps of denoising", minimum=1, maximum=50)
    guidance: float = parameter(
        7.0, "how strictly the prompt is followed; 1 ignores the negative prompt", minimum=0, maximum=20
    )
    instant_id_strength: float = parameter(
        1.0, "how much the face's likeness and its keypoints count", minimum=0, maximum=1
    )
    ip_adapter_weight: float = parameter(0.2, "how much the look of the photo counts", minimum=0, maximum=1)
    ip_adapter_noise: float = parameter(
        0.5, "how scrambled a photo the picture is kept away from; 0 is a black one", minimum=0, maximum=1
    )
    width: int = parameter(1024, "px of the picture", minimum=64, maximum=2048)
    height: int = parameter(1024, "px of the picture", minimum=64, maximum=2048)
    upscale: bool = parameter(False, "double width and height, redrawing the details")
    upscale_steps: int = parameter(10, "steps of redrawing each part", minimum=1, maximum=50)
    upscale_mode: str = parameter(
        "exact", "parts redrawn one after the other, or many at once", choices=("exact", "fast")
    )
    enable_safety_checker: bool = parameter(True, "look for what must not be sent, and blacken it")
    face_index: int = parameter(
        -1, "which face of the photo, 0 the leftmost; -1 takes the largest", minimum=-1, maximum=99
    )
    allow_no_face: bool = parameter(False, "make a sticker of whatever the photo shows where there is no face")
    depth_context: str = parameter(
        "face", "what the depth network reads beside the depth picture", choices=("face", "text")
    )
    unwanted_face: str = parameter(
        "noise", "the face the picture is kept away from: drawn by chance, or none", choices=("noise", "zeros")
    )

    @classmethod
    def read(cls, values: Mapping[str, object]) -> FaceToStickerParameters:
        """Check what a request brings and fill in the rest. Raises `ParameterRefused` for the first that is wrong."""
        return cls(**read_parameters(FACE_TO_STICKER.parameters, values))


def _open(options: ModelOptions) -> DiffusionModel[Any, Any]:
    from engine.diffusion.models.face_to_sticker.model import FaceToSticker

    return FaceToSticker.open(options)


FACE_TO_STICKER = Model(
    name="face-to-sticker",
    inputs=(Input(FACE, most=MOST_PHOTOS),),
    parameters=parameter_table(FaceToStickerParameters),
    outputs=(ResultFile.STICKER, ResultFile.PICTURE, ResultFile.CUTOUT),
    open_diffusion=_open,
    batch_by=("width", "height", "steps", "depth_context"),
)
