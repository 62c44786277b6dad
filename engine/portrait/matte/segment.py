"""The network's guess who is a person, from several rectangles around a face. Knows no edge."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Matte, Rgb
from engine.portrait.faces import Face
from engine.portrait.figure import Points
from engine.portrait.matte.filters import polygon
from engine.portrait.mesh import OVAL
from engine.portrait.networks import SEGMENTATION_PX, Networks

DARK_FACE, LIFTED_FACE = 60, 0.42  # median grey of a face (0 .. 255) that is lifted, and where to (0 .. 1)
BRIGHT_FACE, DIMMED_FACE = 232, 0.72  # over-exposed: the same the other way
GREY_SPREAD = 6.0  # mean difference of the channels; below, a picture is grey
USUAL_SKIN = np.array([200.0, 154.0, 132.0])  # RGB; only the relations between its channels matter
MOST_CAST, CAST_RAMP = 1.7, 0.6  # how far a skin's channels may stray from those, the most against the least
INPUT_FACE_PX = 130.0  # the widest face the network is ever shown; more is shrunk first


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a rectangle goes from a face's centre, in face widths."""

    left: float
    up: float
    right: float
    down: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a picture in whole px, `right` and `bottom` exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in px."""
        return self.right - self.left, self.bottom - self.top

    def of(self, picture: Rgb) -> Rgb:
        """Return this part of `picture`."""
        return picture[self.top : self.bottom, self.left : self.right]


def around(centre: Points, face_px: float, reach: Reach, shape: tuple[int, ...]) -> Box:
    """Return `reach` about `centre`, clipped to a picture of `shape`: the network minds every kind of padding."""
    return Box(
        max(0, int(centre[0] - reach.left * face_px)),
        max(0, int(centre[1] - reach.up * face_px)),
        min(shape[1], int(centre[0] + reach.right * face_px)),
        min(shape[0], int(centre[1] + reach.down * face_px)),
    )


BUST_REACHES = (
    Reach(1.9, 1.75, 1.9, 2.1),
    Reach(1.6, 1.6, 2.2, 2.4),
    Reach(2.2, 1.9, 1.6, 2.0),
    Reach(3.2, 2.4, 3.2, 4.0),
)
HEAD = Reach(1.25, 1.55, 1.25, 1.15)  # hair gets twice the pixels
HEAD_WEIGHT, HEAD_RAMP_FW = 0.6, 0.25
LEAST_TURN_DEG = 8.0  # a head that leans by less is shown as it is


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo as the network is shown it, with the face's centre and width in its px.

    `ratio`: px of it per px of the photo; `roll_deg`: how far the head leans clockwise.
    """

    rgb: Rgb
    centre: Points
    face_px: float
    ratio: float
    roll_deg: float

    def of(self, box: Box) -> Rgb:
        """Return the part of it that `box` is of the photo."""
        left, top, right, bottom = (round(edge * self.ratio) for edge in (box.left, box.top, box.right, box.bottom))
        return self.rgb[top : max(bottom, top + 1), left : max(right, left + 1)]


def segment(shown: Shown, box: Box, size: tuple[int, int], networks: Networks, reaches: tuple[Reach, ...]) -> Matte:
    """Return how surely each pixel of `box`, px of the photo, is a person, at `size` (width, height).

    The mean over `reaches`, each clipped to the photo and stretched to the network's square, with the head's own mixed
    in. A leaning head is shown upright too, for every other rectangle: the network was trained on few that lean, and
    its body may stand straight.
    """
    scale = size[0] / box.size[0] / shown.ratio  # from `shown` to the result
    origin = np.array([box.left, box.top]) * shown.ratio
    if abs(shown.roll_deg) < LEAST_TURN_DEG:
        answers = _answers(shown, networks, reaches, origin, scale, size)
    else:
        answers = _answers(shown, networks, reaches[::2], origin, scale, size)
        answers += _answers_upright(shown, networks, reaches[1::2], origin, scale, size)
        answers[..., 2:] /= 2
    total, count, head, weight = np.moveaxis(answers, -1, 0)
    return np.clip(total / np.maximum(count, 1) * (1 - weight) + head, 0, 1)


def _answers(
    shown: Shown, networks: Networks, reaches: tuple[Reach, ...], origin: Points, scale: float, size: tuple[int, int]
) -> NDArray[np.float32]:
    """Return what the network says of `shown` from `origin` on, at `size` and `scale` times as large: [H, W, 4].

    The sum over `reaches` and how many there are; the head's answer times its weight and the weight.
    """
    answers = np.zeros((size[1], size[0], 4), np.float32)
    for reach in reaches:
        part = around(shown.centre, shown.face_px, reach, shown.rgb.shape)
        matte, place, source = _placed(segment_whole(part.of(shown.rgb), networks), part, origin, scale, size)
        answers[place][..., 0] += matte[source]
        answers[place][..., 1] += 1
    part = around(shown.centre, shown.face_px, HEAD, shown.rgb.shape)
    matte, place, source = _placed(segment_whole(part.of(shown.rgb), networks), part, origin, scale, size)
    weight = HEAD_WEIGHT * _faded(part, shown.rgb.shape, matte.shape, HEAD_RAMP_FW * shown.face_px * scale)
    answers[place][..., 2] = (matte * weight)[source]
    answers[place][..., 3] = weight[source]
    return answers


def _answers_upright(
    shown: Shown, networks: Networks, reaches: tuple[Reach, ...], origin: Points, scale: float, size: tuple[int, int]
) -> NDArray[np.float32]:
    """Return `_answers` of the photo turned until the head stands upright, turned back."""
    turned, matrix = _turned(shown.rgb, shown.roll_deg)
    upright = replace(shown, rgb=turned, centre=matrix[:, :2] @ shown.centre + matrix[:, 2])
    corners = (origin + np.array([(0, 0), (0, 1), (1, 0), (1, 1)]) * size / scale) @ matrix[:, :2].T + matrix[:, 2]
    first, last = np.maximum(np.floor(corners.min(axis=0)), 0), np.minimum(corners.max(axis=0), turned.shape[1::-1])
    wide, high = np.maximum(np.ceil((last - first) * scale).astype(int), 1)
    answers = _answers(upright, networks, reaches, first, scale, (int(wide), int(high)))
    # from px of the result to px of the answers; cv2 counts from the middle of a px
    offset = scale * (matrix[:, :2] @ (origin + 0.5 / scale - 0.5) + matrix[:, 2] + 0.5 - first) - 0.5
    back = np.hstack([matrix[:, :2], offset[:, None]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(answers, back, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _turned(photo: Rgb, degrees: float) -> tuple[Rgb, NDArray[np.float64]]:
    """Return all of a photo turned counter-clockwise, and the 2 x 3 matrix that turns its points.

    Its edges go on into the corners that are empty then: of all ways to fill them the network minds this least.
    """
    height, width = photo.shape[:2]
    matrix = cv2.getRotationMatrix2D((0, 0), degrees, 1)
    corners = np.array([(-0.5, -0.5), (width - 0.5, -0.5), (-0.5, height - 0.5), (width - 0.5, height - 0.5)])
    corners = corners @ matrix[:, :2].T
    matrix[:, 2] = -corners.min(axis=0) - 0.5
    wide, high = np.ceil(np.ptp(corners, axis=0)).astype(int).tolist()
    turned = cv2.warpAffine(photo, matrix, (wide, high), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return turned, np.asarray(matrix, np.float64)


def segment_whole(picture: Rgb, networks: Networks) -> Matte:
    """Return the network's guess of a picture, in the network's size."""
    size = (SEGMENTATION_PX, SEGMENTATION_PX)
    return networks.segment(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def show(photo: Rgb, face: Face) -> Shown:
    """Return what the network is shown of `photo`, its faces no wider than it needs.

    Faces are brought to a usual lightness, and grey pictures get a tint of skin: the network was not trained on them.
    """
    ratio = min(1.0, INPUT_FACE_PX / face.width)
    if ratio < 1:
        size = (max(1, round(photo.shape[1] * ratio)), max(1, round(photo.shape[0] * ratio)))
        ratio = size[0] / photo.shape[1]
        photo = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    mesh, face_px = face.mesh * ratio, face.width * ratio
    centre = mesh.mean(axis=0)
    near = around(centre, face_px, Reach(1, 1, 1, 1), photo.shape)
    skin = near.of(photo)[polygon(mesh[list(OVAL)] - (near.left, near.top), near.of(photo).shape) > 0.5]
    median = float(np.median(cv2.cvtColor(skin[None], cv2.COLOR_RGB2GRAY))) if len(skin) else 128.0
    gamma = 1.0
    if median < DARK_FACE:
        gamma = max(0.35, np.log(LIFTED_FACE) / np.log(max(median, 4) / 255))
    elif median > BRIGHT_FACE:
        gamma = min(3.0, np.log(DIMMED_FACE) / np.log(min(median, 252) / 255))
    lut = np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    if gamma != 1:
        photo = cv2.LUT(photo, lut)
    photo = _without_cast(photo, cv2.LUT(skin, lut).mean(axis=0) if len(skin) else USUAL_SKIN)
    if is_grey(photo):
        oval = polygon(mesh[list(OVAL)], photo.shape)
        photo = _tinted(photo, cv2.GaussianBlur(oval, (0, 0), 0.06 * face_px)[..., None])
    return Shown(photo, centre, face_px, ratio, face.roll_deg)


def _without_cast(photo: Rgb, skin: NDArray[np.float64]) -> Rgb:
    """Return a photo taken in coloured light as if the light were white: its `skin`, mean RGB, becomes a usual one's.

    Skins of all tones stay as they are, and so does what a lamp of an evening does to them.
    """
    gains = USUAL_SKIN / np.maximum(skin, 4)
    cast = float(gains.max() / gains.min())
    strength = np.clip((cast - MOST_CAST) / CAST_RAMP, 0, 1)
    if strength == 0:
        return photo
    gains = (gains / gains.min()) ** strength  # the strongest channel stays: it may be at its end
    return np.clip(photo * gains, 0, 255).astype(np.uint8)


def is_grey(photo: Rgb) -> bool:
    """Return whether a picture has no colours to speak of."""
    sample = photo[::4, ::4].astype(np.int16)
    return float(np.abs(np.diff(sample, axis=2)).sum(axis=2).mean()) < GREY_SPREAD


def _tinted(photo: Rgb, oval: Matte) -> Rgb:
    """Return a grey picture with skin where the face is and a little blue elsewhere."""
    level = np.arange(256) / 255
    skin = np.stack([level**0.75, level, level**1.2], axis=1) * 255
    cool = np.stack([0.93 * level, level, np.minimum(1.06 * level, 1)], axis=1) * 255
    grey = photo[..., 1]
    return np.round(skin[grey] * oval + cool[grey] * (1 - oval)).astype(np.uint8)


def _placed(
    matte: Matte, part: Box, origin: Points, scale: float, size: tuple[int, int]
) -> tuple[Matte, tuple[slice, slice], tuple[slice, slice]]:
    """Enlarge the answer for `part`; return it, where it goes in the result, and which part of it does."""
    width, height = (max(1, round(length * scale)) for length in part.size)
    matte = np.clip(cv2.resize(matte, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)
    left, top = round((part.left - origin[0]) * scale), round((part.top - origin[1]) * scale)
    rows = slice(max(0, top), max(0, min(size[1], top + height)))
    columns = slice(max(0, left), max(0, min(size[0], left + width)))
    source = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
    return matte, (rows, columns), source


def _faded(part: Box, shape: tuple[int, ...], size: tuple[int, ...], ramp_px: float) -> Matte:
    """Return 1 inside, falling to 0 over `ramp_px` at those sides of `part` that are not the photo's own."""
    height, width = size[:2]
    x, y = np.arange(width, dtype=np.float32)[None], np.arange(height, dtype=np.float32)[:, None]
    weight = np.ones((height, width), np.float32)
    for is_inner, distance in (
        (part.left > 0, x),
        (part.right < shape[1], width - 1 - x),
        (part.top > 0, y),
        (part.bottom < shape[0], height - 1 - y),
    ):
        if is_inner:
            weight = np.minimum(weight, np.clip(distance / ramp_px, 0, 1))
    return weight
