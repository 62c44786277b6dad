from __future__ import annotations

import pytest

from engine.levels import LIKENESS, SPEED, STRENGTH, levels_of, parameters_of
from engine.model import Model
from engine.models import FACE_TO_STICKER, MODELS
from engine.parameters import read_parameters

WORDS = {"speed": SPEED, "likeness": LIKENESS, "strength": STRENGTH}


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_every_level_is_within_the_limits_of_its_model(model: Model) -> None:
    for name in levels_of(model.name, model.parameters):
        default, *others = WORDS[name]
        assert parameters_of(model.name, {name: default}) == {}
        for word in others:
            values = parameters_of(model.name, {name: word})
            assert values
            assert read_parameters(model.parameters, values) == values


def test_a_level_is_offered_only_where_all_of_it_has_an_effect() -> None:
    assert levels_of(FACE_TO_STICKER.name, {"steps", "guidance", "ip_adapter_weight"}) == ["speed", "strength"]
    assert levels_of("reactions", MODELS["reactions"].parameters) == []


def test_unknown_words_change_nothing() -> None:
    assert parameters_of(FACE_TO_STICKER.name, {"speed": "warp", "mood": "more"}) == {}
