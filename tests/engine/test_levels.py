from __future__ import annotations

import pytest

from engine.levels import LIKENESS, SPEED, STRENGTH, levels_of, parameters_of
from engine.models import FACE_ID, FACE_TO_STICKER, MODELS, PHOTOMAKER
from engine.parameters import read_parameters

WORDS = {"speed": SPEED, "likeness": LIKENESS, "strength": STRENGTH}


@pytest.mark.parametrize("model", [FACE_TO_STICKER, FACE_ID, PHOTOMAKER], ids=lambda model: model.name)
def test_every_level_is_within_the_limits_of_its_model(model: object) -> None:
    assert isinstance(model, type(FACE_ID))
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
