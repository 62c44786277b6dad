"""The example in docs/diffusion.md is run as it is printed."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "diffusion.md"


@pytest.mark.skipif(find_spec("torch") is None, reason="needs the diffusion extra")
@pytest.mark.filterwarnings("ignore:::(diffusers|transformers|torch|peft|huggingface_hub)(\\..*)?")
def test_the_example_draws_a_picture() -> None:
    [example] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(example, str(DOCUMENT), "exec"), names)  # noqa: S102
    assert names["latents"].shape == (1, 4, 8, 8)  # type: ignore[attr-defined]
    assert names["pixels"].shape == (1, 3, 64, 64)  # type: ignore[attr-defined]
