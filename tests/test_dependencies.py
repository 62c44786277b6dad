"""What an installation brings along: one OpenCV, the one that runs on a server without a screen."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import cv2
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
WITH_LIBGL = {"opencv-python", "opencv-contrib-python"}


def brought_by(asked: list[str]) -> set[str]:
    """Return the names of all that `asked` brings along, as far as it is installed here."""
    found: set[str] = set()
    waiting = [Requirement(each) for each in asked]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        extras = requirement.extras or {""}
        if name in found and extras == {""}:
            continue
        found.add(name)
        try:
            own = requires(name) or []
        except PackageNotFoundError:
            continue
        for each in map(Requirement, own):
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(each)
    return found


def test_no_extra_brings_an_opencv_that_needs_libgl() -> None:
    """insightface did, and its cv2 takes the place of the headless one for every engine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name, extra in {"": [], **project["optional-dependencies"]}.items():
        assert not WITH_LIBGL & brought_by([*project["dependencies"], *extra]), name


def test_no_constraint_pins_one() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert not {pin.split("==")[0] for pin in pins} & WITH_LIBGL


def test_the_opencv_that_is_installed_asks_for_no_libgl() -> None:
    """Read off the library itself, so that it also holds on a machine that has a libGL."""
    libraries = list(Path(cv2.__file__).parent.glob("cv2*.so"))
    assert libraries
    assert not [path for path in libraries if b"libGL.so" in path.read_bytes()]
