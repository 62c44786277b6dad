"""ip-adapter-face-id in its four steps: read -> prepare -> draw -> finish. Start reading here."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image, ImageOps

from engine.cache import LruCache
from engine.diffusion.compile import GraphShape
from engine.diffusion.faces import aligned_face, face_notes, faces_to_choose
from engine.diffusion.inputs import Conditioning, PictureInputs
from engine.diffusion.models.face_id.networks import FaceIdParts, FaceIdPaths, load_parts
from engine.diffusion.models.face_id.record import (
    FACE_ID,
    MODEL_TYPES,
    SD15_BASE,
    SDXL_BASE,
    FaceIdParameters,
    base_repos,
)
from engine.diffusion.models.face_id.request import FaceIdRequest, read_request, variant_of
from engine.diffusion.pictures import check_pictures, draw_pictures, finish_pictures
from engine.diffusion.schedule import SeededNoise, ddim
from engine.diffusion.text import KEPT_TEXT_BYTES, KEPT_TEXTS, ClipLayer, encode_prompt
from engine.errors import EngineUnavailable, NoFace, UnsupportedModel
from engine.pixels import Rgb, decode_photo
from engine.types import StickerRequest, StickerResult
from engine.weights import all_roles, find_weights, own_path, resolve

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.device import DevicePlacement
    from engine.diffusion.faces import Identity
    from engine.diffusion.model import ModelOptions
    from engine.diffusion.networks import DiffusionNetworks
    from engine.diffusion.progress import Progress, Stopwatch
    from engine.diffusion.safety import CheckedPicture

PHOTO_PX = 640  # side to which a photo is scaled and cropped
KEPT_PHOTOS = 32


class FaceId:
    """ip-adapter-face-id before it is loaded."""

    name = FACE_ID.name
    parameters = frozenset(FACE_ID.parameters)

    def __init__(self, paths: FaceIdPaths, *, has_safety: bool = True, canvas_px: int = 0) -> None:
        """Raises `EngineUnavailable` where no type has all of its weights."""
        self._paths = paths
        self._has_safety = has_safety
        self._canvas_px = canvas_px
        asked = [FaceIdParameters(model_type=name) for name in MODEL_TYPES]
        there = [each for each in asked if not paths.lacks(each.type, each.base_repo)]
        if not there:
            lacking = "; ".join(
                f"{each.model_type}: {', '.join(paths.lacks(each.type, each.base_repo))}" for each in asked
            )
            raise EngineUnavailable(f"weights of {self.name}: {lacking}")
        self.default_variant = variant_of(there[0])

    @classmethod
    def open(cls, options: ModelOptions) -> FaceId:
        """Find the weights. Raises `EngineUnavailable` with what is missing, half there or damaged and the remedy."""
        folder, overrides = options.weights, options.overrides
        found = find_weights(FACE_ID.name, folder, overrides)
        bases = {}
        for role in (SD15_BASE, SDXL_BASE):
            if own := own_path(all_roles()[role], overrides):
                bases[role, base_repos(role)[0]] = own
                continue
            for repo in base_repos(role):
                with suppress(EngineUnavailable):
                    bases[role, repo] = resolve(role, folder, {**overrides, role: repo})
        kinds = MODEL_TYPES.values()
        return cls(
            FaceIdPaths(
                adapters={kind.adapter: found[kind.adapter] for kind in kinds if kind.adapter in found},
                bases=bases,
                faces={kind.faces: found[kind.faces] for kind in kinds if kind.faces in found},
                base_config=found.get("base_config"),
                vae=found.get("face_id_vae_sd15"),
                image_encoder=found.get("image_encoder"),
                matte=found.get("matte"),
                safety=found.get("safety"),
            ),
            has_safety=options.has_safety,
            canvas_px=options.canvas_px,
        )

    def read(self, request: StickerRequest) -> FaceIdRequest:
        """Check `request`. Raises `UnsupportedModel` where the weights of the type it asks for are not here."""
        read = read_request(request, self._canvas_px)
        asked = read.parameters
        if lacking := self._paths.lacks(asked.type, asked.base_repo):
            raise UnsupportedModel(f"{asked.model_type}: weights missing: {', '.join(lacking)}")
        return read

    def load(self, placement: DevicePlacement, variant: str = "") -> LoadedFaceId:
        """Load every network of a type. Raises `EngineUnavailable`."""
        name, _, repo = (variant or self.default_variant).partition(" ")
        return LoadedFaceId(load_parts(self._paths, MODEL_TYPES[name], repo, placement, has_safety=self._has_safety))


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """What the photos show: FaceID's tokens [tokens, D] of the person and of nobody."""

    tokens: Tensor
    nobody: Tensor
    identity: Identity


@dataclass(frozen=True, slots=True, eq=False)
class FaceIdInputs:
    """A request that is ready to be drawn, with the inputs of each sample."""

    request: FaceIdRequest
    inputs: list[PictureInputs]
    seen: SeenFace


@dataclass(frozen=True, slots=True, eq=False)
class LoadedFaceId:
    """One type of ip-adapter-face-id, ready to draw. Of a job only what the caches keep stays."""

    parts: FaceIdParts
    photos: LruCache[Hashable, SeenFace] = field(default_factory=lambda: LruCache(KEPT_PHOTOS))
    texts: LruCache[str, Conditioning] = field(
        default_factory=lambda: LruCache(KEPT_TEXTS, most_bytes=KEPT_TEXT_BYTES, size_of=lambda text: text.size_bytes)
    )

    @property
    def networks(self) -> DiffusionNetworks:
        """Those of the loop."""
        return self.parts.networks

    def clear_caches(self) -> None:
        """Forget what is kept between jobs."""
        self.photos.clear()
        self.texts.clear()

    def warm_up_plan(self, max_batch: int) -> list[GraphShape]:
        """Compile nothing ahead: which of the types will be asked for is not known."""
        return []

    def prepare(self, request: FaceIdRequest) -> FaceIdInputs:
        """Find the face, encode face and words. Raises `NoFace`, `PhotoUnusable`."""
        asked, networks = request.parameters, self.networks
        seen = self.photos.get(request.photos_key, partial(self._look, request))
        cond = replace(self._read(request.prompt), tokens=seen.tokens)
        uncond = replace(self._read(request.negative_prompt), tokens=seen.nobody) if asked.guidance != 1.0 else cond
        shape = networks.latent_shape(*request.canvas)
        inputs = [
            PictureInputs(cond=cond, uncond=uncond, noise=SeededNoise(seed, shape), guidance=asked.guidance)
            for seed in request.pictures.seeds
        ]
        return FaceIdInputs(request, inputs, seen)

    def _read(self, words: str) -> Conditioning:
        layer = ClipLayer.PENULTIMATE if self.parts.kind.is_sdxl else ClipLayer.NORMED
        return self.texts.get(words, lambda: Conditioning(*encode_prompt(self.networks.text_encoders, words, layer)))

    def _look(self, request: FaceIdRequest) -> SeenFace:
        asked, networks = request.parameters, self.networks
        photos = [decode_photo(photo) for photo in request.request.faces]
        seen = [_square(photo) for photo in photos]
        identify = partial(
            self.parts.faces.identify,
            face_index=asked.face_index,
            size_px=asked.face_id_det_size,
            wants_picture=request.request.wants_faces_picture,
        )
        try:
            identity = identify(seen)
        except NoFace:  # at the edge of a long photo, where the square ends
            seen = photos
            identity = identify(seen)
        states, nothing = self._states(seen, identity)
        embedding = torch.from_numpy(identity.normed_embedding).to(networks.device, networks.dtype)
        project = self.parts.projection
        return SeenFace(
            tokens=project(embedding, states),
            nobody=project(torch.zeros_like(embedding), nothing),
            identity=identity,
        )

    def _states(self, photos: Sequence[Rgb], identity: Identity) -> tuple[Tensor | None, Tensor | None]:
        """Return CLIP's states [states, width] of the face and of nothing, for the plus types."""
        encoder = self.parts.image_encoder
        if encoder is None:
            return None, None
        face = aligned_face(photos[identity.photo], identity.face)
        return encoder.encode(face)[0], encoder.nothing()[0]

    def graph_shape(self, batch: Sequence[FaceIdInputs]) -> GraphShape:
        """Return the shape of the graphs that `draw` would run for `batch`."""
        (one,) = batch
        return GraphShape.of(one.inputs, *one.request.canvas)

    def draw(self, batch: Sequence[FaceIdInputs], progress: Progress, preview_every: int = 0) -> list[list[Rgb]]:
        """Draw the samples of each request. Raises `Cancelled`."""
        return [
            draw_pictures(
                self.networks,
                each.inputs,
                partial(ddim, each.request.parameters.steps),
                each.request.pictures,
                place,
                progress,
                checker=self.parts.finisher.checker,
                preview_every=preview_every,
            )
            for place, each in enumerate(batch)
        ]

    def check(
        self, prepared: FaceIdInputs, drawing: list[Rgb], place: int, progress: Progress, watch: Stopwatch
    ) -> list[CheckedPicture]:
        """Look for what must not be sent."""
        return check_pictures(drawing, prepared.request.pictures, self.parts.finisher)

    def finish(
        self,
        prepared: FaceIdInputs,
        checked: list[CheckedPicture],
        place: int,
        progress: Progress,
        watch: Stopwatch,
    ) -> StickerResult:
        """Make stickers of the samples, the likest first. Raises `Cancelled`."""
        identity, face_index = prepared.seen.identity, prepared.request.parameters.face_index
        result = finish_pictures(
            checked,
            prepared.request.pictures,
            self.parts.finisher,
            progress,
            place,
            watch,
            faces=self.parts.faces,
            embedding=identity.embedding,
            notes=face_notes(identity, face_index),
            photos_used=len(identity.kept),
        )
        return replace(result, **faces_to_choose(identity, face_index))


def _square(photo: Rgb) -> Rgb:
    """Scale and crop a photo to 640 x 640 px, as it is done at the hosted service."""
    size = (PHOTO_PX, PHOTO_PX)
    return np.asarray(ImageOps.fit(Image.fromarray(photo), size, Image.Resampling.LANCZOS))
