from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from click import Command, Group
from typer.main import get_command
from typer.testing import CliRunner

from cli.main import app

ROOT = Path(__file__).parents[2]


def commands(command: Command, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command, the program itself and groups among them."""
    yield names
    if isinstance(command, Group) or hasattr(command, "commands"):
        for name, each in command.commands.items():
            yield from commands(each, (*names, name))


EVERY = list(commands(get_command(app)))


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_has_a_help_under_both_names(words: tuple[str, ...]) -> None:
    short, long = (CliRunner().invoke(app, [*words, option]) for option in ("-h", "--help"))
    assert (short.exit_code, long.exit_code) == (0, 0)
    assert short.output == long.output
    assert "Usage:" in short.output


@pytest.mark.parametrize(
    "words", [("nonsense",), ("--nonsense",), ("keys", "nonsense"), *((*each, "--nonsense") for each in EVERY[1:])]
)
def test_a_wrong_command_or_option_is_a_sentence_and_exit_code_2(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "nonsense" in result.output
    assert "Traceback" not in result.output


def test_it_says_its_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"stickerface {version('stickerface')}\n")


def test_ctrl_c_while_it_is_being_loaded_is_no_traceback() -> None:
    program = """
import sys, stickerface
class CtrlC:
    def find_spec(self, name, *rest):
        if name == "cli.main":
            raise KeyboardInterrupt
sys.meta_path.insert(0, CtrlC())
stickerface.main()
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
