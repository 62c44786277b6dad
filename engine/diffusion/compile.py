"""Make loaded networks fast: fused projections, compiled blocks, and which shapes are compiled ahead. Knows no photo.

A compiled graph belongs to one shape. Compiling takes a minute, so it happens before the first person waits, for the
shapes that will be asked for most; a call of any other shape runs uncompiled, slower but at once. Graphs are kept on
the disk by torch, in TORCHINDUCTOR_CACHE_DIR, and a second start finds them there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from engine.diffusion.cuda_graphs import Recorder, record_calls, recording
from engine.diffusion.denoise import decode, denoise
from engine.diffusion.fp8 import quantise
from engine.diffusion.inputs import TEXT_TOKENS, Conditioning, DepthContext, PictureInputs
from engine.diffusion.schedule import SeededNoise, sde_karras

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.networks import DiffusionNetworks

BATCHES = (1, 2, 4, 8)
WARM_UP_STEPS = 2  # every network is active in the first; the second finds what the first changed


@dataclass(frozen=True, slots=True)
class GraphShape:
    """Name the shape of a graph: `rows` of the networks, sides of the picture in px, tokens of text, photos a person.

    `depth_context` is part of it too: the text has more tokens than the face.
    """

    rows: int
    width: int
    height: int
    text: int = TEXT_TOKENS
    photos: int = 1
    depth_context: DepthContext = DepthContext.FACE

    @classmethod
    def of(
        cls,
        pictures: Sequence[PictureInputs],
        width: int,
        height: int,
        depth_context: DepthContext = DepthContext.FACE,
    ) -> GraphShape:
        """Return the shape of a call of `denoise`."""
        rows = [picture.cond for picture in pictures]
        rows += [picture.uncond for picture in pictures if picture.guidance != 1.0]
        return cls(
            rows=len(rows),
            width=width,
            height=height,
            text=max(len(row.text) for row in rows),
            photos=max(1 if row.photo is None else len(row.photo) for row in rows),
            depth_context=depth_context,
        )


def batch_size(waiting: int, most: int) -> int:
    """Return how many of `waiting` pictures to draw at once, so that the batch is full and compiled; at least 1."""
    return max((size for size in BATCHES if size <= min(waiting, most)), default=1)


def warm_up_plan(sizes: Sequence[tuple[int, int]], most: int = 1, is_guided: bool = True) -> list[GraphShape]:
    """Return the shapes to compile ahead, most wanted first: the first size alone and in batches, then the rest alone.

    The first size has a shape for texts of two chunks too.

    `sizes` are (width, height) of the networks' pictures in px, most wanted first; `most` is the largest batch.
    """
    rows = 2 if is_guided else 1
    batches = [size for size in BATCHES if size <= max(most, 1)]
    first, *others = sizes
    shapes = [GraphShape(batch * rows, *first) for batch in batches]
    shapes.append(GraphShape(rows, *first, text=2 * TEXT_TOKENS))
    shapes += [GraphShape(rows, *size) for size in others]
    return list(dict.fromkeys(shapes))


def has_c_compiler() -> bool:
    """Return whether there is what Triton builds its launchers with; without it no graph can be compiled."""
    return any(shutil.which(name) for name in (os.environ.get("CC") or "gcc", "clang", "cc"))


def speed_up(
    networks: DiffusionNetworks,
    *,
    compiles: bool = True,
    is_fp8: bool = False,
    recorder: Recorder | None = None,
    **options: Any,
) -> None:
    """Change loaded networks in place: the same pictures, but for rounding, in less time. Call once, before any job.

    `options` go to `torch.compile`. Without `compiles` only the projections are fused, which costs no waiting.
    With `is_fp8` UNet and ControlNets compute in eight bits where they can, and the pictures are no longer the same.
    With a `recorder` small batches replay graphs of their launches, which the warm-up records.
    """
    for network in networks.denoisers:
        fuse_self_attention(network)
        if is_fp8:
            quantise(network)
        if compiles:
            compile_blocks(network, dynamic=False, **options)
        if recorder is not None:
            record_calls(network, recorder, networks.scales.place)
    if compiles:
        networks.vae.decoder.compile(dynamic=False, **options)


def fuse_self_attention(network: Any) -> None:
    """Project query, key and value of every self-attention by one matrix; the three are given up.

    Not `fuse_qkv_projections`: diffusers fuses the cross-attentions too, and breaks on image tokens.
    """
    from diffusers.models.attention_processor import Attention, FusedAttnProcessor2_0

    for module in network.modules():
        # The VAE's attention has a group norm of its own and stays as it is.
        if isinstance(module, Attention) and not module.is_cross_attention and module.group_norm is None:
            with torch.no_grad():
                module.fuse_projections()
            module.set_processor(FusedAttnProcessor2_0())
            del module.to_q, module.to_k, module.to_v


def compile_blocks(network: Any, **options: Any) -> None:
    """Compile each transformer and ResNet block of a UNet or ControlNet; blocks of one shape share a graph.

    Not `compile_repeated_blocks`, which refuses ControlNets. `options` go to `torch.compile`.
    """
    from diffusers.models.attention import BasicTransformerBlock
    from diffusers.models.resnet import ResnetBlock2D

    # The limit counts per code object, so the UNet and both ControlNets share it.
    torch._dynamo.config.recompile_limit = 256
    for module in network.modules():
        if isinstance(module, BasicTransformerBlock | ResnetBlock2D):
            module.compile(fullgraph=True, **options)


@contextmanager
def only_compiled(shape: GraphShape, compiled: Collection[GraphShape]) -> Iterator[None]:
    """Run what is inside with graphs if `shape` was compiled ahead, and else without.

    Otherwise an odd size would keep everybody waiting for its graphs, and a hundred of them reach the limit beyond
    which torch compiles nothing.
    """
    with torch.compiler.set_stance("default" if shape in compiled else "force_eager"):
        yield


def uncompiled() -> AbstractContextManager[None]:
    """Run what is inside without graphs: networks that were compiled for pictures of another size."""
    stance: AbstractContextManager[None] = torch.compiler.set_stance("force_eager")
    return stance


def warm_up(networks: DiffusionNetworks, plan: Sequence[GraphShape]) -> None:
    """Draw one blank batch of each shape, so that its graphs exist."""
    for shape in plan:
        guided, single = divmod(shape.rows, 2)
        blank = PictureInputs(
            cond=_blank_conditioning(networks, shape),
            uncond=_blank_conditioning(networks, shape),
            noise=SeededNoise(0, networks.latent_shape(shape.width, shape.height)),
            keypoints=torch.zeros(3, shape.height, shape.width),
            depth=torch.zeros(3, shape.height, shape.width),
        )
        batch = [blank] * guided + [replace(blank, guidance=1.0)] * single
        with recording():
            latents = denoise(networks, batch, sde_karras(WARM_UP_STEPS), depth_context=shape.depth_context)
        decode(networks, latents)


def _blank_conditioning(networks: DiffusionNetworks, shape: GraphShape) -> Conditioning:
    def states(resampler: Any, *counts: int) -> Tensor | None:
        return None if resampler is None else torch.zeros(*counts, resampler.proj_in.in_features)

    config = networks.unet.config
    pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
    return Conditioning(
        text=torch.zeros(shape.text, config.cross_attention_dim),
        pooled=torch.zeros(pooled),
        face=states(networks.face_resampler),
        photo=states(networks.photo_resampler, shape.photos, 1),
    )
