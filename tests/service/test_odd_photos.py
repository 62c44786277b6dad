"""Photos as they really come: odd EXIF, lost ends, HDR, deep TIFFs, very many pixels. Made here, byte by byte."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import tracemalloc
import zlib
from typing import Any

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from service.colours import Coding, tone_mapped
from service.errors import PhotoAnimated, PhotoRefused, PhotoTooManyPixels, PhotoTooSmall, PhotoTruncated
from service.lost_ends import read_without_end
from service.photos import read_photo

RED, BLUE = (200, 30, 30), (30, 60, 200)
Entry = tuple[int, int, int, bytes]  # tag, type, count, values


def picture(width: int = 320, height: int = 240) -> Image.Image:
    """Red left, blue right, with ripples that no two rows share."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:, : width // 2], pixels[:, width // 2 :] = RED, BLUE
    pixels[..., 1] += (np.arange(height) % 7 * 4).astype(np.uint8)[:, None]
    return Image.fromarray(pixels)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(read_photo(data).data))


def near(image: Image.Image, at: tuple[int, int], colour: tuple[int, ...], tolerance: int = 12) -> bool:
    pixel = np.array(image.convert("RGB").getpixel(at), int)
    return bool(np.abs(pixel - np.array(colour[:3])).max() <= tolerance)


def directory(entries: list[Entry], order: str = "<") -> bytes:
    """A TIFF's header and first directory; values of more than four bytes follow it."""
    start = 8 + 2 + 12 * len(entries) + 4
    rows, values = b"", b""
    for tag, kind, count, value in sorted(entries):
        if len(value) <= 4:
            place = value.ljust(4, b"\0")
        else:
            place = struct.pack(f"{order}I", start + len(values))
            values += value + b"\0" * (len(value) % 2)
        rows += struct.pack(f"{order}HHI", tag, kind, count) + place
    head = b"II*\0" if order == "<" else b"MM\0*"
    return head + struct.pack(f"{order}IH", 8, len(entries)) + rows + b"\0" * 4 + values


# --- EXIF -----------------------------------------------------------------------------------------------------------

TURNED: Entry = (0x0112, 3, 1, struct.pack("<H", 6))
GPS: Entry = (0x8825, 4, 1, struct.pack("<I", 8 + 2 + 24 + 4))
ODD_TAGS: dict[str, Entry] = {
    "a resolution unit as text": (0x0128, 2, 2, b"2\0"),
    "a signed short of -1": (0x0128, 8, 1, struct.pack("<h", -1)),
    "a signed byte of -1": (0x0103, 6, 1, struct.pack("<b", -1)),
    "a signed long of -1": (0x0100, 9, 1, struct.pack("<i", -1)),
    "a resolution as text": (0x011A, 2, 6, b"72/1 \0"),
    "a resolution of 0/0": (0x011A, 5, 1, struct.pack("<II", 0, 0)),
    "a resolution that is no number": (0x011A, 11, 1, struct.pack("<f", float("nan"))),
    "a version as a double": (0xA000, 12, 1, struct.pack("<d", 1e300)),
    "a maker of no text": (0x010F, 7, 5, b"a\xff\xfe\0b"),
    "a type that is none": (0x010F, 99, 1, b"abcd"),
    "more values than bytes": (0x010F, 2, 0x7FFFFFFF, struct.pack("<I", 8)),
    "a GPS directory as text": (0x8825, 2, 4, b"abc\0"),
    "a directory outside": (0x8769, 4, 1, struct.pack("<I", 999_999)),
    "a directory in itself": (0x8769, 4, 1, struct.pack("<I", 8)),
}


def with_exif(jpeg: bytes, exif: bytes) -> bytes:
    segment = b"Exif\0\0" + exif
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]


@pytest.mark.parametrize("kind", ODD_TAGS)
def test_an_odd_tag_beside_the_orientation_harms_nothing(kind: str) -> None:
    data = with_exif(saved(picture(), "JPEG", quality=95), directory([TURNED, ODD_TAGS[kind]]))

    image = decoded(data)

    assert image.size == (240, 320)
    assert near(image, (120, 20), RED, 40)


def test_a_gps_reference_as_text_harms_nothing() -> None:
    gps = struct.pack("<HHHI", 1, 5, 2, 2) + b"0\0\0\0" + b"\0" * 4
    data = with_exif(saved(picture(), "JPEG"), directory([TURNED, GPS]) + gps)

    assert decoded(data).size == (240, 320)


@pytest.mark.parametrize(
    "first",
    [directory([(0x010F, 2, 4, b"abc\0")]), directory([ODD_TAGS["a signed short of -1"]]), b"garbage", b"", b"II*\0"],
)
def test_of_two_exif_segments_the_first_with_an_orientation_counts(first: bytes) -> None:
    upright = with_exif(saved(picture(), "JPEG"), directory([(0x0112, 3, 1, struct.pack("<H", 1))]))

    assert decoded(with_exif(with_exif(saved(picture(), "JPEG"), directory([TURNED])), first)).size == (240, 320)
    assert decoded(with_exif(upright, directory([TURNED]))).size == (240, 320)


@pytest.mark.parametrize("orientation", range(10))
def test_every_orientation_is_set_upright_in_either_byte_order(orientation: int) -> None:
    turns = Image.Transpose
    stored = {2: turns.FLIP_LEFT_RIGHT, 3: turns.ROTATE_180, 4: turns.FLIP_TOP_BOTTOM, 5: turns.TRANSPOSE}
    stored |= {6: turns.ROTATE_90, 7: turns.TRANSVERSE, 8: turns.ROTATE_270}
    image = picture()
    image.paste((255, 255, 255), (0, 0, 40, 40))
    turned = image.transpose(stored[orientation]) if orientation in stored else image
    for order in "<>":
        exif = directory([(0x0112, 3, 1, struct.pack(f"{order}H", orientation))], order)
        for data in (
            with_exif(saved(turned, "JPEG", quality=95), exif),
            saved(turned, "PNG", exif=exif),
            saved(turned, "WEBP", exif=exif, quality=95),
        ):
            upright = decoded(data)
            assert upright.size == (320, 240)
            assert near(upright, (15, 15), (255, 255, 255))


# --- lost ends ------------------------------------------------------------------------------------------------------


def noise(width: int = 600, height: int = 400) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8))


@pytest.mark.parametrize("is_progressive", [False, True])
@pytest.mark.parametrize("lost", [1, 2, 3, 10, 100, 1000])
def test_a_jpeg_without_its_last_bytes_is_taken(lost: int, is_progressive: bool) -> None:
    data = saved(noise(), "JPEG", quality=90, progressive=is_progressive)

    photo = read_photo(data[:-lost])

    assert photo.width == 600
    assert 380 <= photo.height <= 400


def test_a_jpeg_whose_end_is_zeros_is_taken() -> None:
    data = saved(noise(), "JPEG", quality=90)

    assert read_photo(data[:-2000] + bytes(2000)).height >= 380


def test_rows_that_are_lost_are_cut_off_and_the_others_stay() -> None:
    data = saved(picture(600, 400), "JPEG", quality=95)
    whole, rest = np.asarray(decoded(data), int), np.asarray(decoded(data[: int(len(data) * 0.96)]), int)

    assert 360 <= len(rest) < 400
    assert np.abs(rest - whole[: len(rest)]).mean() < 2


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_a_jpeg_that_lost_more_than_a_tenth_is_damaged(share: float) -> None:
    data = saved(noise(), "JPEG", quality=90)

    with pytest.raises(PhotoTruncated):
        read_photo(data[: int(len(data) * share)])


def test_a_turned_photo_without_its_end_loses_the_side_that_was_stored_last() -> None:
    data = with_exif(saved(noise(), "JPEG", quality=90), directory([TURNED]))

    photo = read_photo(data[:-2000])

    assert photo.height == 600
    assert 360 <= photo.width <= 400


def tall() -> Image.Image:
    """A gradient with a little noise: many rows, which compress like those of a photo."""
    ramp = np.add.outer(np.linspace(0, 120, 1280), np.linspace(0, 50, 160))[..., None] + np.array([0, 20, 40])
    return Image.fromarray((ramp + np.random.default_rng(1).integers(0, 40, (1280, 160, 1))).astype(np.uint8))


ENDS: dict[str, tuple[str, dict[str, Any]]] = {
    "PNG": ("PNG", {}),
    "WebP": ("WEBP", {"quality": 90}),
    "lossless WebP": ("WEBP", {"lossless": True, "method": 0}),
    "HEIC": ("HEIF", {"quality": 90}),
    "TIFF": ("TIFF", {}),
}


@pytest.mark.parametrize("kind", ENDS)
@pytest.mark.parametrize("lost", [1, 300, 0.04])
def test_without_its_last_bytes_a_picture_keeps_the_rows_that_are_there(kind: str, lost: float) -> None:
    data = saved(tall(), ENDS[kind][0], **ENDS[kind][1])
    whole = np.asarray(decoded(data), int)

    rest = np.asarray(decoded(data[: -int(lost if lost >= 1 else lost * len(data))]), int)

    assert 1152 <= len(rest) <= 1280
    assert np.abs(rest - whole[: len(rest)]).mean(axis=(1, 2)).max() < 4


@pytest.mark.parametrize("kind", ["PNG", "WebP", "lossless WebP", "HEIC"])
def test_a_picture_whose_end_is_zeros_keeps_the_rows_before_them(kind: str) -> None:
    data = saved(tall(), ENDS[kind][0], **ENDS[kind][1])
    whole, lost = np.asarray(decoded(data), int), len(data) // 25

    rest = np.asarray(decoded(data[:-lost] + bytes(lost)), int)

    assert 1152 <= len(rest) < 1280
    assert np.abs(rest - whole[: len(rest)]).mean(axis=(1, 2)).max() < 4


@pytest.mark.parametrize("end", [b"", bytes(100_000)])
@pytest.mark.parametrize("kind", ["PNG", "WebP", "lossless WebP", "HEIC"])
def test_a_picture_that_lost_more_than_a_tenth_is_damaged(kind: str, end: bytes) -> None:
    data = saved(tall(), ENDS[kind][0], **ENDS[kind][1])

    for share in (0.2, 0.8):
        with pytest.raises(PhotoTruncated):
            read_photo(data[: int(len(data) * share)] + end)


def test_a_palette_with_zeros_at_its_end_shows_nothing_that_was_not_there() -> None:
    """Zeros in the place of compressed pixels are pixels, too."""
    data = saved(tall().quantize(64), "PNG")

    with pytest.raises(PhotoTruncated):
        read_photo(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))


def test_a_turned_picture_loses_the_side_that_was_stored_last() -> None:
    png = saved(tall(), "PNG", exif=directory([TURNED]))
    image = decoded(png[: int(len(png) * 0.95)])
    assert image.height == 160
    assert 1152 <= image.width < 1280

    turns = Image.Transpose
    webp = saved(tall(), "WEBP", quality=90)
    for turn, back in ((2, turns.ROTATE_270), (turns.ROTATE_180, turns.ROTATE_180), (turns.ROTATE_270, 2)):

        def decode(data: bytes, turn: int = turn) -> Image.Image:
            return Image.open(io.BytesIO(data)).transpose(turns(turn))

        rest = read_without_end(webp[: int(len(webp) * 0.96)], decode)

        assert rest is not None
        upright = np.asarray(rest.transpose(turns(back)), int)
        assert upright.shape[1] == 160
        assert np.abs(upright - np.asarray(tall(), int)[: len(upright)]).mean() < 4


def test_an_avif_without_its_end_is_damaged() -> None:
    data = saved(picture(), "AVIF", speed=10)

    with pytest.raises(PhotoTruncated):
        read_photo(data[:-20])


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tiff_in_strips_keeps_those_that_are_there(order: str) -> None:
    pixels = np.asarray(picture(120, 400))
    strips = [zlib.compress(pixels[at : at + 20].tobytes()) for at in range(0, 400, 20)]

    def written(offsets: list[int]) -> bytes:
        entries: list[Entry] = [
            (0x0100, 3, 1, struct.pack(f"{order}H", 120)),
            (0x0101, 3, 1, struct.pack(f"{order}H", 400)),
            (0x0102, 3, 3, struct.pack(f"{order}3H", 8, 8, 8)),
            (0x0103, 3, 1, struct.pack(f"{order}H", 8)),
            (0x0106, 3, 1, struct.pack(f"{order}H", 2)),
            (0x0111, 4, 20, struct.pack(f"{order}20I", *offsets)),
            (0x0115, 3, 1, struct.pack(f"{order}H", 3)),
            (0x0116, 3, 1, struct.pack(f"{order}H", 20)),
            (0x0117, 4, 20, struct.pack(f"{order}20I", *map(len, strips))),
        ]
        return directory(entries, order)

    start = len(written([0] * 20))
    data = written([start + sum(map(len, strips[:number])) for number in range(20)]) + b"".join(strips)

    rest = decoded(data[:-1])

    assert rest.size == (120, 380)
    assert near(rest, (20, 372), decoded(data).getpixel((20, 372)), 3)  # type: ignore[arg-type]
    with pytest.raises(PhotoTruncated):
        read_photo(data[: -sum(map(len, strips[-4:]))])


def test_a_deep_tiff_keeps_the_rows_that_are_there() -> None:
    data = tiff(np.asarray(picture(120, 80), np.float32) / 255, 32, 3, "<")

    assert decoded(data[:-1]).size == (120, 79)


# --- HDR and wide gamuts --------------------------------------------------------------------------------------------


def pq(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    power = (nits / 10_000) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def linear(colour: tuple[int, int, int]) -> NDArray[np.float64]:
    codes = np.array(colour) / 255
    return np.asarray(np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4))


TO_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
TO_P3 = np.array([[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]])
SKIN = (205, 150, 120)


def heif(codes: NDArray[np.float64], primaries: int, transfer: int) -> bytes:
    """A 10-bit HEIF of one colour left and another one right; `codes` [2, 3] in 0 .. 1."""
    pixels = np.repeat(np.repeat(codes[None], 80, axis=0), 60, axis=1)
    deep = np.round(pixels * 65535).astype(np.uint16)
    file = pillow_heif.from_bytes("RGB;16", (120, 80), deep.tobytes())
    buffer = io.BytesIO()
    file.save(buffer, quality=-1, chroma=444, color_primaries=primaries, transfer_characteristics=transfer)
    return buffer.getvalue()


def test_a_pq_photo_is_brought_to_the_colours_that_it_shows() -> None:
    lamp = np.array([1500.0, 1400.0, 1200.0])
    image = decoded(heif(np.stack([pq(203 * (TO_2020 @ linear(SKIN))), pq(lamp)]), 9, 16))

    skin, light = (np.array(image.getpixel((x, 40)), int) for x in (20, 100))
    assert np.abs(skin - SKIN).max() <= 26  # a little darker where a lamp shares the range
    assert light.min() > 215
    assert light.max() <= 255


def test_pq_without_bright_lights_keeps_its_colours() -> None:
    image = decoded(heif(np.stack([pq(203 * (TO_2020 @ linear(SKIN))), pq(203 * (TO_2020 @ linear(BLUE)))]), 9, 16))

    assert near(image, (20, 40), SKIN, 4)
    assert near(image, (100, 40), BLUE, 6)


def test_hlg_keeps_the_white_page_white_and_greys_in_order() -> None:
    codes = np.array([[0.38] * 3, [0.75] * 3])  # BT.2408: a grey card, a white page
    image = decoded(heif(codes, 9, 18))

    grey, white = (int(np.mean(image.getpixel((x, 40)))) for x in (20, 100))
    assert 95 <= grey <= 125  # 26 of 203 nits
    assert white >= 250


def test_wide_gamut_colours_of_a_heif_are_converted() -> None:
    codes = TO_P3 @ linear((230, 40, 40))
    encoded = np.where(codes <= 0.0031308, 12.92 * codes, 1.055 * codes ** (1 / 2.4) - 0.055)
    image = decoded(heif(np.stack([encoded, [0.5] * 3]), 12, 13))

    assert near(image, (20, 40), (230, 40, 40), 4)
    assert near(image, (100, 40), (128, 128, 128), 3)


def test_the_ordinary_heif_keeps_its_numbers() -> None:
    image = decoded(heif(np.stack([np.array(SKIN) / 255, np.array(BLUE) / 255]), 1, 13))

    assert near(image, (20, 40), SKIN, 3)
    assert near(image, (100, 40), BLUE, 3)


def test_an_avif_in_pq_is_brought_into_range() -> None:
    pixels = np.round(255 * pq(203 * linear(SKIN))).astype(np.uint8)
    data = saved(Image.new("RGB", (120, 80), tuple(int(each) for each in pixels)), "AVIF", quality=100)
    at = data.index(b"colrnclx") + 8
    image = decoded(data[:at] + struct.pack(">HH", 1, 16) + data[at + 4 :])

    assert near(image, (60, 40), SKIN, 12)


def test_lights_never_leave_the_range_and_keep_their_order() -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32)
    for transfer in (16, 18):
        greys = tone_mapped(np.repeat(ramp[None, :, None], 3, axis=2), Coding(9, transfer))[0].astype(int)
        assert (np.diff(greys[:, 0]) >= 0).all()
        assert greys[0].max() == 0
        assert greys[-1].min() >= 253


def test_a_palette_with_a_profile_is_converted_like_other_pictures() -> None:
    profile = swapped_profile()
    image = Image.new("RGB", (100, 100), RED)
    palette = decoded(saved(image.quantize(4), "PNG", icc_profile=profile))
    direct = decoded(saved(image, "PNG", icc_profile=profile))

    assert not near(direct, (50, 50), RED)
    assert near(palette, (50, 50), direct.getpixel((50, 50)), 3)  # type: ignore[arg-type]


def swapped_profile() -> bytes:
    """An sRGB profile whose red and blue colourants have changed places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", profile, 128)[0]
    entries = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, blue = entries[b"rXYZ"], entries[b"bXYZ"]
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


# --- deep TIFFs -----------------------------------------------------------------------------------------------------


def tiff(samples: NDArray[Any], bits: int, sample_format: int, order: str) -> bytes:
    """An uncompressed TIFF; `samples` [H, W] or [H, W, 3] with one strip of them as bytes are packed by `packed`."""
    height, width = samples.shape[:2]
    channels = samples.shape[2] if samples.ndim == 3 else 1
    data = packed(samples, bits, order)
    entries: list[Entry] = [
        (0x0100, 4, 1, struct.pack(f"{order}I", width)),
        (0x0101, 4, 1, struct.pack(f"{order}I", height)),
        (0x0102, 3, channels, struct.pack(f"{order}{channels}H", *[bits] * channels)),
        (0x0103, 3, 1, struct.pack(f"{order}H", 1)),
        (0x0106, 3, 1, struct.pack(f"{order}H", 2 if channels == 3 else 1)),
        (0x0115, 3, 1, struct.pack(f"{order}H", channels)),
        (0x0116, 4, 1, struct.pack(f"{order}I", height)),
        (0x0117, 4, 1, struct.pack(f"{order}I", len(data))),
        (0x011C, 3, 1, struct.pack(f"{order}H", 1)),
        (0x0153, 3, channels, struct.pack(f"{order}{channels}H", *[sample_format] * channels)),
    ]
    start = len(directory([*entries, (0x0111, 4, 1, bytes(4))], order))
    return directory([*entries, (0x0111, 4, 1, struct.pack(f"{order}I", start))], order) + data


def packed(samples: NDArray[Any], bits: int, order: str) -> bytes:
    if bits != 12:
        return samples.astype(samples.dtype.newbyteorder(order)).tobytes()
    pairs = samples.reshape(-1, 2).astype(np.uint32)
    both = (pairs[:, 0] << 12) | pairs[:, 1]
    return b"".join(int(each).to_bytes(3) for each in both)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("is_colour", [False, True])
@pytest.mark.parametrize("kind", ["12", "16 float", "32", "32 float", "64 float"])
def test_deep_tiffs_keep_their_lightness(kind: str, is_colour: bool, order: str) -> None:
    values = np.asarray(picture(120, 80), np.float64) / 255
    if not is_colour:
        values = values[..., 0]
    samples, bits, sample_format = {
        "12": ((values * 4095).astype(np.uint16), 12, 1),
        "32": ((values * (2**32 - 1)).astype(np.uint32), 32, 1),
        "16 float": (values.astype(np.float16), 16, 3),
        "32 float": (values.astype(np.float32), 32, 3),
        "64 float": (values, 64, 3),
    }[kind]

    image = decoded(tiff(samples, bits, sample_format, order))

    assert near(image, (20, 42), RED if is_colour else (200, 200, 200), 6)
    assert near(image, (100, 42), BLUE if is_colour else (30, 30, 30), 6)


def test_halves_above_one_are_stretched() -> None:
    values = (np.asarray(picture(120, 80), np.float32) / 50).astype(np.float16)

    image = decoded(tiff(values, 16, 3, "<"))

    assert near(image, (20, 42), (255, 38, 38), 20)


def test_sixteen_bits_in_the_room_of_32_keep_their_lightness() -> None:
    samples = np.full((60, 60), 40_000, np.uint32)

    assert near(decoded(tiff(samples, 32, 2, "<")), (30, 30), (156, 156, 156), 3)


@pytest.mark.parametrize(
    ("width", "height", "refusal"),
    [(60_000, 60_000, PhotoTooManyPixels), (20, 60, PhotoTooSmall), (0, 0, PhotoRefused)],
)
def test_a_deep_tiff_is_measured_before_it_is_decoded(width: int, height: int, refusal: type[PhotoRefused]) -> None:
    data = bytearray(tiff(np.zeros((60, 60, 3), np.float32), 32, 3, "<"))
    for tag, value in ((0x0100, width), (0x0101, height)):
        struct.pack_into("<I", data, data.index(struct.pack("<HHI", tag, 4, 1)) + 8, value)

    with pytest.raises(refusal):
        read_photo(bytes(data))


# --- very many pixels, and what moves -------------------------------------------------------------------------------


def huge_jpeg(width: int, height: int) -> bytes:
    """A grey JPEG (4:2:0) of that size, both multiples of 16, made of nothing but blocks that change nothing."""
    small = saved(Image.new("RGB", (16, 16), (128, 128, 128)), "JPEG", subsampling=2)
    frame = small.index(b"\xff\xc0") + 5
    scan = small.index(b"\xff\xda") + 14
    header = small[:frame] + struct.pack(">HH", height, width) + small[frame + 4 : scan]
    unit = bytes.fromhex("28a28a00")  # four blocks of luma, two of chroma: the same level, then the block's end
    return header + unit * (width // 16 * height // 16) + b"\xff\xd9"


@pytest.mark.parametrize(("width", "height"), [(10_240, 8_192), (16_320, 12_240), (64_000, 3_008)])
def test_a_photo_of_64_to_200_megapixels_is_read(width: int, height: int) -> None:
    photo = read_photo(huge_jpeg(width, height))

    assert (photo.width, photo.height) == (2048, round(2048 * height / width))


def test_200_megapixels_are_read_within_little_memory() -> None:
    code = """
import resource, sys
from service.photos import read_photo
from tests.service.test_odd_photos import huge_jpeg
small, data = huge_jpeg(3200, 2400), huge_jpeg(16_320, 12_240)
read_photo(small)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_photo(data)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert int(ran.stdout) < 150  # MB; all its pixels are 600


@pytest.mark.parametrize("marker", [b"\xff\xc2", b"\xff\xc0"])
def test_a_huge_jpeg_that_is_decoded_as_a_whole_is_refused(marker: bytes) -> None:
    data = huge_jpeg(16_320, 12_240).replace(b"\xff\xc0", marker, 1)
    if marker == b"\xff\xc0":  # one scan for each component
        at = data.index(b"\xff\xda")
        data = data[:at] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + data[at + 14 :]

    with pytest.raises(PhotoTooManyPixels):
        read_photo(data)


def test_more_than_256_megapixels_are_too_many() -> None:
    with pytest.raises(PhotoTooManyPixels):
        read_photo(huge_jpeg(32_000, 16_000)[:5000])


def test_a_moving_avif_is_refused_as_one_that_moves() -> None:
    frames = [picture(), picture().transpose(Image.Transpose.FLIP_LEFT_RIGHT)]

    with pytest.raises(PhotoAnimated):
        read_photo(saved(frames[0], "AVIF", save_all=True, append_images=frames[1:], duration=100))
    assert near(decoded(saved(frames[0], "AVIF")), (20, 2), RED, 25)


def test_rows_beyond_those_of_the_header_are_not_unpacked() -> None:
    """A PNG without its end whose data are a bomb: a limit of 0 bytes means none to zlib."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    bomb = zlib.compress(bytes(1 << 26), 9)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", bomb)
    tracemalloc.start()
    seen = read_without_end(png, lambda data: data)
    assert tracemalloc.get_traced_memory()[1] < 1 << 24
    tracemalloc.stop()
    assert seen is not None and len(seen) < 1 << 16
