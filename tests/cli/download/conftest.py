from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.cli.download.hub import Hub


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    servers = await Hub().start()
    yield servers
    await servers.stop()
