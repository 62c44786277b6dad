"""Fuzz zip archives: damaged ones give photos, or are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping

from hypothesis import strategies as some

from api.errors import InputRefused
from api.inputs.archive import MEMBER_BYTES, PHOTOS, read_archive
from fuzz.mutations import mutated_files
from fuzz.pictures import PICTURES
from fuzz.target import Target, simple
from service.photos import is_picture


def _zip(method: int, *names: str, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.comment = comment
        for number, name in enumerate(names):
            archive.writestr(name, b"" if name.endswith("/") else PICTURES[("jpeg", "png", "webp")[number % 3]]())
    return buffer.getvalue()


def _zip64() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("a.jpg", "w", force_zip64=True) as member:
        member.write(PICTURES["jpeg"]())
    return buffer.getvalue()


ARCHIVES: Mapping[str, Callable[[], bytes]] = {
    "stored": lambda: _zip(zipfile.ZIP_STORED, "a.jpg", "b/", "b/c.png"),
    "deflated": lambda: _zip(zipfile.ZIP_DEFLATED, "a.jpg", "b.png", "c.webp", "__MACOSX/._a.jpg", comment=b"hello"),
    "names": lambda: _zip(zipfile.ZIP_DEFLATED, "../../a.jpg", "\u00e9\U0001f600.png", ".hidden", "C:\\d.jpg"),
    "bzip2": lambda: _zip(zipfile.ZIP_BZIP2, "a.jpg"),
    "lzma": lambda: _zip(zipfile.ZIP_LZMA, "a.jpg"),
    "zip64": _zip64,
    "empty": lambda: _zip(zipfile.ZIP_STORED),
}


def check_archive(data: bytes) -> None:
    """Read an archive as the API does."""
    try:
        photos = read_archive(data)
    except InputRefused:
        return
    assert 1 <= len(photos) <= PHOTOS
    assert all(is_picture(photo) and len(photo) <= MEMBER_BYTES for photo in photos)


def targets() -> Iterator[Target]:
    """Yield archives, damaged and made of any bytes."""
    beginnings = some.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b""])
    loose = some.builds(bytes.__add__, beginnings, some.binary(max_size=300))
    yield simple("archives", mutated_files(ARCHIVES) | loose, check_archive, slow_s=3.0)
