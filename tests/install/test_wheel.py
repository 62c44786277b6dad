"""What people install: whole, the same by each road, and deaf to what lies in the folder it is called from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from cli.docs.page import page
from tests.install.conftest import PACKAGES, ROOT, build, documents, install_script, tracked

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

# What somebody's own folder may hold: our packages' names, and modules that Python's own library is made of.
HOSTILE_PACKAGES = (*PACKAGES, "telegram", "aiohttp", "numpy", "PIL", "cv2")
HOSTILE_MODULES = ("types", "logging", "typing", "json", "asyncio", "sqlite3", "typer", "re", "random", "token")


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_every_file_of_the_packages_and_the_sdist_builds_the_same(source: Path, tmp_path: Path) -> None:
    wheel = contents(build(source, "wheel", tmp_path / "direct"))
    files = {name for name in tracked() if name.split("/")[0] in PACKAGES}
    packed = {name for name in wheel if ".dist-info/" not in name}
    shared = f"stickerface-{VERSION}.data/data/share/doc/stickerface/"
    assert packed == files | {"stickerface.py"} | {f"{shared}{name}" for name in documents()}
    shutil.unpack_archive(build(source, "sdist", tmp_path / "sdist"), tmp_path / "unpacked")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert (unpacked / "constraints.txt").is_file()
    assert contents(build(unpacked, "wheel", tmp_path / "by_sdist")) == wheel


def installed(prefix: Path) -> Path:
    """Run `make install`, and return the program. It finds this environment's dependencies, but not this checkout."""
    done = install_script(prefix, "install")
    assert done.returncode == 0, done.stderr
    program = prefix / "bin" / "stickerface"
    assert f"stickerface {VERSION} is installed as {program}" in done.stdout
    assert "is not on your PATH" in done.stdout
    (packages,) = prefix.glob("lib/stickerface/*/lib/python*/site-packages")
    # A folder that a .pth file names is searched, but its own .pth files, such as that of this checkout, are not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return program


def hostile(folder: Path) -> Path:
    """A folder in which every import of a name that we use ends the program."""
    for name in HOSTILE_PACKAGES:
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(f"raise SystemExit('somebody else\\'s {name}')\n")
    for name in HOSTILE_MODULES:
        (folder / f"{name}.py").write_text(f"raise SystemExit('somebody else\\'s {name}')\n")
    return folder


def run(program: list[str], folder: Path, **variables: str) -> str:
    """Run a program in a folder and return what it printed; it must end well."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **variables}
    done = subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.usefixtures("source")  # which skips where the build backend is too old
def test_installed_it_works_in_a_folder_that_has_its_own_bot_api_and_logging(tmp_path: Path) -> None:
    prefix = tmp_path / "prefix"
    program = installed(prefix)
    python = str(program.resolve().with_name("python"))
    folder = hostile(tmp_path / "somebodys")
    assert run([python, "-I", "-c", "import cli; print(cli.__file__)"], folder).startswith(str(tmp_path))
    assert run([str(program), "--version"], folder) == f"stickerface {VERSION}\n"
    run([str(program), "make", str(ROOT / "cli/demo/astronaut.jpg"), "-o", "stickers"], folder)
    assert _longer_edges(folder / "stickers") == [512]
    run([str(program), "docs", "-o", "docs.html"], folder)
    assert (folder / "docs.html").read_text(encoding="utf-8") == page(ROOT, VERSION)
    run([str(program), "demo", "--once", "--port", "0", "--out", "played"], folder)
    assert _longer_edges(folder / "played") == [512] * 4

    # The caller's own PYTHONPATH, or -m, which looks into the current folder first. A console script that pip wrote
    # imports re before it calls us, and -m imports token: no program of Python's survives those.
    for name in ("types", "re", "token"):
        (folder / f"{name}.py").unlink()
    assert "toon" in run([str(program), "styles"], folder, PYTHONPATH=str(folder))
    assert "toon" in run([str(program), "styles"], folder, PYTHONPATH=":/nowhere")
    assert "toon" in run([python, "-m", "stickerface", "styles"], folder)
    assert "toon" in run([python, "-P", "-m", "stickerface", "styles"], folder)

    assert install_script(prefix, "uninstall").returncode == 0
    assert [path for path in prefix.rglob("*") if not path.is_dir()] == []


def _longer_edges(folder: Path) -> list[int]:
    edges = []
    for path in folder.glob("*.webp"):
        with Image.open(path) as sticker:
            edges.append(max(sticker.size))
    return edges
