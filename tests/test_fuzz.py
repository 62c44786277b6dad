"""The fuzzing targets still fit what they fuzz: a few inputs each. `make fuzz` tries them for minutes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import strategies as some

from fuzz import TARGETS
from fuzz.__main__ import TooSlow, run
from fuzz.target import simple

FEW = {"captions": 4, "chat": 1, "drawing": 2, "photos": 5}


@pytest.mark.parametrize("name", TARGETS)
def test_a_few_inputs_of_every_target_break_nothing(name: str) -> None:
    assert run(TARGETS[name], seconds=0, start=1, at_once=FEW.get(name, 20)) > 0


def test_what_breaks_is_found_and_its_input_is_kept(tmp_path: Path) -> None:
    def check(data: bytes) -> None:
        assert not data

    broken = simple("broken", some.binary(), check, slow_s=1.0)
    with pytest.raises(AssertionError):
        run(broken, seconds=0, start=1, folder=tmp_path)
    assert (tmp_path / "broken.input").read_bytes() == b"\0"


def test_an_input_that_takes_too_long_is_found() -> None:
    slow = simple("slow", some.just(30), lambda size: sum(range(10_000 * size)), slow_s=-1.0)
    with pytest.raises(TooSlow):
        run(slow, seconds=0, start=1, at_once=1)
