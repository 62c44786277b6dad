"""Tables against the seed documents' figures; reading; the document made from them."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from api.answers import ANSWERS
from api.docs.openapi import document
from api.docs.page import page
from api.docs.schemas import input_schema
from api.errors import ApiError
from api.inputs.table import FieldKind, Table
from api.inputs.validation import read
from api.providers import PROVIDERS
from api.providers.fal.documents import app_paths
from api.providers.fal.tables import FAL_FACE_ID, FAL_FACE_TO_STICKER, FAL_PHOTOMAKER
from api.providers.pixazo import PIXAZO_FACE_TO_STICKER
from api.providers.segmind import SEGMIND_FACE_TO_STICKER
from engine.diffusion.models.face_to_sticker.record import FACE_TO_STICKER, FaceToStickerParameters
from engine.errors import EngineError
from service.errors import ServiceError
from storage.errors import StorageError
from tests.api.conftest import Api

ALL_TABLES = [table for provider in PROVIDERS for table in provider.tables]
TABLES = pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.path)


def good(table: Table) -> dict[str, Any]:
    body = {each.name: each.example for each in table.fields if each.is_required}
    return {**body, "face_image_url": "https://example.com/a.jpg"} if table is FAL_FACE_ID else body


def types(table: Table, **change: Any) -> list[tuple[str, str]]:
    return [(".".join(each.path), each.type) for each in read(table, {**good(table), **change}).problems]


def test_fals_defaults_and_ranges_are_the_seed_documents() -> None:
    told = {each.name: (each.default, each.minimum, each.maximum) for each in FAL_FACE_TO_STICKER.fields}

    assert told == {
        "image_url": (None, None, None),
        "prompt": (None, None, None),
        "negative_prompt": ("", None, None),
        "num_inference_steps": (20, 10, 40),
        "guidance_scale": (4.5, 0, 10),
        "instant_id_strength": (0.7, 0, 1),
        "ip_adapter_weight": (0.2, 0, 1),
        "ip_adapter_noise": (0.5, 0, 1),
        "image_size": ("square_hd", None, None),
        "upscale": (False, None, None),
        "upscale_steps": (10, 1, 20),
        "seed": (None, None, None),
        "enable_safety_checker": (True, None, None),
    }


@TABLES
def test_what_the_document_says_is_default_is_what_is_read(table: Table) -> None:
    reading = read(table, good(table))
    schema = input_schema(table)["properties"]

    assert reading.problems == ()
    for each in table.fields:
        assert each.name in schema
        if each.name not in good(table):
            assert schema[each.name].get("default") == reading.values[each.name] == each.default


@pytest.mark.parametrize("table", [FAL_FACE_TO_STICKER, SEGMIND_FACE_TO_STICKER, PIXAZO_FACE_TO_STICKER])
def test_every_table_speaks_the_engines_language(table: Table) -> None:
    parameters = read(table, good(table)).parameters

    assert set(parameters) <= set(FACE_TO_STICKER.parameters)
    FaceToStickerParameters.read(parameters)
    for each in table.fields:
        for edge in (each.minimum, each.maximum):
            if each.parameter and edge is not None:
                FaceToStickerParameters.read({each.parameter: edge})


@TABLES
def test_both_ends_of_a_range_are_good_and_nothing_beyond(table: Table) -> None:
    for each in table.fields:
        if each.minimum is None or each.maximum is None:
            continue
        assert types(table, **{each.name: each.minimum}) == types(table, **{each.name: each.maximum}) == []
        assert types(table, **{each.name: each.minimum - 1}) == [(each.name, "greater_than_equal")]
        assert types(table, **{each.name: each.maximum + 1}) == [(each.name, "less_than_equal")]


def test_fal_reads_numbers_as_pydantic_does_where_it_is_lax() -> None:
    change = {"num_inference_steps": "20", "guidance_scale": " 5e0 ", "upscale": "true", "seed": 7.0}
    reading = read(FAL_FACE_TO_STICKER, {**good(FAL_FACE_TO_STICKER), **change})

    assert [reading.values[name] for name in change] == [20, 5.0, True, 7]
    assert types(FAL_FACE_TO_STICKER, num_inference_steps="twenty") == [("num_inference_steps", "int_parsing")]
    assert types(FAL_FACE_TO_STICKER, num_inference_steps=True) == [("num_inference_steps", "int_type")]
    assert types(FAL_FACE_TO_STICKER, num_inference_steps=20.5) == [("num_inference_steps", "int_from_float")]
    assert types(FAL_FACE_TO_STICKER, guidance_scale=[1]) == [("guidance_scale", "float_type")]
    assert types(FAL_FACE_TO_STICKER, guidance_scale=math.inf) == [("guidance_scale", "finite_number")]
    assert types(FAL_FACE_TO_STICKER, upscale="perhaps") == [("upscale", "bool_parsing")]
    assert types(FAL_FACE_TO_STICKER, image_url="") == [("image_url", "string_too_short")]


@pytest.mark.parametrize("table", [SEGMIND_FACE_TO_STICKER, PIXAZO_FACE_TO_STICKER])
def test_the_others_are_strict(table: Table) -> None:
    assert types(table, steps="20") == [("steps", "int_type")]
    assert types(table, steps=20.0) == []
    assert types(table, width=512.5) == [("width", "int_from_float")]
    assert types(table, upscale="true") == [("upscale", "bool_type")]
    assert types(table, seed=True) == [("seed", "int_type")]


def test_null_is_absent_and_an_unknown_field_is_nothing() -> None:
    reading = read(FAL_FACE_TO_STICKER, {**good(FAL_FACE_TO_STICKER), "seed": None, "sync_mode": True})

    assert (reading.problems, reading.seed, "sync_mode" in reading.values) == ((), None, False)
    assert types(FAL_FACE_TO_STICKER, prompt=None) == [("prompt", "missing")]


@pytest.mark.parametrize(
    ("size", "px"),
    [("square_hd", (1024, 1024)), ("square", (512, 512)), ("portrait_4_3", (768, 1024)), ("portrait_16_9", (576, 1024)),
     ("landscape_4_3", (1024, 768)), ("landscape_16_9", (1024, 576)), ({"width": 300}, (300, 512)), ({}, (512, 512)),
     ({"width": "640", "height": 2048.0}, (640, 2048))],
)  # fmt: skip
def test_a_size_is_a_name_or_an_object(size: Any, px: tuple[int, int]) -> None:
    parameters = read(FAL_FACE_TO_STICKER, {**good(FAL_FACE_TO_STICKER), "image_size": size}).parameters

    assert (parameters["width"], parameters["height"]) == px


def test_a_wrong_size_is_told_where_it_is_wrong() -> None:
    assert types(FAL_FACE_TO_STICKER, image_size="huge") == [("image_size", "literal_error")]
    assert types(FAL_FACE_TO_STICKER, image_size=5) == [("image_size", "model_type")]
    assert types(FAL_FACE_TO_STICKER, image_size={"width": 4096}) == [("image_size", "image_too_large")]
    assert types(FAL_FACE_TO_STICKER, image_size={"width": 1, "height": "x"}) == [
        ("image_size.width", "greater_than_equal"),
        ("image_size.height", "int_parsing"),
    ]


def test_any_whole_number_is_a_seed() -> None:
    seeds = [
        read(FAL_FACE_TO_STICKER, {**good(FAL_FACE_TO_STICKER), "seed": n}).seed for n in (0, 2**32 - 1, 2**32, -1)
    ]

    assert seeds == [0, 2**32 - 1, 0, 2**32 - 1]


def test_the_other_models_rules() -> None:
    assert types(FAL_FACE_ID, face_image_url=None) == [("face_image_url", "missing")]
    assert types(FAL_FACE_ID, face_image_url=None, face_images_data_url="https://example.com/a.zip") == []
    assert types(FAL_FACE_ID, base_1_5_model_repo="somebody/else") == [("base_1_5_model_repo", "literal_error")]
    assert types(FAL_PHOTOMAKER, prompt="a man") == [("prompt", "value_error")]
    assert types(FAL_PHOTOMAKER, prompt="a man imgur") == [("prompt", "value_error")]
    assert types(FAL_PHOTOMAKER, style="Manga") == [("style", "literal_error")]


def test_every_error_below_has_an_answer() -> None:
    def codes(root: Any) -> set[str]:
        return {root.code} | {code for child in root.__subclasses__() for code in codes(child)}

    below = codes(ApiError) | codes(EngineError) | codes(ServiceError) | codes(StorageError)
    own = {"internal", "crashed", "method_not_allowed", "start_timeout", "generation_timeout"}
    assert set(ANSWERS) == below | own


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@TABLES
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_reading_never_raises_and_gives_json_again(table: Table, data: st.DataObject) -> None:
    names = st.sampled_from([each.name for each in table.fields])
    body = data.draw(st.dictionaries(names, JSON, max_size=len(table.fields)))

    reading = read(table, body)

    json.dumps([dict(reading.values), [asdict(each) for each in reading.problems]], allow_nan=False).encode()
    if not reading.problems:
        assert set(reading.parameters) >= {each.parameter for each in table.fields if each.parameter and each.default}


# --- the document -----------------------------------------------------------------------------------------------------


def test_every_schema_of_the_document_is_one_and_its_examples_fit() -> None:
    whole = document(PROVIDERS, "https://example.org")
    for schema in whole["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for table in ALL_TABLES:
        schema = {**input_schema(table), "components": whole["components"]}
        assert list(Draft202012Validator(schema).iter_errors(good(table))) == []


@TABLES
def test_the_docs_page_shows_every_field(table: Table) -> None:
    html = page(PROVIDERS, "https://example.org", {})

    for each in table.fields:
        assert f"<code>{each.name}</code>" in html
    assert html.count("<script") == 1  # our own, which the content policy knows by its hash


def test_the_docs_page_escapes_what_a_host_header_says() -> None:
    assert "<img" not in page(PROVIDERS, 'https://"><img src=x>', {})


async def test_the_documents_are_served(api: Api) -> None:
    assert (await api.get("/openapi.json", headers={}))[1]["openapi"] == "3.1.0"
    _, body = await api.get(f"/fal/{FAL_FACE_TO_STICKER.path}/openapi.json", headers={})
    assert body == document(PROVIDERS, api.url, title="Face to Sticker", paths=app_paths(FAL_FACE_TO_STICKER))
    assert body["components"]["schemas"]["FalFaceToStickerInput"]["x-fal-order-properties"][0] == "image_url"
    status, _, response = await api.call("GET", "/docs", headers={})
    assert (status, response.content_type) == (200, "text/html")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert (await api.get("/fal/fal-ai/other/openapi.json", headers={}))[0] == 404


async def test_the_server_does_what_its_document_says(api: Api) -> None:
    """schemathesis over every operation: no 500, and only answers that the document has."""
    import asyncio

    schema = schemathesis.openapi.from_dict(document(PROVIDERS, api.url))
    keys = {**api.fal, "x-api-key": api.key_text, "Ocp-Apim-Subscription-Key": api.key_text}
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 20

    def check(operation: Any) -> None:
        @settings(
            max_examples=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
            database=None,
        )
        @given(case=operation.as_strategy())
        def run(case: Any) -> None:
            response = case.call(base_url=api.url, headers=keys)
            assert response.status_code < 500 or response.status_code == 501, response.text
            case.validate_response(response, checks=[schemathesis.checks.status_code_conformance], headers=keys)

        run()

    for operation in operations:
        await asyncio.to_thread(check, operation)
    media = {operation.label: {each.media_type for each in operation.body} for operation in operations}
    assert media["POST /v2/face-to-sticker"] == {"application/json", "multipart/form-data"}
    assert {each.kind for table in ALL_TABLES for each in table.fields} == set(FieldKind)
