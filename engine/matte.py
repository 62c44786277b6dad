"""Mattes from a network: rembg where its weights are on disk. Never downloads; knows no face and no style."""

from __future__ import annotations

from typing import Protocol

from engine.classic.subject import Matte, Rgb


class Matter(Protocol):
    """Tells the person from the background."""

    def matte(self, photo: Rgb) -> Matte:
        """The person's matte, (height, width) like `photo`, 0 background .. 1 person."""
