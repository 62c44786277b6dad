"""A provider is all in its own folder: nothing else asks for its name, and no two claim the same address."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from api.providers import PROVIDERS
from api.providers.provider import Provider
from engine.models import model
from tests.api.conftest import Api

ROOT = Path(__file__).parents[3]
ELSEWHERE = sorted(
    path
    for package in ("api", "bot", "engine", "service", "storage")
    for path in (ROOT / package).rglob("*.py")
    if not path.is_relative_to(ROOT / "api" / "providers")
)


def strings(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_nothing_outside_a_providers_folder_says_its_name() -> None:
    names = {provider.name for provider in PROVIDERS}

    assert len(ELSEWHERE) > 100
    assert {str(path.relative_to(ROOT)): strings(path) & names for path in ELSEWHERE if strings(path) & names} == {}


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_a_table_asks_for_a_model_there_is_and_names_its_inputs(provider: Provider) -> None:
    for table in provider.tables:
        asked = {"face" if name == "archive" else name for name in table.input_fields}
        assert asked == {each.name for each in model(table.model).inputs}
        assert len(table.input_fields) == len([each for each in table.fields if each.input])


async def test_no_two_sites_claim_the_same_address(api: Api) -> None:
    sites = api.http_api.dispatcher._sites._by_prefix
    hosts = [host for site in sites for host in site.hosts]
    prefixes = [site.prefix for site in sites if site.prefix]
    names = [site.name for site in sites]

    assert len(hosts) > 5
    for claimed in (hosts, prefixes, names):
        assert len(set(claimed)) == len(claimed)
