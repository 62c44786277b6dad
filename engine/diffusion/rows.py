"""How the pictures of a batch lie in the networks' rows, and what conditions each row at each step.

Rows: the unconditional row of each guided picture, then the conditional row of every picture. A picture with guidance
1 has no unconditional row. Shapes as in `denoise`: N pictures, R rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from engine.diffusion.inputs import TEXT_TOKENS, Conditioning, DepthContext, GuidanceWindows, PictureInputs

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.adapters import Resampler
    from engine.diffusion.networks import DiffusionNetworks


@dataclass(frozen=True, slots=True, eq=False)
class TextRows:
    """What the UNet reads of the words: `states` [R, T, D], and `pooled` [R, P], None in Stable Diffusion 1.5.

    Texts are padded to the longest; `mask` [R, T] is 1 where a row's own text is and 0 where it is padded, and None
    where every text has one chunk.
    """

    states: Tensor
    mask: Tensor | None
    pooled: Tensor | None


class Rows:
    """The batch as rows: `text` is read by the UNet, its `lengths` [R] in tokens are before the padding."""

    def __init__(self, pictures: Sequence[PictureInputs], device: torch.device, dtype: torch.dtype) -> None:
        self._device, self._dtype = device, dtype
        self._pictures = pictures
        guided = [index for index, picture in enumerate(pictures) if picture.guidance != 1.0]
        self._picture_of_row = [*guided, *range(len(pictures))]
        self._conditionings = [*(pictures[index].uncond for index in guided), *(picture.cond for picture in pictures)]
        self._guidance = self._numbers([pictures[index].guidance for index in guided]).view(-1, 1, 1, 1)
        # Indices on the device: a Python list would be copied there in every step.
        self._guided = torch.tensor(guided, dtype=torch.long, device=device)
        self._repeats = torch.tensor(self._picture_of_row, dtype=torch.long, device=device)
        early = [*(pictures[index].uncond for index in guided), *(each.early or each.cond for each in pictures)]
        self.lengths = [len(each.text) for each in self._conditionings]
        lengths = {*self.lengths, *(len(each.text) for each in early)}
        self.text = self._text(self._conditionings, lengths)
        self._early_steps = self._numbers([0 for _ in guided] + [each.early_steps for each in pictures])
        self._early = self._text(early, lengths) if any(each.early is not None for each in pictures) else None

    def repeat(self, per_picture: Tensor) -> Tensor:
        """Repeat [N, ...] as rows [R, ...] in the networks' dtype."""
        return per_picture[self._repeats].to(self._dtype)

    def read_at(self, step: int) -> TextRows:
        """Return the text that the rows read at `step` of the schedule."""
        early, late = self._early, self.text
        if early is None:
            return late
        is_early = self._early_steps > step  # [R]

        def chosen(one: Tensor | None, other: Tensor | None) -> Tensor | None:
            return None if one is None or other is None else torch.where(is_early[:, None], one, other)

        states = torch.where(is_early[:, None, None], early.states, late.states)
        return TextRows(states, chosen(early.mask, late.mask), chosen(early.pooled, late.pooled))

    def all_of(self, context: Tensor) -> tuple[Tensor, Tensor]:
        """Return `context` [R, tokens, D] with the numbers of all rows."""
        return torch.arange(len(self.lengths), device=self._device), context

    def texts_by_length(self) -> list[tuple[Tensor, Tensor]]:
        """Return the rows whose texts have one length, and these [rows, T, D] without padding; for each length."""
        groups = []
        for length in sorted(set(self.lengths)):
            rows = [number for number, own in enumerate(self.lengths) if own == length]
            groups.append((torch.tensor(rows, device=self._device), self.text.states[rows, :length]))
        return groups

    def ready_tokens(self) -> Tensor:
        """Return the image tokens of every row that its conditioning brings, [R, tokens, D]."""
        return self._stack([_given(each.tokens, "face tokens") for each in self._conditionings])

    def apply_guidance(self, predicted: Tensor) -> Tensor:
        """Apply each picture's classifier-free guidance: rows [R, ...] -> pictures [N, ...], fp32."""
        uncond, cond = predicted.float().tensor_split([len(self._guided)])
        guided = cond.clone()
        guided[self._guided] = uncond + self._guidance * (cond[self._guided] - uncond)
        return guided

    def strengths(self, of: Callable[[PictureInputs], float]) -> Tensor:
        """Return one number per row, [R] fp32."""
        return self._numbers([of(self._pictures[index]) for index in self._picture_of_row])

    def any(self, of: Callable[[PictureInputs], float]) -> bool:
        """Return whether the number of any picture is not 0; does not wait for the device."""
        return any(of(picture) for picture in self._pictures)

    def tokens(self, resampler: Resampler, states_of: Callable[[Conditioning], Tensor]) -> Tensor:
        """Return the image tokens of every row, [R, tokens, D]; those of several photos stand in a line."""
        states = self._stack([states_of(each) for each in self._conditionings])  # [R, photos, states, width]
        return resampler(states.flatten(0, 1)).unflatten(0, states.shape[:2]).flatten(1, 2)

    def hints(self, embed_hint: Callable[[Tensor], Tensor], hint_of: Callable[[PictureInputs], Tensor]) -> Tensor:
        """Return the embedded hint picture of every row, [R, channels, h, w]."""
        return self.repeat(embed_hint(self._stack([hint_of(picture) for picture in self._pictures])))

    def time_ids(self, height: int, width: int) -> Tensor:
        """Return SDXL's sizes, original, crop and target, of every row, [R, 6] fp32."""
        return self._numbers([height, width, 0, 0, height, width]).expand(len(self._conditionings), -1)

    def _text(self, rows: Sequence[Conditioning], lengths: set[int]) -> TextRows:
        """Stack the texts of `rows`, each padded to the longest of `lengths`."""
        longest = max(lengths)
        pooled = [each.pooled for each in rows if each.pooled is not None]
        is_masked = lengths != {TEXT_TOKENS}
        return TextRows(
            states=self._stack([functional.pad(each.text, (0, 0, 0, longest - len(each.text))) for each in rows]),
            mask=self._stack([torch.arange(longest) < len(each.text) for each in rows]) if is_masked else None,
            pooled=self._stack(pooled) if pooled else None,
        )

    def _numbers(self, numbers: Sequence[float]) -> Tensor:
        return torch.tensor(numbers, dtype=torch.float32, device=self._device)

    def _stack(self, tensors: Sequence[Tensor]) -> Tensor:
        return torch.stack([tensor.to(self._device, self._dtype) for tensor in tensors])


@dataclass(frozen=True, slots=True, eq=False)
class ActiveAdapter:
    """An adapter's part in a batch."""

    tokens: Tensor  # [R, tokens, D]
    strength: Tensor  # [R]
    is_active: list[bool]  # per step

    def scale(self, step: int) -> Tensor:
        """Return the scale of every row at `step`, [R]."""
        return self.strength * float(self.is_active[step])


def active_adapters(
    networks: DiffusionNetworks, rows: Rows, windows: GuidanceWindows, scheduler: Any
) -> list[ActiveAdapter]:
    """Return the adapters in the order in which they are installed: face, photo; or FaceID alone."""
    adapters = []
    if networks.face_resampler is not None:
        tokens = rows.tokens(networks.face_resampler, lambda one: _given(one.face, "face embedding")[None, None])
        strength = rows.strengths(lambda picture: picture.instant_id_strength)
        adapters.append(ActiveAdapter(tokens, strength, windows.identity.active_steps(scheduler)))
    if networks.photo_resampler is not None:
        tokens = rows.tokens(networks.photo_resampler, lambda one: _given(one.photo, "photo's CLIP states"))
        strength = rows.strengths(lambda picture: picture.ip_adapter_weight)
        adapters.append(ActiveAdapter(tokens, strength, windows.photo.active_steps(scheduler)))
    if networks.face_id is not None:
        always = [True] * len(scheduler.timesteps)
        adapters.append(ActiveAdapter(rows.ready_tokens(), rows.strengths(lambda picture: 1.0), always))
    return adapters


@dataclass(frozen=True, slots=True, eq=False)
class ActiveControlNet:
    """A ControlNet's part in a batch."""

    net: Any
    contexts: list[tuple[Tensor, Tensor]]  # rows, and what they attend to, [rows, tokens, D]: one for each length
    hints: Tensor  # [R, channels, h, w], embedded
    strength: Tensor  # [R, 1, 1, 1]
    is_active: list[bool]  # per step

    def residuals(self, sample: Tensor, timestep: Tensor, added: dict[str, Tensor]) -> tuple[list[Tensor], Tensor]:
        """Return the residuals for the UNet's down and middle blocks.

        Rows whose contexts differ in length run one after the other: diffusers' ControlNet masks no context.
        """
        if len(self.contexts) == 1:
            return self._run(sample, timestep, self.contexts[0][1], self.hints, self.strength, added)
        parts = [
            self._run(
                sample[rows],
                timestep,
                context,
                self.hints[rows],
                self.strength[rows],
                {name: of_rows[rows] for name, of_rows in added.items()},
            )
            for rows, context in self.contexts
        ]
        back = torch.cat([rows for rows, _ in self.contexts]).argsort()
        downs = [torch.cat(layer)[back] for layer in zip(*(down for down, _ in parts), strict=True)]
        return downs, torch.cat([middle for _, middle in parts])[back]

    def _run(
        self,
        sample: Tensor,
        timestep: Tensor,
        context: Tensor,
        hints: Tensor,
        strength: Tensor,
        added: dict[str, Tensor],
    ) -> tuple[list[Tensor], Tensor]:
        down, middle = self.net(
            sample,
            timestep,
            encoder_hidden_states=context,
            controlnet_cond=hints,
            conditioning_scale=strength,
            added_cond_kwargs=added,
            return_dict=False,
        )
        return list(down), middle


def active_controlnets(
    networks: DiffusionNetworks,
    rows: Rows,
    windows: GuidanceWindows,
    scheduler: Any,
    face: Tensor | None,
    depth_context: DepthContext,
) -> list[ActiveControlNet]:
    """Return the ControlNets whose strength is above 0 in any row: identity, depth.

    `face` are the face tokens, [R, tokens, D].
    """
    identity_strength = rows.strengths(lambda picture: picture.instant_id_strength)  # [R]
    depth_strength = rows.strengths(lambda picture: picture.depth_strength)  # [R]
    no_face = "face adapter, whose tokens the ControlNet attends to"
    active = []
    if (identity := networks.identity) is not None and rows.any(lambda picture: picture.instant_id_strength):
        active.append(
            ActiveControlNet(
                net=identity.net,
                contexts=[rows.all_of(_given(face, no_face))],
                hints=rows.hints(identity.embed_hint, lambda picture: _given(picture.keypoints, "keypoint picture")),
                strength=identity_strength.to(rows.text.states.dtype).view(-1, 1, 1, 1),
                is_active=windows.identity.active_steps(scheduler),
            )
        )
    if (depth := networks.depth) is not None and rows.any(lambda picture: picture.depth_strength):
        active.append(
            ActiveControlNet(
                net=depth.net,
                contexts=[rows.all_of(_given(face, no_face))]
                if depth_context is DepthContext.FACE
                else rows.texts_by_length(),
                hints=rows.hints(depth.embed_hint, lambda picture: _given(picture.depth, "depth picture")),
                strength=depth_strength.to(rows.text.states.dtype).view(-1, 1, 1, 1),
                is_active=windows.depth.active_steps(scheduler),
            )
        )
    return active


def _given(tensor: Tensor | None, name: str) -> Tensor:
    if tensor is None:
        raise ValueError(f"no {name}, and a network that is loaded needs it")
    return tensor
