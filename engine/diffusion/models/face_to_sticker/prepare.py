"""From photos and words to the inputs of the loop: face, hints, CLIP states, texts. Each is made once and kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch

from engine.cache import LruCache
from engine.diffusion.image_encoder import to_picture
from engine.diffusion.inputs import Conditioning, PictureInputs
from engine.diffusion.models.face_to_sticker.hints import draw_keypoints, fit_hint, to_tensor, to_working_size
from engine.diffusion.models.face_to_sticker.request import FaceToStickerRequest
from engine.diffusion.models.face_to_sticker.unconditional import UncondFace, uncond_face, uncond_picture
from engine.diffusion.schedule import SeededNoise
from engine.diffusion.text import KEPT_TEXT_BYTES, KEPT_TEXTS, encode_prompt
from engine.pixels import Rgb, decode_photo

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.faces import Identity
    from engine.diffusion.models.face_to_sticker.networks import FaceToStickerParts

KEPT_PHOTOS = 32  # about 8 MB each: a keypoint and a depth picture, a few hundred KB of states


@dataclass(frozen=True, slots=True, eq=False)
class PhotoFeatures:
    """What the photo shows; the same for every style, seed and strength."""

    face: Tensor  # [512] fp32 on the CPU, not normalised
    photo: Tensor | None  # [1, states, width] CLIP's hidden states
    keypoints: Rgb  # at working size
    depth: Rgb | None  # of the same photo, its short side 1024 px
    identity: Identity
    chosen: bytes  # the photo that is drawn: of several the best


@dataclass(frozen=True, slots=True, eq=False)
class Caches:
    """Keep between jobs what could be made again and would be the same: per photo, per photo and noise, per text."""

    photos: LruCache[tuple[object, ...], PhotoFeatures] = field(default_factory=lambda: LruCache(KEPT_PHOTOS))
    uncond_photos: LruCache[tuple[object, ...], Tensor] = field(default_factory=lambda: LruCache(KEPT_PHOTOS))
    texts: LruCache[str, Conditioning] = field(
        default_factory=lambda: LruCache(KEPT_TEXTS, most_bytes=KEPT_TEXT_BYTES, size_of=lambda text: text.size_bytes)
    )

    def clear(self) -> None:
        """Forget everything."""
        for cache in (self.photos, self.uncond_photos, self.texts):
            cache.clear()


def read_photos(parts: FaceToStickerParts, caches: Caches, request: FaceToStickerRequest) -> PhotoFeatures:
    """Find the face, make the hints, encode the photos. Raises `NoFace`, `PhotoUnusable`."""
    face_index = request.parameters.face_index
    wants_picture = request.request.wants_faces_picture

    def make() -> PhotoFeatures:
        photos = [decode_photo(photo) for photo in request.request.faces]
        working = [to_working_size(photo) for photo in photos]
        best = parts.faces.best(working) if len(photos) > 1 else 0
        photo, posed = photos[best], working[best]
        identity = parts.faces.identify([posed], face_index, wants_picture=wants_picture)
        height, width = posed.shape[:2]
        encoder = parts.image_encoder
        return PhotoFeatures(
            face=torch.from_numpy(identity.embedding),
            photo=encoder.encode(photo) if encoder else None,
            keypoints=draw_keypoints(identity.face.keypoints, width, height),
            depth=parts.depth.picture(posed) if parts.depth else None,
            identity=identity,
            chosen=request.request.faces[best],
        )

    return caches.photos.get((request.photos_key, face_index, wants_picture), make)


def condition(
    parts: FaceToStickerParts, caches: Caches, request: FaceToStickerRequest, features: PhotoFeatures
) -> PictureInputs:
    """Put together the inputs of one picture: conditionings, hints, noise, strengths."""
    asked = request.parameters
    size = request.canvas
    networks = parts.networks

    def conditioning(words: str, face: Tensor, photo: Tensor | None) -> Conditioning:
        text = caches.texts.get(words, lambda: Conditioning(*encode_prompt(networks.text_encoders, words)))
        return replace(text, face=face, photo=photo)

    cond = conditioning(request.prompt, features.face, features.photo)
    uncond = cond  # not read at guidance 1
    if asked.guidance != 1.0:
        face = uncond_face(features.face, UncondFace(asked.unwanted_face))
        noise = asked.ip_adapter_noise
        uncond = conditioning(request.negative_prompt, face, _uncond_photo(parts, caches, features.chosen, noise))
    return PictureInputs(
        cond=cond,
        uncond=uncond,
        noise=SeededNoise(request.request.seed, networks.latent_shape(*size)),
        keypoints=to_tensor(fit_hint(features.keypoints, *size)),  # [3, height, width]
        depth=to_tensor(fit_hint(features.depth, *size)) if features.depth is not None else None,
        guidance=asked.guidance,
        instant_id_strength=asked.instant_id_strength,
        ip_adapter_weight=asked.ip_adapter_weight,
    )


def _uncond_photo(parts: FaceToStickerParts, caches: Caches, photo: bytes, noise: float) -> Tensor | None:
    """Return the CLIP states of the negative picture, [1, states, width]."""
    encoder = parts.image_encoder
    if encoder is None:
        return None

    def make() -> Tensor:
        return encoder.states(uncond_picture(to_picture(decode_photo(photo)), noise))

    # Without noise every photo is black.
    key = (hashlib.sha256(photo).hexdigest(), noise) if noise > 0 else ("black",)
    return caches.uncond_photos.get(key, make)
