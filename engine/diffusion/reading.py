"""Read networks from local files: what is wrong with one is told by its role and path. Knows no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.diffusion.failures import is_memory_short
from engine.errors import EngineError, EngineUnavailable

# Of what is read; other files of a folder may well be empty.
SUFFIXES = frozenset({".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".json", ".txt", ".model"})

MOST_TOLD = 400  # characters of what a library says: some list every weight


@contextmanager
def reading(role: str, path: Path) -> Iterator[None]:
    """Turn whatever libraries say about a missing, empty, cut-off or foreign file into one `EngineUnavailable`.

    Memory that runs out is told as it is: the file is not to blame.
    """
    files = path.rglob("*") if path.is_dir() else [path] if path.is_file() else []
    for file in files:
        if file.suffix in SUFFIXES and file.is_file() and not file.stat().st_size:
            raise EngineUnavailable(f"{role}: {file} is empty")
    try:
        yield
    except EngineError:
        raise
    except Exception as error:  # of four libraries, each with kinds of its own
        if is_memory_short(error):
            raise
        told = " ".join(str(error).split())[:MOST_TOLD]
        raise EngineUnavailable(f"{role}: cannot read {path}: {type(error).__name__}: {told}") from error


def read_pretrained(kind: Any, folder: Path, **options: Any) -> Any:
    """Load a network of diffusers or transformers from its folder. Raises `ValueError` where weights are missing.

    The libraries would fill in random ones, or leave them without memory, and warn at most.
    """
    network, found = kind.from_pretrained(folder, local_files_only=True, output_loading_info=True, **options)
    if missing := sorted(found["missing_keys"]):
        raise ValueError(f"{len(missing)} weights are missing, {missing[0]} among them")
    return network


def check_weights(role: str, path: Path, network: nn.Module | Iterable[tuple[str, Tensor]]) -> None:
    """Raise `EngineUnavailable` where a weight is missing or holds what is no number."""
    named = network.state_dict().items() if isinstance(network, nn.Module) else network
    weights = [(name, weight) for name, weight in named if weight.is_floating_point()]
    if missing := [name for name, weight in weights if weight.is_meta]:
        raise EngineUnavailable(f"{role}: {path} lacks {len(missing)} weights, {missing[0]} among them")
    if weights and (place := _first_without_number([weight for _, weight in weights])) is not None:
        raise EngineUnavailable(f"{role}: {path}: {weights[place][0]} holds what is no number")


def _first_without_number(weights: Sequence[Tensor]) -> int | None:
    """Return which of `weights`, all on one device, is the first with NaN or infinity; waits for the device once."""
    are_numbers = torch.stack([weight.isfinite().all() for weight in weights]).cpu()
    return None if bool(are_numbers.all()) else int((~are_numbers).nonzero()[0])
