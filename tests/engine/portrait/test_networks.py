"""The networks that ship with the engine."""

from __future__ import annotations

import hashlib
import re
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import Any

import cv2
import numpy as np
import pytest

from engine.portrait.networks import Networks

DATA = resources.files("engine.portrait") / "data"


def test_the_networks_are_those_the_table_names() -> None:
    table = dict(re.findall(r"\| `([\w.]+)` .*`([0-9a-f]{64})` \|", (DATA / "README.md").read_text()))
    found = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in DATA.iterdir()
        if file.name.endswith(".tflite")
    }
    assert len(found) == 4
    assert found == table


def test_each_thread_has_networks_of_its_own_that_say_the_same() -> None:
    networks = Networks()
    squares = np.random.default_rng(1).integers(0, 256, (6, 256, 256, 3)).astype(np.uint8)
    alone = [networks.segment(square) for square in squares]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(networks.segment, squares))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


def test_outputs_have_the_shapes_that_are_promised() -> None:
    networks = Networks()
    logits, boxes = networks.detect(np.zeros((192, 192, 3), np.uint8))
    mesh, _ = networks.lay_mesh(np.zeros((192, 192, 3), np.uint8))
    iris, contour = networks.find_iris(np.zeros((64, 64, 3), np.uint8))
    shapes = [logits.shape, boxes.shape, mesh.shape, iris.shape, contour.shape]
    assert shapes == [(2304,), (2304, 16), (468, 3), (5, 2), (16, 2)]
    assert networks.segment(np.zeros((256, 256, 3), np.uint8)).shape == (256, 256)


def test_networks_are_read_one_at_a_time_in_the_whole_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenCV's first reads race for its table of operators, and the loser ends the process at its start."""
    read, inside, most = cv2.dnn.readNetFromTFLite, 0, 0

    def watched(data: Any) -> Any:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.005)  # another thread has its chance
        inside -= 1
        return read(data)

    monkeypatch.setattr(cv2.dnn, "readNetFromTFLite", watched)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: Networks(), range(4)))
    assert most == 1
