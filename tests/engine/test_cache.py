"""The LRU cache: what was used last stays."""

from __future__ import annotations

import pytest

from engine.cache import LruCache


def test_the_least_recently_used_value_goes_first() -> None:
    cache: LruCache[str, int] = LruCache(2)
    for key in ("a", "b", "a", "c"):
        cache.get(key, lambda key=key: ord(key))  # type: ignore[misc]
    assert cache.keys() == ["a", "c"]
    assert cache.find("b") is None


def test_what_cannot_be_made_is_not_kept() -> None:
    cache: LruCache[str, int] = LruCache(2)
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 // 0)
    assert cache.get("a", lambda: 2) == 2
    cache.clear()
    assert len(cache) == 0
