"""What every engine does with pictures: one decoder, one Lab, one estimate of noise."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from engine.errors import PhotoUnusable
from engine.pixels import decode_photo, noise_sd, rounded_rectangle, to_lab


def test_a_photo_is_decoded_without_its_alpha() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (3, 2), (10, 20, 30, 0)).save(buffer, "PNG")
    assert decode_photo(buffer.getvalue()).tolist() == [[[10, 20, 30]] * 3] * 2


@pytest.mark.parametrize("data", [b"", b"no photo", b"\x89PNG\r\n\x1a\n" + bytes(20)])
def test_what_is_no_photo_is_refused_with_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(PhotoUnusable):
        decode_photo(data)


def test_white_and_black_are_the_ends_of_lightness() -> None:
    lab = to_lab(np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8))
    np.testing.assert_allclose(lab, [[[0, 0, 0], [100, 0, 0]]], atol=0.01)


def test_noise_is_measured_and_an_edge_is_none() -> None:
    plane = np.random.default_rng(0).normal(50, 3, (200, 200)).astype(np.float32)
    plane[:, 100:] += 40
    assert noise_sd(plane) == pytest.approx(3, rel=0.05)
    assert noise_sd(np.round(plane / 1000)) == 0


def test_of_a_plane_that_is_all_border_no_noise_is_known() -> None:
    assert noise_sd(np.ones((2, 2), np.float32), border_px=1) == 0


def test_a_rounded_rectangle_is_opaque_but_for_its_corners() -> None:
    matte = rounded_rectangle(60, 40, 10)
    assert matte.shape == (40, 60)
    assert (matte[10:-10].min(), matte[:, 10:-10].min()) == (1, 1)
    assert matte[0, 0] == matte[0, -1] == matte[-1, 0] == matte[-1, -1] == 0
    assert ((matte > 0) & (matte < 1)).any()
