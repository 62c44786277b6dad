"""The LRU cache."""

from __future__ import annotations

from engine.cache import LruCache


def test_the_least_recently_used_value_goes_first() -> None:
    cache: LruCache[str, int] = LruCache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.find("a") == 1
    cache.put("c", 3)

    assert cache.keys() == ["a", "c"]
    assert cache.find("b") is None
    assert len(cache) == 2


def test_a_value_is_made_once_while_it_is_kept() -> None:
    cache: LruCache[str, int] = LruCache(1)
    made = [cache.get("a", lambda: 1), cache.get("a", lambda: 2), cache.get("b", lambda: 3), cache.get("a", lambda: 4)]

    assert made == [1, 1, 3, 4]


def test_a_value_put_again_is_the_newest() -> None:
    cache: LruCache[str, int] = LruCache(2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        cache.put(key, value)

    assert (cache.find("a"), cache.find("b"), cache.find("c")) == (3, None, 4)


def test_a_dropped_value_is_not_here_any_more() -> None:
    cache: LruCache[str, int] = LruCache(2)
    cache.put("a", 1)
    for key in ("a", "b"):
        cache.drop(key)

    assert cache.find("a") is None


def test_more_bytes_than_allowed_are_not_kept() -> None:
    cache: LruCache[str, bytes] = LruCache(10, most_bytes=100, size_of=len)
    for key in "abc":
        cache.put(key, bytes(40))
    assert cache.keys() == ["b", "c"]
    assert cache.get("d", lambda: bytes(500)) == bytes(500)  # given, and too large to keep
    assert cache.size_bytes == 0
