"""What people send as a picture need not be one: whatever Pillow raises, Telegram stays."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from emulator.pictures import NotAPictureError, inspect, photo_sizes, thumbnail, to_webp


def damaged_avif() -> bytes:
    """An AVIF whose decoder raises RuntimeError: its header is whole, its picture is not."""
    buffer = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").save(buffer, "AVIF")
    data = bytearray(buffer.getvalue())
    at = data.index(b"mdat") + 40
    data[at:] = b"\xff" * (len(data) - at)
    return bytes(data)


def cut_gif() -> bytes:
    """A GIF that ends where its second picture begins: Pillow raises IndexError when it is asked whether it moves."""
    still, moving = io.BytesIO(), io.BytesIO()
    picture = Image.radial_gradient("L").convert("P")
    picture.save(still, "GIF")
    picture.save(moving, "GIF", save_all=True, append_images=[Image.new("P", (256, 256))], duration=100)
    begin = moving.getvalue().rindex(b"\x21\xf9")
    return moving.getvalue()[: begin + 4]


@pytest.mark.parametrize("data", [damaged_avif(), b"", b"\x89PNG\r\n\x1a\n"], ids=["avif", "none", "png"])
def test_what_cannot_be_shown_is_no_picture(data: bytes) -> None:
    assert thumbnail(data) is None
    for work in (photo_sizes, to_webp):
        with pytest.raises(NotAPictureError):
            work(data)


@pytest.mark.parametrize("data", [damaged_avif(), cut_gif()], ids=["avif", "gif"])
def test_a_damaged_picture_is_not_inspected(data: bytes) -> None:
    with pytest.raises(NotAPictureError):
        inspect(data)
