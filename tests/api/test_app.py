from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from api.app import HttpServer
from service.limits import Limits
from service.stickers import StickerService, Submission
from storage.database import Database
from storage.files import Files
from storage.jobs import Jobs
from storage.packs import Packs
from storage.users import Users


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "test.sqlite3")
    yield opened
    await opened.close()


@pytest.fixture
def service(database: Database, tmp_path: Path) -> StickerService:
    return StickerService(
        jobs=Jobs(database),
        users=Users(database),
        packs=Packs(database),
        files=Files(tmp_path),
        limits=Limits(),
    )


@pytest.fixture
async def url(service: StickerService) -> AsyncIterator[str]:
    async def broken(_request: web.Request) -> web.Response:
        raise RuntimeError("a secret in an exception")

    server = HttpServer(service, engine_name="plain", routes=[web.get("/broken", broken)])
    port = await server.start("127.0.0.1", 0)
    yield f"http://127.0.0.1:{port}"
    await server.stop()


async def test_healthz_says_how_it_is(service: StickerService, url: str) -> None:
    await service.submit(Submission("tg:1", "tg:1:1"))
    async with ClientSession() as session, session.get(f"{url}/healthz") as response:
        assert response.status == 200
        body = await response.json()
    assert body == {"status": "ok", "engine": "plain", "jobs": {"queued": 1, "running": 0}}


async def test_healthz_is_unwell_without_its_database(database: Database, url: str) -> None:
    await database.run("ALTER TABLE jobs RENAME TO lost")
    async with ClientSession() as session, session.get(f"{url}/healthz") as response:
        assert response.status == 503
        assert (await response.json())["status"] == "unwell"


async def test_no_exception_text_reaches_a_caller(url: str) -> None:
    async with ClientSession() as session, session.get(f"{url}/broken") as response:
        assert response.status == 500
        assert "secret" not in await response.text()


async def test_unknown_paths_and_methods_are_told_as_json(url: str) -> None:
    async with ClientSession() as session:
        async with session.get(f"{url}/nothing") as response:
            assert (response.status, await response.json()) == (404, {"error": "Not Found"})
        async with session.post(f"{url}/healthz") as response:
            assert response.status == 405
