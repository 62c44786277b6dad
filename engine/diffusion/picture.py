"""What `denoise` is given: prepared inputs, as tensors. Knows no network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from engine.diffusion.schedule import Window

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What one row is told: what the picture should be, or what it should not. Any float dtype, any device.

    `face` and `photo` are left out where the networks have no such adapter.
    """

    text: Tensor  # [T, D] hidden states of both text encoders, D = 2048 in SDXL
    pooled: Tensor  # [P] pooled projection of the second one, P = 1280
    face: Tensor | None = None  # [512] ArcFace embedding, not normalised
    photo: Tensor | None = None  # [photos, states, width] hidden states of the CLIP image encoder


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture to denoise.

    `guidance` pushes away from `unwanted`: 1 leaves that out (one row instead of two), 0 draws it. A strength of 0
    is the same as not having the network. Hints are RGB, 0 .. 1; one is left out where its network is. `noise` is
    what `SeededNoise` is: iterated anew by each call.
    """

    wanted: Wish
    unwanted: Wish
    noise: Iterable[Tensor]  # N(0, 1), each [C, h, w]: the initial latent, then one per step of a stochastic scheduler
    keypoints: Tensor | None = None  # [3, H, W] face keypoints, for the identity net
    depth: Tensor | None = None  # [3, H, W] depth, near is bright
    guidance: float = 7.0
    instant_id_strength: float = 1.0  # of the face tokens and of the identity net
    ip_adapter_weight: float = 0.2
    depth_strength: float = 0.2


_ALWAYS = Window(0.0, 1.0)
_FORM = Window(0.0, 0.7)
_BEGINNING = Window(0.0, 0.2)


@dataclass(frozen=True, slots=True)
class Windows:
    """When each network speaks; face-to-sticker's unless given."""

    identity: Window = _ALWAYS
    depth: Window = _FORM
    photo: Window = _BEGINNING


class GuideContext(StrEnum):
    """What the depth ControlNet reads beside its hint. The identity net always reads the face tokens."""

    FACE = "face"  # the face tokens too: face-to-sticker
    TEXT = "text"
