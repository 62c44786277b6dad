"""What `denoise` is given: prepared inputs, as tensors. Knows no network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from engine.diffusion.schedule import GuidanceWindow

if TYPE_CHECKING:
    from torch import Tensor


TEXT_TOKENS = 77  # of a text of one chunk


@dataclass(frozen=True, slots=True, eq=False)
class Conditioning:
    """Hold what conditions one row, the conditional or the unconditional one. Any float dtype, any device.

    `face`, `photo` and `tokens` are left out where the networks have no such adapter, `pooled` where they are Stable
    Diffusion 1.5.
    """

    text: Tensor  # [T, D] hidden states of the text encoders, D = 2048 in SDXL
    pooled: Tensor | None = None  # [P] pooled projection of the second one, P = 1280
    face: Tensor | None = None  # [512] ArcFace embedding, not normalised
    photo: Tensor | None = None  # [photos, states, width] hidden states of the CLIP image encoder
    tokens: Tensor | None = None  # [tokens, D] FaceID's, ready for the UNet

    @property
    def size_bytes(self) -> int:
        """Bytes of all its tensors."""
        return sum(
            each.nbytes for each in (self.text, self.pooled, self.face, self.photo, self.tokens) if each is not None
        )


@dataclass(frozen=True, slots=True, eq=False)
class PictureInputs:
    """Hold everything that one picture is denoised from.

    `guidance` is the classifier-free guidance scale: uncond + guidance * (cond - uncond); 1 leaves `uncond` out (one
    row instead of two), 0 draws it. A strength of 0 is the same as not having the network. Hints are RGB, 0 .. 1; one
    is left out where its network is. `noise` is what `SeededNoise` is: iterated anew by each call. In the first
    `early_steps` of the schedule `early` takes the place of `cond`. `initial` is what the picture begins from where
    `denoise` leaves the first steps out.
    """

    cond: Conditioning
    uncond: Conditioning
    noise: Iterable[Tensor]  # N(0, 1), each [C, h, w]: the initial latent, then one per step of a stochastic scheduler
    keypoints: Tensor | None = None  # [3, H, W] face keypoints, for the identity ControlNet
    depth: Tensor | None = None  # [3, H, W] depth, near is bright
    guidance: float = 7.0
    instant_id_strength: float = 1.0  # of the face tokens and of the identity ControlNet
    ip_adapter_weight: float = 0.2
    depth_strength: float = 0.2
    early: Conditioning | None = None
    early_steps: int = 0
    initial: Tensor | None = None  # [C, h, w] latents of a picture


_ALWAYS = GuidanceWindow(0.0, 1.0)
_FORM = GuidanceWindow(0.0, 0.7)
_BEGINNING = GuidanceWindow(0.0, 0.2)


@dataclass(frozen=True, slots=True)
class GuidanceWindows:
    """Say when each network is active: control guidance start and end, of adapters too.

    The defaults are face-to-sticker's.
    """

    identity: GuidanceWindow = _ALWAYS
    depth: GuidanceWindow = _FORM
    photo: GuidanceWindow = _BEGINNING


class DepthContext(StrEnum):
    """What the depth ControlNet attends to beside its hint; the identity ControlNet always reads the face tokens."""

    FACE = "face"  # the face tokens too: face-to-sticker
    TEXT = "text"
