"""Rules on speed: faster is the same picture, one graph serves every weight, and odd shapes compile nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch._dynamo.utils import counters

from engine.diffusion.compile import (
    GraphShape,
    batch_size,
    compile_blocks,
    fuse_self_attention,
    only_compiled,
    speed_up,
    warm_up,
    warm_up_plan,
)
from engine.diffusion.denoise import denoise
from engine.diffusion.fp8 import Fp8Linear, quantise
from engine.diffusion.models.face_to_sticker.few_steps import FEW_STEPS, fuse_few_step_lora
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths, load_networks
from engine.diffusion.networks import DiffusionNetworks
from engine.diffusion.schedule import sde_karras
from tests.engine.diffusion.prepared import SIDE_PX, picture, relative

STEPS = 2
ROUNDING = 1e-5
ALONE = GraphShape(rows=2, width=SIDE_PX, height=SIDE_PX)


@pytest.fixture
def own(paths: FaceToStickerPaths) -> Iterator[DiffusionNetworks]:
    """Networks that a test may change, and no graphs from before."""
    torch._dynamo.reset()
    counters.clear()
    yield load_networks(paths)
    torch._dynamo.reset()


def graphs() -> int:
    return int(counters["stats"]["unique_graphs"])


def test_a_compiled_engine_draws_the_same(networks: DiffusionNetworks, own: DiffusionNetworks) -> None:
    speed_up(own, backend="eager")
    compiled = denoise(own, [picture()], sde_karras(STEPS))
    assert graphs() > 0
    assert relative(compiled, denoise(networks, [picture()], sde_karras(STEPS))) < ROUNDING


def test_fused_without_compiling_draws_the_same(networks: DiffusionNetworks, own: DiffusionNetworks) -> None:
    speed_up(own, compiles=False)
    fused = denoise(own, [picture()], sde_karras(STEPS))
    assert graphs() == 0
    assert relative(fused, denoise(networks, [picture()], sde_karras(STEPS))) < ROUNDING


def test_twenty_weights_need_no_graph_beyond_the_first(own: DiffusionNetworks) -> None:
    """Check 26, and 28: float scales would be one graph per weight, and an error at the ninth."""
    speed_up(own, backend="eager")
    warm_up(own, [ALONE])
    after_warm_up = graphs()
    for number in range(20):
        weights = {"ip_adapter_weight": number / 20, "instant_id_strength": 1 - number / 40, "guidance": 2.0 + number}
        denoise(own, [picture(**weights)], sde_karras(STEPS))
    assert graphs() == after_warm_up > 0


def test_the_real_compiler_draws_the_same_with_one_graph_for_every_weight(
    networks: DiffusionNetworks, own: DiffusionNetworks
) -> None:
    """Inductor, as on a GPU, in C++: what the other tests leave out with their backend that compiles nothing.

    One block of the UNet has both kinds that are compiled; the others would only be more minutes of the same.
    """
    for network in own.denoisers:
        fuse_self_attention(network)
    compile_blocks(own.unet.down_blocks[1], dynamic=False)
    compiled = denoise(own, [picture()], sde_karras(STEPS))
    after_first = graphs()
    for number in range(3):
        denoise(own, [picture(ip_adapter_weight=number / 3, guidance=2.0 + number)], sde_karras(STEPS))

    assert graphs() == after_first > 0
    assert counters["inductor"]
    assert relative(compiled, denoise(networks, [picture()], sde_karras(STEPS))) < 1e-4


def test_an_odd_shape_compiles_nothing_and_draws_the_same(networks: DiffusionNetworks, own: DiffusionNetworks) -> None:
    speed_up(own, backend="eager")
    warm_up(own, [ALONE])
    before = graphs()
    two = [picture(0), picture(1)]
    shape = GraphShape.of(two, SIDE_PX, SIDE_PX)
    with only_compiled(shape, [ALONE]):
        drawn = denoise(own, two, sde_karras(STEPS))
    assert shape != ALONE
    assert graphs() == before
    assert relative(drawn, denoise(networks, two, sde_karras(STEPS))) < ROUNDING


def test_a_known_shape_runs_compiled(own: DiffusionNetworks) -> None:
    speed_up(own, backend="eager")
    with only_compiled(ALONE, [ALONE]):
        denoise(own, [picture()], sde_karras(STEPS))
    assert graphs() > 0


def test_a_shape_counts_rows_text_and_photos() -> None:
    assert GraphShape.of([picture()], 64, 64) == ALONE
    assert GraphShape.of([picture(), picture(1, guidance=1.0)], 64, 64) == GraphShape(rows=3, width=64, height=64)


def test_a_batch_is_full_and_no_larger_than_what_waits() -> None:
    assert [batch_size(waiting, 8) for waiting in (0, 1, 3, 5, 9)] == [1, 1, 2, 4, 8]
    assert batch_size(9, 2) == 2


def test_the_plan_begins_with_single_stickers() -> None:
    plan = warm_up_plan([(1024, 1024), (1000, 1000), (1024, 1024)], most=2)
    assert plan == [
        GraphShape(2, 1024, 1024),
        GraphShape(4, 1024, 1024),
        GraphShape(2, 1024, 1024, text=154),
        GraphShape(2, 1000, 1000),
    ]


def test_fp8_layers_differ_by_their_rounding_alone() -> None:
    torch.manual_seed(0)
    linear = torch.nn.Linear(64, 32).to(torch.bfloat16)
    x = torch.randn(3, 5, 64, dtype=torch.bfloat16)
    with torch.no_grad():
        apart = relative(Fp8Linear(linear)(x).float(), linear(x).float())
    assert 1e-4 < apart < 5e-2


def test_fp8_changes_the_linear_layers_of_blocks_and_nothing_of_the_adapters(paths: FaceToStickerPaths) -> None:
    half = load_networks(paths, dtype=torch.bfloat16)
    before = denoise(half, [picture()], sde_karras(STEPS))
    count = quantise(half.unet)
    rounded = [name for name, module in half.unet.named_modules() if isinstance(module, Fp8Linear)]
    assert len(rounded) == count > 0
    assert not [name for name in rounded if "_ip" in name or "transformer_blocks" not in name]
    assert 0 < relative(denoise(half, [picture()], sde_karras(STEPS)), before) < 0.5


def test_a_few_step_lora_is_added_to_the_weights(own: DiffusionNetworks, tmp_path: Path) -> None:
    name = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
    layer = own.unet.get_submodule(name)
    before, others = layer.weight.clone(), own.unet.conv_in.weight.clone()
    up, down = torch.randn(layer.out_features, 2), torch.randn(2, layer.in_features)
    save_file({f"unet.{name}.lora_A.weight": down, f"unet.{name}.lora_B.weight": up}, tmp_path / "few.safetensors")
    fuse_few_step_lora(own.unet, tmp_path / "few.safetensors")
    assert relative(own.unet.get_submodule(name).weight, before + up @ down) < ROUNDING
    assert torch.equal(own.unet.conv_in.weight, others)
    assert bool(denoise(own, [picture()], sde_karras(STEPS)).isfinite().all())


def test_a_few_step_lora_in_kohyas_naming_weighs_alpha_over_rank(own: DiffusionNetworks, tmp_path: Path) -> None:
    name = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
    layer = own.unet.get_submodule(name)
    before = layer.weight.clone()
    up, down = torch.randn(layer.out_features, 4), torch.randn(4, layer.in_features)
    kohya = f"lora_unet_{name.replace('.', '_')}"
    weights = {f"{kohya}.lora_up.weight": up, f"{kohya}.lora_down.weight": down, f"{kohya}.alpha": torch.tensor(1.0)}
    save_file(weights, tmp_path / "few.safetensors")
    fuse_few_step_lora(own.unet, tmp_path / "few.safetensors")
    assert relative(own.unet.get_submodule(name).weight, before + up @ down / 4) < ROUNDING


@pytest.mark.parametrize("mode", FEW_STEPS.values(), ids=lambda mode: mode.name)
def test_few_step_modes_draw_in_their_steps(networks: DiffusionNetworks, mode) -> None:  # type: ignore[no-untyped-def]
    steps: list[int] = []
    one = picture(guidance=mode.guidance)
    denoise(networks, [one], mode.scheduler(mode.steps), on_step=lambda step: steps.append(step.done) is None)
    assert steps == list(range(1, mode.steps + 1))
    assert mode.is_guided == (mode.guidance != 1.0)
