"""A zip of networks becomes a flat folder of them."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path, PurePosixPath

from cli.download.errors import DownloadRefused, NoRoom

_MOST_BYTES = 4 << 30


def unpack(archive: Path, folder: Path) -> list[Path]:
    """Put the .onnx files of `archive` into `folder`, which appears whole or not at all, and return them.

    Folders inside the zip are ignored (insightface packs differ in them), and so are all other files.
    Raises `DownloadRefused` where it is no such zip, `NoRoom`.
    """
    fresh = folder.with_name(f"{folder.name}.unpacking")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        with zipfile.ZipFile(archive) as content:
            for name, member in _networks(archive, content).items():
                with content.open(member) as source, (fresh / name).open("wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:  # broken; unknown method; encrypted
        raise DownloadRefused(f"{archive.name} cannot be unpacked: it is broken or no zip") from error
    except OSError as error:
        raise NoRoom.because(error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return sorted(folder.iterdir())


def _networks(archive: Path, content: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    found = [member for member in content.infolist() if not member.is_dir() and member.filename.endswith(".onnx")]
    named = {PurePosixPath(member.filename).name: member for member in found}
    if not found or len(named) < len(found) or sum(member.file_size for member in found) > _MOST_BYTES:
        raise DownloadRefused(f"{archive.name} does not hold the networks it should")
    return named
