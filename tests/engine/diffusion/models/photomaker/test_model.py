"""photomaker on tiny networks, against an independent run of stock diffusers' parts; trigger, looks, img2img."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline
from PIL import Image
from transformers import CLIPImageProcessor

import cli
from engine.diffusion.denoise import decode, denoise, encode
from engine.diffusion.device import choose_device
from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.models.photomaker.looks import LOOKS
from engine.diffusion.models.photomaker.model import LoadedPhotoMaker, PhotoMaker
from engine.diffusion.models.photomaker.networks import PhotoMakerPaths
from engine.diffusion.models.photomaker.record import PHOTOMAKER, PhotoMakerParameters
from engine.diffusion.models.photomaker.request import PhotoMakerRequest
from engine.diffusion.models.photomaker.trigger import TriggerProblem, check_trigger, with_trigger
from engine.diffusion.models.photomaker.words import encode_person, encode_plain
from engine.diffusion.output import to_pixels
from engine.diffusion.schedule import euler_leading
from engine.diffusion.tiny.parts import build_faces
from engine.diffusion.tiny.photomaker import build_paths
from engine.errors import ParameterRefused, UnsupportedModel
from engine.model import FACE, INITIAL, ResultFile, numbered
from engine.styles import HOSTED_STYLE
from engine.types import Note, StickerRequest, StickerResult, go_on
from tests.engine.diffusion.prepared import relative
from tests.engine.diffusion.whole import photo

SMALL = {"width": 64, "height": 64, "steps": 6, "style": "(No style)"}
PROMPT = "a man img in a hat"


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> PhotoMakerPaths:
    return build_paths(tmp_path_factory.mktemp("photomaker"))


@pytest.fixture(scope="module")
def model(paths: PhotoMakerPaths) -> PhotoMaker:
    return PhotoMaker(paths)


@pytest.fixture(scope="module")
def ready(model: PhotoMaker) -> LoadedPhotoMaker:
    return model.load(choose_device("cpu"))


@pytest.fixture(scope="module")
def engine(model: PhotoMaker) -> Iterator[DiffusionEngine]:
    engine = DiffusionEngine([model], device="cpu", most_held=2)
    engine.load()
    yield engine
    engine.close()


def asked(
    photos: int = 1, seed: int = 5, prompt: str = PROMPT, initial: bytes | None = None, **parameters: Any
) -> StickerRequest:
    inputs = {FACE: tuple(photo(number) for number in range(photos))}
    if initial:
        inputs[INITIAL] = (initial,)
    return StickerRequest(
        inputs, HOSTED_STYLE, seed, prompt=prompt, model=PHOTOMAKER.name, parameters={**SMALL, **parameters}
    )


def drawn(engine: DiffusionEngine, request: StickerRequest) -> StickerResult:
    (made,) = engine.generate([request], go_on)
    if isinstance(made, Exception):
        raise made
    assert isinstance(made, StickerResult)
    return made


class Reference:
    """PhotoMaker as its paper's program runs it: stock SDXL, the identity by the formulas, a loop of its own."""

    def __init__(self, paths: PhotoMakerPaths) -> None:
        state = torch.load(paths.adapter, weights_only=True)
        self.weights = state["id_encoder"]
        self.pipe = StableDiffusionXLPipeline.from_pretrained(paths.bases["photomaker"])
        self.pipe.load_lora_weights(dict(state["lora_weights"]), adapter_name="photomaker")
        self.pipe.fuse_lora()
        for tokenizer in (self.pipe.tokenizer, self.pipe.tokenizer_2):
            tokenizer.add_tokens(["img"], special_tokens=True)

    def identities(self, ready: LoadedPhotoMaker, photos: int) -> torch.Tensor:
        # The whole picture as CLIP's own processor prepares it; the network's two projections.
        images = [Image.open(io.BytesIO(photo(number))) for number in range(photos)]
        side = ready.parts.identity.config.image_size
        processor = CLIPImageProcessor(size={"shortest_edge": side}, crop_size=side)
        pixels = processor(images, return_tensors="pt").pixel_values
        seen = ready.parts.identity.vision_model(pixels)[1]
        return torch.cat(
            [seen @ self.weights["visual_projection.weight"].T, seen @ self.weights["visual_projection_2.weight"].T], 1
        )

    def mlp(self, name: str, states: torch.Tensor) -> torch.Tensor:
        def of(layer: str) -> tuple[torch.Tensor, torch.Tensor]:
            prefix = f"fuse_module.{name}.{layer}"
            return self.weights[f"{prefix}.weight"], self.weights[f"{prefix}.bias"]

        normed = torch.nn.functional.layer_norm(states, states.shape[-1:], *of("layernorm"))
        hidden = torch.nn.functional.gelu(torch.nn.functional.linear(normed, *of("fc1")))
        return torch.nn.functional.linear(hidden, *of("fc2"))

    def person(self, prompt: str, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        states = []
        for tokenizer, encoder in (
            (self.pipe.tokenizer, self.pipe.text_encoder),
            (self.pipe.tokenizer_2, self.pipe.text_encoder_2),
        ):
            tokens = tokenizer.encode(prompt)
            trigger = tokens.index(tokenizer.convert_tokens_to_ids("img"))
            tokens = tokens[: trigger - 1] + [tokens[trigger - 1]] * len(ids) + tokens[trigger + 1 :]
            tokens = (tokens + [tokenizer.pad_token_id] * 77)[:77]
            output = encoder(torch.tensor([tokens]), output_hidden_states=True)
            states.append(output.hidden_states[-2])
        text = torch.cat(states, -1)
        words = text[0, trigger - 1 : trigger - 1 + len(ids)]
        fused = self.mlp("mlp1", torch.cat([words, ids], -1)) + words
        fused = self.mlp("mlp2", fused) + fused
        norm = [self.weights[f"fuse_module.layer_norm.{part}"] for part in ("weight", "bias")]
        text[0, trigger - 1 : trigger - 1 + len(ids)] = torch.nn.functional.layer_norm(fused, fused.shape[-1:], *norm)
        return text, output[0]

    @torch.no_grad()
    def latents(self, ready: LoadedPhotoMaker, photos: int, seed: int, merge: int, steps: int) -> torch.Tensor:
        pipe = self.pipe
        person, pooled_person = self.person(PROMPT, self.identities(ready, photos))
        ids = pipe.tokenizer.encode(PROMPT, add_special_tokens=False)
        ids.remove(pipe.tokenizer.convert_tokens_to_ids("img"))
        plain, negative, pooled, pooled_negative = pipe.encode_prompt(
            prompt=pipe.tokenizer.decode(ids), negative_prompt=" a dog", do_classifier_free_guidance=True
        )
        scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config)
        scheduler.set_timesteps(steps)
        latents = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(seed)) * scheduler.init_noise_sigma
        sizes = torch.tensor([[64.0, 64, 0, 0, 64, 64]] * 2)
        for index, timestep in enumerate(scheduler.timesteps):
            text, texts = (plain, pooled) if index <= merge else (person, pooled_person)
            predicted = pipe.unet(
                scheduler.scale_model_input(torch.cat([latents] * 2), timestep),
                timestep,
                encoder_hidden_states=torch.cat([negative, text]),
                added_cond_kwargs={"text_embeds": torch.cat([pooled_negative, texts]), "time_ids": sizes},
            ).sample
            uncond, cond = predicted.chunk(2)
            latents = scheduler.step(uncond + 5.0 * (cond - uncond), timestep, latents).prev_sample
        return latents


@pytest.mark.parametrize(("photos", "strength", "merge"), [(3, 0, 0), (3, 17, 1), (3, 50, 3), (1, 17, 1)])
def test_it_equals_the_reference(
    paths: PhotoMakerPaths, model: PhotoMaker, ready: LoadedPhotoMaker, photos: int, strength: int, merge: int
) -> None:
    read = model.read(asked(photos, style_strength=strength, negative_prompt="a dog"))
    assert read.parameters.start_merge_step == merge
    actual = denoise(ready.networks, ready.prepare(read).inputs, euler_leading(6))
    expected = Reference(paths).latents(ready, photos, seed=5, merge=merge, steps=6)
    assert relative(actual, expected) < 1e-5


def test_style_strength_is_a_share_of_the_steps_up_to_thirty() -> None:
    strengths = {15: 7, 20: 10, 50: 25, 100: 30}
    assert {each: PhotoMakerParameters(style_strength=each).start_merge_step for each in strengths} == strengths


def test_the_looks_are_the_hosted_services() -> None:
    assert len(LOOKS) == 11
    assert list(LOOKS)[:5] == ["(No style)", "Cinematic", "Disney Character", "Digital Art", "Photographic"]
    assert all(look.prompt.count("{prompt}") == 1 for look in LOOKS.values())
    assert not any("img" in look.prompt + look.negative_prompt for look in LOOKS.values())


@pytest.mark.parametrize(
    ("prompt", "negative", "says"),
    [
        ("a man", "", "none"),
        ("a man IMG", "", "none"),
        ("a man imgur", "", "none"),
        ("a man img and a woman img", "", "several"),
        ("a man img on imgur", "", "several"),
        ("img of a man", "", "follow"),
        ("a man img", "ugly img", "prompt only"),
    ],
)
def test_a_wrong_trigger_is_told(prompt: str, negative: str, says: str) -> None:
    with pytest.raises(TriggerProblem, match=says):
        check_trigger(prompt, negative)


def test_a_wrong_trigger_is_refused_by_the_model(model: PhotoMaker) -> None:
    for wrong in (asked(prompt="a man img img"), asked(prompt="img man"), asked(negative_prompt="img")):
        with pytest.raises(ParameterRefused, match="trigger"):
            model.read(wrong)


def test_words_without_a_trigger_get_one_after_the_person() -> None:
    assert with_trigger("an old Woman in the rain") == "an old Woman img in the rain"
    assert with_trigger("in the rain") == "a person img, in the rain"
    assert with_trigger("") == "a person img"
    assert with_trigger("a man img") == "a man img"


def test_a_person_that_stands_too_late_for_so_many_photos_is_refused(
    model: PhotoMaker, ready: LoadedPhotoMaker
) -> None:
    with pytest.raises(ParameterRefused, match="room"):
        ready.prepare(model.read(asked(3, prompt="e " * 74 + "man img")))


def unet_calls(ready: LoadedPhotoMaker, model: PhotoMaker, request: StickerRequest) -> tuple[int, torch.Tensor]:
    calls: list[int] = []
    hook = ready.networks.unet.register_forward_pre_hook(lambda module, args: calls.append(1))
    read: PhotoMakerRequest = model.read(request)
    latents = denoise(ready.networks, ready.prepare(read).inputs, euler_leading(6), begin=read.begin)
    hook.remove()
    return len(calls), latents


def test_an_initial_picture_is_kept_half_forgotten_or_forgotten(model: PhotoMaker, ready: LoadedPhotoMaker) -> None:
    start = photo(7)
    kept, half, whole = (
        unet_calls(ready, model, asked(initial=start, initial_image_strength=strength)) for strength in (0, 0.5, 1)
    )
    none, plain = unet_calls(ready, model, asked())

    assert (kept[0], half[0], whole[0], none) == (0, 3, 6, 6)
    assert torch.equal(whole[1], plain)
    assert not torch.equal(half[1], plain)
    prepared = ready.prepare(model.read(asked(initial=start, initial_image_strength=0)))
    assert torch.equal(kept[1][0], prepared.inputs[0].initial)  # type: ignore[arg-type]


def test_strength_0_returns_the_picture_through_the_vae(engine: DiffusionEngine, ready: LoadedPhotoMaker) -> None:
    start = photo(7)
    made = drawn(engine, asked(initial=start, initial_image_strength=0))
    with Image.open(io.BytesIO(start)) as image:
        side = min(image.size)
        left, top = ((edge - side) / 2 for edge in image.size)
        small = image.resize((64, 64), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side))
    picture = torch.from_numpy(np.array(small)).permute(2, 0, 1) / 255
    expected = to_pixels(decode(ready.networks, encode(ready.networks, picture)[None]))[0]
    assert np.abs(pixels(made.files[ResultFile.PICTURE])[..., :3] - expected.astype(np.int16)).max() <= 1


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image, np.int16)


def test_each_of_several_pictures_is_what_its_seed_draws_alone(engine: DiffusionEngine) -> None:
    several = drawn(engine, asked(num_images=2))
    for number in (1, 2):
        alone = drawn(engine, asked(seed=4 + number)).files[ResultFile.PICTURE]
        assert np.abs(pixels(several.files[numbered(ResultFile.PICTURE, number)]) - pixels(alone)).max() <= 1
    assert list(several.stickers) == ["sticker.webp", "sticker-2.webp"]


def test_the_other_base_pipeline_draws_otherwise(engine: DiffusionEngine) -> None:
    plain, styled = (drawn(engine, asked(base_pipeline=name)) for name in ("photomaker", "photomaker-style"))
    assert plain.files[ResultFile.PICTURE] != styled.files[ResultFile.PICTURE]
    assert drawn(engine, asked()).files == plain.files


def test_a_base_pipeline_without_weights_is_refused(paths: PhotoMakerPaths, tmp_path: Path) -> None:
    alone = PhotoMakerPaths(adapter=paths.adapter, bases={"photomaker": paths.bases["photomaker"]})
    with pytest.raises(UnsupportedModel, match="photomaker-style: weights missing"):
        PhotoMaker(alone).read(asked(base_pipeline="photomaker-style"))


def test_equal_photos_are_not_the_same_as_one(ready: LoadedPhotoMaker, model: PhotoMaker) -> None:
    one, three = (ready._look(model.read(asked(count))) for count in (1, 3))
    encoders = ready.networks.text_encoders
    texts = [encode_person(encoders, PROMPT, each.people, ready.parts.identity).text for each in (one, three)]
    assert not torch.equal(*texts)


def test_words_beyond_the_first_chunk_are_read_too(ready: LoadedPhotoMaker) -> None:
    encoders = ready.networks.text_encoders
    long = "a man img " + "red " * 120
    plain = [encode_plain(encoders, long + last).text for last in ("hat", "cat")]
    assert len(plain[0]) == len(plain[1]) > 77
    assert not torch.equal(*plain)
    assert torch.equal(plain[0][:77], plain[1][:77])
    people = torch.randn(1, ready.parts.identity.fuse_module.layer_norm.normalized_shape[0])
    with_person = encode_person(encoders, long, people, ready.parts.identity).text
    assert len(with_person) == len(plain[0])


@pytest.mark.parametrize(
    "prompt",
    ["", "imgur logo on a man", "img", "img of a woman", "a man img img", "king of imgland", "word " * 60 + "a man"],
)
def test_whatever_a_person_says_in_a_chat_has_one_person_in_it(
    model: PhotoMaker, ready: LoadedPhotoMaker, prompt: str
) -> None:
    read = model.read(replace(asked(photos=3, prompt=prompt), style="toon"))
    check_trigger(read.prompt, read.negative_prompt)
    assert len(ready.prepare(read).inputs) == 1


def test_the_trigger_word_in_capitals_is_a_word_like_any_other(model: PhotoMaker, ready: LoadedPhotoMaker) -> None:
    assert len(ready.prepare(model.read(asked(prompt="a man img with an IMG logo"))).inputs) == 1


def astronaut() -> bytes:
    return (Path(cli.__file__).parent / "demo" / "astronaut.jpg").read_bytes()


def test_photos_without_a_face_are_left_out_among_others_and_told(engine: DiffusionEngine) -> None:
    faceless = photo(1, has_face=False)
    alone = drawn(engine, replace(asked(), inputs={FACE: (astronaut(),)}))
    made = drawn(engine, replace(asked(), inputs={FACE: (faceless, astronaut(), faceless)}))
    assert made.files == alone.files
    assert (made.photos_used, made.notes[:1]) == (1, (Note.PHOTOS_WITHOUT_FACE,))
    assert drawn(engine, replace(asked(), inputs={FACE: (faceless, faceless)})).photos_used == 2


def test_with_another_models_face_networks_people_are_told_apart_and_likeness_is_measured(
    paths: PhotoMakerPaths, tmp_path: Path
) -> None:
    ready = PhotoMaker(replace(paths, faces=build_faces(tmp_path))).load(choose_device("cpu"))
    read = PhotoMaker(paths).read(replace(asked(), inputs={FACE: (photo(1), photo(2, has_face=False))}))
    seen = ready.prepare(read).seen
    assert (len(seen.people), seen.notes) == (1, (Note.PHOTOS_WITHOUT_FACE,))
    assert seen.embedding is not None and seen.embedding.shape == (512,)


def test_face_networks_that_cannot_be_read_keep_nothing_from_being_drawn(
    paths: PhotoMakerPaths, tmp_path: Path
) -> None:
    assert PhotoMaker(replace(paths, faces=tmp_path)).load(choose_device("cpu")).parts.faces is None
