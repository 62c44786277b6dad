"""The pictures the ControlNets are shown."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch

from engine.diffusion.models.face_to_sticker.hints import (
    depth_picture,
    draw_keypoints,
    fit_hint,
    to_tensor,
    to_working_size,
    working_size,
)

# Of InstantID's own draw_kps (pipeline_stable_diffusion_xl_instantid.py), over the sets of `landmarks`, in a row.
DRAW_KPS_SHA256 = "1b2f402bf924aa418e4a641ce8ac4bd6c3acc3782d2933b7dae3587631401b6f"


def test_keypoints_are_drawn_byte_for_byte_as_instantid_draws_them() -> None:
    random = np.random.default_rng(18)
    drawn = hashlib.sha256()
    for _ in range(100):
        width, height = (int(edge) for edge in random.integers(64, 640, 2))
        # beyond the picture too: a chin can be cut off
        keypoints = random.uniform(-30, (width + 30, height + 30), (5, 2)).astype(np.float32)
        drawn.update(draw_keypoints(keypoints, width, height).tobytes())

    assert drawn.hexdigest() == DRAW_KPS_SHA256


def test_dots_have_their_colours_and_limbs_are_dimmed() -> None:
    keypoints = np.array([[50, 50], [150, 50], [100, 100], [60, 150], [140, 150]], np.float32)

    drawn = draw_keypoints(keypoints, 200, 200)

    dots = [drawn[int(y), int(x)].tolist() for x, y in keypoints]
    assert dots == [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [255, 0, 255]]
    assert drawn[75, 75].tolist() == [153, 0, 0]  # from the left eye to the nose, at 0.6
    assert drawn[0, 0].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 4000), (1280, 1280)),
        ((3000, 4000), (960, 1280)),
        ((1920, 1080), (1280, 704)),
        ((200, 300), (832, 1280)),
        ((4000, 10), (1280, 64)),
    ],
)
def test_a_photo_is_measured_at_instantid_s_size(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert working_size(*size) == expected
    assert to_working_size(np.zeros((size[1], size[0], 3), np.uint8)).shape == (expected[1], expected[0], 3)


@pytest.mark.parametrize("size", [(64, 64), (96, 40), (40, 96), (37, 53), (301, 299)])
@pytest.mark.parametrize("source", [(64, 64), (128, 80), (80, 128), (33, 97)])
def test_a_hint_is_exactly_as_large_as_the_picture_and_no_px_is_mixed(
    source: tuple[int, int], size: tuple[int, int]
) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (source[1], source[0], 3), dtype=np.uint8)

    fitted = fit_hint(picture, *size)

    assert fitted.shape == (size[1], size[0], 3)
    shape, wanted = source[0] / source[1], size[0] / size[1]
    left = round((source[0] - source[0] * (wanted / shape)) / 2) if shape > wanted else 0
    top = round((source[1] - source[1] * (shape / wanted)) / 2) if shape < wanted else 0
    cropped = to_tensor(picture)[None, :, top : source[1] - top, left : source[0] - left]
    expected = torch.nn.functional.interpolate(cropped, size[::-1], mode="nearest-exact")[0]
    torch.testing.assert_close(to_tensor(fitted), expected, rtol=0, atol=0)


def test_keypoints_and_depth_are_cropped_alike() -> None:
    keypoints = np.array([[300, 500], [420, 500], [360, 600], [310, 700], [410, 700]], np.float32)
    drawn = draw_keypoints(keypoints, 960, 1280)
    ys, xs = np.mgrid[0:1280, 0:960]
    depth = depth_picture(np.hypot(ys - 500, xs - 300))  # nearest where the left eye is

    shown = fit_hint(drawn, 512, 512)
    eye = (shown == (255, 0, 0)).all(axis=-1)
    near = fit_hint(depth, 512, 512)[..., 0] == 255

    def middle(mask: np.ndarray) -> np.ndarray:
        return np.argwhere(mask).mean(axis=0)

    np.testing.assert_allclose(middle(eye), middle(near), atol=1.5)


def test_depth_is_bright_where_it_is_near_between_its_percentiles() -> None:
    depth = np.linspace(2, 10, 10000).reshape(100, 100)

    picture = depth_picture(depth)

    low, high = np.percentile(depth, 2), np.percentile(depth, 85)
    expected = ((1 - (depth - low) / (high - low)) * 255).clip(0, 255).astype(np.uint8)
    np.testing.assert_array_equal(picture, np.repeat(expected[..., None], 3, axis=2))
    assert (picture[0, 0, 0], picture[-1, -1, 0]) == (255, 0)
    assert (picture[-14:] == 0).all()


def test_a_wall_has_a_depth_picture() -> None:
    assert (depth_picture(np.full((8, 8), 3.0)) == 255).all()


def test_a_hint_is_rgb_from_nought_to_one_in_float32_whatever_the_default_is() -> None:
    picture = np.zeros((2, 3, 3), np.uint8)
    picture[..., 0] = 255
    torch.set_default_dtype(torch.bfloat16)
    try:
        hint = to_tensor(picture)
    finally:
        torch.set_default_dtype(torch.float32)

    assert hint.dtype == torch.float32
    assert hint.shape == (3, 2, 3)
    assert hint.amax((1, 2)).tolist() == [1, 0, 0]
