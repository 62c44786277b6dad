"""One definition of every parameter."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from engine.diffusion.model import canvas
from engine.diffusion.models.face_to_sticker.record import FACE_TO_STICKER, FaceToStickerParameters
from engine.errors import ParameterRefused
from engine.parameters import MAX_TEXT_CHARS

PARAMETERS = FACE_TO_STICKER.parameters


def test_without_values_everything_is_at_its_default() -> None:
    assert FaceToStickerParameters.read({}) == FaceToStickerParameters()
    assert (
        FaceToStickerParameters.read({name: each.default for name, each in PARAMETERS.items()})
        == FaceToStickerParameters()
    )


def test_defaults_are_the_original_s() -> None:
    names = ("steps", "guidance", "instant_id_strength", "ip_adapter_weight", "ip_adapter_noise", "upscale_steps")

    assert [PARAMETERS[name].default for name in names] == [20, 7.0, 1.0, 0.2, 0.5, 10]


@pytest.mark.parametrize("name", [name for name, each in PARAMETERS.items() if each.minimum is not None])
def test_both_limits_are_allowed_and_nothing_beyond(name: str) -> None:
    parameter = PARAMETERS[name]
    assert parameter.minimum is not None
    assert parameter.maximum is not None

    assert [parameter.read(edge) for edge in (parameter.minimum, parameter.maximum)] == [
        parameter.minimum,
        parameter.maximum,
    ]
    for beyond in (parameter.minimum - 1, parameter.maximum + 1):
        with pytest.raises(ParameterRefused, match="is not within") as caught:
            parameter.read(beyond)
        assert caught.value.name == name


def test_networks_draw_the_next_multiple_of_eight_and_the_size_stays_as_it_was_asked() -> None:
    read = FaceToStickerParameters.read({"width": 1023, "height": 264})

    assert (read.width, read.height) == (1023, 264)
    assert canvas(read.width, read.height) == (1024, 264)


@pytest.mark.parametrize("value", [True, "20", None, 20.5, [20]])
def test_a_value_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(ParameterRefused, match=r"steps: .* is no int"):
        FaceToStickerParameters.read({"steps": value})


def test_whole_numbers_are_numbers_of_either_kind() -> None:
    read = FaceToStickerParameters.read({"steps": 12.0, "guidance": 3})

    assert (read.steps, type(read.steps)) == (12, int)
    assert (read.guidance, type(read.guidance)) == (3.0, float)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_out_of_every_limit(value: float) -> None:
    with pytest.raises(ParameterRefused, match="guidance"):
        FaceToStickerParameters.read({"guidance": value})


@pytest.mark.parametrize("name", ["steps", "guidance"])
@pytest.mark.parametrize("value", [10**400, -(10**400)])
def test_a_number_that_no_float_can_hold_is_out_of_every_limit(name: str, value: int) -> None:
    with pytest.raises(ParameterRefused, match="is not within"):
        FaceToStickerParameters.read({name: value})


def test_a_word_must_be_one_of_the_choices() -> None:
    assert FaceToStickerParameters.read({"depth_context": "text"}).depth_context == "text"
    with pytest.raises(ParameterRefused, match="none of face, text"):
        FaceToStickerParameters.read({"depth_context": "words"})


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ParameterRefused, match=r"prompt_strength: is none of .*guidance"):
        FaceToStickerParameters.read({"prompt_strength": 7})


def test_every_parameter_says_what_it_means() -> None:
    assert all(parameter.meaning for parameter in PARAMETERS.values())


def test_the_registry_and_every_table_are_read_without_torch() -> None:
    code = "import sys, engine.models, engine.types; print('torch' in sys.modules, 'cv2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"


def test_a_text_may_be_long_and_is_refused_beyond() -> None:
    whole = "x" * MAX_TEXT_CHARS
    assert FaceToStickerParameters.read({"negative_prompt": whole}).negative_prompt == whole
    with pytest.raises(ParameterRefused, match="negative_prompt"):
        FaceToStickerParameters.read({"negative_prompt": whole + "x"})
