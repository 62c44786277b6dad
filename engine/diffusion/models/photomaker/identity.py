"""PhotoMaker's identity encoder: what photos show, put into the word of the prompt that stands for the person.

A CLIP image encoder with a second projection, and an MLP that fuses both with the word's embedding. The parameters'
names are the file's. Knows no tokenizer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import nn
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

if TYPE_CHECKING:
    from torch import Tensor

HEAD_WIDTH = 64  # of the image encoder; the one size that the file does not show


class IdentityEncoder(CLIPVisionModelWithProjection):
    """Maps photos to embeddings as wide as the prompt's, and fuses them with a word of the prompt."""

    def __init__(self, config: CLIPVisionConfig, second_width: int) -> None:
        super().__init__(config)
        width = config.projection_dim + second_width
        self.visual_projection_2 = nn.Linear(config.hidden_size, second_width, bias=False)
        self.fuse_module = _Fuse(width)

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor]) -> IdentityEncoder:
        """Build from the `id_encoder` part of the file; every size is read off the shapes."""
        patches = weights["vision_model.embeddings.patch_embedding.weight"]
        places = len(weights["vision_model.embeddings.position_embedding.weight"]) - 1
        layers = [int(name.split(".")[3]) for name in weights if name.startswith("vision_model.encoder.layers.")]
        config = CLIPVisionConfig(
            hidden_size=patches.shape[0],
            patch_size=patches.shape[-1],
            image_size=round(places**0.5) * patches.shape[-1],
            num_hidden_layers=1 + max(layers),
            num_attention_heads=patches.shape[0] // HEAD_WIDTH,
            intermediate_size=len(weights["vision_model.encoder.layers.0.mlp.fc1.weight"]),
            projection_dim=len(weights["visual_projection.weight"]),
        )
        encoder = cls(config, len(weights["visual_projection_2.weight"]))
        positions = "vision_model.embeddings.position_ids"  # old files bring them, newer networks make them
        encoder.load_state_dict({name: weight for name, weight in weights.items() if name != positions}, strict=True)
        return encoder.requires_grad_(False).eval()

    @torch.no_grad()
    def embed(self, pixels: Tensor) -> Tensor:
        """Map [photos, 3, side, side] to identities [photos, D], D the width of the prompt's states."""
        seen = self.vision_model(pixels).pooler_output
        return torch.cat([self.visual_projection(seen), self.visual_projection_2(seen)], dim=-1)

    @torch.no_grad()
    def fuse(self, words: Tensor, identities: Tensor) -> Tensor:
        """Put identities [photos, D] into the states of the person's word, one for each photo, [photos, D]."""
        return self.fuse_module(words, identities)


class _Fuse(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.mlp1 = _Mlp(2 * width, width)
        self.mlp2 = _Mlp(width, width)
        self.layer_norm = nn.LayerNorm(width)

    def forward(self, words: Tensor, identities: Tensor) -> Tensor:
        fused = self.mlp1(torch.cat([words, identities], dim=-1)) + words
        return self.layer_norm(self.mlp2(fused) + fused)


class _Mlp(nn.Module):
    def __init__(self, source: int, width: int) -> None:
        super().__init__()
        self.layernorm = nn.LayerNorm(source)
        self.fc1 = nn.Linear(source, width)
        self.fc2 = nn.Linear(width, width)

    def forward(self, states: Tensor) -> Tensor:
        return self.fc2(nn.functional.gelu(self.fc1(self.layernorm(states))))
