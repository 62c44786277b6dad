"""What can be asked of photomaker: its record and its parameters. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.diffusion.models.photomaker.looks import DEFAULT_LOOK, LOOKS
from engine.model import FACE, INITIAL, MOST_PHOTOS, Input, Model, ResultFile
from engine.parameters import parameter, parameter_table, read_parameters

if TYPE_CHECKING:
    from engine.diffusion.model import DiffusionModel, ModelOptions

SIDE_PX = 1024
MOST_EARLY_STEPS = 30
PLAIN, STYLED = "photomaker", "photomaker-style"  # base pipelines; the first is the model's name too


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoMakerParameters:
    """The parameters of one request, read and within their limits. The only place that defines them."""

    base_pipeline: str = parameter(PLAIN, "which base model", choices=(PLAIN, STYLED))
    style: str = parameter(DEFAULT_LOOK, "a look's words around the prompt", choices=tuple(LOOKS))
    negative_prompt: str = parameter("", "what the picture should not show, added to the look's own words")
    steps: int = parameter(50, "steps of denoising", minimum=1, maximum=100)
    style_strength: int = parameter(20, "percent of the steps before the person comes in", minimum=0, maximum=100)
    guidance: float = parameter(
        5.0, "how strictly the prompt is followed; 1 ignores the negative prompt", minimum=0, maximum=20
    )
    num_images: int = parameter(1, "how many pictures", minimum=1, maximum=4)
    initial_image_strength: float = parameter(
        0.5, "how much of the picture to begin from is forgotten: 0 keeps it, 1 forgets it", minimum=0, maximum=1
    )
    width: int = parameter(SIDE_PX, "px of the picture", minimum=64, maximum=2048)
    height: int = parameter(SIDE_PX, "px of the picture", minimum=64, maximum=2048)
    enable_safety_checker: bool = parameter(True, "look for what must not be sent, and blacken it")

    @classmethod
    def read(cls, values: Mapping[str, object]) -> PhotoMakerParameters:
        """Check what a request brings and fill in the rest. Raises `ParameterRefused` for the first that is wrong."""
        return cls(**read_parameters(PHOTOMAKER.parameters, values))

    @property
    def start_merge_step(self) -> int:
        """The last step, counted from 0 in the whole schedule, that reads the prompt without the person."""
        return min(int(self.style_strength / 100 * self.steps), MOST_EARLY_STEPS)


def _open(options: ModelOptions) -> DiffusionModel[Any, Any]:
    from engine.diffusion.models.photomaker.model import PhotoMaker

    return PhotoMaker.open(options)


PHOTOMAKER = Model(
    name=PLAIN,
    inputs=(Input(FACE, most=MOST_PHOTOS), Input(INITIAL, least=0)),
    parameters=parameter_table(PhotoMakerParameters),
    outputs=(ResultFile.STICKER, ResultFile.PICTURE, ResultFile.CUTOUT),
    open_diffusion=_open,
    networks_by=("base_pipeline",),
)
