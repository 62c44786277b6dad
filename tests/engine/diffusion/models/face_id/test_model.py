"""ip-adapter-face-id on tiny networks: six types against stock diffusers, switching, several photos, samples."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import (
    AutoencoderKL,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from PIL import Image
from transformers import CLIPTextModel, CLIPTokenizer

from engine.diffusion.denoise import denoise
from engine.diffusion.device import choose_device
from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.face_networks import aligned
from engine.diffusion.models.face_id.model import FaceId, LoadedFaceId
from engine.diffusion.models.face_id.networks import FaceIdPaths
from engine.diffusion.models.face_id.record import FACE_ID, MODEL_TYPES, SD15_BASE, SDXL_BASE, base_repos
from engine.diffusion.networks import read_adapter
from engine.diffusion.schedule import ddim
from engine.diffusion.tiny.face_id import build_paths
from engine.errors import EngineUnavailable, NoFace, UnsupportedModel
from engine.model import FACE, ResultFile, numbered
from engine.styles import HOSTED_STYLE
from engine.types import Note, StickerRequest, StickerResult, go_on
from tests.engine.diffusion.prepared import relative
from tests.engine.diffusion.whole import photo, two_faces

SMALL = {"width": 64, "height": 64, "steps": 3, "num_samples": 2}
PUBLIC = [name for name in MODEL_TYPES if "auraface" not in name]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> FaceIdPaths:
    return build_paths(tmp_path_factory.mktemp("face_id"))


@pytest.fixture(scope="module")
def engine(paths: FaceIdPaths) -> Iterator[DiffusionEngine]:
    engine = DiffusionEngine([FaceId(paths)], device="cpu", most_held=2)
    engine.load()
    yield engine
    engine.close()


def asked(*photos: bytes, seed: int = 5, style: str = HOSTED_STYLE, **parameters: Any) -> StickerRequest:
    return StickerRequest(
        {FACE: photos or (photo(),)},
        style,
        seed,
        prompt="a man",
        model=FACE_ID.name,
        parameters={**SMALL, **parameters},
    )


def drawn(engine: DiffusionEngine, request: StickerRequest) -> StickerResult:
    (made,) = engine.generate([request], go_on)
    if isinstance(made, Exception):
        raise made
    assert isinstance(made, StickerResult)
    return made


def loaded(paths: FaceIdPaths, request: StickerRequest) -> tuple[LoadedFaceId, Any]:
    model = FaceId(paths)
    read = model.read(request)
    return model.load(choose_device("cpu"), read.variant), read


def stock(paths: FaceIdPaths, name: str) -> Any:
    kind = MODEL_TYPES[name]
    base = paths.bases[kind.base, base_repos(kind.base)[0]]
    if kind.is_sdxl:
        pipeline = StableDiffusionXLPipeline.from_pretrained(base)
    else:
        pipeline = StableDiffusionPipeline(
            vae=AutoencoderKL.from_pretrained(base, subfolder="vae"),
            text_encoder=CLIPTextModel.from_pretrained(base / "text_encoder"),
            tokenizer=CLIPTokenizer.from_pretrained(base / "tokenizer"),
            unet=UNet2DConditionModel.from_pretrained(base, subfolder="unet"),
            scheduler=ddim(1),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
    pipeline.scheduler = ddim(1)
    pipeline.set_progress_bar_config(disable=True)
    state = read_adapter(paths.adapters[kind.adapter])
    pipeline.load_ip_adapter(state, subfolder=None, weight_name="", image_encoder_folder=None)
    pipeline.set_ip_adapter_scale(1.0)
    return pipeline


@pytest.mark.parametrize("name", PUBLIC)
def test_every_type_equals_stock_diffusers_with_the_same_file(paths: FaceIdPaths, name: str) -> None:
    model, read = loaded(paths, asked(model_type=name, negative_prompt="a dog"))
    prepared = model.prepare(read)
    actual = denoise(model.networks, prepared.inputs, ddim(3))

    pipeline = stock(paths, name)
    identity = model.parts.faces.identify([_as_seen(photo())])
    embedding = torch.from_numpy(identity.embeddings[0] / np.linalg.norm(identity.embeddings[0]))
    embeds = torch.stack([torch.zeros(512), embedding])[:, None, None].repeat_interleave(1, 0)  # [2, 1, 1, 512]
    projection = pipeline.unet.encoder_hid_proj.image_projection_layers[0]
    if MODEL_TYPES[name].is_plus:
        encoder, face = model.parts.image_encoder, _aligned(identity)
        assert encoder is not None
        states = torch.cat([encoder.nothing(), encoder.encode(face)])[:, None]
        projection.clip_embeds = states.repeat_interleave(2, 0)
        projection.shortcut = MODEL_TYPES[name].has_shortcut
    expected = pipeline(
        prompt="a man",
        negative_prompt="a dog",
        ip_adapter_image_embeds=[embeds[:, 0]],
        num_images_per_prompt=2,
        num_inference_steps=3,
        guidance_scale=7.5,
        width=64,
        height=64,
        generator=[torch.Generator().manual_seed(seed) for seed in (5, 6)],
        output_type="latent",
    ).images

    assert relative(actual, expected) < 1e-5


def _as_seen(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
        return np.asarray(image.convert("RGB").resize((640, 640), Image.Resampling.LANCZOS, box=box))


def _aligned(identity: Any) -> np.ndarray:
    return aligned(_as_seen(photo()), identity.face.keypoints, 224)


def test_plus_and_plus_v2_differ_by_the_shortcut_alone(paths: FaceIdPaths) -> None:
    both = replace(paths, adapters={**paths.adapters, "face_id_plusv2_sd15": paths.adapters["face_id_plus_sd15"]})
    tokens = []
    for name in ("1_5-v1-plus", "1_5-v2-plus"):
        model, read = loaded(both, asked(model_type=name))
        tokens.append(model.prepare(read).seen.tokens)
        model.parts.projection.has_shortcut = False
        model.photos.clear()
        tokens.append(model.prepare(read).seen.tokens)
    assert torch.equal(tokens[0], tokens[1])
    assert torch.equal(tokens[0], tokens[3])
    assert not torch.equal(tokens[0], tokens[2])


def test_switching_leaves_nothing_behind(paths: FaceIdPaths) -> None:
    engine = DiffusionEngine([FaceId(paths)], device="cpu", most_held=1)
    engine.load()
    first = drawn(engine, asked(model_type="SDXL-v1"))
    drawn(engine, asked(model_type="SDXL-v2-plus"))
    drawn(engine, asked())
    assert drawn(engine, asked(model_type="SDXL-v1")).files == first.files


def test_the_lora_of_the_file_has_an_effect(paths: FaceIdPaths, tmp_path: Path, engine: DiffusionEngine) -> None:
    state = torch.load(paths.adapters["face_id_sd15"], weights_only=True)
    for name, weight in state["ip_adapter"].items():
        if "_lora.up" in name:
            weight.zero_()
    torch.save(state, tmp_path / "without.bin")
    without, read = loaded(
        replace(paths, adapters={**paths.adapters, "face_id_sd15": tmp_path / "without.bin"}), asked()
    )
    with_lora, _ = loaded(paths, asked())
    latents = [denoise(model.networks, model.prepare(read).inputs, ddim(2)) for model in (without, with_lora)]
    assert relative(*latents) > 1e-2


def test_the_mean_of_equal_faces_is_the_face_and_the_order_of_photos_is_irrelevant(paths: FaceIdPaths) -> None:
    model = FaceId(paths)
    (read_one, read_three, read_ab, read_ba) = (
        model.read(asked(*photos))
        for photos in ((photo(),), (photo(),) * 3, (photo(1), photo(2)), (photo(2), photo(1)))
    )
    ready = model.load(choose_device("cpu"), read_one.variant)
    one, three, ab, ba = (ready.prepare(each).seen.tokens for each in (read_one, read_three, read_ab, read_ba))
    assert relative(three, one) <= 1e-6
    assert relative(ab, ba) <= 1e-6
    assert relative(ab, one) > 1e-3


def test_a_sample_is_what_its_seed_draws_alone_and_the_likest_is_the_first(engine: DiffusionEngine) -> None:
    several = drawn(engine, asked(num_samples=3))
    alone = [drawn(engine, asked(seed=seed, num_samples=1)) for seed in (5, 6, 7)]
    pictures = [pixels(several.files[numbered(ResultFile.PICTURE, number)]) for number in (1, 2, 3)]

    for each in alone:
        other = pixels(each.files[ResultFile.PICTURE])
        assert (
            min(np.abs(other - picture).max() for picture in pictures) <= 1
        )  # a batch rounds otherwise than one alone
    known = [each.likeness for each in alone if each.likeness is not None]
    assert several.likeness == (pytest.approx(max(known), abs=1e-3) if known else None)
    assert list(several.stickers) == ["sticker.webp", "sticker-2.webp", "sticker-3.webp"]
    assert set(several.files) >= {*several.stickers, "picture-3.png", "cutout-3.png", ResultFile.SHEET}
    assert several.seed == 5


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image, np.int16)


def test_a_photo_without_a_face_is_passed_over_and_told(engine: DiffusionEngine) -> None:
    faceless = photo(9, has_face=False)
    assert drawn(engine, asked(faceless, photo())).notes[:1] == (Note.PHOTOS_WITHOUT_FACE,)
    (failed,) = engine.generate([asked(faceless)], go_on)
    assert isinstance(failed, NoFace)


def test_the_detection_size_reaches_the_detector(paths: FaceIdPaths) -> None:
    model, read = loaded(paths, asked(face_id_det_size=330))
    sizes: list[int] = []
    detector = model.parts.faces._detector
    detect = detector.detect
    detector.detect = lambda img, input_size: sizes.append(input_size[0]) or detect(img, input_size=input_size)  # type: ignore[method-assign, func-returns-value]
    model.prepare(read)
    assert sizes[0] == 320


def test_of_several_faces_a_person_is_shown_the_numbers(engine: DiffusionEngine) -> None:
    unwanted = drawn(engine, asked(two_faces()))
    largest, left, alone = (
        drawn(engine, replace(request, wants_faces_picture=True))
        for request in (asked(two_faces()), asked(two_faces(), face_index=0), asked())
    )
    assert (unwanted.faces, largest.faces, left.faces) == (2, 2, 0)
    assert pixels(largest.faces_picture).shape == (640, 640, 3)
    assert (unwanted.faces_picture, left.faces_picture, alone.faces_picture) == (b"", b"", b"")


def test_one_of_several_faces_can_be_chosen(paths: FaceIdPaths) -> None:
    model = FaceId(paths)
    reads = [model.read(asked(two_faces(), face_index=index)) for index in (-1, 0, 1)]
    ready = model.load(choose_device("cpu"), reads[0].variant)
    largest, left, right = (ready.prepare(each).seen for each in reads)
    assert len(largest.identity.boxes) == 2
    assert any(torch.equal(largest.tokens, each.tokens) for each in (left, right))
    assert not torch.equal(left.tokens, right.tokens)


def test_a_type_whose_weights_are_not_there_is_refused_at_once(paths: FaceIdPaths) -> None:
    public = replace(paths, adapters={k: v for k, v in paths.adapters.items() if k != "face_id_auraface"})
    with pytest.raises(UnsupportedModel, match="1_5-auraface-v1: weights missing: face_id_auraface"):
        FaceId(public).read(asked(model_type="1_5-auraface-v1"))
    assert FaceId(public).default_variant == f"1_5-v1 {base_repos(SD15_BASE)[0]}"
    with pytest.raises(UnsupportedModel, match=f"{SDXL_BASE}=stabilityai"):
        FaceId(public).read(asked(model_type="SDXL-v1", base_sdxl_model_repo=base_repos(SDXL_BASE)[1]))
    with pytest.raises(EngineUnavailable, match="1_5-v1: face_id_sd15"):
        FaceId(replace(paths, adapters={}))


def test_a_flagged_picture_is_black(tmp_path: Path) -> None:
    engine = DiffusionEngine([FaceId(build_paths(tmp_path, flags_everything=True))], device="cpu")
    engine.load()
    made = drawn(engine, asked())
    assert not made.is_safe and not made.stickers
    assert not pixels(made.files[ResultFile.PICTURE])[..., :3].any()


def test_the_words_are_taken_as_they_are_or_in_the_style_that_was_chosen(paths: FaceIdPaths) -> None:
    model = FaceId(paths)
    assert model.read(asked()).prompt == "a man"
    assert model.read(asked(style="toon")).prompt.startswith("Sticker, a man")
