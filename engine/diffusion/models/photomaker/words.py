"""From a prompt with the trigger word to what the UNet reads: with the person in it, and without. Knows no photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from engine.diffusion.inputs import Conditioning
from engine.diffusion.models.photomaker.trigger import TRIGGER

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.models.photomaker.identity import IdentityEncoder
    from engine.diffusion.networks import TextEncoder


class PersonCutOff(ValueError):
    """The word for the person stands too late in the prompt for as many photos."""


@dataclass(frozen=True, slots=True)
class PersonTokens:
    """What one tokenizer makes of a prompt: ids without the trigger, and where the person's word stands, repeated."""

    ids: list[int]
    person: range


def add_trigger(tokenizer: Any) -> None:
    """Teach a tokenizer the trigger word; the text encoder never sees its id."""
    tokenizer.add_tokens([TRIGGER], special_tokens=True)


def person_tokens(tokenizer: Any, prompt: str, photos: int) -> PersonTokens:
    """Repeat the word before the trigger once for each photo; cut and pad to what the text encoder reads.

    Raises `PersonCutOff`.
    """
    trigger, ids = tokenizer.convert_tokens_to_ids(TRIGGER), tokenizer.encode(prompt)
    (place,) = (number for number, token in enumerate(ids) if token == trigger)
    person = range(place - 1, place - 1 + photos)
    expanded = [*ids[: place - 1], *[ids[place - 1]] * photos, *ids[place + 1 :]]
    length = tokenizer.model_max_length
    if person.stop > length:
        raise PersonCutOff(f"the prompt has room for the person in {length} tokens only")
    padding = [tokenizer.pad_token_id] * (length - len(expanded))
    return PersonTokens([*expanded[:length], *padding], person)


@torch.no_grad()
def encode_person(
    encoders: Sequence[TextEncoder], prompt: str, identities: Tensor, identity: IdentityEncoder
) -> Conditioning:
    """Encode a prompt with the person of `identities` [photos, D] in it. Raises `PersonCutOff`."""
    states = []
    for encoder in encoders:
        tokens = person_tokens(encoder.tokenizer, prompt, len(identities))
        output = encoder.model(torch.tensor([tokens.ids], device=encoder.model.device), output_hidden_states=True)
        states.append(output.hidden_states[-2][0])
    text = torch.cat(states, dim=-1).clone()  # [T, D]
    place = slice(tokens.person.start, tokens.person.stop)
    text[place] = identity.fuse(text[place], identities.to(text.dtype))
    return Conditioning(text, output[0][0])


@torch.no_grad()
def encode_plain(encoders: Sequence[TextEncoder], prompt: str) -> Conditioning:
    """Encode a prompt as SDXL does, cut after 77 tokens and with brackets as text; without the trigger word."""
    if TRIGGER in prompt:
        first = encoders[0].tokenizer
        ids = first.encode(prompt, add_special_tokens=False)
        ids.remove(first.convert_tokens_to_ids(TRIGGER))
        prompt = first.decode(ids).replace(TRIGGER, "im g")  # "IMG" comes back in small letters
    states = []
    for encoder in encoders:
        framed = encoder.tokenizer(
            prompt,
            padding="max_length",
            truncation=True,
            max_length=encoder.tokenizer.model_max_length,
            return_tensors="pt",
        )
        output = encoder.model(framed.input_ids.to(encoder.model.device), output_hidden_states=True)
        states.append(output.hidden_states[-2][0])
    return Conditioning(torch.cat(states, dim=-1), output[0][0])
