"""What an installation brings along: licences that fit, and one OpenCV, which runs on a server without a screen."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

import cv2
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WITH_LIBGL = {"opencv-python", "opencv-contrib-python"}

# May be used and sold in one program with ours. LGPL and MPL ask for their own sources alone: we change none of them.
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python", "ISC", "LGPL-3.0-only",
    "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib",
}  # fmt: skip
# How packages say it that do not write SPDX yet: classifiers, or a word of their own.
SPDX = {
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
# What torch's build for NVIDIA GPUs brings: NVIDIA's terms. It comes from NVIDIA's own packages, never from ours.
OF_NVIDIA = re.compile(r"nvidia-.+|cuda-toolkit")
# Programs' libraries in wheels. No field of a wheel names their licences.
WITH_GPL = re.compile(r"lib(x26[45]|postproc|fdk-aac|readline|gsl|fftw3)\b")


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
    for name, extra in {"": [], **PROJECT["optional-dependencies"]}.items():
        assert not WITH_LIBGL & brought_by([*PROJECT["dependencies"], *extra]), name


def test_no_constraint_pins_one() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert not {pin.split("==")[0] for pin in pins} & WITH_LIBGL


def test_the_opencv_that_is_installed_asks_for_no_libgl() -> None:
    """Read off the library itself, so that it also holds on a machine that has a libGL."""
    libraries = list(Path(cv2.__file__).parent.glob("cv2*.so"))
    assert libraries
    assert not [path for path in libraries if b"libGL.so" in path.read_bytes()]


def installed() -> list[str]:
    """Return the packages that run with ours and are installed here; the tools of tests and checks do not."""
    extras = [each for name, asked in PROJECT["optional-dependencies"].items() if name != "dev" for each in asked]
    return [name for name in sorted(brought_by([*PROJECT["dependencies"], *extras])) if is_installed(name)]


def is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def licence_of(name: str) -> str:
    """Return a package's licence as an SPDX expression, or what it says of itself where that is none."""
    about = distribution(name).metadata
    if expression := about["License-Expression"]:
        return str(expression)
    classifiers = [each.rsplit(" :: ", 1)[1] for each in about.get_all("Classifier", []) if each.startswith("License")]
    said = classifiers or [(about["License"] or "none").splitlines()[0]]
    return " AND ".join(SPDX.get(each, each) for each in said)


def is_allowed(expression: str) -> bool:
    """Return whether ours may be passed on with a package of this licence: of an OR, one side suffices."""
    return any(
        all(part.split(" WITH ")[0].strip("() ") in ALLOWED for part in side.split(" AND "))
        for side in expression.split(" OR ")
    )


@pytest.mark.parametrize(
    ("expression", "may"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-2.0-or-later", False),
        ("Apache-2.0 WITH LLVM-exception AND MIT", True),
        ("none", False),
    ],
)
def test_a_licence_is_allowed_by_its_expression(expression: str, may: bool) -> None:
    assert is_allowed(expression) is may


def test_every_package_that_runs_with_ours_has_a_licence_that_fits() -> None:
    names = [name for name in installed() if not OF_NVIDIA.fullmatch(name)]
    assert len(names) > 40
    assert {name: licence_of(name) for name in names if not is_allowed(licence_of(name))} == {}


def test_one_wheel_brings_a_library_under_the_gpl_and_the_page_on_licences_says_so() -> None:
    found = {
        (name, file.name.split("-")[0])
        for name in installed()
        for file in distribution(name).files or []
        if WITH_GPL.match(file.name)
    }
    assert found == {("pillow-heif", "libx265")}
    assert "x265" in (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
