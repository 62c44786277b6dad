"""The registry: every model is there once, and what cannot run says so by not being opened."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from engine.errors import UnsupportedModel
from engine.model import FACE
from engine.models import DEFAULT_MODEL, MODELS, model

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "bot", "cli", "engine", "service", "storage")


def test_every_model_is_found_by_its_name() -> None:
    assert {name: model(name).name for name in MODELS} == {name: name for name in MODELS}
    assert DEFAULT_MODEL in MODELS


def test_an_unknown_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnsupportedModel, match=f"'dalle' is none of {DEFAULT_MODEL}, "):
        model("dalle")


def test_every_model_asks_for_a_face_first() -> None:
    assert {each.inputs[0].name for each in MODELS.values()} == {FACE}


@pytest.mark.parametrize("name", MODELS)
def test_the_name_of_a_model_stands_in_one_place_of_the_engine(name: str) -> None:
    places = [
        path
        for path in (ROOT / "engine").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value == name
    ]
    assert len(places) == 1, places


def test_production_never_names_the_tests() -> None:
    named = [
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("tests."))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tests")
        or (isinstance(node, ast.Import) and any(each.name.split(".")[0] == "tests" for each in node.names))
    ]
    assert named == []
