from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from storage.database import Database
from storage.keys import Keys
from storage.records import ApiKey, Upload
from storage.uploads import LEAST_BYTES, Uploads
from storage.users import Users

QUOTA = 2 * LEAST_BYTES


def upload(name: str, owner: str, clock: Any, lifetime_s: float = 100.0) -> Upload:
    return Upload(name, owner, "image/png", 10, clock.now, clock.now + lifetime_s)


async def test_a_key_comes_back_whole_and_is_revoked_once(database: Database, clock: Any) -> None:
    keys = Keys(database, clock)
    key = ApiKey("a", "shop", "hash", frozenset({"fal", "pixazo"}), 60, 20, clock.now, clock.now + 5)
    await keys.add(key)
    assert await keys.get("a") == key
    assert await keys.get("b") is None
    revoked = replace(key, revoked_at=clock.now)
    assert await keys.revoke("a") == revoked
    clock.advance(1)
    assert await keys.revoke("a") == revoked
    assert await keys.revoke("b") is None
    assert await keys.all() == [revoked]


async def test_an_upload_happens_once_and_counts_while_it_lives(database: Database, clock: Any) -> None:
    uploads = Uploads(database, clock)
    short, long = upload("s", "api:1", clock), upload("l", "api:1", clock, 500.0)
    assert [await uploads.add(each, QUOTA + 1) for each in (short, long, short)] == [True, True, False]
    assert (await uploads.bytes_of("api:1"), await uploads.bytes_of("api:2")) == (QUOTA, 0)
    clock.advance(100)
    assert (await uploads.get("s"), await uploads.get("l")) == (None, long)
    assert await uploads.bytes_of("api:1") == LEAST_BYTES
    assert await uploads.take_expired() == [short]
    assert await uploads.take_expired() == []


async def test_forgetting_an_owner_takes_the_uploads_along(database: Database, clock: Any) -> None:
    uploads = Uploads(database, clock)
    await uploads.add(upload("u", "api:1", clock), QUOTA)
    await Users(database).forget("api:1")
    assert await uploads.get("u") is None


async def test_an_owner_whose_uploads_fill_the_quota_adds_none(database: Database, clock: Any) -> None:
    uploads = Uploads(database, clock)
    added = await asyncio.gather(*(uploads.add(upload(str(n), "api:1", clock), QUOTA) for n in range(4)))
    assert sorted(added) == [False, False, True, True]
    assert await uploads.add(upload("other", "api:2", clock), QUOTA)
    clock.advance(100)
    assert await uploads.add(upload("later", "api:1", clock), QUOTA)


async def test_small_uploads_fill_the_quota_too(database: Database, clock: Any) -> None:
    """A file of one byte costs a block of the disk, an entry in its folder and a row."""
    uploads = Uploads(database, clock)
    for name in "ab":
        assert await uploads.add(replace(upload(name, "api:1", clock), size=1), 2 * LEAST_BYTES)
    assert not await uploads.add(replace(upload("c", "api:1", clock), size=1), 2 * LEAST_BYTES)
