"""How often a key may call."""

from __future__ import annotations

import pytest

from api.access.rate_limits import POLLS_AT_ONCE, RateLimits
from api.errors import RateLimited
from storage.records import ApiKey


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def key(name: str, per_minute: int = 3) -> ApiKey:
    return ApiKey(name, name, "", frozenset(), per_minute, 20, 0.0)


def test_a_minutes_worth_may_come_at_once_and_then_as_the_minute_passes() -> None:
    clock = Clock()
    limits = RateLimits(clock)
    for _ in range(3):
        limits.submit(key("a"))
    with pytest.raises(RateLimited) as refused:
        limits.submit(key("a"))
    assert refused.value.retry_after_s == 20.0
    clock.now += 20.5
    limits.submit(key("a"))
    with pytest.raises(RateLimited):
        limits.submit(key("a"))


def test_keys_and_kinds_of_calls_do_not_hold_each_other_up() -> None:
    limits = RateLimits(Clock())
    limits.submit(key("a", 1))
    limits.submit(key("b", 1))
    for _ in range(POLLS_AT_ONCE):
        limits.poll(key("a", 1))
    with pytest.raises(RateLimited):
        limits.poll(key("a", 1))
    limits.poll(key("b", 1))
