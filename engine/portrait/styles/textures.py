"""Printed and drawn textures: dots, hatching, stripes. Knows no figure."""

from __future__ import annotations

import math

import cv2
import numpy as np

from engine.portrait.tone import Plane, grain, smoothstep


def axes(size: tuple[int, int], angle_deg: float) -> tuple[Plane, Plane]:
    """Return the coordinates of every pixel in px along and across lines turned by `angle_deg`."""
    y, x = np.arange(size[0], dtype=np.float32)[:, None], np.arange(size[1], dtype=np.float32)[None]
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return x * np.float32(cos) + y * np.float32(sin), y * np.float32(cos) - x * np.float32(sin)


def dots(density: Plane, angle_deg: float, period_px: float) -> Plane:
    """Return a screen of round dots that cover the share `density` (0..1) of the paper."""
    along, across = axes(density.shape, angle_deg)
    turn = np.float32(2 * math.pi / period_px)
    screen = 0.5 - 0.25 * (np.cos(along * turn) + np.cos(across * turn))
    return smoothstep(-0.09, 0.09, np.minimum(density, 0.75) - screen)


def stripes(size: tuple[int, int], angle_deg: float, period_px: float, share: float = 0.55) -> Plane:
    """Return even stripes that cover `share` of the paper, 0..1."""
    _, across = axes(size, angle_deg)
    wave = np.sin(across * np.float32(2 * math.pi / period_px))
    edge = math.cos(math.pi * share)
    return smoothstep(edge - 0.25, edge + 0.25, wave + np.zeros(size, np.float32))


def strokes(amount: Plane, angle_deg: float, period_px: float, seed: int) -> Plane:
    """Return slightly wavy parallel strokes by hand, wider where `amount` (0..1) is larger."""
    size = amount.shape
    _, across = axes(size, angle_deg)
    across = across + 1.1 * grain(size, seed, 40) + 0.35 * grain(size, seed, 11)
    wave = 0.5 + 0.5 * np.cos(across * np.float32(2 * math.pi / period_px))
    return smoothstep(-0.35, 0.35, wave - (0.75 - 0.6 * amount))


def opened(shape: Plane, size_px: int) -> Plane:
    """Return `shape` without what is narrower than `size_px`."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size_px, size_px))
    return cv2.morphologyEx(shape, cv2.MORPH_OPEN, disc)
