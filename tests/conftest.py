from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.object_store import ObjectStore

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    """An S3 server, one for all tests."""
    from tests.object_store import ObjectStore  # takes two seconds

    server = ObjectStore()
    yield server
    server.stop()


@pytest.fixture
def bucket(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an empty bucket; the environment says where it is."""
    for name, value in object_store.environment.items():
        monkeypatch.setenv(name, value)
    name = f"bucket-{next(_NUMBERS)}"
    object_store.make_bucket(name)
    return name
