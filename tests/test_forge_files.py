"""What a forge and git read: templates for issues and pull requests, and the hooks of pre-commit."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from pre_commit.clientlib import load_config

ROOT = Path(__file__).parents[1]
FORMS = sorted(path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")
HOOKS = load_config(str(ROOT / ".pre-commit-config.yaml"))["repos"]


def test_pre_commit_needs_no_network_and_runs_what_make_test_installed() -> None:
    assert [repo["repo"] for repo in HOOKS] == ["local"]
    for hook in HOOKS[0]["hooks"]:
        assert hook["language"] in ("system", "unsupported")  # two names of one thing
        program, *arguments = hook["entry"].split()
        assert program.startswith(".venv/bin/")
        assert (Path(sys.executable).parent / Path(program).name).exists(), program
        if arguments[0] == "-m":
            assert find_spec(arguments[1]), arguments[1]


@pytest.mark.parametrize(
    ("name", "hooks"),
    [
        (".env.example", {"tables"}),
        ("cli/settings.py", {"tables", "tree"}),
        ("cli/main.py", {"tables", "tree"}),
        ("cli/keys.py", {"tables", "tree"}),
        ("docs/settings.md", {"tables"}),
        ("engine/style_files/toon.toml", {"tables"}),
        ("ARCHITECTURE.md", {"tree"}),
        ("tests/test_words.py", set()),
    ],
)
def test_what_is_written_from_a_file_is_written_anew_when_it_changes(name: str, hooks: set[str]) -> None:
    assert (ROOT / name).is_file()
    by_name = {hook["id"]: hook["files"] for hook in HOOKS[0]["hooks"] if hook["files"]}
    assert {each for each, pattern in by_name.items() if re.search(pattern, name)} == hooks


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_for_issues_is_one_that_forges_show(path: Path) -> None:
    form: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= set(form)
    asked = [part for part in form["body"] if part["type"] != "markdown"]
    assert len({part["id"] for part in asked}) == len(asked) > 0
    assert {part["type"] for part in asked} <= {"input", "textarea", "dropdown", "checkboxes"}
    assert all(part["attributes"]["label"] for part in asked)
    assert any(part.get("validations", {}).get("required") for part in asked)


def test_whoever_reports_is_told_to_leave_out_secrets() -> None:
    text = (ROOT / ".github/ISSUE_TEMPLATE/bug.yml").read_text(encoding="utf-8")
    assert "Leave out bot tokens, API keys and photos of people." in text
