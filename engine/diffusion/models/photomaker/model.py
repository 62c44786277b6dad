"""photomaker in its four steps: read -> prepare -> draw -> finish. Start reading here.

Version 1 sees the photos as they are and needs none of insightface's networks. Of several, those without a face are
left out, and those of somebody else where another model's networks can tell.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image, ImageOps

from engine.cache import LruCache
from engine.diffusion.compile import GraphShape
from engine.diffusion.denoise import encode
from engine.diffusion.faces import LARGEST, face_notes
from engine.diffusion.image_encoder import CLIP_MEAN, CLIP_STD, ClipInput
from engine.diffusion.inputs import PictureInputs
from engine.diffusion.models.photomaker.networks import PhotoMakerParts, PhotoMakerPaths, load_parts
from engine.diffusion.models.photomaker.record import PHOTOMAKER, PLAIN, STYLED
from engine.diffusion.models.photomaker.request import PhotoMakerRequest, read_request
from engine.diffusion.models.photomaker.words import PersonCutOff, encode_person, encode_plain
from engine.diffusion.pictures import check_pictures, draw_pictures, finish_pictures
from engine.diffusion.schedule import SeededNoise, ddim, euler_leading
from engine.errors import EngineUnavailable, NoFace, ParameterRefused, UnsupportedModel
from engine.pixels import Rgb, decode_photo
from engine.portrait.faces import find_faces
from engine.portrait.networks import Networks
from engine.types import Note, StickerRequest, StickerResult
from engine.weights import find_weights, resolve

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.device import DevicePlacement
    from engine.diffusion.faces import Floats
    from engine.diffusion.model import ModelOptions
    from engine.diffusion.networks import DiffusionNetworks
    from engine.diffusion.progress import Progress, Stopwatch
    from engine.diffusion.safety import CheckedPicture

KEPT_PHOTOS = 32


class PhotoMaker:
    """photomaker before it is loaded."""

    name = PHOTOMAKER.name
    parameters = frozenset(PHOTOMAKER.parameters)
    default_variant = PLAIN

    def __init__(self, paths: PhotoMakerPaths, *, has_safety: bool = True, canvas_px: int = 0) -> None:
        self._paths = paths
        self._has_safety = has_safety
        self._canvas_px = canvas_px

    @classmethod
    def open(cls, options: ModelOptions) -> PhotoMaker:
        """Find the weights. Raises `EngineUnavailable` with what is missing, half there or damaged and the remedy."""
        found = find_weights(PHOTOMAKER.name, options.weights, options.overrides)
        faces = None
        for role in ("face_id_faces", "faces"):
            with suppress(EngineUnavailable):
                faces = faces or resolve(role, options.weights, options.overrides)
        bases = {PLAIN: found["photomaker_base"]}
        if "photomaker_style_base" in found:
            bases[STYLED] = found["photomaker_style_base"]
        return cls(
            PhotoMakerPaths(
                adapter=found["photomaker_adapter"],
                bases=bases,
                base_config=found.get("base_config"),
                style_lora=found.get("photomaker_style_lora"),
                faces=faces,
                matte=found.get("matte"),
                safety=found.get("safety"),
            ),
            has_safety=options.has_safety,
            canvas_px=options.canvas_px,
        )

    def read(self, request: StickerRequest) -> PhotoMakerRequest:
        """Check `request`. Raises `UnsupportedModel` where the weights of its base pipeline are not here."""
        read = read_request(request, self._canvas_px)
        if read.variant not in self._paths.bases:
            raise UnsupportedModel(f"{read.variant}: weights missing: photomaker_style_base")
        return read

    def load(self, placement: DevicePlacement, variant: str = "") -> LoadedPhotoMaker:
        """Load every network of a base pipeline. Raises `EngineUnavailable`."""
        return LoadedPhotoMaker(load_parts(self._paths, variant or PLAIN, placement, has_safety=self._has_safety))


@dataclass(frozen=True, slots=True, eq=False)
class PhotoMakerInputs:
    """A request that is ready to be drawn, with the inputs of each picture."""

    request: PhotoMakerRequest
    inputs: list[PictureInputs]
    seen: SeenPerson


@dataclass(frozen=True, slots=True, eq=False)
class SeenPerson:
    """Who is on the photos that are used, [photos, D]; `embedding` is the face's, for the likeness."""

    people: Tensor
    embedding: Floats | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class LoadedPhotoMaker:
    """photomaker, ready to draw. Of a job only what the cache keeps stays: who is on the photos."""

    parts: PhotoMakerParts
    photos: LruCache[Hashable, SeenPerson] = field(default_factory=lambda: LruCache(KEPT_PHOTOS))

    @property
    def networks(self) -> DiffusionNetworks:
        """Those of the loop."""
        return self.parts.networks

    def clear_caches(self) -> None:
        """Forget what is kept between jobs."""
        self.photos.clear()

    def warm_up_plan(self, max_batch: int) -> list[GraphShape]:
        """Compile nothing ahead."""
        return []

    def prepare(self, request: PhotoMakerRequest) -> PhotoMakerInputs:
        """Encode photos and words, and the picture to begin from. Raises `PhotoUnusable`, `ParameterRefused`."""
        asked, networks, identity = request.parameters, self.networks, self.parts.identity
        seen = self.photos.get(request.photos_key, partial(self._look, request))
        try:
            cond = encode_person(networks.text_encoders, request.prompt, seen.people, identity)
        except PersonCutOff as problem:
            raise ParameterRefused("prompt", str(problem)) from problem
        shape = networks.latent_shape(*request.canvas)
        initial = request.initial
        one = PictureInputs(
            cond=cond,
            uncond=encode_plain(networks.text_encoders, request.negative_prompt) if asked.guidance != 1.0 else cond,
            noise=SeededNoise(0, shape),
            guidance=asked.guidance,
            early=encode_plain(networks.text_encoders, request.prompt),
            early_steps=asked.start_merge_step + 1,
            initial=encode(networks, _fitted(initial, *request.canvas)) if initial and request.begin else None,
        )
        return PhotoMakerInputs(
            request, [replace(one, noise=SeededNoise(seed, shape)) for seed in request.pictures.seeds], seen
        )

    def _look(self, request: PhotoMakerRequest) -> SeenPerson:
        identity, faces = self.parts.identity, self.parts.faces
        photos = [decode_photo(photo) for photo in request.request.faces]
        embedding, notes, kept = None, list[Note](), list(range(len(photos)))
        if faces is not None:
            with suppress(NoFace):
                known = faces.identify(photos)
                embedding, kept = known.embedding, list(known.kept)
                notes = [note for note in face_notes(known, LARGEST) if note is not Note.SEVERAL_FACES]
        elif len(photos) > 1 and 0 < len(shown := [number for number in kept if _has_face(photos[number])]) < len(kept):
            notes, kept = [Note.PHOTOS_WITHOUT_FACE], shown
        seen = ClipInput(identity.config.image_size, CLIP_MEAN, CLIP_STD)
        pixels = torch.stack([seen.pixels(photos[number]) for number in kept])
        people = identity.embed(pixels.to(self.networks.device, self.networks.dtype))
        return SeenPerson(people, embedding, tuple(notes))

    def graph_shape(self, batch: Sequence[PhotoMakerInputs]) -> GraphShape:
        """Return the shape of the graphs that `draw` would run for `batch`."""
        (one,) = batch
        return GraphShape.of(one.inputs, *one.request.canvas)

    def draw(self, batch: Sequence[PhotoMakerInputs], progress: Progress, preview_every: int = 0) -> list[list[Rgb]]:
        """Draw the pictures of each request. Raises `Cancelled`."""
        scheduler = ddim if self.parts.pipeline == STYLED else euler_leading
        return [
            draw_pictures(
                self.networks,
                each.inputs,
                partial(scheduler, each.request.parameters.steps),
                each.request.pictures,
                place,
                progress,
                checker=self.parts.finisher.checker,
                preview_every=preview_every,
                begin=each.request.begin,
            )
            for place, each in enumerate(batch)
        ]

    def check(
        self, prepared: PhotoMakerInputs, drawing: list[Rgb], place: int, progress: Progress, watch: Stopwatch
    ) -> list[CheckedPicture]:
        """Look for what must not be sent."""
        return check_pictures(drawing, prepared.request.pictures, self.parts.finisher)

    def finish(
        self,
        prepared: PhotoMakerInputs,
        checked: list[CheckedPicture],
        place: int,
        progress: Progress,
        watch: Stopwatch,
    ) -> StickerResult:
        """Make stickers of the pictures. Raises `Cancelled`."""
        return finish_pictures(
            checked,
            prepared.request.pictures,
            self.parts.finisher,
            progress,
            place,
            watch,
            faces=self.parts.faces,
            embedding=prepared.seen.embedding,
            notes=prepared.seen.notes,
            photos_used=len(prepared.seen.people),
        )


def _has_face(photo: Rgb) -> bool:
    """Return whether the small networks that ship with us find a face."""
    try:
        find_faces(photo, _networks())
    except NoFace:
        return False
    return True


@cache
def _networks() -> Networks:
    return Networks()


def _fitted(photo: bytes, width: int, height: int) -> Tensor:
    """Return a picture scaled and cropped to the size that is drawn, [3, height, width] in 0 .. 1."""
    fitted = ImageOps.fit(Image.fromarray(decode_photo(photo)), (width, height), Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(fitted)).permute(2, 0, 1).to(torch.float32) / 255
