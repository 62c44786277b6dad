"""From words to what the UNet reads: templates, weights in brackets, prompts of any length.

Brackets and chunks follow ComfyUI, on which face-to-sticker was made: `(word)` weighs 1.1, `(word:1.3)` weighs 1.3
whatever stands around it, `\\(` is a bracket. A prompt of up to 75 tokens without brackets is encoded as in diffusers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.networks import TextEncoder

BRACKET_WEIGHT = 1.1
MOST_WEIGHT = 10.0  # either way; far beyond what still gives a picture
LONG_WORD = 8  # tokens from which a word may be broken between two chunks
CHUNK_WORDS = 75  # tokens of a chunk beside its begin and its end
KEPT_TEXTS = 256
KEPT_TEXT_BYTES = 256 * 2**20  # on the device; a text of one chunk has 0.3 MB in SDXL, 20 000 characters have 20 MB

_LEXEME = re.compile(
    r"""  \\(?P<escaped>[()])
        | (?P<open>\()
        | (?P<close>(?::\s*(?P<weight>[-+]?(?:\d+\.?\d*|\.\d+))\s*)?\))
        | [^\\():]+
        | .""",
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r"[^\W\d_]+|[^\w\s]+|[\d_]")  # as CLIP's tokenizer cuts a text, before it looks into words


class ClipLayer(StrEnum):
    """Which state of the text encoders is the prompt."""

    LAST = "last"  # face-to-sticker: "clip skip -1"
    PENULTIMATE = "penultimate"  # SDXL elsewhere; the default of diffusers
    NORMED = "normed"  # the last, after the final norm: Stable Diffusion 1.5


_STATE = {ClipLayer.LAST: -1, ClipLayer.PENULTIMATE: -2}


def fill_prompt(template: str, prompt: str) -> str:
    """Put the person's words into a style's template, which holds `{prompt}` once."""
    return template.replace("{prompt}", prompt)


def fill_negative_prompt(template: str, negative_prompt: str) -> str:
    """Put the person's words where the template holds `{negative_prompt}`, or behind it."""
    if "{negative_prompt}" in template:
        return template.replace("{negative_prompt}", negative_prompt)
    return f"{template} {negative_prompt}" if negative_prompt else template


def estimate_chunks(*prompts: str) -> int:
    """Return about how many chunks the longest of `prompts` takes: at once, without a tokenizer, seldom too many."""
    words = max(len(_WORD.findall(prompt)) for prompt in prompts)
    return max(1, -(-words // CHUNK_WORDS))


@torch.no_grad()
def encode_prompt(
    encoders: Sequence[TextEncoder], prompt: str, layer: ClipLayer = ClipLayer.LAST
) -> tuple[Tensor, Tensor | None]:
    """Return the prompt's hidden states [T, D] and pooled projection [P], which one encoder alone has not.

    T is 77 for every 75 tokens begun; D the widths of the encoders, side by side.
    """
    encoded = [_encode(encoder, prompt, layer) for encoder in encoders]
    states = torch.cat([states for states, _ in encoded], dim=-1)
    return states, encoded[-1][1] if len(encoded) > 1 else None


def _encode(encoder: TextEncoder, prompt: str, layer: ClipLayer) -> tuple[Tensor, Tensor]:
    """Return one encoder's states [T, width] and its pooled output of the first chunk."""
    chunks = [*chunk(encoder.tokenizer, prompt), Chunk.of(encoder.tokenizer, [])]  # the last one for the weights
    ids = torch.tensor([entry.ids for entry in chunks], device=encoder.model.device)
    output = encoder.model(ids, output_hidden_states=True)
    states = output.last_hidden_state if layer is ClipLayer.NORMED else output.hidden_states[_STATE[layer]]
    said, nothing = states[:-1], states[-1:]  # [chunks, 77, width], [1, 77, width]
    weights = torch.tensor([entry.weights for entry in chunks[:-1]], device=said.device, dtype=said.dtype)[..., None]
    # Exactly `said` where the weight is 1: (said - nothing) + nothing would round.
    weighted = torch.where(weights == 1, said, (said - nothing) * weights + nothing)
    return weighted.flatten(0, 1), output[0][0]


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a text encoder reads at once: begin, up to 75 tokens, end, padding; and each token's weight."""

    ids: list[int]
    weights: list[float]

    @classmethod
    def of(cls, tokenizer: Any, tokens: Sequence[tuple[int, float]]) -> Chunk:
        """Frame `tokens`, pairs of id and weight. The pad is the tokenizer's own: SDXL's two differ in it."""
        framed = [(tokenizer.bos_token_id, 1.0), *tokens, (tokenizer.eos_token_id, 1.0)]
        padding = [(tokenizer.pad_token_id, 1.0)] * (tokenizer.model_max_length - len(framed))
        ids, weights = zip(*framed, *padding, strict=True)
        return cls(list(ids), list(weights))


def chunk(tokenizer: Any, prompt: str) -> list[Chunk]:
    """Cut a prompt into chunks, at least one; between words, unless a word has `LONG_WORD` tokens or more."""
    room = tokenizer.model_max_length - 2
    chunks: list[list[tuple[int, float]]] = [[]]
    weighted_words = [(word, weight) for text, weight in parse_weights(prompt) for word in text.split()]
    for text, weight in weighted_words:
        ids = tokenizer(text, add_special_tokens=False, verbose=False).input_ids
        word = [(token, weight) for token in ids]
        if len(word) < LONG_WORD and len(chunks[-1]) + len(word) > room:
            chunks.append([])
        for token in word:
            if len(chunks[-1]) == room:
                chunks.append([])
            chunks[-1].append(token)
    return [Chunk.of(tokenizer, tokens) for tokens in chunks]


def parse_weights(prompt: str) -> list[tuple[str, float]]:
    """Cut a prompt at its brackets and return each piece with its weight. Brackets without a partner are text."""
    pieces: list[_Piece] = []
    openings: list[int] = []  # where in `pieces` each bracket stands that is still open
    for found in _LEXEME.finditer(prompt):
        if found["open"]:
            openings.append(len(pieces))
            pieces.append(_Piece("("))
        elif found["close"] and openings:
            opening = openings.pop()
            pieces[opening].text = ""
            for piece in pieces[opening:]:
                piece.weigh(found["weight"])
        else:
            pieces.append(_Piece(found["escaped"] or found[0]))
    return [(piece.text, piece.weight) for piece in pieces if piece.text]


@dataclass(slots=True)
class _Piece:
    text: str
    weight: float = 1.0
    is_settled: bool = False  # by a number: brackets further out change nothing

    def weigh(self, number: str | None) -> None:
        """Apply a bracket that closes around the piece, with its number if it has one."""
        if not self.is_settled:
            self.weight *= BRACKET_WEIGHT if number is None else float(number)
            self.weight = max(-MOST_WEIGHT, min(self.weight, MOST_WEIGHT))
            self.is_settled = number is not None
