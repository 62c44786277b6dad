"""An LRU cache, bounded by count and bytes: the least recently used value goes first. Knows no key's meaning."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LruCache(Generic[Key, Value]):
    """Hold at most `most` values, of at most `most_bytes` as `size_of` counts them. Used from one thread at a time."""

    def __init__(
        self, most: int, *, most_bytes: int | None = None, size_of: Callable[[Value], int] = lambda value: 0
    ) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._size_of = size_of
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value of `key`, made now if it is not here. What `make` raises is not kept."""
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]
        value = make()
        self.put(key, value)
        return value

    @property
    def size_bytes(self) -> int:
        """Bytes of all values, as `size_of` counts them."""
        return sum(map(self._size_of, self._values.values()))

    def find(self, key: Key) -> Value | None:
        """Return the value of `key`, None where it is not here."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key]

    def put(self, key: Key, value: Value) -> None:
        """Keep `value` as the most recently used one; one that alone has more than `most_bytes` is not kept."""
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._most or (self._most_bytes is not None and self.size_bytes > self._most_bytes):
            self._values.popitem(last=False)

    def drop(self, key: Key) -> None:
        """Forget the value of `key`, if it is here."""
        self._values.pop(key, None)

    def keys(self) -> list[Key]:
        """Return what is kept, the least recently used first."""
        return list(self._values)

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
