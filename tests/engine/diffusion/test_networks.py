"""Rules on loading: real file formats, the LoRA in all three networks, one clear error for what is not there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import ControlNetModel
from safetensors.torch import load_file, save_file

from engine.diffusion.denoise import decode, denoise
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths, load_networks
from engine.diffusion.networks import MEMORY_FORMATS, DiffusionNetworks, read_adapter
from engine.diffusion.schedule import sde_karras
from engine.diffusion.text import encode_prompt
from engine.errors import EngineUnavailable
from tests.engine.diffusion.prepared import picture, relative
from tests.engine.diffusion.tiny_ldm import build_single_file


def test_importing_the_package_imports_no_torch() -> None:
    checked = "import engine.diffusion, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", checked], check=False).returncode == 0


def test_a_second_load_draws_the_same_bytes(paths: FaceToStickerPaths, networks: DiffusionNetworks) -> None:
    again = load_networks(paths)
    assert torch.equal(denoise(again, [picture()], sde_karras(3)), denoise(networks, [picture()], sde_karras(3)))


def test_the_lora_changes_the_unet_and_in_both_text_encoders(
    paths: FaceToStickerPaths, networks: DiffusionNetworks
) -> None:
    without = load_networks(replace(paths, lora=None))
    assert relative(denoise(without, [picture()], sde_karras(3)), denoise(networks, [picture()], sde_karras(3))) > 1e-3
    plain, _ = encode_prompt(without.text_encoders, "a person")
    styled, _ = encode_prompt(networks.text_encoders, "a person")
    widths = [encoder.model.config.hidden_size for encoder in networks.text_encoders]
    for before, after in zip(plain.split(widths, dim=-1), styled.split(widths, dim=-1), strict=True):
        assert relative(after, before) > 1e-3


def test_the_lora_is_fused_and_leaves_no_layers_behind(networks: DiffusionNetworks) -> None:
    for network in (networks.unet, *(encoder.model for encoder in networks.text_encoders)):
        assert [name for name, _ in network.named_parameters() if "lora" in name] == []
        assert not any(parameter.requires_grad for parameter in network.parameters())


def test_the_lora_adds_up_times_down(paths: FaceToStickerPaths, networks: DiffusionNetworks) -> None:
    without = load_networks(replace(paths, lora=None))
    lora = load_file(paths.lora)  # type: ignore[arg-type]
    name = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
    kohya = f"lora_unet_{name.replace('.', '_')}"
    added = lora[f"{kohya}.lora_up.weight"] @ lora[f"{kohya}.lora_down.weight"]  # alpha is the rank: scale 1
    before, after = (entry.unet.get_submodule(name).weight for entry in (without, networks))
    torch.testing.assert_close(after, before + added)


def test_pickled_and_safetensors_adapters_are_the_same(paths: FaceToStickerPaths, tmp_path: Path) -> None:
    pickled = read_adapter(paths.instantid_adapter)
    flat = {f"{part}.{name}": weight for part, names in pickled.items() for name, weight in names.items()}  # type: ignore[union-attr]
    save_file(flat, tmp_path / "instantid.safetensors")
    read = read_adapter(tmp_path / "instantid.safetensors")
    assert {part: set(names) for part, names in read.items()} == {part: set(names) for part, names in pickled.items()}  # type: ignore[union-attr]
    assert torch.equal(read["image_proj"]["latents"], pickled["image_proj"]["latents"])  # type: ignore[index]


def test_a_depth_net_in_one_file_takes_the_identity_nets_shape(
    paths: FaceToStickerPaths, networks: DiffusionNetworks, tmp_path: Path
) -> None:
    weights = ControlNetModel.from_pretrained(paths.depth_net).state_dict()
    save_file(weights, tmp_path / "depth.safetensors")
    single = load_networks(replace(paths, depth_net=tmp_path / "depth.safetensors"))
    assert torch.equal(denoise(single, [picture()], sde_karras(2)), denoise(networks, [picture()], sde_karras(2)))


def test_bfloat16_networks_draw_fp32_latents(paths: FaceToStickerPaths) -> None:
    half = load_networks(paths, dtype=torch.bfloat16)
    assert {parameter.dtype for parameter in half.unet.parameters()} == {torch.bfloat16}
    latents = denoise(half, [picture(), picture(1)], sde_karras(2))
    assert latents.dtype == torch.float32
    assert bool(latents.isfinite().all())


def test_the_vae_stays_fp32_beside_float16(paths: FaceToStickerPaths) -> None:
    half = load_networks(FaceToStickerPaths(base=paths.base), dtype=torch.float16)
    assert (half.unet.dtype, half.vae.dtype) == (torch.float16, torch.float32)


def test_everything_missing_is_named_at_once(paths: FaceToStickerPaths) -> None:
    absent = replace(paths, lora=Path("/nowhere/lora"), identity_net=Path("/nowhere/net"))
    with pytest.raises(EngineUnavailable, match="lora: nothing at /nowhere/lora; identity_net: nothing at"):
        load_networks(absent)


@pytest.mark.parametrize(
    "role", ["base", "lora", "instantid_adapter", "identity_net", "plus_face_adapter", "depth_net"]
)
def test_a_file_that_was_cut_off_is_named(paths: FaceToStickerPaths, tmp_path: Path, role: str) -> None:
    whole = getattr(paths, role)
    cut = tmp_path / whole.name
    if whole.is_dir():
        cut.mkdir()
    else:
        cut.write_bytes(whole.read_bytes()[:1000])
    with pytest.raises(EngineUnavailable, match=cut.name):
        load_networks(replace(paths, **{role: cut}))


def test_a_pickle_that_would_run_code_is_refused(paths: FaceToStickerPaths, tmp_path: Path) -> None:
    torch.save({"image_proj": Path("x"), "ip_adapter": {}}, tmp_path / "evil.bin")
    with pytest.raises(EngineUnavailable, match="weights_only"):
        load_networks(replace(paths, instantid_adapter=tmp_path / "evil.bin"))


def test_a_base_in_one_file_draws_as_the_folder_it_was_made_of(
    paths: FaceToStickerPaths, networks: DiffusionNetworks, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    without_weights = shutil.ignore_patterns("*.safetensors")
    shutil.copytree(paths.base, config, ignore=without_weights)
    single = build_single_file(tmp_path / "albedo.safetensors", paths.base)
    loaded = load_networks(replace(paths, base=single, base_config=config))
    for one, other in zip(loaded.text_encoders, networks.text_encoders, strict=True):
        assert _differing(one.model, other.model) == []
    assert _differing(loaded.vae, networks.vae) == []
    assert torch.equal(denoise(loaded, [picture()], sde_karras(2)), denoise(networks, [picture()], sde_karras(2)))


def _differing(one: torch.nn.Module, other: torch.nn.Module) -> list[str]:
    expected = other.state_dict()
    return [name for name, weight in one.state_dict().items() if not torch.equal(weight, expected[name])]


def test_convolutions_of_unet_controlnets_and_vae_are_laid_out_for_the_device(
    paths: FaceToStickerPaths, networks: DiffusionNetworks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MEMORY_FORMATS, "cpu", torch.channels_last)
    own = load_networks(paths)
    assert own.identity is not None
    for layer in (own.unet.conv_in, own.identity.net.conv_in, own.vae.decoder.conv_in, own.vae.encoder.conv_in):
        assert layer.weight.is_contiguous(memory_format=torch.channels_last)
    latents = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    assert relative(decode(own, latents), decode(networks, latents)) < 1e-5
