from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.cli.download.hub import Hub


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    servers = await Hub().start()
    yield servers
    await servers.stop()
