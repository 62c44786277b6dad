from __future__ import annotations

from tests.acceptance.conftest import stage

__all__ = ["stage"]
