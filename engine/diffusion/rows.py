"""How the pictures of a batch lie in the networks' rows, and what each row is told at each step.

Rows: the unwanted row of each guided picture, then the wanted row of every picture. A picture with guidance 1 has no
unwanted row. Shapes as in `denoise`: N pictures, R rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from engine.diffusion.picture import GuideContext, Picture, Windows, Wish

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.adapters import Resampler
    from engine.diffusion.networks import GuideNet, Networks
    from engine.diffusion.schedule import Window


class Rows:
    """The batch: `wishes` are the R rows' own, `text` [R, T, D] and `pooled` [R, P] what the UNet reads."""

    def __init__(self, pictures: Sequence[Picture], device: torch.device, dtype: torch.dtype) -> None:
        self._device, self._dtype = device, dtype
        self._pictures = pictures
        guided = [index for index, picture in enumerate(pictures) if picture.guidance != 1.0]
        self._picture_of_row = [*guided, *range(len(pictures))]
        self._wishes = [
            *(pictures[index].unwanted for index in guided),
            *(picture.wanted for picture in pictures),
        ]
        self._guidance = self._numbers([pictures[index].guidance for index in guided]).view(-1, 1, 1, 1)
        # Indices on the device: a Python list would be copied there in every step.
        self._guided = torch.tensor(guided, dtype=torch.long, device=device)
        self._spread = torch.tensor(self._picture_of_row, dtype=torch.long, device=device)
        self.text = self._stack(_same_length([wish.text for wish in self._wishes]))
        self.pooled = self._stack([wish.pooled for wish in self._wishes])

    def spread(self, per_picture: Tensor) -> Tensor:
        """Repeat [N, ...] as rows [R, ...] in the networks' dtype."""
        return per_picture[self._spread].to(self._dtype)

    def combine(self, predicted: Tensor) -> Tensor:
        """Apply each picture's guidance: rows [R, ...] -> pictures [N, ...], fp32."""
        unwanted, wanted = predicted.float().tensor_split([len(self._guided)])
        combined = wanted.clone()
        combined[self._guided] = unwanted + self._guidance * (wanted[self._guided] - unwanted)
        return combined

    def strengths(self, of: Callable[[Picture], float]) -> Tensor:
        """Return one number per row, [R] fp32."""
        return self._numbers([of(self._pictures[index]) for index in self._picture_of_row])

    def tokens(self, resampler: Resampler, states_of: Callable[[Wish], Tensor]) -> Tensor:
        """Return the image tokens of every row, [R, tokens, D]; those of several photos stand in a line."""
        states = self._stack([states_of(wish) for wish in self._wishes])  # [R, photos, states, width]
        return resampler(states.flatten(0, 1)).unflatten(0, states.shape[:2]).flatten(1, 2)

    def hints(self, guide: GuideNet, hint_of: Callable[[Picture], Tensor]) -> Tensor:
        """Return the embedded hint picture of every row, [R, channels, h, w]."""
        return self.spread(guide.embed_hint(self._stack([hint_of(picture) for picture in self._pictures])))

    def sizes(self, height: int, width: int) -> Tensor:
        """Return SDXL's sizes, original, crop and target, of every row, [R, 6] fp32."""
        return self._numbers([height, width, 0, 0, height, width]).expand(len(self._wishes), -1)

    def _numbers(self, numbers: Sequence[float]) -> Tensor:
        return torch.tensor(numbers, dtype=torch.float32, device=self._device)

    def _stack(self, tensors: Sequence[Tensor]) -> Tensor:
        return torch.stack([tensor.to(self._device, self._dtype) for tensor in tensors])


def _same_length(texts: Sequence[Tensor]) -> list[Tensor]:
    """Repeat each text until all are as long: attention over a repeated context is attention over the context."""
    length = math.lcm(*(len(text) for text in texts))
    return [text.repeat(length // len(text), 1) for text in texts]


@dataclass(frozen=True, slots=True, eq=False)
class ActiveAdapter:
    """An adapter's part in a batch."""

    tokens: Tensor  # [R, tokens, D]
    strength: Tensor  # [R]
    is_active: list[bool]  # per step

    def scale(self, step: int) -> Tensor:
        """Return the scale of every row at `step`, [R]."""
        return self.strength * float(self.is_active[step])


def active_adapters(networks: Networks, rows: Rows, windows: Windows, scheduler: Any) -> list[ActiveAdapter]:
    """Return the adapters in the order in which they are installed: face, photo."""
    adapters = []
    if networks.face_resampler is not None:
        tokens = rows.tokens(networks.face_resampler, _face_states)
        strength = rows.strengths(_identity_strength)
        adapters.append(ActiveAdapter(tokens, strength, windows.identity.active_steps(scheduler)))
    if networks.photo_resampler is not None:
        tokens = rows.tokens(networks.photo_resampler, _photo_states)
        strength = rows.strengths(lambda picture: picture.ip_adapter_weight)
        adapters.append(ActiveAdapter(tokens, strength, windows.photo.active_steps(scheduler)))
    return adapters


@dataclass(frozen=True, slots=True, eq=False)
class ActiveGuide:
    """A ControlNet's part in a batch."""

    net: Any
    context: Tensor  # [R, tokens, D]
    hints: Tensor  # [R, channels, h, w], embedded
    strength: Tensor  # [R, 1, 1, 1]
    is_active: list[bool]  # per step

    def ask(self, sample: Tensor, timestep: Tensor, added: dict[str, Tensor]) -> tuple[list[Tensor], Tensor]:
        """Return what the net adds to the UNet's down and middle blocks."""
        down, middle = self.net(
            sample,
            timestep,
            encoder_hidden_states=self.context,
            controlnet_cond=self.hints,
            conditioning_scale=self.strength,
            added_cond_kwargs=added,
            return_dict=False,
        )
        return list(down), middle


def active_guides(
    networks: Networks,
    rows: Rows,
    windows: Windows,
    scheduler: Any,
    face: Tensor | None,
    depth_context: GuideContext,
) -> list[ActiveGuide]:
    """Return the ControlNets that have something to say: identity, depth. `face`: the face tokens, [R, tokens, D]."""
    depth_reads = face if depth_context is GuideContext.FACE else rows.text
    guides = [
        _active_guide(networks.identity, rows, _keypoints, _identity_strength, face, windows.identity, scheduler),
        _active_guide(networks.depth, rows, _depth, _depth_strength, depth_reads, windows.depth, scheduler),
    ]
    return [guide for guide in guides if guide is not None]


def _active_guide(
    guide: GuideNet | None,
    rows: Rows,
    hint_of: Callable[[Picture], Tensor],
    strength_of: Callable[[Picture], float],
    context: Tensor | None,
    window: Window,
    scheduler: Any,
) -> ActiveGuide | None:
    strength = rows.strengths(strength_of)
    if guide is None or not strength.any():
        return None
    return ActiveGuide(
        net=guide.net,
        context=_given(context, "face adapter, whose tokens the ControlNet reads"),
        hints=rows.hints(guide, hint_of),
        strength=strength.to(rows.text.dtype).view(-1, 1, 1, 1),
        is_active=window.active_steps(scheduler),
    )


def _face_states(wish: Wish) -> Tensor:
    return _given(wish.face, "face embedding")[None, None]  # one photo of one state


def _photo_states(wish: Wish) -> Tensor:
    return _given(wish.photo, "photo's CLIP states")


def _keypoints(picture: Picture) -> Tensor:
    return _given(picture.keypoints, "keypoint picture")


def _depth(picture: Picture) -> Tensor:
    return _given(picture.depth, "depth picture")


def _identity_strength(picture: Picture) -> float:
    return picture.instant_id_strength


def _depth_strength(picture: Picture) -> float:
    return picture.depth_strength


def _given(tensor: Tensor | None, name: str) -> Tensor:
    if tensor is None:
        raise ValueError(f"no {name}, and a network that is loaded needs it")
    return tensor
