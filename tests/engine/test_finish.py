from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from engine.finish import (
    MAX_BYTES,
    OUTLINE_PX,
    WebpBroken,
    cell_outline,
    encode_png,
    encode_webp,
    fit,
    on_canvas,
    on_white,
    outline,
    scaled,
    webp_rules,
)
from engine.pixels import Rgba


def disc(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    radius = np.hypot((x - width / 2) / (width / 2 - 1), (y - height / 2) / (height / 2 - 1))
    return np.clip((1 - radius) * min(height, width) / 2, 0, 1).astype(np.float32)


def plain(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), (180, 90, 60), np.uint8)


@pytest.mark.parametrize(("height", "width"), [(484, 484), (484, 60), (30, 484), (300, 200), (900, 700)])
def test_any_shape_ends_with_one_side_of_exactly_512(height: int, width: int) -> None:
    sticker = fit(outline(plain(height, width), disc(height, width)))
    assert max(sticker.shape[:2]) == 512
    assert min(sticker.shape[:2]) <= 512
    webp_rules(encode_webp(sticker))


def test_the_outline_is_white_and_as_wide_as_named() -> None:
    sticker = outline(plain(400, 400), disc(400, 400))
    row = sticker[sticker.shape[0] // 2]
    white = (row[: row.shape[0] // 2] >= 250).all(axis=1)
    assert abs(int(white.sum()) - OUTLINE_PX) <= 2


def test_the_shadow_lies_below_and_is_soft() -> None:
    sticker = outline(plain(400, 400), disc(400, 400))
    alpha = sticker[..., 3].astype(int)
    middle = alpha[:, alpha.shape[1] // 2]
    below, above = (middle[200:] < 255).argmax(), (middle[:200][::-1] < 255).argmax()
    assert 0 < middle[200 + below : 200 + below + 4].min() < 140
    assert alpha[-6:].sum() > 4 * alpha[:6].sum()
    assert above > 0


def test_holes_and_narrow_gaps_are_closed() -> None:
    matte = disc(400, 400)
    matte[190:210, 190:210] = 0
    matte[:150, 196:204] = 0
    alpha = outline(plain(400, 400), matte)[..., 3]
    assert (alpha[100:300, 150:280] == 255).all()


def test_stray_islands_are_dropped() -> None:
    matte = disc(400, 300)
    lonely = np.zeros((400, 400), np.float32)
    lonely[:, :300] = matte
    lonely[5:12, 385:392] = 1
    alpha = outline(plain(400, 400), lonely)[..., 3]
    assert alpha[:60, -40:].max() == 0


def test_the_outline_is_smooth() -> None:
    alpha = outline(plain(400, 400), disc(400, 400))[..., 3]
    (contour, *_), _ = cv2.findContours((alpha > 250).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    area, around = cv2.contourArea(contour), cv2.arcLength(contour, True)
    assert 4 * np.pi * area / around**2 > 0.87  # pixel steps alone cost a disc about a tenth


def test_nothing_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing is drawn"):
        fit(np.zeros((40, 40, 4), np.uint8))


def test_cells_stay_cells() -> None:
    matte = np.kron(disc(40, 30) > 0.5, np.ones((8, 8))).astype(np.float32)
    picture = np.kron(np.arange(1200).reshape(40, 30) % 200, np.ones((8, 8)))
    sticker = cell_outline(np.dstack([picture] * 3).astype(np.uint8), matte, 8)
    blocks = sticker.reshape(sticker.shape[0] // 8, 8, sticker.shape[1] // 8, 8, 4)
    assert (blocks == blocks[:, :1, :, :1]).all()


def test_pieces_beside_cells_stay_and_specks_go() -> None:
    cells = np.zeros((40, 40))
    cells[10:30, 10:30], cells[14:16, 14:16] = 1, 0
    cells[4:6, 35:37], cells[4, 4] = 1, 1  # confetti, a speck
    sticker = cell_outline(np.zeros((320, 320, 3), np.uint8), np.kron(cells, np.ones((8, 8))).astype(np.float32), 8)
    opaque = sticker[::8, ::8, 3][3:-3, 3:-3] == 255
    assert opaque[4, 36]
    assert opaque[15, 15]
    assert not opaque[4, 4]


def test_noise_that_compresses_badly_still_fits_telegram() -> None:
    noise = np.random.Generator(np.random.PCG64(1)).integers(0, 256, (512, 512, 4), np.uint8)
    assert len(encode_webp(noise)) <= MAX_BYTES


def test_a_png_comes_back_as_it_went() -> None:
    sticker = fit(outline(plain(300, 300), disc(300, 300)))
    assert (np.asarray(Image.open(io.BytesIO(encode_png(sticker)))) == sticker).all()


def webp(size: tuple[int, int], mode: str = "RGBA", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, (10, 20, 30, 128)[: len(mode)]).save(buffer, "WEBP", **options)
    return buffer.getvalue()


def animated() -> bytes:
    frames = [Image.new("RGBA", (512, 512), colour) for colour in ("red", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"not a picture at all", "not a WebP"),
        (webp((512, 512)) + bytes(MAX_BYTES), "bytes, at most"),
        (webp((500, 400)), "one side must be 512"),
        (webp((512, 600)), "one side must be 512"),
        (webp((512, 512), "RGB"), "mode RGB"),
        (webp((512, 512), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"), "metadata"),
        (animated(), "animated"),
    ],
    ids=["bytes", "size", "small", "large", "opaque", "exif", "animated"],
)
def test_a_broken_rule_is_named(data: bytes, rule: str) -> None:
    with pytest.raises(WebpBroken, match=rule):
        webp_rules(data)


# --- the sizes that callers over HTTP ask for -----------------------------------------------------------------------


def red_disc(side: int = 512) -> Rgba:
    """A red disc with a soft edge on nothing."""
    ys, xs = np.mgrid[:side, :side] - (side - 1) / 2
    alpha = np.clip((side / 2 - 2 - np.hypot(xs, ys)) / 3, 0, 1)
    picture = np.zeros((side, side, 4), np.uint8)
    picture[..., 0] = 220
    picture[..., 3] = (alpha * 255).round()
    return picture


@pytest.mark.parametrize(("width", "height"), [(1024, 1024), (300, 700), (64, 64), (513, 1001), (2048, 96)])
def test_a_canvas_is_exactly_as_large_as_asked_and_the_sticker_as_large_as_it_fits(width: int, height: int) -> None:
    canvas = on_canvas(red_disc(), width, height)
    ys, xs = np.nonzero(canvas[..., 3])

    assert canvas.shape == (height, width, 4)
    assert max(np.ptp(ys), np.ptp(xs)) >= min(width, height) * 0.95
    assert abs((ys.min() + ys.max()) - (height - 1)) <= 2  # centred
    assert abs((xs.min() + xs.max()) - (width - 1)) <= 2


def test_scaling_keeps_the_edges_colour() -> None:
    grown = scaled(red_disc(128), 4.0)
    soft = (grown[..., 3] > 20) & (grown[..., 3] < 235)

    assert soft.any()
    assert grown[soft][:, 0].min() > 205  # no darkness from the empty px beside it
    assert grown[soft][:, 1:3].max() < 8


def test_square_cells_stay_square_and_sharp() -> None:
    cells = np.zeros((8, 8, 4), np.uint8)
    cells[::2, ::2] = (10, 20, 30, 255)
    canvas = on_canvas(cells, 43, 43, has_cells=True)  # five px a cell, and three left over

    inside = canvas[1:41, 1:41]
    assert np.array_equal(inside, np.repeat(np.repeat(cells, 5, axis=0), 5, axis=1))


def test_on_white_is_opaque_and_the_same_in_the_middle() -> None:
    white = on_white(red_disc())

    assert (white[..., 3] == 255).all()
    assert (white[0, 0, :3] == 255).all()
    assert tuple(white[256, 256]) == (220, 0, 0, 255)
