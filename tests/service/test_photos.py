"""Every kind of file a person may send, made here from scratch."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from service.errors import (
    NotAPhoto,
    PhotoAnimated,
    PhotoEmpty,
    PhotoRefused,
    PhotoTooBig,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTruncated,
)
from service.limits import MAX_PHOTO_BYTES
from service.photos import read_photo

RED, GREEN, BLUE = (200, 30, 30), (30, 180, 60), (30, 60, 200)


def _picture(width: int = 120, height: int = 80) -> Image.Image:
    """Red left, blue right: enough to tell orientation and colours."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(read_photo(data).data))


def _near(actual: Any, expected: tuple[int, ...], tolerance: int = 12) -> bool:
    return bool(np.abs(np.array(actual[:3], int) - np.array(expected[:3], int)).max() <= tolerance)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "HEIF", "GIF"])
def test_every_kind_of_still_picture_is_read(kind: str) -> None:
    image = _decoded(_saved(_picture(), kind))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (120, 80))
    assert _near(image.getpixel((20, 40)), RED, 25)
    assert _near(image.getpixel((100, 40)), BLUE, 25)


def test_a_picture_made_of_several_stills_counts_as_a_photo() -> None:
    second = Image.new("RGB", (120, 80), GREEN)
    tiff = _saved(_picture(), "TIFF", save_all=True, append_images=[second])
    mpo = _saved(_picture(), "MPO", save_all=True, append_images=[second])
    heif = pillow_heif.from_pillow(_picture())
    heif.add_from_pillow(second)
    buffer = io.BytesIO()
    heif.save(buffer)
    for data in (tiff, mpo, buffer.getvalue()):
        assert _near(_decoded(data).getpixel((20, 40)), RED, 25)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_a_moving_picture_is_refused(kind: str) -> None:
    frames = [_picture(), Image.new("RGB", (120, 80), GREEN)]
    with pytest.raises(PhotoAnimated):
        read_photo(_saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100))


def test_a_gif_that_ends_in_its_second_picture_is_refused() -> None:
    """Found by fuzzing: Pillow, asked whether it moves, raises IndexError or struct.error there."""
    first = _saved(_picture(), "GIF")
    file = _saved(_picture(), "GIF", save_all=True, append_images=[Image.new("RGB", (120, 80), GREEN)], duration=100)
    for length in range(len(first), len(file)):
        try:
            read_photo(file[:length])
        except PhotoRefused:
            continue


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCam"
    return exif


def test_exif_orientation_is_applied_and_no_metadata_is_kept() -> None:
    turned = _picture().transpose(Image.Transpose.ROTATE_90)  # as a sensor held upright stores it
    photo = read_photo(_saved(turned, "JPEG", quality=95, exif=_exif(6)))
    image = Image.open(io.BytesIO(photo.data))
    assert image.size == (photo.width, photo.height) == (120, 80)
    assert _near(image.getpixel((20, 40)), RED)
    assert b"SecretCam" not in photo.data
    assert not image.getexif()


def test_sixteen_bits_keep_their_lightness() -> None:
    grey = Image.fromarray(np.full((60, 60), 40_000, np.uint16))
    assert _near(_decoded(_saved(grey, "PNG")).getpixel((30, 30)), (156, 156, 156), 3)


def test_cmyk_becomes_rgb() -> None:
    image = _decoded(_saved(_picture().convert("CMYK"), "JPEG", quality=95))
    assert image.mode == "RGB"
    assert _near(image.getpixel((20, 40)), RED, 40)


def test_a_palette_with_transparency_keeps_it() -> None:
    image = Image.new("RGBA", (100, 100), (*RED, 255))
    image.paste((0, 0, 0, 0), (0, 0, 50, 100))
    palette = image.quantize(8)
    photo = read_photo(_saved(palette, "PNG"))
    decoded = Image.open(io.BytesIO(photo.data))
    assert (photo.suffix, decoded.mode) == (".png", "RGBA")
    assert decoded.getpixel((10, 10))[3] == 0  # type: ignore[index]
    assert decoded.getpixel((90, 10))[3] == 255  # type: ignore[index]


def test_alpha_that_hides_nothing_is_dropped() -> None:
    photo = read_photo(_saved(_picture().convert("RGBA"), "PNG"))
    assert photo.suffix == ".jpg"


def test_a_broken_colour_profile_harms_nothing() -> None:
    data = _saved(_picture(), "JPEG", quality=95, icc_profile=b"not a profile at all")
    assert _near(_decoded(data).getpixel((20, 40)), RED)


def test_an_srgb_profile_changes_no_colour() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = _saved(_picture(), "PNG", icc_profile=profile)
    assert _near(_decoded(data).getpixel((20, 40)), RED)


def test_a_large_photo_is_bounded_and_keeps_its_shape() -> None:
    photo = read_photo(_saved(_picture(6000, 3000), "JPEG"))
    assert (photo.width, photo.height) == (2048, 1024)


def test_an_extreme_strip_keeps_at_least_a_pixel() -> None:
    photo = read_photo(_saved(_picture(20_000, 40), "PNG"))
    assert photo.width == 2048 and photo.height >= 1


def test_the_smallest_photo_passes_and_a_smaller_one_does_not() -> None:
    assert read_photo(_saved(_picture(40, 40), "PNG")).width == 40
    with pytest.raises(PhotoTooSmall):
        read_photo(_saved(_picture(40, 39), "PNG"))


def _png_header(width: int, height: int) -> bytes:
    """A small file that promises very many pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(b"\0" * 1000)
    chunks = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (header, pixels)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", PhotoEmpty),
        (b"\xff" * (MAX_PHOTO_BYTES + 1), PhotoTooBig),
        (_png_header(20_000, 10_000), PhotoTooManyPixels),
        (_png_header(2_000_000_000, 2_000_000_000), PhotoTooManyPixels),
        (b"%PDF-1.7 this is a report", NotAPhoto),
        (b"Dear diary, this is text named photo.jpg", NotAPhoto),
        (b"\x89PNG\r\n\x1a\n", PhotoTruncated),
        (b"PK\x03\x04 a zip", NotAPhoto),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NotAPhoto),
    ],
)
def test_what_is_no_usable_photo_is_refused_by_name(data: bytes, refusal: type[PhotoRefused]) -> None:
    with pytest.raises(refusal):
        read_photo(data)


def _noisy() -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"])
def test_a_truncated_file_is_refused(kind: str) -> None:
    data = _saved(_noisy(), kind)
    with pytest.raises(PhotoRefused) as caught:
        read_photo(data[: len(data) // 2])
    assert caught.type in (PhotoTruncated, NotAPhoto)


_SOURCES: dict[str, Callable[[], bytes]] = {
    kind: lambda kind=kind: _saved(_noisy().resize((64, 64)), kind)  # type: ignore[misc]
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP")
}


@given(st.sampled_from(sorted(_SOURCES)), st.integers(0, 10_000), st.binary(min_size=1, max_size=40))
def test_a_damaged_file_is_read_or_refused_but_never_crashes(kind: str, at: int, junk: bytes) -> None:
    data = bytearray(_SOURCES[kind]())
    at %= len(data)
    data[at : at + len(junk)] = junk
    try:
        photo = read_photo(bytes(data))
    except PhotoRefused:
        return
    assert max(photo.width, photo.height) <= 2048
