"""The photo files that a command line means: files, folders, and what lies in folders below them. Knows no engine."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".bmp", ".tif", ".tiff", ".avif"})
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)  # `Path` makes one slash of two


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """Photos of one sticker. `below` leads from the folder that was named to the one they lie in, "." for files."""

    paths: tuple[Path, ...]
    below: Path = Path()


@dataclass(slots=True)
class FoundPhotos:
    """`folders` counts those that hold folders and were not looked through; `unreadable` has why, by its path."""

    sets: list[PhotoSet] = field(default_factory=list)
    unreadable: dict[Path, str] = field(default_factory=dict)
    folders: int = 0


def is_web_address(path: Path) -> bool:
    """Return whether somebody gave a web address for a file."""
    return bool(_ADDRESS.match(str(path))) and not path.exists()


def find_photos(
    named: Sequence[Path], *, is_recursive: bool, are_one_person: bool = False, leave_out: Path | None = None
) -> FoundPhotos:
    """Return the photos to make stickers of, in order: one each, or those of one folder together.

    With `are_one_person` the files that are named are a set, and those of each folder. Of a folder, the files with an
    ending of a picture count; hidden ones and the folder `leave_out` do not.
    """
    found = FoundPhotos()
    loose = dict.fromkeys(path for path in named if not _is_folder(path))
    sets = [PhotoSet(tuple(loose))] if are_one_person and loose else []
    for path in named:
        if path in loose:
            sets += [] if are_one_person else [PhotoSet((path,))]
        else:
            sets += _in_folder(path, found, is_recursive=is_recursive, leave_out=leave_out)
    found.sets = sets if are_one_person else [PhotoSet((path,), each.below) for each in sets for path in each.paths]
    return found


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # reading it will say why
        return False


def _in_folder(top: Path, found: FoundPhotos, *, is_recursive: bool, leave_out: Path | None) -> list[PhotoSet]:
    """Return the photos of a folder and, where wanted, of those below it, folder by folder."""

    def note(error: OSError) -> None:
        found.unreadable[Path(error.filename)] = error.strerror or str(error)

    sets = []
    left_out = leave_out.resolve() if leave_out is not None else None
    for folder, folders, files in os.walk(top, onerror=note):
        here = Path(folder)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (here / name).resolve() != left_out
        )
        names = sorted(name for name in files if name[0] != "." and Path(name).suffix.lower() in ENDINGS)
        if names:
            sets.append(PhotoSet(tuple(here / name for name in names), here.relative_to(top)))
        if not is_recursive:
            found.folders += len(folders)
            break
    return sets
