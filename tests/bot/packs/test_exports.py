"""Packs as files of other services: their limits, whatever a sticker looks like."""

from __future__ import annotations

import io
import json
import random
import zipfile

import pytest
from PIL import Image

from bot.packs.exports import (
    SIGNAL_BYTES,
    TRAY_BYTES,
    WHATSAPP_BYTES,
    ExportedSticker,
    pack_sizes,
    signal_zip,
    square_webp,
    tray_icon,
    whatsapp_zip,
)
from tests.bot.emulated import RED, sticker_webp


def noise(side: int = 512) -> bytes:
    """A sticker that compresses badly, as WebP of several hundred kilobytes."""
    picture = Image.frombytes("RGBA", (side, side), random.Random(1).randbytes(4 * side * side))
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=90)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(0, []), (2, []), (3, [3]), (30, [30]), (31, [16, 15]), (61, [21, 20, 20]), (120, [30] * 4)],
)
def test_no_pack_of_whatsapps_has_too_few_or_too_many(count: int, sizes: list[int]) -> None:
    assert pack_sizes(count) == sizes


@pytest.mark.parametrize("most", [WHATSAPP_BYTES, SIGNAL_BYTES])
def test_any_sticker_becomes_a_square_within_the_limit(most: int) -> None:
    for sticker in (RED, sticker_webp("blue", 512), noise()):
        data = square_webp(sticker, most)
        assert len(data) <= most
        assert (opened(data).size, opened(data).format) == ((512, 512), "WEBP")


def test_a_sticker_that_is_no_square_keeps_its_shape_on_a_transparent_one() -> None:
    picture = opened(square_webp(sticker_webp("red", 256), WHATSAPP_BYTES)).convert("RGBA")
    assert picture.getpixel((256, 20)) == (0, 0, 0, 0) or picture.getpixel((256, 20))[3] == 0  # type: ignore[index]
    assert picture.getpixel((256, 256))[3] == 255  # type: ignore[index]


def test_a_sticker_that_fits_stays_as_it_is() -> None:
    fitting = sticker_webp("red", 512)
    assert square_webp(fitting, WHATSAPP_BYTES) is fitting


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(OSError):
        square_webp(b"\x1f\x8b an animation", WHATSAPP_BYTES)


def test_the_tray_icon_is_small() -> None:
    icon = tray_icon(noise())
    assert (opened(icon).size, opened(icon).format, len(icon) <= TRAY_BYTES) == ((96, 96), "PNG", True)


def test_whatsapps_file_has_the_form_of_its_sample_apps() -> None:
    stickers = [ExportedSticker(sticker_webp("red", 512), ("😀", "😎", "🤠", "👻"))] * 31
    file = zipfile.ZipFile(io.BytesIO(whatsapp_zip("Ada's stickers", "Sticker Face", stickers)))
    contents = json.loads(file.read("contents.json"))

    packs = contents["sticker_packs"]
    assert [(each["identifier"], each["name"], len(each["stickers"])) for each in packs] == [
        ("1", "Ada's stickers 1", 16),
        ("2", "Ada's stickers 2", 15),
    ]
    for pack in packs:
        assert pack["publisher"] == "Sticker Face"
        assert opened(file.read(f"{pack['identifier']}/{pack['tray_image_file']}")).size == (96, 96)
        for sticker in pack["stickers"]:
            assert sticker["emojis"] == ["😀", "😎", "🤠"]
            assert len(file.read(f"{pack['identifier']}/{sticker['image_file']}")) <= WHATSAPP_BYTES


def test_signals_file_has_a_manifest_with_an_emoji_for_each_sticker() -> None:
    stickers = [ExportedSticker(RED, ("😀", "😎")), ExportedSticker(RED, ("🤠",))]
    file = zipfile.ZipFile(io.BytesIO(signal_zip("Ada", "Sticker Face", stickers)))
    manifest = json.loads(file.read("manifest.json"))

    assert (manifest["title"], manifest["author"], manifest["cover"]["file"]) == ("Ada", "Sticker Face", "001.webp")
    assert [(each["file"], each["emoji"]) for each in manifest["stickers"]] == [("001.webp", "😀"), ("002.webp", "🤠")]
    assert set(file.namelist()) == {"001.webp", "002.webp", "manifest.json"}
