"""From a prompt with the trigger word to what the UNet reads: with the person in it, and without. Knows no photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from engine.diffusion.inputs import Conditioning
from engine.diffusion.models.photomaker.trigger import TRIGGER
from engine.diffusion.text import Chunk

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.models.photomaker.identity import IdentityEncoder
    from engine.diffusion.networks import TextEncoder


class PersonCutOff(ValueError):
    """The word for the person stands too late in the prompt for as many photos."""


@dataclass(frozen=True, slots=True)
class PersonTokens:
    """What one tokenizer makes of a prompt: chunks of ids without the trigger, the person's word repeated.

    `person` is where that stands in the first chunk.
    """

    chunks: list[list[int]]
    person: range


def add_trigger(tokenizer: Any) -> None:
    """Teach a tokenizer the trigger word; the text encoder never sees its id."""
    tokenizer.add_tokens([TRIGGER], special_tokens=True)


def person_tokens(tokenizer: Any, prompt: str, photos: int) -> PersonTokens:
    """Repeat the word before the trigger once for each photo; frame and pad as the text encoder reads it.

    Raises `PersonCutOff`.
    """
    trigger, ids = tokenizer.convert_tokens_to_ids(TRIGGER), _ids(tokenizer, prompt)
    (place,) = (number for number, token in enumerate(ids) if token == trigger)
    expanded = [*ids[: place - 1], *[ids[place - 1]] * photos, *ids[place + 1 :]]
    person = range(place, place + photos)  # behind the token that begins the chunk
    room = tokenizer.model_max_length - 1
    if person.stop > room:
        raise PersonCutOff(f"the prompt has room for the person in its first {room - 1} tokens only")
    return PersonTokens(_chunks(tokenizer, expanded), person)


def _ids(tokenizer: Any, prompt: str) -> list[int]:
    ids: list[int] = tokenizer(prompt, add_special_tokens=False, verbose=False).input_ids
    return ids


def _chunks(tokenizer: Any, ids: Sequence[int]) -> list[list[int]]:
    """Frame `ids` in chunks as long as the text encoder reads, at least one; no word beyond the first is cut off."""
    room = tokenizer.model_max_length - 2
    parts = [ids[begin : begin + room] for begin in range(0, max(len(ids), 1), room)]
    return [Chunk.of(tokenizer, [(token, 1.0) for token in part]).ids for part in parts]


def _encode(encoder: TextEncoder, chunks: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return the states [T, width] of all chunks and the pooled output of the first."""
    output = encoder.model(torch.tensor(chunks, device=encoder.model.device), output_hidden_states=True)
    return output.hidden_states[-2].flatten(0, 1), output[0][0]


@torch.no_grad()
def encode_person(
    encoders: Sequence[TextEncoder], prompt: str, identities: Tensor, identity: IdentityEncoder
) -> Conditioning:
    """Encode a prompt with the person of `identities` [photos, D] in it. Raises `PersonCutOff`."""
    tokens = [person_tokens(encoder.tokenizer, prompt, len(identities)) for encoder in encoders]
    encoded = [_encode(encoder, each.chunks) for encoder, each in zip(encoders, tokens, strict=True)]
    text = torch.cat([states for states, _ in encoded], dim=-1)  # [T, D]
    place = slice(tokens[-1].person.start, tokens[-1].person.stop)
    text[place] = identity.fuse(text[place], identities.to(text.dtype))
    return Conditioning(text, encoded[-1][1])


@torch.no_grad()
def encode_plain(encoders: Sequence[TextEncoder], prompt: str) -> Conditioning:
    """Encode a prompt of any length with its brackets as text, as SDXL does, without the trigger word."""
    if TRIGGER in prompt:
        first = encoders[0].tokenizer
        ids = _ids(first, prompt)
        ids.remove(first.convert_tokens_to_ids(TRIGGER))
        prompt = first.decode(ids).replace(TRIGGER, "im g")  # "IMG" comes back in small letters
    encoded = [_encode(encoder, _chunks(encoder.tokenizer, _ids(encoder.tokenizer, prompt))) for encoder in encoders]
    return Conditioning(torch.cat([states for states, _ in encoded], dim=-1), encoded[-1][1])
