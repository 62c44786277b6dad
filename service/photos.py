"""Intake: any file a person sends becomes an upright sRGB photo of bounded size, or a clear refusal.

Files are told by their content, never by name or declared type. Nothing of the original's metadata (place, camera,
embedded thumbnails) is kept.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageOps

from service.errors import (
    NotAPhoto,
    PhotoAnimated,
    PhotoEmpty,
    PhotoTooBig,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTruncated,
)
from service.limits import MAX_PHOTO_BYTES, MAX_PHOTO_PIXELS, MIN_PHOTO_SIDE_PX, WORKING_SIDE_PX

pillow_heif.register_heif_opener()
Image.init()  # the list below may name plugins that Pillow otherwise loads late

_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "BMP", "TIFF", "GIF")  # JPEG takes MPO along
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"II*\0", b"MM\0*", b"BM", b"GIF8")
_MOVING = ("GIF", "WEBP", "PNG")  # an MPO or TIFF with several pictures is still a photo: the first is meant
_SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it is kept and as engines read it: `data` is JPEG (".jpg"), or PNG (".png") where it has alpha."""

    data: bytes
    suffix: str
    width: int
    height: int


def read_photo(data: bytes) -> Photo:
    """Decode, check, set upright, convert to sRGB, bound the long side to 2048 px. Blocking: up to about a second.

    Raises a `PhotoRefused`.
    """
    if not data:
        raise PhotoEmpty
    if len(data) > MAX_PHOTO_BYTES:
        raise PhotoTooBig
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata; what matters raises
        image = _open(data)
        return _encode(_shrink(_to_srgb(_upright(image))))


def is_picture(data: bytes) -> bool:
    """Return whether the bytes begin like a picture of a kind we read; they may still be damaged.

    Sounds and films that share a container with pictures are none.
    """
    if data.startswith(b"RIFF"):
        return data[8:12] == b"WEBP"
    return data.startswith(_BEGINNINGS) or pillow_heif.is_supported(io.BytesIO(data[:12]))


def _open(data: bytes) -> Image.Image:
    """Look at the header before any pixel is decoded."""
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise PhotoTooManyPixels from error
    except Exception as error:  # whatever a decoder throws at a hostile header, it is no photo for us
        raise (PhotoTruncated if data.startswith(_BEGINNINGS) else NotAPhoto) from error
    if image.width * image.height > MAX_PHOTO_PIXELS:
        raise PhotoTooManyPixels
    if min(image.size) < MIN_PHOTO_SIDE_PX:
        raise PhotoTooSmall
    if image.format in _MOVING and getattr(image, "is_animated", False):
        raise PhotoAnimated
    return image


def _upright(image: Image.Image) -> Image.Image:
    """Decode the pixels (JPEG at a reduced scale where that suffices) and apply the EXIF orientation."""
    image.draft(None, (WORKING_SIDE_PX, WORKING_SIDE_PX))
    try:
        image.load()
        return ImageOps.exif_transpose(image)
    except Exception as error:  # decoders raise OSError, SyntaxError, struct.error, EOFError ... on damaged files
        raise PhotoTruncated from error


def _to_srgb(image: Image.Image) -> Image.Image:
    """Return 8 bits, RGB or RGBA, colours as sRGB: from CMYK, 16 bits, palettes, grey, and from wide-gamut profiles."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    has_alpha = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        image = _apply_profile(image, profile, has_alpha)
    image = image.convert("RGBA" if has_alpha else "RGB")
    if has_alpha and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Convert 16-bit and float greys, stretched from their own range where they are not plain 16 bits."""
    values = np.asarray(image, dtype=np.float64)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    top = 65535.0 if image.mode.startswith("I") else max(float(values.max()), 1.0)
    return Image.fromarray(np.clip(values * (255.0 / top), 0, 255).astype(np.uint8))


def _apply_profile(image: Image.Image, profile: bytes, has_alpha: bool) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if has_alpha and image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # a broken or foreign profile: the plain numbers are the best guess
    return converted if converted is not None else image


def _shrink(image: Image.Image) -> Image.Image:
    if max(image.size) > WORKING_SIDE_PX:
        image.thumbnail((WORKING_SIDE_PX, WORKING_SIDE_PX), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if min(image.size) < 1:
        raise PhotoTooSmall
    return image


def _encode(image: Image.Image) -> Photo:
    clean = Image.new(image.mode, image.size)
    clean.paste(image)  # pixels only: what else the file carried stays behind
    buffer = io.BytesIO()
    if clean.mode == "RGBA":
        clean.save(buffer, "PNG", compress_level=1)
    else:
        clean.save(buffer, "JPEG", quality=95, subsampling=0)
    suffix = ".png" if clean.mode == "RGBA" else ".jpg"
    return Photo(buffer.getvalue(), suffix, clean.width, clean.height)
