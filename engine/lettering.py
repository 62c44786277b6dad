"""Text on a sticker: outlined letters below the face, as large as they fit. Knows no face and no style.

The letters are white with a dark edge, so they can be read on any ground. They stand over the lower edge of the
drawing; where that would hide the face, the drawing shrinks and they move below it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.errors import TextUnwritable
from engine.finish import SHADOW_DOWN_PX, SHADOW_SIGMA_PX, SHADOW_STRENGTH, SIDE_PX, Colour, fit, scaled
from engine.fonts import EMOJI_STRIKE_PX, emoji_font, find_font, load_font, runs_of, unwritable
from engine.pixels import Rgba

MAX_CHARS = 80  # more could not be read
LETTERS = (255, 255, 255)
INK = (28, 20, 32)
LARGEST_PX, SMALLEST_PX = 118, 30  # size of the letters
MOST_LINES = 5
ANOTHER_LINE = 0.85  # letters must be larger by more than this for another line
MOST_HEIGHT = 0.42  # of the sticker that letters may take
EDGE_SHARE, LEAST_EDGE_PX = 0.075, 4.5  # width of the dark edge, of the size
RING_PX = 5.0  # of the sticker's own outline around the letters
LINE_PITCH = 0.98  # from line to line, of the size
HANGS_OUT = 0.3  # of the letters' height below the drawing
FACE_GAP_PX = 4
FREE_SHARE = 0.28  # of a drawing's height that letters may cover where no face is known
SEEN = 24  # alpha from which a px counts when letters are trimmed: their shadow may be cut
_MEASURE_PX = 100
_FINER = 2  # letters are drawn larger by this, for smooth edges
_FAR_PX = 60  # of that; further from the letters nothing is drawn


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of text and the size, in px, at which they fit."""

    lines: tuple[str, ...]
    size_px: int


def with_text(drawing: Rgba, text: str, face_ends: float | None = None, ring: Colour | None = None) -> Rgba:
    """Return a drawing with `text` on it, 512 px on the longer side.

    `face_ends` is the row below which nothing of the face lies, None where that is not known. `ring` is the colour of
    the sticker's outline, which goes around the letters too, None for none. Raises `TextUnwritable`.
    """
    if missing := unwritable(text):
        raise TextUnwritable(missing)
    block = _laid_out(text)
    rendered = _rendered(block) if block.lines else None
    rows, columns = np.nonzero(drawing[..., 3] > 2)
    if rendered is None or not rendered[..., 3].any() or len(rows) == 0:
        return fit(drawing)
    letters = _edged(rendered, block.size_px * _FINER, ring)
    top, bottom = int(rows.min()), int(rows.max()) + 1
    figure = drawing[top:bottom, columns.min() : columns.max() + 1]
    face_px = max(0.0, (1 - FREE_SHARE) * (bottom - top) if face_ends is None else min(face_ends, bottom) - top)
    height = letters.shape[0]
    factor = min(
        SIDE_PX / max(figure.shape[:2]),
        (SIDE_PX - HANGS_OUT * height) / figure.shape[0],
        (SIDE_PX - FACE_GAP_PX - height) / max(face_px, 1),
    )
    figure = figure if 0.999 < factor < 1.001 else scaled(figure, factor)
    begins = max(round(face_px * factor) + FACE_GAP_PX, round(figure.shape[0] - (1 - HANGS_OUT) * height))
    canvas = np.zeros((SIDE_PX, max(figure.shape[1], letters.shape[1]), 4), np.uint8)
    _put(canvas, figure[:SIDE_PX], 0)
    _put(canvas, letters, min(begins, SIDE_PX - height))
    return fit(canvas)


def _laid_out(text: str) -> _Block:
    """Break a text into lines such that its letters become as large as they can be."""
    lines = [" ".join(line.split()) for line in text.strip()[:MAX_CHARS].splitlines()]
    given = [line for line in lines if line]
    words = [word for line in given for word in line.split()]
    if len(given) > 1:
        as_given = _Block(tuple(given), _size_of([_width(line) for line in given]))
        if as_given.size_px >= SMALLEST_PX:
            return as_given
    while words:
        best = max((_broken(words, count) for count in range(1, min(MOST_LINES, len(words)) + 1)), key=_largest)
        longest = max(range(len(words)), key=lambda index: _width(words[index]))
        if best.size_px >= SMALLEST_PX or len(words[longest]) < 8:
            return best
        word = words[longest]
        words[longest : longest + 1] = [word[: len(word) // 2], word[len(word) // 2 :]]
    return _Block((), SMALLEST_PX)


def _largest(block: _Block) -> float:
    return block.size_px * ANOTHER_LINE ** (len(block.lines) - 1)


def _broken(words: Sequence[str], count: int) -> _Block:
    """Break into `count` lines at most, the longest of them as short as possible."""
    widths, space = [_width(word) for word in words], _width(" ")
    narrow, wide = max(widths), sum(widths) + space * (len(words) - 1)
    while wide - narrow > 1:
        middle = (narrow + wide) / 2
        narrow, wide = (narrow, middle) if len(_filled(widths, space, middle)) <= count else (middle, wide)
    starts = [*_filled(widths, space, wide), len(words)]
    lines = tuple(" ".join(words[start:stop]) for start, stop in pairwise(starts))
    return _Block(lines, _size_of([_width(line) for line in lines]))


def _filled(widths: Sequence[float], space: float, most: float) -> list[int]:
    """Return the first word of each line, where lines are filled up to `most`."""
    starts, used = [0], -space
    for index, width in enumerate(widths):
        if used + space + width > most + 0.01:
            starts.append(index)
            used = -space
        used += space + width
    return starts


def _size_of(widths: Sequence[float]) -> int:
    """Return the size at which lines of these widths, at 100 px, fill the width or the height they may take."""
    room = SIDE_PX - 2 * (RING_PX + 2) - 2 * LEAST_EDGE_PX
    by_width = room / (max(widths) / _MEASURE_PX + 2 * EDGE_SHARE)
    by_height = MOST_HEIGHT * SIDE_PX / (len(widths) * LINE_PITCH)
    return max(8, int(min(LARGEST_PX, by_width, by_height)))


def _width(line: str) -> float:
    """Return the width of a line whose letters are 100 px."""
    return sum(_run_width(run, is_emoji) for run, is_emoji in runs_of(line))


def _run_width(run: str, is_emoji: bool) -> float:
    if is_emoji:
        path = emoji_font()
        assert path is not None  # noqa: S101 - `with_text` has looked
        return float(load_font(path, EMOJI_STRIKE_PX).getlength(run)) * _MEASURE_PX / EMOJI_STRIKE_PX
    return float(_letters_font(run, _MEASURE_PX).getlength(run))


def _letters_font(run: str, size_px: int) -> ImageFont.FreeTypeFont:
    path = find_font(run)
    assert path is not None  # noqa: S101 - `with_text` has looked
    return load_font(path, size_px)


def _rendered(block: _Block) -> Rgba:
    """Draw the lines, centred below each other, with straight alpha and `_FAR_PX` of room around them."""
    size = block.size_px * _FINER
    pitch = round(LINE_PITCH * size)
    widths = [_width(line) * size / _MEASURE_PX for line in block.lines]
    width = round(max(widths)) + 2 * _FAR_PX
    image = Image.new("RGBA", (width, pitch * (len(block.lines) - 1) + 2 * size + 2 * _FAR_PX), (*LETTERS, 0))
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(block.lines):
        x, baseline = (width - widths[number]) / 2, _FAR_PX + round(1.3 * size) + number * pitch
        runs = runs_of(line)
        for run, is_emoji in reversed(runs) if _is_right_to_left(line) else runs:
            if is_emoji:
                glyph = _emoji(run, size)
                image.alpha_composite(glyph, (max(0, round(x)), max(0, round(baseline - 0.86 * size))))
            else:
                draw.text((x, baseline), run, font=_letters_font(run, size), fill=(*LETTERS, 255), anchor="ls")
            x += _run_width(run, is_emoji) * size / _MEASURE_PX
    return np.asarray(image)


def _emoji(run: str, size_px: int) -> Image.Image:
    path = emoji_font()
    assert path is not None  # noqa: S101 - `with_text` has looked
    font = load_font(path, EMOJI_STRIKE_PX)
    image = Image.new("RGBA", (round(font.getlength(run)), round(1.2 * EMOJI_STRIKE_PX)), (0, 0, 0, 0))
    ImageDraw.Draw(image).text((0, 0), run, font=font, embedded_color=True)
    factor = size_px / EMOJI_STRIKE_PX
    return image.resize((max(1, round(image.width * factor)), max(1, round(image.height * factor))))


def _is_right_to_left(line: str) -> bool:
    directions = (unicodedata.bidirectional(each) for each in line)
    return next((each for each in directions if each in ("L", "R", "AL")), "L") != "L"


def _edged(letters: Rgba, size_px: float, ring: Colour | None) -> Rgba:
    """Put a dark edge around letters, and the sticker's outline around that; trimmed, at half the size."""
    alpha = letters[..., 3].astype(np.float32) / 255
    edge_px = max(LEAST_EDGE_PX * _FINER, EDGE_SHARE * size_px)
    away = cv2.distanceTransform((alpha <= 0.5).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    edge = np.clip(edge_px + 0.5 - away, 0, 1)
    around = np.clip(edge_px + RING_PX * _FINER + 0.5 - away, 0, 1) if ring is not None else edge
    shadow = cv2.GaussianBlur(around, (0, 0), SHADOW_SIGMA_PX * _FINER)
    shadow = np.roll(shadow, SHADOW_DOWN_PX * _FINER, axis=0) * SHADOW_STRENGTH
    whole = around + shadow * (1 - around)
    light = np.asarray(ring or INK, np.float32) * around[..., None]
    light += (np.asarray(INK, np.float32) - light) * edge[..., None]
    light += (letters[..., :3] - light) * alpha[..., None]
    size = (alpha.shape[1] // _FINER, alpha.shape[0] // _FINER)
    small = cv2.resize(np.dstack([light, 255 * whole]), size, interpolation=cv2.INTER_AREA)
    cover = np.maximum(small[..., 3:] / 255, 1e-3)
    painted = np.dstack([small[..., :3] / cover, small[..., 3]]).clip(0, 255).round().astype(np.uint8)
    rows, columns = np.nonzero(painted[..., 3] > SEEN)
    return painted[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def _put(canvas: Rgba, picture: Rgba, top: int) -> None:
    """Lay a picture over the canvas, in its middle, `top` rows down."""
    left = (canvas.shape[1] - picture.shape[1]) // 2
    place = canvas[top : top + picture.shape[0], left : left + picture.shape[1]]
    over, under = picture[..., 3:].astype(np.float32) / 255, place[..., 3:].astype(np.float32) / 255
    whole = over + under * (1 - over)
    light = picture[..., :3] * over + place[..., :3] * under * (1 - over)
    place[...] = np.dstack([light / np.maximum(whole, 1e-4), 255 * whole]).round().astype(np.uint8)
