"""The engine drawing in few steps and in eight bits: what the settings FEW_STEPS and FP8 reach."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.models.face_to_sticker.few_steps import FEW_STEPS, FewSteps, few_steps_lora
from engine.diffusion.models.face_to_sticker.model import FaceToSticker
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths
from engine.diffusion.models.face_to_sticker.record import FACE_TO_STICKER
from engine.diffusion.tiny.face_to_sticker import build_paths
from engine.errors import EngineUnavailable
from engine.model import ResultFile
from engine.types import Step, StickerResult
from engine.weights import all_models
from tests.engine.diffusion.whole import networks_of, request

LAYER = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> FaceToStickerPaths:
    return build_paths(tmp_path_factory.mktemp("whole"))


def build_lora(folder: Path, width: int) -> Path:
    """A LoRA of one layer in the file format of the published ones."""
    generator = torch.Generator().manual_seed(3)
    up, down = torch.randn(width, 2, generator=generator), torch.randn(2, width, generator=generator)
    path = folder / "few.safetensors"
    save_file({f"unet.{LAYER}.lora_A.weight": down, f"unet.{LAYER}.lora_B.weight": up}, path)
    return path


def drawn(engine: DiffusionEngine, **parameters: object) -> tuple[StickerResult, int, list[int]]:
    """(the sticker, steps of the loop, rows of each call of the UNet)."""
    steps: list[Step] = []
    rows: list[int] = []
    handle = networks_of(engine).unet.register_forward_pre_hook(lambda module, given: rows.append(len(given[0])))
    (made,) = engine.generate([request(**parameters)], lambda index, step: steps.append(step) is None)
    handle.remove()
    assert isinstance(made, StickerResult), made
    return made, max(step.done for step in steps if step.phase == "draw"), rows


@pytest.mark.parametrize(("name", "row_count"), [("lightning-4", 1), ("hyper-8-cfg", 2)])
def test_a_mode_has_its_own_steps_and_guidance_whatever_is_asked(
    paths: FaceToStickerPaths, tmp_path: Path, name: str, row_count: int
) -> None:
    mode = FEW_STEPS[name]
    plain = DiffusionEngine([FaceToSticker(paths)], device="cpu")
    plain.load()
    width = networks_of(plain).unet.get_submodule(LAYER).in_features
    engine = DiffusionEngine(
        [FaceToSticker(paths, few_steps=mode, few_steps_lora=build_lora(tmp_path, width))], device="cpu"
    )
    engine.load()

    made, steps, rows = drawn(engine, steps=3, guidance=9.0)
    again, _, _ = drawn(engine, steps=2, guidance=2.0)

    assert (steps, rows) == (mode.steps, [row_count] * mode.steps)
    assert made.files[ResultFile.PICTURE] == again.files[ResultFile.PICTURE]
    assert made.files[ResultFile.PICTURE] != drawn(plain, steps=3)[0].files[ResultFile.PICTURE]
    assert engine.parameters == frozenset(FACE_TO_STICKER.parameters) - mode.ignored
    assert {"steps", "guidance"} <= mode.ignored
    assert ("negative_prompt" in mode.ignored) == (row_count == 1)


@pytest.mark.parametrize("mode", FEW_STEPS.values(), ids=lambda mode: mode.name)
def test_every_mode_has_weights_in_the_manifest_and_says_how_to_bring_them(mode: FewSteps, tmp_path: Path) -> None:
    assert mode.name in all_models()
    with pytest.raises(EngineUnavailable, match=f"stickerface download --model {mode.name}"):
        few_steps_lora(mode, tmp_path)


def test_a_lora_that_is_none_is_named(paths: FaceToStickerPaths, tmp_path: Path) -> None:
    broken = tmp_path / "few.safetensors"
    broken.write_bytes(b"no lora")
    engine = DiffusionEngine(
        [FaceToSticker(paths, few_steps=FEW_STEPS["lightning-4"], few_steps_lora=broken)], device="cpu"
    )

    with pytest.raises(EngineUnavailable, match=r"few-step lora: cannot read .*few\.safetensors"):
        engine.load()


def test_eight_bits_are_refused_where_nothing_multiplies_them(paths: FaceToStickerPaths) -> None:
    with pytest.raises(EngineUnavailable, match=r"FP8=true needs an NVIDIA GPU of compute capability 8\.9"):
        DiffusionEngine([FaceToSticker(paths)], device="cpu", is_fp8=True).load()
