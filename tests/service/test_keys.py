from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service import keys as keys_module
from service.errors import KeyUnknown
from service.keys import ApiKeys
from storage.database import Database
from storage.keys import Keys
from storage.sqlite import SqliteDatabase

now = 1000.0


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await SqliteDatabase.open(tmp_path / "test.sqlite3")
    yield opened
    await opened.close()


@pytest.fixture
def keys(database: Database) -> ApiKeys:
    return ApiKeys(Keys(database, lambda: now), lambda: now)


async def test_a_key_is_known_by_its_text_and_kept_only_as_a_hash(keys: ApiKeys, database: Database) -> None:
    key, text = await keys.add("shop")
    secret = text.partition(":")[2]
    row = await database.one("SELECT * FROM keys")

    assert await keys.check(text) == key
    assert row is not None
    assert secret not in [str(value) for value in tuple(row)]
    assert len(secret) >= 43  # 256 bits


@pytest.mark.parametrize(
    "change", ["", ":", "x", "{id}", "{id}:", "{id}:wrong", ":{secret}", "{id}:{secret}x", "\udcff:x"]
)
async def test_anything_else_is_unknown(keys: ApiKeys, change: str) -> None:
    _, text = await keys.add("shop")
    key_id, _, secret = text.partition(":")

    with pytest.raises(KeyUnknown):
        await keys.check(change.format(id=key_id, secret=secret))


async def test_revoked_and_expired_keys_are_as_unknown_ones(keys: ApiKeys, database: Database) -> None:
    revoked, text = await keys.add("a")
    _, short = await keys.add("b", lifetime_s=10)
    await keys.revoke(revoked.id)
    later = ApiKeys(Keys(database), lambda: now + 11)

    with pytest.raises(KeyUnknown):
        await keys.check(text)
    assert (await keys.check(short)).name == "b"
    with pytest.raises(KeyUnknown):
        await later.check(short)
    with pytest.raises(KeyUnknown):
        await keys.revoke("nobody")


async def test_a_key_is_read_once_a_second_and_so_another_processs_revocation_counts_within_one(
    keys: ApiKeys, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, text = await keys.add("a")
    other_process = ApiKeys(Keys(database), lambda: now)
    monkeypatch.setattr(keys_module, "CACHED_S", 3600.0)  # however slow the machine is
    assert await other_process.check(text) == await keys.check(text) == key
    await keys.revoke(key.id)

    assert await other_process.check(text) == key
    with pytest.raises(KeyUnknown):
        await keys.check(text)
    monkeypatch.setattr(keys_module, "CACHED_S", 0.0)
    with pytest.raises(KeyUnknown):
        await other_process.check(text)


async def test_revoking_twice_keeps_the_first_moment(keys: ApiKeys) -> None:
    key, _ = await keys.add("a")

    assert (await keys.revoke(key.id)).revoked_at == (await keys.revoke(key.id)).revoked_at == now


@pytest.mark.parametrize(
    ("name", "kept"),
    [("shop\x1b[2J\nnew", "shop[2J new"), ("\u200b", "unnamed"), ("\u202eevil", "evil"), ("x" * 63 + "🇺🇦", "x" * 63)],
)
async def test_a_keys_name_is_one_readable_line(keys: ApiKeys, name: str, kept: str) -> None:
    key, _ = await keys.add(name)

    assert key.name == kept
