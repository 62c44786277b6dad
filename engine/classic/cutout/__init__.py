"""Cutting the person out of a photo with classic image processing. Knows no look and no file format."""

from __future__ import annotations

from engine.classic.cutout.cut import Cut, cut_out

__all__ = ["Cut", "cut_out"]
