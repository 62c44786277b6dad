"""Rules on prompts: templates, weights in brackets, chunks, layers."""

from __future__ import annotations

import pytest
import torch
from diffusers import StableDiffusionXLPipeline
from torch import Tensor

from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths
from engine.diffusion.networks import DiffusionNetworks
from engine.diffusion.text import (
    ClipLayer,
    chunk,
    encode_prompt,
    estimate_chunks,
    fill_negative_prompt,
    fill_prompt,
    parse_weights,
)
from engine.styles import HOSTED_STYLE, style


def test_the_templates_are_face_to_stickers() -> None:
    hosted = style(HOSTED_STYLE)
    assert fill_prompt(hosted.prompt, "a person") == "Sticker, a person, cel shaded, svg, vector art, sharp"
    assert fill_negative_prompt(hosted.negative_prompt, "hat") == (
        "photo, photography, nsfw, nude, ugly, broken, watermark, oversaturated, soft hat"
    )


def test_a_template_without_a_place_takes_the_words_behind_it() -> None:
    assert fill_negative_prompt("photo", "hat") == "photo hat"
    assert fill_negative_prompt("photo", "") == "photo"


def test_braces_of_the_person_are_text() -> None:
    assert fill_prompt("a {prompt}", "{prompt} {0}") == "a {prompt} {0}"


@pytest.mark.parametrize(
    ("prompt", "pieces"),
    [
        ("a cat", [("a cat", 1.0)]),
        ("a (red) cat", [("a ", 1.0), ("red", 1.1), (" cat", 1.0)]),
        ("(red:1.2) cat", [("red", 1.2), (" cat", 1.0)]),
        ("((red:1.2) cat:1.5)", [("red", 1.2), (" cat", 1.5)]),
        ("((red) cat:1.5)", [("red", 1.65), (" cat", 1.5)]),
        ("((red))", [("red", 1.21)]),
        (r"\(red\) cat", [("(", 1.0), ("red", 1.0), (")", 1.0), (" cat", 1.0)]),
        ("(red cat", [("(", 1.0), ("red cat", 1.0)]),
        ("red) cat", [("red", 1.0), (")", 1.0), (" cat", 1.0)]),
        ("time 12:30", [("time 12", 1.0), (":", 1.0), ("30", 1.0)]),
        ("(red:-.5)", [("red", -0.5)]),
        ("(red:9e9)", [("red", 1.1), (":", 1.1), ("9e9", 1.1)]),
        ("(red:5000)", [("red", 10.0)]),
        ("", []),
        ("()", []),
    ],
)
def test_brackets_weigh_as_in_comfyui(prompt: str, pieces: list[tuple[str, float]]) -> None:
    assert [(text, round(weight, 6)) for text, weight in parse_weights(prompt)] == pieces


def test_a_thousand_brackets_are_no_trouble() -> None:
    assert parse_weights("(" * 1000 + "red" + ")" * 1000) == [("red", 10.0)]


@pytest.mark.parametrize(("layer", "clip_skip"), [(ClipLayer.LAST, -1), (ClipLayer.PENULTIMATE, None)])
def test_a_plain_prompt_is_encoded_as_diffusers_does(
    paths: FaceToStickerPaths, networks: DiffusionNetworks, layer: ClipLayer, clip_skip: int | None
) -> None:
    stock = _stock(paths, networks)
    expected, _, pooled, _ = stock.encode_prompt(
        "a person, cel shaded!", do_classifier_free_guidance=False, clip_skip=clip_skip
    )
    states, actual_pooled = encode_prompt(networks.text_encoders, "a person, cel shaded!", layer)
    torch.testing.assert_close(states, expected[0], rtol=0, atol=2e-6)
    torch.testing.assert_close(actual_pooled, pooled[0], rtol=0, atol=2e-6)


def test_the_last_layer_is_taken_before_the_final_norm_in_both_encoders(networks: DiffusionNetworks) -> None:
    before_norm: list[Tensor] = []
    handles = [
        module.register_forward_pre_hook(lambda _, args: before_norm.append(args[0]))
        for encoder in networks.text_encoders
        for name, module in encoder.model.named_modules()
        if name.endswith("final_layer_norm")
    ]
    states, _ = encode_prompt(networks.text_encoders, "a person", ClipLayer.LAST)
    for handle in handles:
        handle.remove()
    assert torch.equal(states, torch.cat([state[0] for state in before_norm], dim=-1))


def test_a_weight_moves_the_state_away_from_the_empty_prompts(networks: DiffusionNetworks) -> None:
    plain, pooled = encode_prompt(networks.text_encoders, "red")
    weighted, same = encode_prompt(networks.text_encoders, "(red:1.5)")
    empty, _ = encode_prompt(networks.text_encoders, "")
    word = slice(1, 1 + len(networks.text_encoders[0].tokenizer("red", add_special_tokens=False).input_ids))
    torch.testing.assert_close(weighted[word], (plain[word] - empty[word]) * 1.5 + empty[word])
    outside = [index for index in range(77) if index not in range(77)[word]]
    assert torch.equal(weighted[outside], plain[outside])
    assert torch.equal(pooled, same)


def test_brackets_are_not_read_as_text(networks: DiffusionNetworks) -> None:
    plain, _ = encode_prompt(networks.text_encoders, "red cat")
    weighed_1, _ = encode_prompt(networks.text_encoders, "(red:1) cat")
    assert torch.equal(plain, weighed_1)


def test_a_prompt_over_75_tokens_goes_on_in_another_chunk(networks: DiffusionNetworks) -> None:
    words = " ".join(["x"] * 80)
    states, pooled = encode_prompt(networks.text_encoders, words)
    first, first_pooled = encode_prompt(networks.text_encoders, " ".join(["x"] * 75))
    second, _ = encode_prompt(networks.text_encoders, " ".join(["x"] * 5))
    assert states.shape == (154, first.shape[1])
    torch.testing.assert_close(states, torch.cat([first, second]))
    torch.testing.assert_close(pooled, first_pooled)


@pytest.mark.parametrize(
    ("prompts", "chunks"), [(["", ""], 1), (["red " * 75], 1), (["red " * 76, "x"], 2), (["x", "a, b! " * 80], 5)]
)
def test_the_longest_prompt_says_about_how_many_chunks_there_are(prompts: list[str], chunks: int) -> None:
    assert estimate_chunks(*prompts) == chunks


def test_a_word_is_not_cut_in_two_unless_it_is_long(networks: DiffusionNetworks) -> None:
    tokenizer = networks.text_encoders[0].tokenizer
    short, long = "xyz", "xyzxyzxyzx"
    fill = " ".join(["x"] * 74)
    ends = [[ids.index(tokenizer.eos_token_id) for ids in _ids(tokenizer, f"{fill} {word}")] for word in (short, long)]
    assert ends == [[75, 4], [76, 10]]


def test_each_tokenizer_pads_with_its_own_token(networks: DiffusionNetworks) -> None:
    pads = [_ids(encoder.tokenizer, "x")[0][-1] for encoder in networks.text_encoders]
    first = networks.text_encoders[0].tokenizer
    assert pads == [first.eos_token_id, 0]


def _ids(tokenizer: object, prompt: str) -> list[list[int]]:
    return [entry.ids for entry in chunk(tokenizer, prompt)]


def _stock(paths: FaceToStickerPaths, networks: DiffusionNetworks) -> StableDiffusionXLPipeline:
    """The stock pipeline around the loaded encoders, whose LoRA is fused."""
    first, second = networks.text_encoders
    return StableDiffusionXLPipeline.from_pretrained(
        paths.base, text_encoder=first.model, text_encoder_2=second.model, unet=None, vae=networks.vae
    )
