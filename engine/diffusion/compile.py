"""Makes loaded networks fast: fused projections, compiled blocks, and which shapes are compiled ahead. Knows no photo.

A compiled graph belongs to one shape. Compiling takes a minute, so it happens before the first person waits, for the
shapes that will be asked for most; a call of any other shape runs uncompiled, slower but at once. Graphs are kept on
the disk by torch, in TORCHINDUCTOR_CACHE_DIR, and a second start finds them there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from engine.diffusion.adapters import compile_blocks, fuse_self_attention
from engine.diffusion.denoise import decode, denoise
from engine.diffusion.fast import quantise
from engine.diffusion.picture import GuideContext, Picture, Wish
from engine.diffusion.schedule import SeededNoise, sde_karras

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.networks import Networks

BATCHES = (1, 2, 4, 8)
TEXT_TOKENS = 77  # of a prompt of one chunk
WARM_UP_STEPS = 2  # every network speaks in the first; the second finds what the first changed


@dataclass(frozen=True, slots=True)
class Shape:
    """What a graph is made for: `rows` of the networks, sides of the picture in px, tokens of text, photos a person.

    `depth_reads` is a shape too: the text has more tokens than the face.
    """

    rows: int
    width: int
    height: int
    text: int = TEXT_TOKENS
    photos: int = 1
    depth_reads: GuideContext = GuideContext.FACE

    @classmethod
    def of(
        cls, pictures: Sequence[Picture], width: int, height: int, depth_reads: GuideContext = GuideContext.FACE
    ) -> Shape:
        """Return the shape of a call of `denoise`."""
        wishes = [wish for picture in pictures for wish in _wishes(picture)]
        return cls(
            rows=len(wishes),
            width=width,
            height=height,
            text=max(len(wish.text) for wish in wishes),
            photos=max(1 if wish.photo is None else len(wish.photo) for wish in wishes),
            depth_reads=depth_reads,
        )


def _wishes(picture: Picture) -> tuple[Wish, ...]:
    return (picture.wanted,) if picture.guidance == 1.0 else (picture.unwanted, picture.wanted)


def batch_size(waiting: int, most: int) -> int:
    """Return how many of `waiting` pictures to draw at once, so that the batch is full and compiled; at least 1."""
    return max((size for size in BATCHES if size <= min(waiting, most)), default=1)


def warm_up_plan(sizes: Sequence[tuple[int, int]], most: int = 1, is_guided: bool = True) -> list[Shape]:
    """Return the shapes to compile ahead, most wanted first: every size alone, then every larger batch.

    `sizes` are (width, height) of the networks' pictures in px, most wanted first; `most` is the largest batch.
    """
    rows = 2 if is_guided else 1
    batches = [size for size in BATCHES if size <= max(most, 1)]
    shapes = [Shape(batch * rows, *size) for batch in batches for size in sizes]
    return list(dict.fromkeys(shapes))


def speed_up(networks: Networks, *, compiles: bool = True, is_fp8: bool = False, **options: Any) -> None:
    """Change loaded networks in place: the same pictures, but for rounding, in less time. Call once, before any job.

    `options` go to `torch.compile`. Without `compiles` only the projections are fused, which costs no waiting.
    With `is_fp8` the UNet computes in eight bits where it can, and the pictures are no longer the same.
    """
    for network in networks.denoisers:
        fuse_self_attention(network)
        if is_fp8 and network is networks.unet:
            quantise(network)
        if compiles:
            compile_blocks(network, dynamic=False, **options)
    if compiles:
        networks.vae.decoder.compile(dynamic=False, **options)


@contextmanager
def only_compiled(shape: Shape, compiled: Collection[Shape]) -> Iterator[None]:
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


def warm_up(
    networks: Networks,
    plan: Sequence[Shape],
    on_shape: Callable[[int, int], bool] = lambda done, total: True,
) -> list[Shape]:
    """Draw one blank batch of each shape, so that its graphs exist; return the shapes that were drawn.

    `on_shape` is told (shapes done, of how many) before each; False ends the warm-up there.
    """
    compiled: list[Shape] = []
    for done, shape in enumerate(plan):
        if not on_shape(done, len(plan)):
            break
        blank = _blank(networks, shape)
        decode(networks, denoise(networks, blank, sde_karras(WARM_UP_STEPS), depth_context=shape.depth_reads))
        compiled.append(shape)
    return compiled


def _blank(networks: Networks, shape: Shape) -> list[Picture]:
    """Return pictures of zeros that fill `shape`: guided ones in pairs of rows, or one without guidance."""
    guided, single = divmod(shape.rows, 2)
    picture = Picture(
        wanted=_blank_wish(networks, shape),
        unwanted=_blank_wish(networks, shape),
        noise=SeededNoise(0, networks.latent_shape(shape.width, shape.height)),
        keypoints=torch.zeros(3, shape.height, shape.width),
        depth=torch.zeros(3, shape.height, shape.width),
    )
    return [picture] * guided + [replace(picture, guidance=1.0)] * single


def _blank_wish(networks: Networks, shape: Shape) -> Wish:
    config = networks.unet.config
    pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
    return Wish(
        text=torch.zeros(shape.text, config.cross_attention_dim),
        pooled=torch.zeros(pooled),
        face=_blank_states(networks.face_resampler),
        photo=_blank_states(networks.photo_resampler, shape.photos, 1),
    )


def _blank_states(resampler: Any, *counts: int) -> Tensor | None:
    return None if resampler is None else torch.zeros(*counts, resampler.proj_in.in_features)
