"""What the styles need to know of a figure: clean colours, skin, hair, clothes, lines. Lazy: unused parts cost nothing.

Knows no style.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Rgb
from engine.portrait.figure import Eye, Figure, Points
from engine.portrait.mesh import (
    BETWEEN_EYES,
    CHIN_TIP,
    EARS,
    FOREHEAD_PATCH,
    FOREHEAD_RIM,
    FOREHEAD_TOP,
    LEFT_BROW,
    LIPS_INNER,
    LIPS_OUTER,
    OVAL,
    RIGHT_BROW,
)
from engine.portrait.pen import coverage
from engine.portrait.tone import Lab, Picture, Plane, blur, guided_filter, noise_sd, smoothstep, to_lab
from engine.types import Shape

FOREHEAD_RISE_FW = 0.26  # from the mesh's top to where a high hairline is

DRAWING_PX = 512  # styles draw on the figure's canvas shrunk to this: the size of the sticker
HALF_PX = DRAWING_PX // 2  # regions are found at half size
DEFAULT_SKIN = np.array([60.0, 13.0, 18.0], np.float32)  # Lab, where there is no face to look at
QUIET = 0.3  # noise in L that no line and no flat area shows
HAIR_TIMES, HAIR_ON_SKIN = 8, 0.35  # a stroke shorter than so many of the least ones, on so much skin, is one hair
CONTEXT_FW = 0.13  # box, in face widths, that says what is locally dark


class Study:
    """A figure, looked at closely, `DRAWING_PX` square. Planes are [S, S] float32 0..1 unless said otherwise.

    `mesh` and `eyes` are in px of the drawing and `fw` is the face's width there.
    """

    def __init__(self, figure: Figure) -> None:
        """Shrink the figure to the size of the drawing."""
        size = (DRAWING_PX, DRAWING_PX)
        scale = DRAWING_PX / figure.rgb.shape[1]
        self.figure = figure
        self.rgb: Rgb = cv2.resize(figure.rgb, size, interpolation=cv2.INTER_AREA)
        self.matte: Plane = cv2.resize(figure.matte.astype(np.float32, copy=False), size, interpolation=cv2.INTER_AREA)
        self.is_badge = figure.shape is Shape.BADGE
        self.person: Plane = (
            cv2.resize(figure.person.astype(np.float32, copy=False), size, interpolation=cv2.INTER_AREA)
            if self.is_badge
            else self.matte
        )
        self.has_face = figure.has_face
        self.has_mesh = figure.has_face and figure.is_mesh_sure
        self.fw = float(max(figure.face_px * scale, 40.0)) if figure.has_face else 0.4 * DRAWING_PX
        self.mesh: Points = (figure.mesh + 0.5) * np.float32(scale) - np.float32(0.5)
        self.eyes = tuple(
            Eye((eye.iris + 0.5) * scale - 0.5, (eye.contour + 0.5) * scale - 0.5, eye.is_visible)
            for eye in figure.eyes
        )

    # -- the face ------------------------------------------------------------------------------------------------

    @cached_property
    def axes(self) -> NDArray[np.floating[Any]]:
        """[2, 2]: the eyes' line to the right and the way down the face, unit vectors in the picture."""
        if not self.has_face:
            return np.eye(2, dtype=np.float32)
        right = self.mesh[263] - self.mesh[33]
        right = right / (np.linalg.norm(right) + 1e-6)
        return np.array([right, (-right[1], right[0])], np.float32)

    def local(self, points: Points) -> Points:
        """Return px as face widths: to the right of the nose's bridge and down the face."""
        return (points - self.mesh[BETWEEN_EYES]) @ self.axes.T / self.fw

    def at(self, u: float, v: float) -> Points:
        """Return the px of a place given in face widths: to the right of the nose's bridge and down the face."""
        return self.mesh[BETWEEN_EYES] + np.array([u, v], np.float32) @ self.axes * self.fw

    def mesh_area(self, indices: tuple[int, ...], size_px: int = DRAWING_PX) -> Plane:
        """Return the polygon of the mesh's points, filled."""
        points = self.mesh[list(indices)] * np.float32(size_px / DRAWING_PX)
        return coverage((size_px, size_px), [points])

    @cached_property
    def oval(self) -> Plane:
        """The face, chin to the middle of the forehead; empty without one."""
        return self.mesh_area(OVAL) if self.has_face else np.zeros_like(self.matte)

    @cached_property
    def eye_area(self) -> Plane:
        """The eyes within their lids, and a soft rim."""
        if not self.has_face:
            return np.zeros_like(self.matte)
        outlines = [np.concatenate([eye.contour[:9], eye.contour[:8:-1]]) for eye in self.eyes]
        wide = [outline.mean(0) + (outline - outline.mean(0)) * (1.12, 1.5) for outline in outlines]
        return blur(coverage(self.matte.shape, wide), 0.012 * self.fw)

    @cached_property
    def mouth_area(self) -> Plane:
        """The lips and what is between them, soft."""
        if not self.has_face:
            return np.zeros_like(self.matte)
        return blur(self.mesh_area(LIPS_OUTER), 0.012 * self.fw)

    @cached_property
    def lips(self) -> Plane:
        """The lips without what is between them."""
        if not self.has_face:
            return np.zeros_like(self.matte)
        polygons = [self.mesh[list(ring)] for ring in (LIPS_OUTER, LIPS_INNER)]
        return blur(coverage(self.matte.shape, polygons), 0.6)

    @cached_property
    def brow_area(self) -> Plane:
        """The brows, soft."""
        if not self.has_face:
            return np.zeros_like(self.matte)
        polygons = [self.mesh[list(brow)] for brow in (LEFT_BROW, RIGHT_BROW)]
        return blur(np.clip(1.4 * coverage(self.matte.shape, polygons), 0, 1), 0.012 * self.fw)

    @cached_property
    def mouth_gap(self) -> float:
        """How far the lips are apart, in widths of the mouth: 0 shut, above 0.07 open."""
        mesh = self.mesh
        return float(np.linalg.norm(mesh[13] - mesh[14]) / (np.linalg.norm(mesh[61] - mesh[291]) + 1e-6))

    # -- colours -------------------------------------------------------------------------------------------------

    @cached_property
    def noise(self) -> float:
        """The noise's standard deviation in L."""
        middle = slice(DRAWING_PX // 4, 3 * DRAWING_PX // 4)  # half of the figure tells as much
        grey = cv2.cvtColor(self.rgb[middle], cv2.COLOR_RGB2GRAY).astype(np.float32) * np.float32(100 / 255)
        return noise_sd(grey, self.person[middle] > 0.9)

    @cached_property
    def clean(self) -> Rgb:
        """The photo without noise: a bilateral filter as strong as the noise."""
        rounds = 0 if self.noise < QUIET else 1 if self.noise < 1.5 else 3
        rgb = self.rgb
        for _ in range(rounds):
            rgb = cv2.bilateralFilter(rgb, 5, float(np.clip(6 * self.noise, 8, 60)), 2.0)
        return rgb

    @cached_property
    def lab(self) -> Lab:
        """The photo without noise, in Lab."""
        return to_lab(self.clean)

    @cached_property
    def flat(self) -> Lab:
        """Even areas with firm edges, in Lab."""
        strength = float(np.clip(20 + 5 * self.noise, 20, 45))
        rgb = self.clean
        for _ in range(3):
            rgb = cv2.bilateralFilter(rgb, 5, 1.5 * strength, 3.0)
        return to_lab(rgb)

    # -- regions -------------------------------------------------------------------------------------------------

    @cached_property
    def _half(self) -> Lab:
        return cv2.resize(self.lab, (HALF_PX, HALF_PX), interpolation=cv2.INTER_AREA)

    @cached_property
    def skin_lab(self) -> NDArray[np.floating[Any]]:
        """Median Lab of the face's skin, without its darkest third."""
        if not self.has_face:
            return DEFAULT_SKIN
        pixels = self._half[self._plain_face][::2]
        if len(pixels) < 30:
            return DEFAULT_SKIN
        return np.median(pixels[pixels[:, 0] >= np.percentile(pixels[:, 0], 35)], axis=0).astype(np.float32)

    @cached_property
    def face_l(self) -> float:
        """How light the face is."""
        return face_lightness(self.lab, self.oval)

    @cached_property
    def skin_range(self) -> float:
        """How many times the L of light skin light and shade span on this one: reflected light is a product."""
        return float(np.clip(self.skin_lab[0] / 65, 0.45, 1.15))

    @cached_property
    def _plain_face(self) -> NDArray[np.bool_]:
        """The middle of the face without eyes, brows and mouth, at half size."""
        core = cv2.erode(self.mesh_area(OVAL, HALF_PX), _square(0.025 * self.fw)) > 0.5
        features = np.maximum(np.maximum(self.eye_area, self.brow_area), self.mouth_area)
        return core & (cv2.resize(features, (HALF_PX, HALF_PX), interpolation=cv2.INTER_AREA) < 0.1)

    @cached_property
    def _regions(self) -> tuple[Plane, Plane]:
        """Skin and hair at full size: found at half size, then fitted to the edges of the photo."""
        if not self.has_face:
            nothing = np.zeros_like(self.matte)
            return nothing, nothing
        skin, hair = _told_apart(self, _find_skin(self))
        guide = self._half[..., 0] * np.float32(0.01)
        radius = max(1, round(0.01 * self.fw))
        fitted = [
            cv2.resize(guided_filter(guide, plane, radius, 4e-4), self.matte.shape, interpolation=cv2.INTER_LINEAR)
            for plane in (skin, hair)
        ]
        skin, hair = (np.clip(plane * 1.2 - 0.1, 0, 1) * self.person for plane in fitted)
        return skin, hair * (1 - skin)

    @property
    def skin(self) -> Plane:
        """The person's skin: face, ears, neck, chest."""
        return self._regions[0]

    @property
    def hair(self) -> Plane:
        """The person's hair; empty without a face."""
        return self._regions[1]

    @cached_property
    def clothes(self) -> Plane:
        """What of the person is neither skin nor hair."""
        return np.clip(self.person - self.skin - self.hair, 0, 1)

    # -- light and lines -----------------------------------------------------------------------------------------

    @cached_property
    def skin_light(self) -> Plane:
        """L of the skin without pores and specks, its edges of shade kept."""
        light = self.lab[..., 0]
        smooth = guided_filter(light * np.float32(0.01), light, max(2, round(0.045 * self.fw)), 2.5e-3)
        return blur(smooth, 0.014 * self.fw)

    @cached_property
    def relief(self) -> Plane:
        """L of the skin above (below: negative) what it is around: light and shade of the face, a side light evened."""
        weight = self.skin + np.float32(1e-3)
        broad = blur(self.skin_light * weight, 0.5 * self.fw) / blur(weight, 0.5 * self.fw)
        return self.skin_light - (0.5 * self.skin_lab[0] + 0.5 * broad)

    @cached_property
    def tangent(self) -> tuple[Plane, Plane]:
        """Unit vectors along the picture's edges: the smoothed structure tensor's minor axis, found at half size."""
        light = cv2.GaussianBlur(self._half[..., 0], (0, 0), 0.6)
        gx, gy = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
        xx, xy, yy = (cv2.GaussianBlur(plane, (0, 0), 1.3) for plane in (gx * gx, gx * gy, gy * gy))
        angle = 0.5 * cv2.phase(xx - yy, 2 * xy) + np.float32(np.pi / 2)
        big = self.matte.shape
        return (
            cv2.resize(np.cos(angle), big, interpolation=cv2.INTER_NEAREST),
            cv2.resize(np.sin(angle), big, interpolation=cv2.INTER_NEAREST),
        )

    def along_edges(self, field: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """Smooth a field along the edges of the picture: a Gaussian of 2.6 px on short straight line integrals."""
        dx, dy = self.tangent
        along = np.arange(DRAWING_PX, dtype=np.float32)
        total, weight = field.copy(), 1.0
        for step in (1.3, 2.6, 3.9):
            share = float(np.exp(-(step**2) / (2 * 2.6**2)))
            far_x, far_y = dx * np.float32(step), dy * np.float32(step)
            for x, y in ((along + far_x, along[:, None] + far_y), (along - far_x, along[:, None] - far_y)):
                there = cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
                total = cv2.scaleAdd(there, share, total)
                weight += share
        return total * np.float32(1 / weight)

    def lines(self, weight: float = 1.0, detail: float = 1.0, on_skin: float = 0.1) -> Plane:
        """Return ink where the photo falls off: difference of Gaussians along the edges, specks dropped.

        `weight` scales the width, `detail` above 1 draws more; `on_skin` is how much is left on the face's skin, where
        the mesh draws the features.
        """
        light, noise = self.lab[..., 0], min(self.noise, 5.0)
        box = (round(CONTEXT_FW * self.fw) | 1,) * 2
        mean = cv2.blur(cv2.blur(light, box), box)
        spread = np.sqrt(np.maximum(cv2.blur(cv2.blur((light - mean) ** 2, box), box), 0))
        contrast = (light - mean) / (spread + (4 + 1.5 * noise) + 5 * self.skin_range * self.skin)
        sigma = (0.95 + 0.12 * noise) * weight
        threshold = (0.14 + 0.02 * noise) / detail
        drops = [
            cv2.GaussianBlur(contrast, (0, 0), wide * 2.2) - cv2.GaussianBlur(contrast, (0, 0), wide)
            for wide in (sigma, 2.1 * weight)
        ]
        drop = self.along_edges(np.maximum(drops[0], drops[1] * np.float32(1 / 1.7)))
        ink = np.clip((drop / threshold - 1) / 0.35 + 0.5, 0, 1)
        near = cv2.dilate(self.skin, np.ones((3, 3), np.uint8)) if self.has_mesh else self.skin
        ink *= 1 - (1 - on_skin) * near * (1 - self.brow_area) * np.maximum(self.oval, 0.75)
        ink *= self.person if not self.is_badge else 0.25 + 0.75 * self.person
        bare = blur(self.skin * (1 - self.brow_area), 0.02 * self.fw) if self.has_face else None
        return without_specks(ink, round(46 * weight), bare)


@lru_cache(maxsize=1)
def study_of(figure: Figure) -> Study:
    """Return the study of a figure; the last one is kept, for another style of the same figure.

    Nobody writes into its planes.
    """
    return Study(figure)


def face_lightness(lab: Lab, oval: Plane) -> float:
    """Return how light a face is: the 60th percentile of L inside its oval.

    A little above the median, because eyes, brows, lips and shade cover up to half of an oval and are no skin tone.
    """
    inside = lab[..., 0][oval > 0.5]
    return float(np.percentile(inside[::3], 60)) if inside.size else float(DEFAULT_SKIN[0])


def without_specks(lines: Plane, min_px: int, bare: Plane | None = None) -> Plane:
    """Drop strokes of fewer than `min_px` pixels, and single hairs: short ones with `bare` skin (0..1) around them."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((lines > 0.3).astype(np.uint8))
    area = stats[:, cv2.CC_STAT_AREA]
    keep = (area >= min_px).astype(np.uint8)
    if bare is not None:
        around = np.bincount(labels.ravel(), bare.ravel(), minlength=len(area)) / np.maximum(area, 1)
        keep[(area < HAIR_TIMES * min_px) & (around > HAIR_ON_SKIN)] = 0
    keep[0] = 0
    return lines * cv2.dilate(keep[labels], np.ones((3, 3), np.uint8))


def _place(study: Study) -> tuple[Plane, Plane]:
    """Return u and v of every pixel at half size, in face widths: to the right of the nose's bridge and down."""
    grid = np.arange(HALF_PX, dtype=np.float32) * 2 + 0.5
    away = np.stack(np.meshgrid(grid, grid), -1) - study.mesh[BETWEEN_EYES]
    u, v = np.moveaxis(away @ study.axes.T.astype(np.float32) / np.float32(study.fw), -1, 0)
    return u, v


def _find_skin(study: Study) -> Plane:
    """Return the skin at half size.

    By log-chromaticity (log R/G, log B/G), which shade does not move, where skin can be: face, ears, neck, chest.
    """
    light, lit, fw = study._half[..., 0], study.skin_lab[0], study.fw / 2
    u, v = _place(study)
    chin = study.local(study.mesh[CHIN_TIP])

    rgb = np.maximum(cv2.resize(study.clean, (HALF_PX, HALF_PX), interpolation=cv2.INTER_AREA).astype(np.float32), 4)
    log = np.log(rgb)
    far = np.zeros_like(light)
    for ratio, floor in ((log[..., 0] - log[..., 1], 0.05), (log[..., 2] - log[..., 1], 0.06)):
        sample = ratio[study._plain_face][::2]
        middle = np.median(sample) if sample.size else 0.0
        spread = 1.48 * np.median(np.abs(sample - middle)) if sample.size else 1.0
        far += ((ratio - middle) / (3 * max(spread, floor))) ** 2
    far = np.sqrt(far)

    oval = study.mesh_area(OVAL, HALF_PX)
    around = cv2.dilate(oval, _square(0.03 * fw))
    below = smoothstep(chin[1] - 0.10, chin[1] + 0.02, v)
    neck = below * smoothstep(0.42, 0.28, np.abs(u - chin[0]))
    chest = smoothstep(chin[1] + 0.15, chin[1] + 0.3, v) * smoothstep(0.55 * lit, 0.75 * lit, light)
    ears = np.zeros_like(light)
    for ear in EARS:
        cv2.circle(ears, tuple(int(c) for c in study.mesh[ear] / 2), round(0.15 * fw), 1.0, -1)
    ears *= smoothstep(0.5 * lit, 0.7 * lit, light)
    zone = np.maximum.reduce([around, neck, chest, ears, _high_forehead(study, far, around)])
    zone = cv2.GaussianBlur(zone, (0, 0), 0.012 * fw + 0.3)
    plausible = smoothstep(0.30 * lit, 0.48 * lit, light) * smoothstep(1.75 * lit + 14, 1.5 * lit + 10, light)
    skin = smoothstep(1.35, 0.75, far) * plausible * zone
    # The middle of the face is skin wherever it is not clearly something else: shine and make-up are skin too.
    # So is the neck, which lies in the chin's shade; at its sides only where it is light, for there hangs hair.
    throat = np.maximum(smoothstep(0.26, 0.16, np.abs(u - chin[0])), smoothstep(0.5 * lit, 0.64 * lit, light))
    throat = throat * neck * smoothstep(chin[1] + 0.30, chin[1] + 0.20, v)
    core = np.maximum(_core(study, oval), throat)
    return np.maximum(skin, core * smoothstep(2.3, 1.5, far) * smoothstep(0.25 * lit, 0.42 * lit, light))


def _high_forehead(study: Study, far: Plane, around: Plane) -> Plane:
    """Return what above the mesh, which ends in the middle of the forehead, is as light and as coloured as it."""
    light, fw = study._half[..., 0], study.fw / 2
    top, up = study.mesh[list(FOREHEAD_RIM)] / 2, study.axes[1] * fw
    raised = np.concatenate([top + 0.08 * up, (top - FOREHEAD_RISE_FW * up)[::-1]])
    front = coverage(light.shape, [study.mesh[list(FOREHEAD_PATCH)] / 2]) > 0.5
    front_l = float(np.percentile(light[front], 70)) if front.any() else float(study.skin_lab[0])
    like = smoothstep(0.70 * front_l, 0.86 * front_l, light) * smoothstep(1.3, 0.8, far)
    forehead = blur(coverage(light.shape, [raised]), 0.05 * fw) * like
    wide = cv2.morphologyEx(np.uint8(np.maximum(forehead, around) > 0.45), cv2.MORPH_OPEN, _square(0.03 * fw))
    _, pieces = cv2.connectedComponents(wide)
    middle = np.clip(study.mesh[BETWEEN_EYES] / 2, 0, HALF_PX - 1).astype(int)
    return forehead * cv2.dilate(np.uint8(pieces == pieces[middle[1], middle[0]]), _square(0.02 * fw))


def _told_apart(study: Study, skin: Plane) -> tuple[Plane, Plane]:
    """Return skin and hair at half size, from the `skin` found by place and chromaticity.

    Hair by the colours above the forehead, against those of the chest, and by place. What of it looks like the face
    is an arm, an ear or a neck after all; what of a chest looks like the hair hangs over it.
    """
    lab = study._half
    person = cv2.resize(study.person, (HALF_PX, HALF_PX), interpolation=cv2.INTER_AREA)
    u, v = _place(study)
    chin, brow = study.local(study.mesh[CHIN_TIP]), study.local(study.mesh[FOREHEAD_TOP])
    oval = study.mesh_area(OVAL, HALF_PX)
    inside = (person > 0.9) & (skin < 0.3)
    to_face = _colour_distance(lab, lab[study._plain_face])
    above = inside & (oval < 0.1) & (v < brow[1] + 0.06) & (np.abs(u) < 0.45)
    unlike = above & (to_face > 1)  # a raised arm or the forehead's rim tells nothing of the hair
    to_hair = _colour_distance(lab, lab[unlike if np.count_nonzero(unlike) > 0.3 * np.count_nonzero(above) else above])
    body = inside & (v > chin[1] + 0.42)
    # Long hair hangs over the chest: what has its colour tells nothing of the clothes.
    other = body & (to_hair > 1.1)
    to_body = _colour_distance(lab, lab[other if np.count_nonzero(other) > 150 else body])
    place = np.minimum((v - chin[1] - 0.1) / 0.22, 1.6) + np.clip(0.30 - np.abs(u), 0, 0.3) * 3 * (v > chin[1] - 0.1)
    hair = 1 / (1 + np.exp(np.clip((to_hair - to_body) * 1.6 + place * 1.5, -30, 30)))
    hair = np.where(v < chin[1] - 0.25, 1, hair)
    core = _core(study, oval) * smoothstep(brow[1] + 0.08, brow[1] + 0.16, v)
    skin = skin * (1 - smoothstep(chin[1] + 0.1, chin[1] + 0.3, v) * smoothstep(0.1, 0.5, to_face - to_hair))
    hair *= (1 - skin) * (1 - core)
    rim = blur(cv2.dilate(oval, _square(0.06 * study.fw)), 0.02 * study.fw) * smoothstep(-0.2, -0.1, v)
    neck = smoothstep(chin[1] - 0.1, chin[1], v) * smoothstep(0.55, 0.45, np.abs(u))
    arms = np.maximum(smoothstep(0.8, 0.95, np.abs(u)), smoothstep(brow[1] - 0.75, brow[1] - 0.9, v))
    near = np.maximum(rim, neck) * smoothstep(1.9, 1.3, to_face)
    bare = hair * np.maximum(near, arms) * smoothstep(0.2, 0.8, to_hair - to_face)
    return np.maximum(skin, bare), (hair - bare) * person


def _core(study: Study, oval: Plane) -> Plane:
    """Return the face without its rim, soft, at half size."""
    fw = study.fw / 2
    return cv2.GaussianBlur(cv2.erode(oval, _square(0.035 * fw)), (0, 0), 0.025 * fw)


def _square(radius_px: float) -> NDArray[np.uint8]:
    """Return the kernel of a dilation or erosion by `radius_px`, at least 1."""
    return np.ones((2 * max(1, round(radius_px)) + 1,) * 2, np.uint8)


def _colour_distance(lab: Lab, pixels: NDArray[np.floating[Any]]) -> Plane:
    """Return the distance of every pixel from the nearest of three main colours of `pixels`, in steps one can see."""
    if len(pixels) < 60:
        return np.full(lab.shape[:2], 4.0, np.float32)
    sample = np.ascontiguousarray(pixels[:: max(1, len(pixels) // 700)], np.float32)
    start = (np.argsort(np.argsort(sample[:, 0], kind="stable")) * 3 // len(sample)).astype(np.int32)[:, None]
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 10, 0)
    _, _, centres = cv2.kmeans(sample, 3, start, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    scale = np.array([1 / 14, 1 / 9, 1 / 9])
    squares = []
    for centre in centres:
        # (lab - centre) * scale in one pass, the pixel's three numbers being the fourth and last row's
        away = cv2.transform(lab, np.column_stack([np.diag(scale), -centre * scale]))
        squares.append(cv2.transform(cv2.multiply(away, away), np.ones((1, 3))))
    return cv2.sqrt(cv2.min(cv2.min(squares[0], squares[1]), squares[2]))


def unsharp(picture: Picture, sigma_px: float, amount: float) -> Picture:
    """Sharpen by `amount` of the difference from a blur."""
    return picture + np.float32(amount) * (picture - cv2.GaussianBlur(picture, (0, 0), sigma_px))
