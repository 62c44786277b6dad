"""Photos and words in, stickers out: the five calls of face-to-sticker. Start reading at `generate`.

Stateless between jobs: what `Memory` keeps could be made again and would be the same.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from engine.cache import LruCache
from engine.diffusion.adapters import UnwantedFace, unwanted_face
from engine.diffusion.compile import Shape, only_compiled, uncompiled
from engine.diffusion.denoise import StepDone, decode, denoise, preview
from engine.diffusion.die_cut import cut_out, sticker, with_alpha
from engine.diffusion.faces import LARGEST
from engine.diffusion.hints import draw_keypoints, fit_hint, to_tensor, to_working_size
from engine.diffusion.order import Order, decode_photo
from engine.diffusion.picture import GuideContext, Picture, Wish
from engine.diffusion.progress import AROUND, Progress, Stopwatch
from engine.diffusion.safety import censor
from engine.diffusion.schedule import SeededNoise, sde_karras
from engine.diffusion.text import encode_prompt
from engine.errors import Cancelled, DrawingFailed
from engine.finish import encode_png, encode_webp
from engine.model import ResultFile
from engine.pixels import Rgb
from engine.types import Note, Step, StickerResult

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.models import Models

KEPT_PHOTOS = 32  # about 8 MB each: a keypoint and a depth picture, a few hundred KB of states
KEPT_TEXTS = 256  # about 1 MB each
UNWANTED_FACES = {"noise": UnwantedFace.RANDOM, "zeros": UnwantedFace.ZEROS}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the photos show; the same for every style, seed and strength."""

    face: Tensor  # [512] fp32 on the CPU, not normalised
    photo: Tensor | None  # [photos, states, width] CLIP's hidden states
    keypoints: Rgb  # at working size
    depth: Rgb | None  # of the same photo, its short side 1024 px
    faces: int  # in that photo


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What is kept between jobs: per photo, per photo and noise, per text."""

    seen: LruCache[tuple[object, ...], Seen] = field(default_factory=lambda: LruCache(KEPT_PHOTOS))
    unwanted: LruCache[tuple[object, ...], Tensor] = field(default_factory=lambda: LruCache(KEPT_PHOTOS))
    texts: LruCache[str, tuple[Tensor, Tensor]] = field(default_factory=lambda: LruCache(KEPT_TEXTS))

    def clear(self) -> None:
        self.seen.clear()
        self.unwanted.clear()
        self.texts.clear()


@dataclass(frozen=True, slots=True)
class Way:
    """How an engine draws, the same for every order.

    Every `preview_every` steps a preview goes with the progress; 0 makes none. `compiled` are the shapes whose graphs
    exist, None where the networks are not compiled.
    """

    scheduler: Callable[[int], Any] = sde_karras  # makes that of one call, given the steps
    preview_every: int = 0
    compiled: Collection[Shape] | None = None


FULL = Way()


def generate(
    models: Models, memory: Memory, orders: Sequence[Order], progress: Progress, way: Way = FULL
) -> list[StickerResult | Cancelled]:
    """Draw N orders of equal `batch_key` at once; each comes out as it would alone.

    Raises `NoFace` and `PhotoUnusable` for the first photo that is wrong, `Cancelled` where everybody asked to stop.
    """
    watch = Stopwatch()
    seen = [look_at(models, memory, order) for order in orders]
    pictures = [condition(models, memory, order, each) for order, each in zip(orders, seen, strict=True)]
    watch.lap("face")
    with _graphs(orders, pictures, way.compiled):
        latents = draw(models, orders, pictures, progress, way)  # [N, 4, height / 8, width / 8]
        pixels = to_pixels(decode(models.networks, latents))  # [N, height, width, 3]
    watch.lap("draw")
    return [
        finish(models, order, each.faces, pixels[place], place, progress, watch.copy())
        for place, (order, each) in enumerate(zip(orders, seen, strict=True))
    ]


def _graphs(
    orders: Sequence[Order], pictures: Sequence[Picture], compiled: Collection[Shape] | None
) -> AbstractContextManager[None]:
    if compiled is None:
        return nullcontext()
    asked = orders[0].parameters
    return only_compiled(Shape.of(pictures, *asked.canvas, GuideContext(asked.depth_context)), compiled)


def look_at(models: Models, memory: Memory, order: Order) -> Seen:
    """Find the face and make the hints, once per photo. Raises `NoFace`, `PhotoUnusable`."""
    index = order.parameters.face_index
    return memory.seen.get((order.photos_key, index), lambda: _look(models, order.request.faces, index))


def _look(models: Models, encoded: Sequence[bytes], face_index: int) -> Seen:
    photos = [decode_photo(photo) for photo in encoded]
    working = [to_working_size(photo) for photo in photos]
    identity = models.faces.identify(working, face_index)
    shown = working[identity.photo]
    height, width = shown.shape[:2]
    return Seen(
        face=torch.from_numpy(identity.embedding),
        photo=_states([models.image_encoder.wanted(photo) for photo in photos]) if models.image_encoder else None,
        keypoints=draw_keypoints(identity.face.keypoints, width, height),
        depth=models.depth.picture(shown) if models.depth else None,
        faces=identity.faces_seen,
    )


def _states(of_photos: Sequence[Tensor]) -> Tensor:
    """[1, states, width] each -> [photos, states, width]"""
    return torch.cat(list(of_photos))


def condition(models: Models, memory: Memory, order: Order, seen: Seen) -> Picture:
    """Put together what one picture is told: words, face, photo, hints, noise, strengths."""
    asked = order.parameters
    size = asked.canvas
    wanted = _wish(models, memory, order.prompt, seen.face, seen.photo)
    unwanted = wanted  # not read at guidance 1
    if asked.guidance != 1.0:
        face = unwanted_face(seen.face, UNWANTED_FACES[asked.unwanted_face])
        unwanted = _wish(models, memory, order.negative_prompt, face, _unwanted_photo(models, memory, order))
    return Picture(
        wanted=wanted,
        unwanted=unwanted,
        noise=SeededNoise(order.request.seed, models.networks.latent_shape(*size)),
        keypoints=to_tensor(fit_hint(seen.keypoints, *size)),  # [3, height, width]
        depth=to_tensor(fit_hint(seen.depth, *size)) if seen.depth is not None else None,
        guidance=asked.guidance,
        instant_id_strength=asked.instant_id_strength,
        ip_adapter_weight=asked.ip_adapter_weight,
    )


def _wish(models: Models, memory: Memory, words: str, face: Tensor, photo: Tensor | None) -> Wish:
    text, pooled = memory.texts.get(words, lambda: encode_prompt(models.networks.text_encoders, words))
    return Wish(text=text, pooled=pooled, face=face, photo=photo)


def _unwanted_photo(models: Models, memory: Memory, order: Order) -> Tensor | None:
    """Return the states of what the picture is kept away from, [photos, states, width]."""
    encoder, noise = models.image_encoder, order.parameters.ip_adapter_noise
    if encoder is None:
        return None
    photos = order.request.faces
    key = (order.photos_key, noise) if noise > 0 else ("black", len(photos))  # without noise every photo is black
    return memory.unwanted.get(key, lambda: _states([encoder.unwanted(decode_photo(each), noise) for each in photos]))


def draw(models: Models, orders: Sequence[Order], pictures: Sequence[Picture], progress: Progress, way: Way) -> Tensor:
    """Denoise; raises `Cancelled` once nobody wants the pictures any more."""
    asked = orders[0].parameters

    def on_step(step: StepDone) -> bool:
        is_shown = way.preview_every and step.done % way.preview_every == 0 and step.done < step.total
        previews = _previews(models, orders, step.clean) if is_shown else [b""] * len(orders)
        steps = [
            Step("draw", step.done, total_steps(order), shown) for order, shown in zip(orders, previews, strict=True)
        ]
        return progress.tell_all(steps)

    return denoise(
        models.networks,
        pictures,
        way.scheduler(asked.steps),
        depth_context=GuideContext(asked.depth_context),
        on_step=on_step,
    )


def total_steps(order: Order) -> int:
    """All steps that an order is told; the upscaling counts like a second loop."""
    return order.parameters.steps * (2 if order.parameters.upscale else 1) + AROUND


def _previews(models: Models, orders: Sequence[Order], clean: Tensor) -> list[bytes]:
    """Return a small JPEG per picture, empty where the checker would not let the sticker pass."""
    with uncompiled():  # the decoder's graph is for the whole picture
        pixels = to_pixels(preview(models.networks, clean))
    checked = [order.parameters.enable_safety_checker for order in orders]
    flagged = models.checker.are_flagged(list(pixels)) if models.checker and any(checked) else [False] * len(orders)
    return [
        b"" if is_flagged and is_checked else _jpeg(each)
        for each, is_flagged, is_checked in zip(pixels, flagged, checked, strict=True)
    ]


def _jpeg(picture: Rgb) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def to_pixels(pictures: Tensor) -> Rgb:
    """[N, 3, height, width] in 0 .. 1 -> (N, height, width, 3) uint8. Raises `DrawingFailed` for no numbers."""
    if not torch.isfinite(pictures).all():
        raise DrawingFailed("the decoder made no numbers")
    return (pictures * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()


def finish(
    models: Models, order: Order, faces: int, drawing: Rgb, place: int, progress: Progress, watch: Stopwatch
) -> StickerResult | Cancelled:
    """Make a sticker of one drawing (height, width, 3): upscale if asked, check, cut out, outline."""
    total = total_steps(order)
    try:
        drawing = _cropped(order, _upscaled(models, order, drawing, place, progress))
        watch.lap("upscale")
        progress.tell(place, Step("cutout", total - 2, total))
        cut = cut_out(drawing, models.matter, order.request.shape)
        checker = models.checker if order.parameters.enable_safety_checker else None
        shown, cutout, is_safe = censor(checker, drawing, with_alpha(drawing, cut.matte))
        watch.lap("cutout")
        progress.tell(place, Step("finish", total - 1, total))
    except Cancelled as cancelled:
        return cancelled
    result = StickerResult(
        files={
            ResultFile.STICKER: encode_webp(sticker(shown, cut.matte if is_safe else np.ones_like(cut.matte))),
            ResultFile.PICTURE: encode_png(with_alpha(shown, np.ones_like(cut.matte))),
            ResultFile.CUTOUT: encode_png(cutout),
        },
        seed=order.request.seed,
        style=order.style.name,
        shape=cut.shape,
        notes=_face_notes(order, faces) + cut.notes,
        is_safe=is_safe,
    )
    watch.lap("finish")
    return replace(result, timings=watch.timings)


def _face_notes(order: Order, faces: int) -> tuple[Note, ...]:
    """Nothing to tell a person who has chosen the face."""
    return (Note.SEVERAL_FACES,) if faces > 1 and order.parameters.face_index == LARGEST else ()


def _upscaled(models: Models, order: Order, drawing: Rgb, place: int, progress: Progress) -> Rgb:
    asked = order.parameters
    if not asked.upscale:
        return drawing
    if models.upscaler is None:
        raise DrawingFailed("no weights to upscale with")
    total = total_steps(order)

    def keep_going(done: int, of: int) -> bool:
        progress.tell(place, Step("draw", asked.steps + asked.steps * done // of, total))
        return True

    is_fast = asked.upscale_mode == "fast"
    return models.upscaler.upscale(drawing, asked.upscale_steps, order.request.seed, keep_going, is_fast)


def _cropped(order: Order, drawing: Rgb) -> Rgb:
    """Cut what the networks drew beyond the size that was asked for: up to 7 px, half of it on each side."""
    asked = order.parameters
    times = 2 if asked.upscale else 1
    width, height = asked.width * times, asked.height * times
    above, left = (drawing.shape[0] - height) // 2, (drawing.shape[1] - width) // 2
    return np.ascontiguousarray(drawing[above : above + height, left : left + width])
