"""Image prompts (IP-Adapter): how a face or a photo becomes tokens, and how the UNet attends to them. Knows no file.

Two adapters share this: InstantID's (an ArcFace embedding in, 16 tokens out) and IP-Adapter's plus-face (CLIP states
in, 16 tokens out). Formats: `image_proj.*` is the resampler, `ip_adapter.<n>.to_k_ip.weight` the extra keys and values
of the n-th attention of the UNet, odd n only, counted down, up, mid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from engine.errors import EngineUnavailable

if TYPE_CHECKING:
    from torch import Tensor

HEAD_WIDTH = 64  # of every resampler published so far; the one size that their files do not show


class Resampler(nn.Module):
    """Map image embeddings to tokens: learned queries that attend to them, layer by layer (Perceiver)."""

    def __init__(self, *, queries: int, width: int, inner: int, layers: int, ff: int, source: int, out: int) -> None:
        """`source` and `out` are the widths of what is read and of the tokens; `inner` is heads * 64.

        Without `queries` of its own each call brings them.
        """
        super().__init__()
        self.latents = nn.Parameter(torch.empty(1, queries, width)) if queries else None
        self.proj_in = nn.Linear(source, width)
        self.layers = nn.ModuleList()
        for _ in range(layers):
            up, down = nn.Linear(width, ff, bias=False), nn.Linear(ff, width, bias=False)
            feed_forward = nn.Sequential(nn.LayerNorm(width), up, nn.GELU(), down)
            self.layers.append(nn.ModuleList([_PerceiverAttention(width, inner), feed_forward]))
        self.proj_out = nn.Linear(width, out)
        self.norm_out = nn.LayerNorm(out)

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor]) -> Resampler:
        """Build from the `image_proj` part of an adapter file; every size is read off the shapes."""
        with torch.device("meta"):
            resampler = cls(
                queries=weights["latents"].shape[1] if "latents" in weights else 0,
                width=weights["proj_in.weight"].shape[0],
                inner=weights["layers.0.0.to_q.weight"].shape[0],
                layers=1 + max(int(name.split(".")[1]) for name in weights if name.startswith("layers.")),
                ff=weights["layers.0.1.1.weight"].shape[0],
                source=weights["proj_in.weight"].shape[1],
                out=weights["proj_out.weight"].shape[0],
            )
        resampler.load_state_dict(dict(weights), strict=True, assign=True)
        return resampler.requires_grad_(False).eval()

    def forward(self, embedding: Tensor, queries: Tensor | None = None) -> Tensor:
        """Map [rows, states, source] to tokens [rows, queries, out]; `queries` where it has none."""
        states = self.proj_in(embedding)
        tokens = queries
        if self.latents is not None:
            tokens = self.latents.expand(len(states), -1, -1)
        for attention, feed_forward in self.layers:
            tokens = attention(states, tokens) + tokens
            tokens = feed_forward(tokens) + tokens
        return self.norm_out(self.proj_out(tokens))


class FaceIdProjection(nn.Module):
    """Map an ArcFace embedding to FaceID's tokens, of which the plus adapters ask CLIP what else it sees."""

    def __init__(self, source: int, inner: int, tokens: int, out: int, resampler: Resampler | None) -> None:
        """`source`, `inner` and `out` are the widths of the embedding, between the two layers, and of a token."""
        super().__init__()
        self.proj = nn.Sequential(nn.Linear(source, inner), nn.GELU(), nn.Linear(inner, tokens * out))
        self.norm = nn.LayerNorm(out)
        self.perceiver_resampler = resampler
        self.has_shortcut = False

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor], *, has_shortcut: bool) -> FaceIdProjection:
        """Build from the `image_proj` part of a FaceID file; `has_shortcut` is what tells plus-v2 from plus."""
        prefix = "perceiver_resampler."
        seen = {name.removeprefix(prefix): weight for name, weight in weights.items() if name.startswith(prefix)}
        with torch.device("meta"):
            (inner, source), out = weights["proj.0.weight"].shape, len(weights["norm.weight"])
            projection = cls(source, inner, len(weights["proj.2.weight"]) // out, out, None)
        if seen:
            projection.perceiver_resampler = Resampler.from_weights(seen)
        projection.has_shortcut = has_shortcut
        projection.load_state_dict(dict(weights), strict=True, assign=True)
        return projection.requires_grad_(False).eval()

    @torch.no_grad()
    def forward(self, embedding: Tensor, photo: Tensor | None = None) -> Tensor:
        """Map a normalised embedding [512] to tokens [tokens, D]; `photo` [states, width] is what CLIP sees."""
        face = self.norm(self.proj(embedding).view(-1, len(self.norm.weight)))
        if self.perceiver_resampler is None:
            return face
        if photo is None:
            raise ValueError("a plus adapter needs CLIP's states of the face")
        seen = self.perceiver_resampler(photo[None], face[None])[0]
        return face + seen if self.has_shortcut else seen


class _PerceiverAttention(nn.Module):
    """Attention from the tokens to the image's states and to themselves. Parameter names are the files'."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.heads = inner // HEAD_WIDTH
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.to_q = nn.Linear(width, inner, bias=False)
        self.to_kv = nn.Linear(width, inner * 2, bias=False)
        self.to_out = nn.Linear(inner, width, bias=False)

    def forward(self, states: Tensor, tokens: Tensor) -> Tensor:
        states, tokens = self.norm1(states), self.norm2(tokens)
        key, value = self.to_kv(torch.cat([states, tokens], dim=1)).chunk(2, dim=-1)
        return self.to_out(multi_head_attention(self.to_q(tokens), key, value, self.heads))


def multi_head_attention(query: Tensor, key: Tensor, value: Tensor, heads: int, bias: Tensor | None = None) -> Tensor:
    """Return multi-head attention: [rows, queries, width] and two [rows, states, width] -> [rows, queries, width].

    `bias` [rows, 1, states] is added to every score.
    """
    query, key, value = (x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (query, key, value))
    mask = None if bias is None else bias[:, None]
    return functional.scaled_dot_product_attention(query, key, value, mask).transpose(1, 2).flatten(2)


class ScaleBank(nn.Module):
    """Hold the scale of every adapter in every row, in one buffer [adapters, rows, 1, 1].

    A buffer, because a compiled UNet keeps one graph for all its values; a Python float in the processor means one
    graph for each weight that a person asks for, until the compiler gives up.
    """

    scales: Tensor

    def __init__(self, adapters: int, rows: int) -> None:
        super().__init__()
        self.register_buffer("scales", torch.zeros(adapters, rows, 1, 1), persistent=False)

    def set(self, scales: Sequence[Tensor]) -> None:
        """Copy each adapter's scales [rows] in place; grows, and so recompiles, at more rows than ever before."""
        for index, rows in enumerate(scales):
            if len(rows) > self.scales.shape[1]:
                self.scales = self.scales.new_zeros(len(self.scales), len(rows), 1, 1)
            self.scales[index, : len(rows), 0, 0] = rows

    def place(self) -> int:
        """Return where the buffer lies, which changes when it grows: a recorded graph reads it there."""
        return self.scales.data_ptr()


class AdapterAttention(nn.Module):
    """Attend to the text, and to every adapter's tokens at its row's scale: a cross-attention processor.

    No branch on the scale's value, so that compiled graphs hold; an adapter at scale 0 costs 0.3 % of a step.
    """

    def __init__(self, bank: ScaleBank, keys: Sequence[Tensor], values: Sequence[Tensor]) -> None:
        super().__init__()
        self.bank = bank
        self.to_k_ip = nn.ModuleList(_linear(weight) for weight in keys)
        self.to_v_ip = nn.ModuleList(_linear(weight) for weight in values)

    def forward(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: tuple[Tensor, list[Tensor]],
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
    ) -> Tensor:
        """Attend from `hidden_states` [rows, n, width] to the text and to each adapter's tokens.

        The signature is diffusers'; `encoder_hidden_states` is (text, tokens of each adapter), each [rows, n, width];
        `attention_mask` [rows, 1, n] is the bias that hides the padding of texts.
        """
        text, images = encoder_hidden_states
        query = attn.to_q(hidden_states)
        out = multi_head_attention(query, attn.to_k(text), attn.to_v(text), attn.heads, attention_mask)
        for index, tokens in enumerate(images):
            image = multi_head_attention(query, self.to_k_ip[index](tokens), self.to_v_ip[index](tokens), attn.heads)
            out = out + (self.bank.scales[index, : len(image)] * image).to(out.dtype)
        return attn.to_out[1](attn.to_out[0](out))


def _linear(weight: Tensor) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False, device="meta")
    layer.load_state_dict({"weight": weight}, assign=True)
    return layer.requires_grad_(False)


class TokenPassThrough(nn.Module):
    """Replace the module in which diffusers would run the resamplers in every step: the tokens are ready already."""

    def forward(self, tokens: list[Tensor]) -> list[Tensor]:
        return tokens


@torch.no_grad()
def fuse_face_id_lora(unet: Any, weights: Mapping[str, Tensor]) -> None:
    """Add the LoRA of a FaceID file, its `ip_adapter` part, to every attention of `unet`, for good.

    Not `load_ip_adapter`: on a UNet that had one before, diffusers keeps the first file's LoRA. Raises
    `EngineUnavailable` where the file belongs to another UNet.
    """
    for number, name in enumerate(unet.attn_processors):
        attention = unet.get_submodule(name.removesuffix(".processor"))
        layers = {"q": attention.to_q, "k": attention.to_k, "v": attention.to_v, "out": attention.to_out[0]}
        for letter, layer in layers.items():
            try:
                down, up = (weights[f"{number}.to_{letter}_lora.{part}.weight"].float() for part in ("down", "up"))
                layer.weight.copy_(layer.weight.float() + (up @ down).to(layer.weight.device))
            except (KeyError, RuntimeError) as error:
                raise EngineUnavailable(f"a FaceID adapter was made for another UNet: {error}") from error


def check_fits(unet: Any, adapter: Mapping[str, Tensor]) -> None:
    """Raise `ValueError` where the keys and values of an adapter's file were made for another UNet."""
    for number, name in enumerate(unet.attn_processors):
        if name.endswith("attn2.processor"):
            wanted = unet.get_submodule(name.removesuffix(".processor")).to_k.weight.shape
            for weight in (f"{number}.to_k_ip.weight", f"{number}.to_v_ip.weight"):
                found = adapter[weight].shape if weight in adapter else None
                if found != wanted:
                    raise ValueError(f"it was made for another UNet: {weight} is {found} and not {wanted}")


def install_adapters(unet: Any, adapters: Sequence[Mapping[str, Tensor]], rows: int = 2) -> ScaleBank:
    """Give every cross-attention of `unet` the keys and values of `adapters` and return their scales.

    `adapters` are the `ip_adapter` parts of the files, in the order in which tokens are passed later; `rows` is how
    many rows the scales have room for at first. Raises `ValueError` where a file belongs to another UNet.
    """
    for adapter in adapters:
        check_fits(unet, adapter)
    bank = ScaleBank(len(adapters), rows)
    if not adapters:
        return bank
    processors = dict(unet.attn_processors)
    for number, name in enumerate(processors):  # the adapters' files count in the same order: down, up, mid
        if name.endswith("attn2.processor"):
            keys, values = (
                [adapter[f"{number}.{kind}.weight"] for adapter in adapters] for kind in ("to_k_ip", "to_v_ip")
            )
            processors[name] = AdapterAttention(bank, keys, values)
    unet.set_attn_processor(processors)
    unet.encoder_hid_proj = TokenPassThrough()
    unet.register_to_config(encoder_hid_dim_type="ip_image_proj")
    return bank
