"""The groups table."""

from __future__ import annotations

from storage.database import Database
from storage.groups import Groups


async def test_a_group_is_new_once_and_on_until_it_is_switched_off(database: Database) -> None:
    groups = Groups(database)

    assert await groups.add(-1)
    assert not await groups.add(-1)
    assert not await groups.is_off(-1)
    await groups.switch(-1, is_off=True)
    await groups.switch(-2, is_off=True)
    assert await groups.is_off(-1)
    assert await groups.is_off(-2)
    await groups.switch(-1, is_off=False)
    assert not await groups.is_off(-1)


async def test_a_group_keeps_what_it_was_under_its_new_number(database: Database) -> None:
    groups = Groups(database)
    await groups.switch(-1, is_off=True)
    await groups.add(-100)

    await groups.move(-1, -100)
    await groups.move(-1, -100)

    assert await groups.is_off(-100)
    assert await groups.add(-1)


async def test_a_forgotten_group_is_new(database: Database) -> None:
    groups = Groups(database)
    await groups.switch(-1, is_off=True)

    await groups.forget(-1)

    assert not await groups.is_off(-1)
    assert await groups.add(-1)
