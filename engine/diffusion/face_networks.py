"""insightface's detector (SCRFD) and recogniser (ArcFace) on onnxruntime, from local files. Knows no photo's owner.

Own code: the library of that name brings an OpenCV that needs libGL, which a server has not. Pictures are BGR.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Bgr = NDArray[np.uint8]
Floats = NDArray[np.float32]

DETECTION_THRESHOLD = 0.5
NMS_THRESHOLD = 0.4  # overlap, as a share of the union, from which two boxes are one face
# Where the keypoints of a face lie in the 112 px that the recogniser was trained on.
TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float64
)
TEMPLATE_PX = 112
_HEADS = {9: ((8, 16, 32), 2), 15: ((8, 16, 32, 64, 128), 1)}  # strides and anchors, by outputs


class Scrfd:
    """SCRFD or RetinaFace with keypoints: a score, a box and five points for every anchor of every stride."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name
        self._strides, self._anchors = _HEADS[len(session.get_outputs())]

    def detect(self, img: Bgr, input_size: tuple[int, int]) -> tuple[Floats, Floats]:
        """Return boxes [faces, 5] (x1, y1, x2, y2, score) and keypoints [faces, 5, 2] in px of `img`, likeliest first.

        `img` is scaled into `input_size` (width, height), multiples of 32 px, and filled up with black.
        """
        width, height = input_size
        ratio = img.shape[0] / img.shape[1]
        size = (int(height / ratio), height) if ratio > height / width else (width, int(width * ratio))
        seen = np.zeros((height, width, 3), np.uint8)
        seen[: size[1], : size[0]] = cv2.resize(img, size)
        outputs = self._session.run(None, {self._input: _blob(seen, 127.5, 128.0)})
        boxes, points = [], []
        for number, stride in enumerate(self._strides):
            scores, distances, offsets = outputs[number :: len(self._strides)]
            rows, columns = np.divmod(np.arange(height // stride * (width // stride)), width // stride)
            centres = np.repeat(np.stack([columns, rows], 1).astype(np.float32) * stride, self._anchors, axis=0)
            found = np.flatnonzero(scores.reshape(-1) >= DETECTION_THRESHOLD)
            near, far = np.split(distances[found].reshape(-1, 4) * stride, 2, axis=1)
            centre = centres[found]
            boxes.append(np.hstack([centre - near, centre + far, scores.reshape(-1, 1)[found]]))
            points.append(centre[:, None] + offsets[found].reshape(-1, 5, 2) * stride)
        all_boxes, all_points = np.vstack(boxes).astype(np.float32), np.vstack(points).astype(np.float32)
        scale = np.float32(size[1] / img.shape[0])
        all_boxes[:, :4] /= scale
        kept = _without_doubles(all_boxes)
        return all_boxes[kept], all_points[kept] / scale


class ArcFace:
    """ArcFace: what the keypoints of a face frame becomes a vector [512], not normalised."""

    def __init__(self, session: Any, path: Path) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name
        self._side = int(session.get_inputs()[0].shape[2])
        self._mean, self._std = (0.0, 1.0) if _scales_its_input(path) else (127.5, 127.5)

    def embed(self, bgr: Bgr, keypoints: Floats) -> Floats:
        face = aligned(bgr, keypoints, self._side)
        return cast(Floats, self._session.run(None, {self._input: _blob(face, self._mean, self._std)})[0].reshape(-1))


def aligned(photo: NDArray[np.uint8], keypoints: Floats, side_px: int) -> NDArray[np.uint8]:
    """Return the face turned upright, (side_px, side_px, 3): its keypoints come as near to the template as can be."""
    way = similarity(keypoints, TEMPLATE * (side_px / TEMPLATE_PX))
    return cast(NDArray[np.uint8], cv2.warpAffine(photo, way, (side_px, side_px), borderValue=(0, 0, 0)))


def similarity(points: NDArray[Any], targets: NDArray[Any]) -> NDArray[np.float64]:
    """Return the rotation, scale and shift [2, 3] that bring `points` [n, 2] nearest to `targets` (Umeyama)."""
    points, targets = points.astype(np.float64), targets.astype(np.float64)
    centre, target_centre = points.mean(axis=0), targets.mean(axis=0)
    spread = points - centre
    u, stretches, v = np.linalg.svd((targets - target_centre).T @ spread / len(points))
    signs = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(v))])  # no mirror image
    scale = float(stretches @ signs) / max(float(spread.var(axis=0).sum()), 1e-12)
    turned = scale * u @ np.diag(signs) @ v
    return np.column_stack([turned, target_centre - turned @ centre])


def find_networks(folder: Path, providers: Sequence[str]) -> tuple[Scrfd | None, ArcFace | None]:
    """Return the first detector with keypoints and the first recogniser among the .onnx files of `folder`.

    The other networks of a pack, landmarks, age, are left. Raises whatever onnxruntime says of a file it cannot read.
    """
    import onnxruntime

    detector, recogniser = None, None
    for path in sorted(folder.glob("*.onnx")):
        session = onnxruntime.InferenceSession(str(path), providers=list(providers))
        outputs, side = len(session.get_outputs()), session.get_inputs()[0].shape[2:]
        if detector is None and outputs in _HEADS:
            detector = Scrfd(session)
        elif recogniser is None and outputs == 1 and side == [TEMPLATE_PX] * 2:
            recogniser = ArcFace(session, path)
    return detector, recogniser


def _blob(bgr: Bgr, mean: float, std: float) -> Floats:
    """Return a picture as networks take it, [1, 3, height, width], RGB."""
    return np.ascontiguousarray(((bgr[..., ::-1].astype(np.float32) - mean) / std).transpose(2, 0, 1)[None], np.float32)


def _without_doubles(boxes: Floats) -> list[int]:
    """Return the numbers of `boxes` [n, 5] by falling score, without those that overlap a better one."""
    x1, y1, x2, y2, scores = boxes.T
    areas = (x2 - x1 + 1) * (y2 - y1 + 1)
    order, kept = scores.argsort()[::-1], []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(int(best))
        across = np.maximum(0, np.minimum(x2[best], x2[rest]) - np.maximum(x1[best], x1[rest]) + 1)
        along = np.maximum(0, np.minimum(y2[best], y2[rest]) - np.maximum(y1[best], y1[rest]) + 1)
        shared = across * along
        order = rest[shared / (areas[best] + areas[rest] - shared) <= NMS_THRESHOLD]
    return kept


def _scales_its_input(path: Path) -> bool:
    """Return whether the network begins with a subtraction and a product, as those trained in MXNet do."""
    import onnx

    names = [node.name for node in onnx.load(path, load_external_data=False).graph.node[:8]]
    return all(any(name.startswith(kinds) for name in names) for kinds in (("Sub", "_minus"), ("Mul", "_mul")))
