"""The four small networks that ship with us, run by OpenCV. Knows no photo."""

from __future__ import annotations

import threading
from importlib import resources

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Matte, Rgb

Values = NDArray[np.float32]

FILES = (
    "face_detection_full_range.tflite",
    "face_landmark.tflite",
    "iris_landmark.tflite",
    "selfie_segmentation.tflite",
)
_reading = threading.Lock()
DETECTOR_PX, MESH_PX, IRIS_PX, SEGMENTATION_PX = 192, 192, 64, 256  # sides of the square inputs


class Networks(threading.local):
    """Detector, mesh, iris and segmentation; loaded once in each thread that uses them, about 30 ms.

    OpenCV's networks keep their input between two calls, so no two threads may share one.
    """

    def __init__(self) -> None:
        """Read the networks from the package's own data."""
        # One at a time in the whole process: OpenCV fills its table of operators in the first read, and a second one
        # beside it may find an operator missing ("Unsupported operator type MAX_POOL_2D").
        with _reading:
            self._detector, self._mesh, self._iris, self._segmentation = map(_read, FILES)

    def detect(self, square: Rgb) -> tuple[Values, Values]:
        """Return logits [2304] and boxes with keypoints [2304, 16] of a 192 px square, one row per cell of 48 x 48.

        A row is centre x, y (from the cell's centre), width, height, then six points (from the cell's centre) as
        x, y: eye left in the picture, eye right in the picture, nose, mouth, ear left, ear right; px of the square.
        """
        outputs = _run(self._detector, square, 1 / 127.5, 127.5)
        return outputs[2304], outputs[2304 * 16].reshape(2304, 16)

    def lay_mesh(self, square: Rgb) -> tuple[Values, float]:
        """Return 468 points x, y, z in px of a 192 px square with an upright face, and the logit that one is there."""
        outputs = _run(self._mesh, square, 1 / 255, 0)
        return outputs[1404].reshape(468, 3), float(outputs[1][0])

    def find_iris(self, square: Rgb) -> tuple[Values, Values]:
        """Find iris [5, 2] and contour [16, 2] in px of a 64 px square round an eye that lies left in its picture."""
        outputs = _run(self._iris, square, 1 / 255, 0)
        return outputs[15].reshape(5, 3)[:, :2], outputs[213].reshape(71, 3)[:16, :2]

    def segment(self, square: Rgb) -> Matte:
        """Return how surely each pixel of a 256 px square is a person, 0 .. 1."""
        (matte,) = _run(self._segmentation, square, 1 / 255, 0).values()
        return np.clip(matte.reshape(SEGMENTATION_PX, SEGMENTATION_PX), 0, 1)


def _read(name: str) -> cv2.dnn.Net:
    data = (resources.files("engine.portrait") / "data" / name).read_bytes()
    return cv2.dnn.readNetFromTFLite(np.frombuffer(data, np.uint8))


def _run(net: cv2.dnn.Net, square: Rgb, scale: float, mean: float) -> dict[int, Values]:
    """Return the outputs by how many values they have: names differ between editions of the same network."""
    net.setInput(cv2.dnn.blobFromImage(square, scale, mean=(mean, mean, mean)))
    outputs = net.forward(net.getUnconnectedOutLayersNames())
    return {output.size: output.ravel() for output in outputs}
