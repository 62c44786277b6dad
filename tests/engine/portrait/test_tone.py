"""Measures that the styles share."""

from __future__ import annotations

import numpy as np
import pytest

from engine.portrait.tone import noise_sd, to_lab


def test_white_and_black_are_the_ends_of_lightness() -> None:
    lab = to_lab(np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8))
    np.testing.assert_allclose(lab, [[[0, 0, 0], [100, 0, 0]]], atol=0.01)


def test_noise_is_measured_and_an_edge_is_none() -> None:
    plane = np.random.default_rng(0).normal(50, 3, (200, 200)).astype(np.float32)
    plane[:, 100:] += 40
    assert noise_sd(plane) == pytest.approx(3, rel=0.05)
    assert noise_sd(np.round(plane / 1000)) == 0


def test_noise_is_measured_inside_only_and_none_where_nothing_is() -> None:
    plane = np.random.default_rng(0).normal(50, 3, (200, 200)).astype(np.float32)
    plane[:, 100:] = 50
    inside = np.zeros(plane.shape, bool)
    assert noise_sd(plane, inside) == 0
    inside[:, :98] = True
    assert noise_sd(plane, inside) == pytest.approx(3, rel=0.05)
