from __future__ import annotations

import pytest

from engine.portrait.networks import Networks


@pytest.fixture(scope="session")
def networks() -> Networks:
    return Networks()
