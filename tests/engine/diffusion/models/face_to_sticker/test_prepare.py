"""What photos and parameters become before the loop, and what is kept of it: each ingredient once, in its place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.diffusion.device import choose_device
from engine.diffusion.image_encoder import ImageEncoder, to_picture
from engine.diffusion.inputs import PictureInputs
from engine.diffusion.models.face_to_sticker.hints import draw_keypoints, to_working_size
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerParts, load_parts
from engine.diffusion.models.face_to_sticker.prepare import Caches, PhotoFeatures, condition, read_photos
from engine.diffusion.models.face_to_sticker.request import read_request
from engine.diffusion.models.face_to_sticker.unconditional import uncond_face, uncond_picture
from engine.diffusion.schedule import SeededNoise
from engine.diffusion.text import ClipLayer, encode_prompt
from engine.diffusion.tiny.face_to_sticker import build_paths
from engine.model import FACE
from engine.pixels import decode_photo
from engine.types import StickerRequest
from tests.engine.diffusion.whole import photo, request, two_faces


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> FaceToStickerParts:
    return load_parts(build_paths(tmp_path_factory.mktemp("whole")), choose_device("cpu"))


@pytest.fixture(scope="module")
def encoder(parts: FaceToStickerParts) -> ImageEncoder:
    assert parts.image_encoder is not None
    return parts.image_encoder


def see(parts: FaceToStickerParts, asked: StickerRequest, caches: Caches | None = None) -> PhotoFeatures:
    return read_photos(parts, caches or Caches(), read_request(asked))


def prepare(parts: FaceToStickerParts, asked: StickerRequest, caches: Caches | None = None) -> PictureInputs:
    caches = caches or Caches()
    return condition(parts, caches, read_request(asked), see(parts, asked, caches))


def test_keypoints_are_drawn_where_they_are_at_working_size(parts: FaceToStickerParts) -> None:
    working = to_working_size(decode_photo(photo()))
    height, width = working.shape[:2]
    keypoints = parts.faces.identify([working]).face.keypoints

    assert width != height
    np.testing.assert_array_equal(see(parts, request()).keypoints, draw_keypoints(keypoints, width, height))


def test_of_several_photos_pose_depth_and_all_else_are_those_of_the_best(parts: FaceToStickerParts) -> None:
    assert parts.depth is not None
    both = replace(request(), inputs={FACE: (photo(3, has_face=False), photo(1))})
    alone = see(parts, replace(request(), inputs={FACE: (photo(1),)}))

    seen = see(parts, both)

    np.testing.assert_array_equal(seen.keypoints, alone.keypoints)
    np.testing.assert_array_equal(seen.depth, alone.depth)  # type: ignore[arg-type]
    assert torch.equal(seen.photo, alone.photo)  # type: ignore[arg-type]
    assert torch.equal(seen.face, alone.face)
    assert not np.array_equal(seen.depth, parts.depth.picture(to_working_size(decode_photo(photo(3, False)))))  # type: ignore[arg-type]


def test_a_person_may_choose_the_face(parts: FaceToStickerParts) -> None:
    usual = replace(request(), inputs={FACE: (two_faces(),)})
    left, right = (replace(usual, parameters={**usual.parameters, "face_index": index}) for index in (0, 1))
    first, second = (see(parts, each) for each in (left, right))

    assert len(first.identity.boxes) == len(second.identity.boxes) == 2
    assert np.argwhere(first.keypoints)[:, 1].max() < np.argwhere(second.keypoints)[:, 1].min()
    assert not torch.equal(first.face, second.face)


def test_the_faces_are_shown_to_those_who_want_to_see_them_and_only_to_them(parts: FaceToStickerParts) -> None:
    caches, usual = Caches(), replace(request(), inputs={FACE: (two_faces(),)})

    shown = [
        see(parts, replace(usual, wants_faces_picture=wants), caches).identity.picture for wants in (False, True, False)
    ]

    assert [picture[:2] for picture in shown] == [b"", b"\xff\xd8", b""]


def test_the_image_encoder_sees_the_photo_as_it_was_sent(parts: FaceToStickerParts, encoder: ImageEncoder) -> None:
    cond = prepare(parts, replace(request(), inputs={FACE: (photo(1),)})).cond.photo
    assert cond is not None
    assert torch.equal(cond, encoder.encode(decode_photo(photo(1))))


def test_the_unconditional_row_has_a_face_and_a_photo_of_its_own(
    parts: FaceToStickerParts, encoder: ImageEncoder
) -> None:
    made = prepare(parts, replace(request(ip_adapter_noise=0.3), inputs={FACE: (photo(1),)}))
    assert made.cond.face is not None and made.uncond.face is not None and made.uncond.photo is not None
    assert torch.equal(made.uncond.face, uncond_face(made.cond.face))
    assert torch.equal(made.uncond.photo, encoder.states(uncond_picture(to_picture(decode_photo(photo(1))), 0.3)))


def test_seed_and_strengths_reach_the_loop_as_they_were_asked(parts: FaceToStickerParts) -> None:
    made = prepare(parts, request(seed=41, guidance=3, instant_id_strength=0.4, ip_adapter_weight=0.6))
    assert made.noise == SeededNoise(41, parts.networks.latent_shape(256, 256))
    strengths = made.guidance, made.instant_id_strength, made.ip_adapter_weight, made.depth_strength
    assert strengths == (3, 0.4, 0.6, 0.2)


def test_words_are_read_off_the_last_layer_of_both_encoders(parts: FaceToStickerParts) -> None:
    order = read_request(request(prompt="a king", negative_prompt="hats"))
    made = prepare(parts, order.request)
    for made_of, words in ((made.cond, order.prompt), (made.uncond, order.negative_prompt)):
        text, pooled = encode_prompt(parts.networks.text_encoders, words, ClipLayer.LAST)
        assert torch.equal(made_of.text, text) and torch.equal(made_of.pooled, pooled)


def test_without_noise_the_unconditional_photo_is_a_black_one_and_not_nothing(
    parts: FaceToStickerParts, encoder: ImageEncoder
) -> None:
    black = encoder.encode(np.zeros((224, 224, 3), np.uint8))
    uncond = prepare(parts, replace(request(ip_adapter_noise=0), inputs={FACE: (photo(1),)})).uncond.photo
    assert uncond is not None and black.any()
    assert torch.equal(uncond, black)


def test_what_is_kept_is_never_anothers(parts: FaceToStickerParts) -> None:
    """Each request differs from the first in one ingredient of a key."""
    caches = Caches()
    usual = replace(request(), inputs={FACE: (two_faces(), photo(1))})
    asked = [
        usual,
        replace(usual, inputs={FACE: (two_faces(), photo(2))}),
        replace(usual, inputs={FACE: usual.faces[::-1]}),
        replace(usual, inputs={FACE: usual.faces[:1]}),
        *(
            replace(usual, inputs={FACE: (two_faces(),)}, parameters={**usual.parameters, "face_index": index})
            for index in (0, 1)
        ),
        *(replace(usual, parameters={**usual.parameters, "ip_adapter_noise": noise}) for noise in (0, 0.2)),
        replace(request(ip_adapter_noise=0), inputs={FACE: (photo(1),)}),
        replace(usual, prompt="a king"),
        replace(usual, parameters={**usual.parameters, "negative_prompt": "hats"}),
    ]
    for each in asked:
        kept, fresh = prepare(parts, each, caches), prepare(parts, each)
        for one, other in ((kept.cond, fresh.cond), (kept.uncond, fresh.uncond)):
            for name in ("text", "pooled", "face", "photo"):
                assert torch.equal(getattr(one, name), getattr(other, name)), (each, name)
        assert torch.equal(kept.keypoints, fresh.keypoints)  # type: ignore[arg-type]
        assert torch.equal(kept.depth, fresh.depth)  # type: ignore[arg-type]
