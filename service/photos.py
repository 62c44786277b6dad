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
from PIL import AvifImagePlugin, Image, TiffImagePlugin, WebPImagePlugin  # noqa: F401  Pillow loads three of them late

from engine.errors import PhotoUnusable
from engine.pixels import decode_deep_tiff
from service import jpeg, tiff_tags
from service.colours import Coding, coding_of, to_srgb, tone_mapped
from service.errors import (
    NotAPhoto,
    PhotoAnimated,
    PhotoEmpty,
    PhotoTooBig,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTruncated,
)
from service.limits import (
    MAX_DECODING_BYTES,
    MAX_JPEG_PIXELS,
    MAX_PHOTO_BYTES,
    MAX_PHOTO_PIXELS,
    MIN_PHOTO_SIDE_PX,
    WORKING_SIDE_PX,
)
from service.lost_ends import is_never_finished, read_without_end
from service.tiff_tags import read_tag

pillow_heif.register_heif_opener()

_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "BMP", "TIFF", "GIF")  # JPEG takes MPO along
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", *tiff_tags.MAGIC, b"BM", b"GIF8")
_FILMS = (b"qt", b"iso", b"mp4", b"avc", b"3g", b"M4V")  # brands of containers that hold pictures, sounds or films
_JPEG = ("JPEG", "MPO")
_MOVING = ("GIF", "WEBP", "PNG", "AVIF")  # an MPO, TIFF or HEIF with several pictures is a photo: the first is meant
_SET_UPRIGHT = ("TIFF", "HEIF")  # by their decoders
_DEEP = 4  # times the memory of 8 bits
_METHODS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


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
        try:
            if is_never_finished(data):
                raise PhotoTruncated
            picture = _picture(data)
        except (PhotoTruncated, NotAPhoto):
            rest = read_without_end(data, _picture)
            if rest is None:
                raise
            picture = rest
        return _encode(picture)


def _picture(data: bytes) -> Image.Image:
    """Return the photo upright, in sRGB, bounded. Raises a `PhotoRefused`."""
    image = _open(data)
    orientation = jpeg.exif_orientation(image) if image.format not in _SET_UPRIGHT else 1
    picture = _decoded(image, data)
    if max(picture.size) > WORKING_SIDE_PX:
        picture.thumbnail((WORKING_SIDE_PX, WORKING_SIDE_PX), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if min(picture.size) < 1:
        raise PhotoTooSmall
    method = _METHODS.get(orientation)
    return picture.transpose(method) if method is not None else picture


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
        is_jpeg = data.startswith(_BEGINNINGS[0])
        image: Image.Image = jpeg.open_jpeg(data) if is_jpeg else Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise PhotoTooManyPixels from error
    except Exception as error:  # whatever a decoder throws at a hostile header, it is no photo for us
        if data.startswith(tiff_tags.MAGIC):
            return _open_deep_tiff(data)
        if data[4:8] == b"ftyp" and data[8:12].startswith(_FILMS):
            raise PhotoAnimated from error
        raise (PhotoTruncated if is_picture(data) else NotAPhoto) from error
    if _too_many(image, data):
        raise PhotoTooManyPixels
    if min(image.size) < MIN_PHOTO_SIDE_PX:
        raise PhotoTooSmall
    try:
        is_moving = image.format in _MOVING and getattr(image, "is_animated", False)
    except Exception as error:  # of a GIF, the second picture is read to tell; IndexError, struct.error ... if damaged
        raise PhotoTruncated from error
    if is_moving:
        raise PhotoAnimated
    return image


def _too_many(image: Image.Image, data: bytes) -> bool:
    if image.format in _JPEG:
        return image.width * image.height > MAX_JPEG_PIXELS or jpeg.decoding_bytes(image, data) > MAX_DECODING_BYTES
    return image.width * image.height > MAX_PHOTO_PIXELS


def _open_deep_tiff(data: bytes) -> Image.Image:
    """Decode a TIFF that Pillow does not know: 12 bits, halves, 32 bits in colour. Raises a `PhotoRefused`."""
    sizes = [read_tag(data, tag)[:1] for tag in (tiff_tags.WIDTH, tiff_tags.HEIGHT)]
    width, height = (size[0] if size else 0 for size in sizes)
    if width * height > MAX_PHOTO_PIXELS // _DEEP:
        raise PhotoTooManyPixels
    if min(width, height) < MIN_PHOTO_SIDE_PX:
        raise PhotoTooSmall if width and height else PhotoTruncated
    try:
        pixels = decode_deep_tiff(tiff_tags.as_whole_numbers(data), has_halves=tiff_tags.has_halves(data))
        return Image.fromarray(pixels)
    except PhotoUnusable as error:
        raise PhotoTruncated from error


def _decoded(image: Image.Image, data: bytes) -> Image.Image:
    """Decode the pixels (JPEG at a reduced scale where that suffices) as sRGB."""
    coding = coding_of(image, data)
    if image.format == "HEIF" and coding and coding.is_hdr and image.width * image.height <= MAX_PHOTO_PIXELS // _DEEP:
        return _deep_heif(data, coding)
    jpeg.reduce(image, WORKING_SIDE_PX)
    try:
        image.load()
    except Exception as error:  # decoders raise OSError, SyntaxError, struct.error, EOFError ... on damaged files
        image = _jpeg_without_end(image, data, error)
    bits = read_tag(data, tiff_tags.BITS_PER_SAMPLE)[:1] if image.format == "TIFF" else ()
    return to_srgb(image, coding, *bits)


def _jpeg_without_end(image: Image.Image, data: bytes, error: Exception) -> Image.Image:
    """Return what a JPEG has without its last bytes. Raises `PhotoTruncated`."""
    if image.format not in _JPEG:
        raise PhotoTruncated from error
    try:
        rest = jpeg.read_without_end(data, WORKING_SIDE_PX)
    except Exception as worse:
        raise PhotoTruncated from worse
    if rest is None:
        raise PhotoTruncated from error
    return rest


def _deep_heif(data: bytes, coding: Coding) -> Image.Image:
    """Decode an HDR picture with all its bits, reduced to what is needed before its lights are compressed."""
    try:
        heif = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
        codes = np.asarray(heif)
    except Exception as error:
        raise PhotoTruncated from error
    step = max(1, max(codes.shape[:2]) // WORKING_SIDE_PX)
    rows, columns = (length // step for length in codes.shape[:2])
    blocks = codes[: rows * step, : columns * step].reshape(rows, step, columns, step, -1)
    small = blocks.mean(axis=(1, 3), dtype=np.float32) / np.float32(np.iinfo(codes.dtype).max)
    image = Image.fromarray(tone_mapped(small[..., :3] if small.shape[2] >= 3 else small[..., [0, 0, 0]], coding))
    if small.shape[2] in (2, 4) and small[..., -1].min() < 1:
        image.putalpha(Image.fromarray(np.round(small[..., -1] * 255).astype(np.uint8)))
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
