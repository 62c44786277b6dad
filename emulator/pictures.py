"""What Telegram does to pictures: photos re-encoded and resized, thumbnails, and what a file really is.

Knows no messages and no file ids.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageOps

PHOTO_SIDES_PX = (90, 320, 800, 1280)
MAX_PIXELS = 60_000_000
_QUALITY = 87
# Of Pillow's readers one starts Ghostscript, others fetch what a file names.
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
Image.init()  # or `formats` finds only the readers that something has loaded


class NotAPictureError(ValueError):
    """Pillow cannot decode the bytes, or the picture is absurdly large."""


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """What a picture file turned out to be; `format` is Pillow's word (`WEBP`, `PNG`, `JPEG`)."""

    format: str
    width: int
    height: int
    is_animated: bool


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """An encoded picture; `size` is (width, height) in pixels."""

    data: bytes
    mime: str
    size: tuple[int, int]


def inspect(data: bytes) -> PictureInfo:
    """Decode a picture fully, so that a truncated file does not pass, and return what it is.

    Raises `NotAPictureError`.
    """
    image = _decode(data)
    with _refusing():  # of a GIF, the second picture is read to tell whether it moves
        return PictureInfo(image.format or "", image.width, image.height, bool(getattr(image, "is_animated", False)))


@contextmanager
def _refusing() -> Iterator[None]:
    """Raise `NotAPictureError` for whatever Pillow raises at broken bytes: OSError, SyntaxError, RuntimeError, ..."""
    try:
        yield
    except NotAPictureError:
        raise
    except Exception as error:
        raise NotAPictureError(str(error)) from error


def _decode(data: bytes) -> Image.Image:
    with _refusing():
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise NotAPictureError("too many pixels")
        image.load()
        return image


def photo_sizes(data: bytes) -> tuple[EncodedPicture, ...]:
    """Return the PhotoSizes of an uploaded picture, smallest first: upright JPEGs without metadata, 2 to 4 of them.

    Raises `NotAPictureError`.
    """
    with _refusing():
        upright = _flatten(ImageOps.exif_transpose(_decode(data)))
    longest = max(upright.size)
    smaller = [side for side in PHOTO_SIDES_PX if side < longest][:3]
    sides = [*smaller, min(longest, PHOTO_SIDES_PX[-1])]
    if len(sides) == 1:  # a tiny picture still comes in two sizes
        sides = [max(longest // 2, 1), *sides]
    return tuple(_shrink(upright, side, "JPEG") for side in sides)


def _flatten(image: Image.Image) -> Image.Image:
    """Return RGB on white: a photo has no transparency. Metadata stays behind."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    rgba = image.convert("RGBA")
    flat = Image.new("RGB", rgba.size, "white")
    flat.paste(rgba, mask=rgba.getchannel("A"))
    return flat


def _shrink(image: Image.Image, side_px: int, encoding: str) -> EncodedPicture:
    small = image.copy()
    small.thumbnail((side_px, side_px))
    buffer = io.BytesIO()
    small.save(buffer, encoding, quality=_QUALITY)
    return EncodedPicture(buffer.getvalue(), f"image/{encoding.lower()}", small.size)


def thumbnail(data: bytes, side_px: int = 320) -> EncodedPicture | None:
    """Return a small preview of a picture file, with alpha as WebP, else as JPEG; None where it cannot be decoded."""
    try:
        with _refusing():
            image = _decode(data)
            has_alpha = "A" in image.getbands()
            return _shrink(image.convert("RGBA" if has_alpha else "RGB"), side_px, "WEBP" if has_alpha else "JPEG")
    except NotAPictureError:
        return None


def to_webp(data: bytes) -> bytes:
    """Return the same picture as lossless WebP, as Telegram keeps PNG stickers. Raises `NotAPictureError`."""
    buffer = io.BytesIO()
    with _refusing():
        _decode(data).convert("RGBA").save(buffer, "WEBP", lossless=True, method=0)
    return buffer.getvalue()
