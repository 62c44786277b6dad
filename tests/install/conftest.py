"""The distributions, built of what is tracked, in a folder of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import setuptools
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "bot", "cli", "emulator", "engine", "service", "storage")


def tracked() -> list[str]:
    """Return the files of the repository that are here: those tracked, and those that will be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def documents() -> set[str]:
    """Return the files of which `stickerface docs` makes its page."""
    folders = ("", "benchmarks/", "docs/", "docs/decisions/", "docs/howto/", "emulator/")
    kinds = (".md", ".jpg", ".png")
    found = {name for name in tracked() if name.endswith(kinds) and name[: name.rfind("/") + 1] in folders}
    return {name for name in found if "/" in name or name.endswith(".md")}


def build(source: Path, kind: str, out: Path) -> Path:
    """Build the wheel or the sdist of a source folder with the build backend that pyproject.toml names."""
    out.mkdir(parents=True, exist_ok=True)
    program = f"import sys; from setuptools import build_meta; print(build_meta.build_{kind}(sys.argv[1]))"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", program, str(out)]
    done = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the distributions are made of. Skips where the build backend is too old."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (backend,) = map(Requirement, project["build-system"]["requires"])
    if version(backend.name) not in backend.specifier:
        pytest.skip(f"needs {backend}: make test installs it")
    folder = tmp_path_factory.mktemp("source")
    wanted = documents()
    for name in tracked():
        if "/" not in name or name.split("/")[0] in PACKAGES or name in wanted:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def offline() -> dict[str, str]:
    """Return the environment in which pip installs without any download: the dependencies are this environment's."""
    return {
        "PYTHONPATH": os.pathsep.join([str(Path(setuptools.__file__).parents[1]), sysconfig.get_path("purelib")]),
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_NO_COMPILE": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # which means: no isolation
        "PIP_IGNORE_INSTALLED": "1",
    }


def install_script(prefix: Path, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run deploy/install.sh; nothing is downloaded."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(prefix.parent),
        "PREFIX": str(prefix),
        **offline(),
        **variables,
    }
    return subprocess.run(
        [str(ROOT / "deploy/install.sh"), command],
        cwd=prefix.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
