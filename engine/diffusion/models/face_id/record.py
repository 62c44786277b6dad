"""What can be asked of ip-adapter-face-id: its record, its parameters, its six types. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.model import FACE, MOST_PHOTOS, MOST_PICTURES, Input, Model, ResultFile
from engine.parameters import parameter, parameter_table, read_parameters
from engine.weights import all_roles

if TYPE_CHECKING:
    from engine.diffusion.model import DiffusionModel, ModelOptions

NEGATIVE_PROMPT = (  # as the hosted service has it
    "blurry, low resolution, bad, ugly, low quality, pixelated, interpolated, compression artifacts, noisey, grainy"
)
SD15_BASE, SDXL_BASE = "face_id_base_sd15", "face_id_base_sdxl"  # roles


@dataclass(frozen=True, slots=True)
class ModelType:
    """One FaceID adapter: the roles of its weights, and how it is used.

    `is_plus` adapters look at the face with CLIP too; `has_shortcut` adds that to what the embedding says.
    """

    name: str
    adapter: str
    base: str = SD15_BASE
    faces: str = "face_id_faces"
    is_plus: bool = False
    has_shortcut: bool = False

    @property
    def is_sdxl(self) -> bool:
        """Whether it belongs to SDXL, else to Stable Diffusion 1.5."""
        return self.base == SDXL_BASE


MODEL_TYPES: Mapping[str, ModelType] = MappingProxyType(
    {
        each.name: each
        for each in (
            ModelType("1_5-v1", "face_id_sd15"),
            ModelType("1_5-v1-plus", "face_id_plus_sd15", is_plus=True),
            ModelType("1_5-v2-plus", "face_id_plusv2_sd15", is_plus=True, has_shortcut=True),
            ModelType("SDXL-v1", "face_id_sdxl", base=SDXL_BASE),
            ModelType("SDXL-v2-plus", "face_id_plusv2_sdxl", base=SDXL_BASE, is_plus=True, has_shortcut=True),
            # Its faces are described by AuraFace; an adapter trained on other embeddings would draw somebody else.
            ModelType("1_5-auraface-v1", "face_id_auraface", faces="face_id_auraface_faces"),
        )
    }
)


def base_repos(role: str) -> tuple[str, ...]:
    """Return the base models that may be named, the default first: what the manifest lists and nothing else."""
    return tuple(source.repo for source in all_roles()[role].sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceIdParameters:
    """The parameters of one request, read and within their limits. The only place that defines them."""

    model_type: str = parameter("1_5-v1", "which adapter", choices=tuple(MODEL_TYPES))
    negative_prompt: str = parameter(
        NEGATIVE_PROMPT,
        "what the picture should not show",
    )
    guidance: float = parameter(
        7.5, "how strictly the prompt is followed; 1 ignores the negative prompt", minimum=0, maximum=20
    )
    steps: int = parameter(50, "steps of denoising", minimum=1, maximum=100)
    num_samples: int = parameter(
        4, "how many pictures are drawn; the most alike is the first", minimum=1, maximum=MOST_PICTURES
    )
    width: int = parameter(512, "px of the picture", minimum=64, maximum=2048)
    height: int = parameter(512, "px of the picture", minimum=64, maximum=2048)
    face_id_det_size: int = parameter(640, "px at which faces are looked for first", minimum=64, maximum=1280)
    base_1_5_model_repo: str = parameter(
        base_repos(SD15_BASE)[0], "the base model of the 1_5 types", choices=base_repos(SD15_BASE)
    )
    base_sdxl_model_repo: str = parameter(
        base_repos(SDXL_BASE)[0], "the base model of the SDXL types", choices=base_repos(SDXL_BASE)
    )
    enable_safety_checker: bool = parameter(True, "look for what must not be sent, and blacken it")
    face_index: int = parameter(
        -1, "which face of the first photo, 0 the leftmost; -1 takes the largest", minimum=-1, maximum=99
    )

    @classmethod
    def read(cls, values: Mapping[str, object]) -> FaceIdParameters:
        """Check what a request brings and fill in the rest. Raises `ParameterRefused` for the first that is wrong."""
        return cls(**read_parameters(FACE_ID.parameters, values))

    @property
    def type(self) -> ModelType:
        """The adapter that is asked for."""
        return MODEL_TYPES[self.model_type]

    @property
    def base_repo(self) -> str:
        """The base model that the adapter is put on."""
        return self.base_sdxl_model_repo if self.type.is_sdxl else self.base_1_5_model_repo


def _open(options: ModelOptions) -> DiffusionModel[Any, Any]:
    from engine.diffusion.models.face_id.model import FaceId

    return FaceId.open(options)


FACE_ID = Model(
    name="ip-adapter-face-id",
    inputs=(Input(FACE, most=MOST_PHOTOS),),
    parameters=parameter_table(FaceIdParameters),
    outputs=(ResultFile.STICKER, ResultFile.PICTURE, ResultFile.CUTOUT),
    open_diffusion=_open,
    networks_by=("model_type", "base_1_5_model_repo", "base_sdxl_model_repo"),
)
