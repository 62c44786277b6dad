"""Rules on image prompts: the resampler, the face that is not cond, scales without recompiling."""

from __future__ import annotations

import pytest
import torch
from diffusers import StableDiffusionXLPipeline, UNet2DConditionModel
from diffusers.models.attention import BasicTransformerBlock
from torch._dynamo.utils import counters

from engine.diffusion.adapters import Resampler, ScaleBank, install_adapters
from engine.diffusion.compile import speed_up
from engine.diffusion.denoise import denoise
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths, load_networks
from engine.diffusion.networks import read_adapter
from engine.diffusion.schedule import sde_karras
from tests.engine.diffusion.prepared import picture, relative


@pytest.mark.parametrize("which", ["instantid_adapter", "plus_face_adapter"])
def test_the_resampler_equals_the_one_diffusers_builds(paths: FaceToStickerPaths, which: str) -> None:
    adapter = read_adapter(getattr(paths, which))
    stock = StableDiffusionXLPipeline.from_pretrained(paths.base)
    stock.load_ip_adapter(adapter, subfolder=None, weight_name="", image_encoder_folder=None)
    projection = stock.unet.encoder_hid_proj.image_projection_layers[0]
    resampler = Resampler.from_weights(adapter["image_proj"])  # type: ignore[index]
    states = torch.randn(2, 5, resampler.proj_in.in_features, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert relative(resampler(states), projection(states)) < 1e-5


@pytest.mark.parametrize(("source", "millions"), [(512, 81.98), (1280, 82.96)])
def test_full_size_resamplers_have_as_many_parameters_as_the_files(source: int, millions: float) -> None:
    with torch.device("meta"):
        full = Resampler(queries=16, width=1280, inner=1280, layers=4, ff=5120, source=source, out=2048)
    assert round(sum(parameter.numel() for parameter in full.parameters()) / 1e6, 2) == millions


def test_rows_keep_their_own_scale_when_the_bank_grows() -> None:
    bank = ScaleBank(adapters=2, rows=2)
    bank.set([torch.tensor([0.1, 0.2, 0.3]), torch.tensor([0.4, 0.5, 0.6])])
    assert bank.scales[:, :, 0, 0].tolist() == torch.tensor([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]).tolist()


def test_an_adapter_of_another_unet_is_refused(paths: FaceToStickerPaths) -> None:
    unet = UNet2DConditionModel.from_pretrained(paths.base, subfolder="unet")
    attention = read_adapter(paths.instantid_adapter)["ip_adapter"]  # type: ignore[index]
    del attention["1.to_k_ip.weight"]
    with pytest.raises(ValueError, match=r"1\.to_k_ip"):
        install_adapters(unet, [attention])


def test_compiled_blocks_draw_the_same_with_one_graph_for_every_weight(paths: FaceToStickerPaths) -> None:
    networks = load_networks(paths)
    eager = denoise(networks, [picture()], sde_karras(2))
    speed_up(networks, backend="eager")
    torch._dynamo.reset()
    counters.clear()
    assert relative(denoise(networks, [picture()], sde_karras(2)), eager) < 1e-5
    graphs = counters["stats"]["unique_graphs"]
    for number in range(20):
        weights = {"ip_adapter_weight": number / 20, "instant_id_strength": 1 - number / 21}
        denoise(networks, [picture(**weights)], sde_karras(2))
    assert counters["stats"]["unique_graphs"] == graphs
    assert graphs > 0


def test_fused_self_attention_draws_the_same(paths: FaceToStickerPaths) -> None:
    networks = load_networks(paths)
    apart = denoise(networks, [picture()], sde_karras(3))
    speed_up(networks, compiles=False)
    assert relative(denoise(networks, [picture()], sde_karras(3)), apart) < 1e-5
    blocks = [module for module in networks.unet.modules() if isinstance(module, BasicTransformerBlock)]
    assert all(hasattr(block.attn1, "to_qkv") and not hasattr(block.attn1, "to_q") for block in blocks)
    assert all(hasattr(block.attn2, "to_q") for block in blocks)
