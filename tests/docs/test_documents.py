"""What the documents promise is there."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from api.access.rate_limits import POLLS_PER_S, STREAMS_PER_KEY
from api.inputs.addresses import PORTS
from cli.main import app
from docs.tables import TABLES, with_tables
from docs.tree import with_files
from engine.models import DEFAULT_MODEL, MODELS
from service.limits import KEY_JOBS_WAITING, KEY_PER_MINUTE, MAX_PHOTO_BYTES

ROOT = Path(__file__).parents[2]
MIGRATIONS = [path.name for path in (ROOT / "storage/migrations").glob("*.sql")]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("emulator/*.md")])


def test_the_documents_tables_are_the_codes() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
    assert {name for text in texts.values() for name in re.findall(r"<!-- (\w+) -->", text)} == set(TABLES)
    assert [path for path, text in texts.items() if with_tables(text) != text] == [], "run: python -m docs.tables"


def test_the_architectures_list_of_files_is_the_modules() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert "- `stickers.py`: " in text
    assert with_files(text) == text, "run: python -m docs.tree"


def _code(document: Path) -> Iterator[str]:
    """Yield what a document shows as code, a command at a time, without comments and what stands before a program."""
    before = r"^\s*(?:sudo (?:-\w+ \w+ )?|env -C \S+ |exec |[A-Z_]+=\S+ |docker compose run --rm )*"
    text = document.read_text(encoding="utf-8")
    if document.suffix != ".md":  # what matters there is in comments
        text = text.replace("#", "")
        blocks = [text] if document.name == "compose.yaml" else []
    else:
        blocks = re.findall(r"```(?:\w*)\n(.*?)```", text, re.DOTALL)
    for line in [*"\n".join(blocks).splitlines(), *re.findall(r"`([^`\n]+)`", text)]:
        for part in re.split(r"&&|\|\||[|;]", line.split(" #")[0]):
            yield re.sub(before, "", part).strip()


def _words(document: Path, program: str) -> list[list[str]]:
    """Return the arguments with which a document calls a program."""
    found = (re.fullmatch(rf"(?:[\w./~]*/)?{program}((?: .*)?)", line) for line in _code(document))
    return [match[1].split() for match in found if match]


def _unknown(arguments: list[str]) -> list[str]:
    """Return the words of a call of `stickerface` that it would refuse: commands and options it does not have."""
    command = get_command(app)
    for number, word in enumerate(arguments):
        if word.startswith("-") and word != "-":
            known = {option for each in command.params for option in each.opts} | {"-h", "--help"}
            if word.split("=")[0] not in known:
                return [word]
        elif commands := getattr(command, "commands", None):
            if word in ("...", "…"):
                return []
            if word not in commands:
                return arguments[: number + 1]
            command = commands[word]
    return []


OF_A_FORGE = sorted(path for path in (ROOT / ".github").rglob("*") if path.is_file())
EXECUTABLE = [*DOCUMENTS, *OF_A_FORGE, ROOT / ".env.example", ROOT / "compose.yaml"]


@pytest.mark.parametrize("document", EXECUTABLE, ids=lambda path: path.name)
def test_every_command_that_a_document_names_exists(document: Path) -> None:
    assert [unknown for words in _words(document, "stickerface") if (unknown := _unknown(words))] == []
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {
        words[0] for words in _words(document, "make") if words and not words[0].startswith("-") and "=" not in words[0]
    } <= targets
    modules = [words[1] for words in _words(document, "python3?") if words[:1] == ["-m"]]
    ours = [ROOT / name.replace(".", "/") for name in modules if (ROOT / name.split(".")[0]).exists()]
    assert [path for path in ours if not (path.with_suffix(".py").exists() or (path / "__main__.py").exists())] == []


def test_commands_that_do_not_exist_are_found(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(
        "Say `stickerface dance`, `FOO=1 /usr/bin/stickerface make a.jpg --colour red` or:\n"
        "```\nsudo stickerface keys add shop && stickerface keys steal # stickerface nothing\nmake coffee\n```\n"
    )
    assert [_unknown(words) for words in _words(document, "stickerface")] == [
        [],
        ["keys", "steal"],
        ["dance"],
        ["--colour"],
    ]
    assert _words(document, "make") == [["coffee"]]


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.open_diffusion])
def test_every_model_of_the_diffusion_engine_is_in_the_documents_and_the_help(name: str) -> None:
    for command in ("make", "download"):
        (option,) = (each for each in get_command(app).commands[command].params if "--model" in each.opts)
        assert name in option.help or (command, name) == ("make", DEFAULT_MODEL)
    assert f"\n| {name} |" in (ROOT / "docs/licences.md").read_text(encoding="utf-8")
    folder = MODELS[name].open_diffusion.__module__.split(".")[-2]
    assert f"\n| `models/{folder}/` |" in (ROOT / "docs/diffusion.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [["--help"], ["run", "--help"], ["make", "--help"], ["styles"]])
def test_help_and_lists_answer(command: list[str]) -> None:
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 3


def test_files_the_architecture_names_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = re.findall(r"`((?:bot|api|cli|service|engine|storage|emulator)/[\w/]+\.\w+)`", text)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_dependency_is_pinned_once_and_explained() -> None:
    pins = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert len(pins) == len({pin.lower() for pin in pins})
    project = (ROOT / "pyproject.toml").read_text()
    block = re.search(r"^dependencies = \[(.*?)\]", project, re.DOTALL | re.MULTILINE)
    assert block
    names = re.findall(r'"([\w.-]+)', block[1])
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    assert [name for name in names if name not in contributing] == []
    pinned = {pin.lower().replace("_", "-") for pin in pins}
    assert [name for name in names if name.lower() not in pinned] == []


def test_the_changelog_begins_with_this_version_and_tells_of_every_migration() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\S+)$", text, re.MULTILINE)
    assert versions[0] == project["version"]
    newest = text.split("\n## ")[1]
    assert {name.removesuffix(".sql").split("_")[0] for name in MIGRATIONS} <= {
        f"{int(number):04}" for number in ["1", *re.findall(r"^\| (\d+) \|", newest, re.MULTILINE)]
    }


def test_the_limits_that_the_page_on_security_promises_are_the_codes() -> None:
    text = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())
    assert f"(`keys add`, {KEY_PER_MINUTE} and {KEY_JOBS_WAITING})" in text
    assert f"{POLLS_PER_S:.0f} questions a second, {STREAMS_PER_KEY} open streams" in text
    assert f"on ports {PORTS[0]} and {PORTS[1]}" in text
    assert f"at most {MAX_PHOTO_BYTES >> 20} MB" in text


def test_no_photo_is_tracked_but_the_public_domain_one() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    photos = [name for name in listed.split("\n") if name.lower().endswith((".jpg", ".jpeg", ".heic", ".tif"))]
    drawn = ["bot/handlers/welcome.jpg", "docs/conversation.jpg", "docs/reactions.jpg"]  # of that one
    assert set(photos) <= {"cli/demo/astronaut.jpg", *drawn}
