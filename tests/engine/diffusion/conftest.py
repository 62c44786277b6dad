"""These tests need the `diffusion` extra: without torch the folder is not collected."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths
    from engine.diffusion.networks import DiffusionNetworks

collect_ignore_glob = [] if find_spec("torch") else ["test_*.py", "models/*"]
LIBRARIES = r"(diffusers|transformers|torch|peft|huggingface_hub|onnx|rembg)(\..*)?"


def pytest_itemcollected(item: pytest.Item) -> None:
    """What the libraries have to say to themselves is no error of ours."""
    if item.path.is_relative_to(Path(__file__).parent):
        item.add_marker(pytest.mark.filterwarnings(f"ignore:::{LIBRARIES}"))


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def paths(tmp_path_factory: pytest.TempPathFactory) -> FaceToStickerPaths:
    """Every network of the SDXL side, tiny and random, as files."""
    from engine.diffusion.tiny.face_to_sticker import build_sdxl

    return build_sdxl(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="session")
def networks(paths: FaceToStickerPaths) -> DiffusionNetworks:
    """All of them loaded, fp32 on the CPU, the LoRA fused."""
    from engine.diffusion.models.face_to_sticker.networks import load_networks

    return load_networks(paths)
