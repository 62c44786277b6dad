"""The loop against the stock diffusers pipelines on the same files: what must be equal is equal to the last bit."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from diffusers import ControlNetModel, StableDiffusionXLControlNetPipeline, StableDiffusionXLPipeline
from torch import Tensor

from engine.diffusion.denoise import decode, denoise
from engine.diffusion.inputs import DepthContext, GuidanceWindows, PictureInputs
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths, load_networks
from engine.diffusion.networks import DiffusionNetworks, read_adapter
from engine.diffusion.schedule import GuidanceWindow, SeededNoise, euler_of, sde_karras
from tests.engine.diffusion.prepared import SIDE_PX, picture, relative

STEPS = 10
ROUNDING = 1e-5
ALWAYS = GuidanceWindow(0.0, 1.0)
NO_WINDOWS = GuidanceWindows(identity=ALWAYS, depth=ALWAYS, photo=ALWAYS)


class FaceReadingNet(ControlNetModel):
    """The least that stock diffusers needs: a ControlNet that reads `tokens` instead of the text."""

    tokens: Tensor

    def forward(self, sample: Tensor, timestep: Tensor, encoder_hidden_states: Tensor, *args: Any, **told: Any) -> Any:
        return super().forward(sample, timestep, self.tokens, *args, **told)


def stock_inputs(one: PictureInputs) -> dict[str, Any]:
    """Return the arguments of a stock pipeline for `one`."""
    return {
        "prompt_embeds": one.cond.text[None],
        "pooled_prompt_embeds": one.cond.pooled[None],
        "negative_prompt_embeds": one.uncond.text[None],
        "negative_pooled_prompt_embeds": one.uncond.pooled[None],
        "guidance_scale": one.guidance,
        "num_inference_steps": STEPS,
        "height": SIDE_PX,
        "width": SIDE_PX,
        "generator": [torch.Generator().manual_seed(one.noise.seed)],  # type: ignore[attr-defined]
        "output_type": "latent",
    }


def image_prompts(one: PictureInputs) -> list[Tensor]:
    """Return both adapters' inputs as stock diffusers stacks them: unconditional first, [2, 1, states, width]."""
    face = torch.stack([one.uncond.face, one.cond.face])[:, None, None]  # type: ignore[list-item]
    photo = torch.stack([one.uncond.photo, one.cond.photo])  # type: ignore[list-item]
    return [face, photo]


@pytest.mark.parametrize("sampler", ["sde", "euler"])
def test_plain_sdxl_equals_the_stock_pipeline(paths: FaceToStickerPaths, sampler: str) -> None:
    networks = load_networks(FaceToStickerPaths(base=paths.base))
    stock = StableDiffusionXLPipeline.from_pretrained(paths.base)
    stock.set_progress_bar_config(disable=True)
    scheduler = sde_karras(STEPS) if sampler == "sde" else euler_of(paths.base, STEPS)
    stock.scheduler = sde_karras(STEPS) if sampler == "sde" else euler_of(paths.base, STEPS)
    expected = stock(**stock_inputs(picture())).images
    assert torch.equal(denoise(networks, [picture()], scheduler), expected)


def test_a_tall_picture_is_told_its_sides_in_the_order_of_the_stock_pipeline(paths: FaceToStickerPaths) -> None:
    networks = load_networks(FaceToStickerPaths(base=paths.base))
    stock = StableDiffusionXLPipeline.from_pretrained(paths.base)
    stock.set_progress_bar_config(disable=True)
    stock.scheduler = sde_karras(STEPS)
    tall = picture(noise=SeededNoise(3, networks.latent_shape(width=64, height=96)))
    expected = stock(**stock_inputs(tall) | {"height": 96, "width": 64}).images
    assert torch.equal(denoise(networks, [tall], sde_karras(STEPS)), expected)


def test_a_depth_net_that_reads_text_equals_the_stock_pipeline(paths: FaceToStickerPaths) -> None:
    networks = load_networks(FaceToStickerPaths(base=paths.base, depth_net=paths.depth_net))
    stock = _controlnet_pipeline(paths, ControlNetModel.from_pretrained(paths.depth_net))
    expected = stock(
        **stock_inputs(picture()),
        image=picture().depth[None],
        controlnet_conditioning_scale=0.5,  # type: ignore[index]
    ).images
    actual = denoise(
        networks,
        [picture(depth_strength=0.5)],
        sde_karras(STEPS),
        windows=NO_WINDOWS,
        depth_context=DepthContext.TEXT,
    )
    assert relative(actual, expected) < ROUNDING


def test_two_adapters_and_two_nets_equal_the_stock_pipeline(
    paths: FaceToStickerPaths, networks: DiffusionNetworks
) -> None:
    one = picture(instant_id_strength=0.8, ip_adapter_weight=0.3, depth_strength=0.4)
    expected = _stock_face_to_sticker(paths, networks, one)
    actual = denoise(networks, [one], sde_karras(STEPS), windows=NO_WINDOWS)
    assert relative(actual, expected) < ROUNDING


def test_the_face_reading_nets_differ_from_text_reading_ones(
    paths: FaceToStickerPaths, networks: DiffusionNetworks
) -> None:
    one = picture(instant_id_strength=0.8, ip_adapter_weight=0.3, depth_strength=0.4)
    reading_text = _stock_face_to_sticker(paths, networks, one, net_class=ControlNetModel)
    assert relative(denoise(networks, [one], sde_karras(STEPS), windows=NO_WINDOWS), reading_text) > 1e-2


def test_ended_nets_equal_nets_at_strength_0(networks: DiffusionNetworks) -> None:
    windows = GuidanceWindows(identity=ALWAYS, depth=GuidanceWindow(0.0, 0.5), photo=ALWAYS)
    ended = denoise(networks, [picture()], sde_karras(STEPS), windows=windows)
    active = sum(windows.depth.active_steps(sde_karras(STEPS)))

    calls = 0

    def silence(net: Any, args: Any, told: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        nonlocal calls
        calls += 1
        scale = told["conditioning_scale"]
        return args, {**told, "conditioning_scale": scale if calls <= active else torch.zeros_like(scale)}

    handle = networks.depth.net.register_forward_pre_hook(silence, with_kwargs=True)  # type: ignore[union-attr]
    silenced = denoise(networks, [picture()], sde_karras(STEPS), windows=NO_WINDOWS)
    handle.remove()
    assert calls == STEPS
    assert torch.equal(ended, silenced)


def test_decoded_pictures_equal_the_stock_pipelines(paths: FaceToStickerPaths, networks: DiffusionNetworks) -> None:
    stock = StableDiffusionXLPipeline.from_pretrained(paths.base)
    stock.set_progress_bar_config(disable=True)
    stock.scheduler = sde_karras(STEPS)
    plain = load_networks(FaceToStickerPaths(base=paths.base))
    latents = denoise(plain, [picture()], sde_karras(STEPS))
    expected = torch.from_numpy(stock(**stock_inputs(picture()) | {"output_type": "np"}).images).permute(0, 3, 1, 2)
    assert torch.equal(decode(plain, latents), expected)


def _controlnet_pipeline(paths: FaceToStickerPaths, nets: Any) -> Any:
    stock = StableDiffusionXLControlNetPipeline.from_pretrained(paths.base, controlnet=nets)
    stock.set_progress_bar_config(disable=True)
    stock.scheduler = sde_karras(STEPS)
    return stock


def _stock_face_to_sticker(
    paths: FaceToStickerPaths,
    networks: DiffusionNetworks,
    one: PictureInputs,
    net_class: type[ControlNetModel] = FaceReadingNet,
) -> Tensor:
    """Draw with stock diffusers: LoRA fused, both adapters loaded, both nets; the face tokens handed to the nets."""
    nets = [net_class.from_pretrained(path) for path in (paths.identity_net, paths.depth_net)]
    stock = _controlnet_pipeline(paths, nets)
    stock.load_lora_weights(str(paths.lora))
    stock.fuse_lora()
    stock.unload_lora_weights()
    adapters = [read_adapter(path) for path in (paths.instantid_adapter, paths.plus_face_adapter)]
    stock.load_ip_adapter(adapters, subfolder=None, weight_name=["", ""], image_encoder_folder=None)
    stock.set_ip_adapter_scale([one.instant_id_strength, one.ip_adapter_weight])
    projection = stock.unet.encoder_hid_proj.image_projection_layers[0]
    for net in nets:
        net.tokens = projection(image_prompts(one)[0][:, 0])
    return stock(
        **stock_inputs(one),
        ip_adapter_image_embeds=image_prompts(one),
        image=[one.keypoints[None], one.depth[None]],  # type: ignore[index]
        controlnet_conditioning_scale=[one.instant_id_strength, one.depth_strength],
    ).images
