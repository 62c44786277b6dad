"""What every engine does with pictures: one decoder, one matte of round corners."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from engine.errors import PhotoUnusable
from engine.pixels import decode_photo, rounded_rectangle


def test_a_photo_is_decoded_without_its_alpha_unless_asked() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (3, 2), (10, 20, 30, 0)).save(buffer, "PNG")
    assert decode_photo(buffer.getvalue()).tolist() == [[[10, 20, 30]] * 3] * 2
    assert decode_photo(buffer.getvalue(), keep_alpha=True).tolist() == [[[10, 20, 30, 0]] * 3] * 2


@pytest.mark.parametrize("data", [b"", b"no photo", b"\x89PNG\r\n\x1a\n" + bytes(20)])
def test_what_is_no_photo_is_refused_with_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(PhotoUnusable):
        decode_photo(data)


def test_a_rounded_rectangle_is_opaque_but_for_its_corners() -> None:
    matte = rounded_rectangle(60, 40, 10)
    assert matte.shape == (40, 60)
    assert (matte[10:-10].min(), matte[:, 10:-10].min()) == (1, 1)
    assert matte[0, 0] == matte[0, -1] == matte[-1, 0] == matte[-1, -1] == 0
    assert ((matte > 0) & (matte < 1)).any()
