"""Fuzz photos: damaged files of every kind are read, within bounds, or refused; what is read can be drawn."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
from hypothesis import strategies as some
from hypothesis.strategies import SearchStrategy
from PIL import Image, ImageCms

from engine.errors import DrawingFailed
from engine.lettering import MAX_CHARS
from engine.model import FACE
from engine.portrait.engine import PortraitEngine
from engine.portrait.photo import open_photo
from engine.styles import all_styles
from engine.types import Outline, OutlineWidth, Shape, StickerRequest
from fuzz.mutations import mutated_files
from fuzz.target import Check, Target, simple
from service.errors import PhotoRefused
from service.limits import MAX_SEED, WORKING_SIDE_PX
from service.photos import is_picture, read_photo

ROOT = Path(__file__).parents[1]


def _picture(mode: str = "RGB", size: tuple[int, int] = (96, 72)) -> Image.Image:
    ramp = np.add.outer(np.arange(size[1]) * 3, np.arange(size[0]) * 2).astype(np.uint8)
    image = Image.merge("RGB", [Image.fromarray(np.roll(ramp, by, 1)) for by in (0, 20, 50)])
    if mode == "RGBA":
        image.putalpha(Image.fromarray(ramp))
        return image
    return image.convert(mode)


def _saved(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    buffer = io.BytesIO()
    _picture(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def _deep(kind: str, dtype: type, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray((np.add.outer(np.arange(60), np.arange(80)) * 200).astype(dtype)).save(buffer, kind, **options)
    return buffer.getvalue()


def _exif(orientation: int = 6) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8769)[0x9286] = b"comment"
    return exif


def _heif(mode: str = "RGB", pictures: int = 1) -> bytes:
    heif = pillow_heif.from_pillow(_picture(mode))
    for _ in range(pictures - 1):
        heif.add_from_pillow(_picture(mode))
    buffer = io.BytesIO()
    heif.save(buffer)
    return buffer.getvalue()


def _moving() -> dict[str, Any]:
    return {"save_all": True, "append_images": [_picture().transpose(Image.Transpose.ROTATE_180)], "duration": 100}


def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


PICTURES: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: _saved("JPEG", exif=_exif(), icc_profile=_profile()),
    "jpeg progressive": lambda: _saved("JPEG", progressive=True, quality=60),
    "jpeg grey": lambda: _saved("JPEG", "L"),
    "jpeg cmyk": lambda: _saved("JPEG", "CMYK"),
    "jpeg restarts": lambda: _saved("JPEG", restart_marker_rows=1),
    "mpo": lambda: _saved("MPO", save_all=True, append_images=[_picture()]),
    "png": lambda: _saved("PNG", "RGBA", icc_profile=_profile(), exif=_exif()),
    "png palette": lambda: _saved("PNG", "P", transparency=3),
    "png 16 bits": lambda: _deep("PNG", np.uint16),
    "png 1 bit": lambda: _saved("PNG", "1"),
    "png moving": lambda: _saved("PNG", **_moving()),
    "webp": lambda: _saved("WEBP", exif=_exif(3)),
    "webp lossless": lambda: _saved("WEBP", "RGBA", lossless=True),
    "webp moving": lambda: _saved("WEBP", **_moving()),
    "heif": _heif,
    "heif alpha": lambda: _heif("RGBA"),
    "heif of two": lambda: _heif(pictures=2),
    "avif": lambda: _saved("AVIF", exif=_exif(8)),
    "avif moving": lambda: _saved("AVIF", **_moving()),
    "bmp": lambda: _saved("BMP"),
    "bmp palette": lambda: _saved("BMP", "P"),
    "gif": lambda: _saved("GIF", "P"),
    "gif moving": lambda: _saved("GIF", **_moving()),
    "tiff": lambda: _saved("TIFF", exif=_exif(5)),
    "tiff lzw": lambda: _saved("TIFF", compression="tiff_lzw"),
    "tiff jpeg": lambda: _saved("TIFF", compression="jpeg"),
    "tiff deflate": lambda: _saved("TIFF", compression="tiff_adobe_deflate"),
    "tiff cmyk": lambda: _saved("TIFF", "CMYK"),
    "tiff lab": lambda: _saved("TIFF", "LAB"),
    "tiff 16 bits": lambda: _deep("TIFF", np.uint16),
    "tiff floats": lambda: _deep("TIFF", np.float32),
    "tiff fax": lambda: _saved("TIFF", "1", compression="group4"),
}


def check_photo(data: bytes) -> None:
    """Read a file as every entrance does, and as the engine does what came of it."""
    is_picture(data)
    try:
        photo = read_photo(data)
    except PhotoRefused:
        return
    assert 1 <= min(photo.width, photo.height) <= max(photo.width, photo.height) <= WORKING_SIDE_PX
    assert min(open_photo(photo.data).rgb.shape[:2]) >= 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A file, and what is to be made of it."""

    data: bytes
    style: str
    shape: Shape
    outline: Outline
    width: OutlineWidth
    text: str
    seed: int


@contextmanager
def _engine() -> Iterator[tuple[SearchStrategy[Asked], Check]]:
    """Load the portrait engine; a photo that is read gives a sticker, or an error that says what is wrong with it."""
    with closing(PortraitEngine()) as engine:
        engine.load()

        def check(asked: Asked) -> None:
            try:
                photo = read_photo(asked.data)
            except PhotoRefused:
                return
            request = StickerRequest(
                inputs={FACE: (photo.data,)},
                style=asked.style,
                seed=asked.seed,
                shape=asked.shape,
                parameters={"allow_no_face": True},
                text=asked.text,
                outline=asked.outline,
                outline_width=asked.width,
            )
            (outcome,) = engine.generate([request], lambda _index, _step: True)
            if isinstance(outcome, DrawingFailed):
                raise outcome from outcome.__cause__

        yield (
            some.builds(
                Asked,
                mutated_files(PICTURES | {"face": (ROOT / "cli/demo/astronaut.jpg").read_bytes}),
                some.sampled_from([each.name for each in all_styles()]),
                some.sampled_from(list(Shape)),
                some.sampled_from(list(Outline)),
                some.sampled_from(list(OutlineWidth)),
                some.just("") | some.text(max_size=MAX_CHARS),
                some.integers(0, MAX_SEED),
            ),
            check,
        )


def targets() -> Iterator[Target]:
    """Yield photo intake, with damaged files and with any bytes behind a right beginning; and drawing."""
    yield Target("drawing", _engine, slow_s=30.0)
    beginnings = some.sampled_from(
        [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"II+\0", b"BM", b"GIF89a"]
    )
    loose = some.builds(bytes.__add__, beginnings, some.binary(max_size=400))
    yield simple("photos", mutated_files(PICTURES) | loose, check_photo, slow_s=5.0)
