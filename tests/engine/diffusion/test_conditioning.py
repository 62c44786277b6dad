"""What photos and parameters become before the loop, and what is kept of it: each ingredient once, in its place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.diffusion.adapters import unwanted_face
from engine.diffusion.device import choose_device
from engine.diffusion.face_to_sticker import Memory, Seen, condition, look_at
from engine.diffusion.hints import draw_keypoints, to_working_size
from engine.diffusion.image_prompt import ImageEncoder
from engine.diffusion.models import Models, load_models
from engine.diffusion.order import decode_photo, read_order
from engine.diffusion.picture import Picture
from engine.diffusion.schedule import SeededNoise
from engine.diffusion.text import ClipLayer, encode_prompt
from engine.model import FACE
from engine.types import StickerRequest
from tests.engine.diffusion.whole import build_paths, photo, request, two_faces


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    return load_models(build_paths(tmp_path_factory.mktemp("whole")), choose_device("cpu"))


@pytest.fixture(scope="module")
def encoder(models: Models) -> ImageEncoder:
    assert models.image_encoder is not None
    return models.image_encoder


def see(models: Models, asked: StickerRequest, memory: Memory | None = None) -> Seen:
    return look_at(models, memory or Memory(), read_order(asked))


def prepare(models: Models, asked: StickerRequest, memory: Memory | None = None) -> Picture:
    memory = memory or Memory()
    return condition(models, memory, read_order(asked), see(models, asked, memory))


def test_keypoints_are_drawn_where_they_are_at_working_size(models: Models) -> None:
    working = to_working_size(decode_photo(photo()))
    height, width = working.shape[:2]
    keypoints = models.faces.identify([working]).face.keypoints

    assert width != height
    np.testing.assert_array_equal(see(models, request()).keypoints, draw_keypoints(keypoints, width, height))


def test_pose_and_depth_are_those_of_the_first_photo_with_a_face(models: Models) -> None:
    assert models.depth is not None
    both = replace(request(), inputs={FACE: (photo(3, has_face=False), photo(1))})
    alone = see(models, replace(request(), inputs={FACE: (photo(1),)}))

    seen = see(models, both)

    np.testing.assert_array_equal(seen.keypoints, alone.keypoints)
    np.testing.assert_array_equal(seen.depth, alone.depth)  # type: ignore[arg-type]
    assert not np.array_equal(seen.depth, models.depth.picture(to_working_size(decode_photo(photo(3, False)))))  # type: ignore[arg-type]


def test_a_person_may_choose_the_face(models: Models) -> None:
    usual = replace(request(), inputs={FACE: (two_faces(),)})
    left, right = (replace(usual, parameters={**usual.parameters, "face_index": index}) for index in (0, 1))
    first, second = (see(models, each) for each in (left, right))

    assert first.faces == second.faces == 2
    assert np.argwhere(first.keypoints)[:, 1].max() < np.argwhere(second.keypoints)[:, 1].min()
    assert not torch.equal(first.face, second.face)


def test_the_image_encoder_sees_each_photo_as_it_was_sent(models: Models, encoder: ImageEncoder) -> None:
    wanted = prepare(models, replace(request(), inputs={FACE: (photo(1), photo(2))})).wanted.photo
    assert wanted is not None
    assert torch.equal(wanted, torch.cat([encoder.wanted(decode_photo(photo(number))) for number in (1, 2)]))


def test_the_unwanted_row_has_a_face_and_a_photo_of_its_own(models: Models, encoder: ImageEncoder) -> None:
    made = prepare(models, replace(request(ip_adapter_noise=0.3), inputs={FACE: (photo(1), photo(2))}))
    assert made.wanted.face is not None and made.unwanted.face is not None and made.unwanted.photo is not None
    assert torch.equal(made.unwanted.face, unwanted_face(made.wanted.face))
    unwanted = [encoder.unwanted(decode_photo(photo(number)), 0.3) for number in (1, 2)]
    assert torch.equal(made.unwanted.photo, torch.cat(unwanted))


def test_seed_and_strengths_reach_the_loop_as_they_were_asked(models: Models) -> None:
    made = prepare(models, request(seed=41, guidance=3, instant_id_strength=0.4, ip_adapter_weight=0.6))
    assert made.noise == SeededNoise(41, models.networks.latent_shape(256, 256))
    strengths = made.guidance, made.instant_id_strength, made.ip_adapter_weight, made.depth_strength
    assert strengths == (3, 0.4, 0.6, 0.2)


def test_words_are_read_off_the_last_layer_of_both_encoders(models: Models) -> None:
    order = read_order(request(prompt="a king", negative_prompt="hats"))
    made = prepare(models, order.request)
    for wish, words in ((made.wanted, order.prompt), (made.unwanted, order.negative_prompt)):
        text, pooled = encode_prompt(models.networks.text_encoders, words, ClipLayer.LAST)
        assert torch.equal(wish.text, text) and torch.equal(wish.pooled, pooled)


def test_without_noise_the_unwanted_photo_is_a_black_one_and_not_nothing(models: Models, encoder: ImageEncoder) -> None:
    black = encoder.wanted(np.zeros((224, 224, 3), np.uint8))
    unwanted = prepare(models, replace(request(ip_adapter_noise=0), inputs={FACE: (photo(1), photo(2))})).unwanted.photo
    assert unwanted is not None and black.any()
    assert torch.equal(unwanted, torch.cat([black, black]))


def test_what_is_kept_is_never_anothers(models: Models) -> None:
    """Each request differs from the first in one ingredient of a key."""
    memory = Memory()
    usual = replace(request(), inputs={FACE: (two_faces(), photo(1))})
    asked = [
        usual,
        replace(usual, inputs={FACE: (two_faces(), photo(2))}),
        replace(usual, inputs={FACE: usual.faces[::-1]}),
        replace(usual, inputs={FACE: usual.faces[:1]}),
        *(replace(usual, parameters={**usual.parameters, "face_index": index}) for index in (0, 1)),
        *(replace(usual, parameters={**usual.parameters, "ip_adapter_noise": noise}) for noise in (0, 0.2)),
        replace(request(ip_adapter_noise=0), inputs={FACE: (photo(1),)}),
        replace(usual, prompt="a king"),
        replace(usual, parameters={**usual.parameters, "negative_prompt": "hats"}),
    ]
    for each in asked:
        kept, fresh = prepare(models, each, memory), prepare(models, each)
        for one, other in ((kept.wanted, fresh.wanted), (kept.unwanted, fresh.unwanted)):
            for name in ("text", "pooled", "face", "photo"):
                assert torch.equal(getattr(one, name), getattr(other, name)), (each, name)
        assert torch.equal(kept.keypoints, fresh.keypoints)  # type: ignore[arg-type]
        assert torch.equal(kept.depth, fresh.depth)  # type: ignore[arg-type]
