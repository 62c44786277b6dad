"""The same work in stock diffusers: its SDXL ControlNet pipeline, both adapters, both nets, the same random weights.

Two things stock diffusers cannot do and is helped with: let a ControlNet read the face tokens and not the text
(`FaceReadingNet`), and draw several people at once (`ManyFacesPipeline`). An adapter's window needs a callback; a net's
ends in stock diffusers by the share of steps, so it is told the share at which the engine's ends. After it the pipeline
still runs the net, at strength 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from diffusers import ControlNetModel, StableDiffusionXLControlNetPipeline
from torch import Tensor

from benchmarks.architecture import Weights, channels_last, controlnet_of, unet_of, vae_of
from engine.diffusion.inputs import GuidanceWindows, PictureInputs
from engine.diffusion.schedule import GuidanceWindow, SeededNoise, sde_karras

STRENGTHS = (1.0, 0.2)  # of identity and depth, and of the face and the photo: face-to-sticker's defaults


class FaceReadingNet(ControlNetModel):
    """A ControlNet that reads `tokens` [rows, tokens, width] instead of the text."""

    tokens: Tensor

    def forward(self, sample: Tensor, timestep: Tensor, encoder_hidden_states: Tensor, *args: Any, **told: Any) -> Any:
        """Take what a ControlNet takes and leave the text."""
        return super().forward(sample, timestep, self.tokens, *args, **told)


class ManyFacesPipeline(StableDiffusionXLControlNetPipeline):
    """Leaves the image prompts of a batch as they are; the stock method repeats them all for every picture.

    Unchanged, each picture of a batch would read the faces of the others too.
    """

    def prepare_ip_adapter_image_embeds(self, _image: Any, embeds: list[Tensor], *_: Any) -> list[Tensor]:
        """Return `embeds`, each [2N, photos, states, width], unconditional first."""
        return embeds


class StockPipeline:
    """Draws prepared inputs with stock diffusers."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nets = [_net(weights, net) for net in (weights.identity, weights.depth)]
        self.pipeline = ManyFacesPipeline(
            vae=_filled(vae_of(weights.architecture), weights.vae),
            unet=_filled(unet_of(weights.architecture), weights.unet),
            controlnet=self._nets,
            scheduler=sde_karras(1),
            text_encoder=None,
            text_encoder_2=None,
            tokenizer=None,
            tokenizer_2=None,
            add_watermarker=False,
        )
        self.pipeline.set_progress_bar_config(disable=True)
        self.pipeline.load_ip_adapter(
            list(weights.adapters), subfolder=None, weight_name=["", ""], image_encoder_folder=None
        )
        torch.nn.Module.to(self.pipeline.unet, weights.device, weights.dtype)

    def compile(self, **options: Any) -> None:
        """Speed it up as its own documentation says: channels last, repeated blocks compiled."""
        # Two shapes of block, two scales of the photo's adapter, four batches: more graphs than torch allows by itself.
        torch._dynamo.config.recompile_limit = 64
        channels_last([self.pipeline.unet, self.pipeline.vae, *self._nets])
        self.pipeline.unet.compile_repeated_blocks(fullgraph=True, **options)

    @torch.no_grad()
    def draw(
        self, pictures: Sequence[PictureInputs], steps: int, windows: GuidanceWindows, output: str = "pt"
    ) -> Tensor:
        """Return the pictures [N, 3, H, W] in 0 .. 1, or with `output` "latent" their latents."""
        photo_steps = sum(windows.photo.active_steps(sde_karras(steps)))
        self.pipeline.set_ip_adapter_scale(list(STRENGTHS))
        self._read_faces(pictures)
        return self.pipeline(  # type: ignore[no-any-return]
            **self._told(pictures),
            controlnet_conditioning_scale=list(STRENGTHS),
            control_guidance_end=[1.0, share_of_steps(windows.depth, steps)],
            num_inference_steps=steps,
            guidance_scale=7.0,
            callback_on_step_end=_ending_photo(photo_steps),
            output_type=output,
        ).images

    def _told(self, pictures: Sequence[PictureInputs]) -> dict[str, Any]:
        return {
            "prompt_embeds": self._stack([picture.cond.text for picture in pictures]),
            "pooled_prompt_embeds": self._stack([picture.cond.pooled for picture in pictures]),
            "negative_prompt_embeds": self._stack([picture.uncond.text for picture in pictures]),
            "negative_pooled_prompt_embeds": self._stack([picture.uncond.pooled for picture in pictures]),
            "ip_adapter_image_embeds": [self._faces(pictures), self._photos(pictures)],
            "image": [
                self._stack([_given(picture.keypoints) for picture in pictures]),
                self._stack([_given(picture.depth) for picture in pictures]),
            ],
            "generator": [torch.Generator().manual_seed(_seed(picture)) for picture in pictures],
        }

    def _faces(self, pictures: Sequence[PictureInputs]) -> Tensor:
        """Face embeddings, unconditional first, [2N, 1, 1, 512]."""
        uncond = [_given(picture.uncond.face) for picture in pictures]
        return self._stack([*uncond, *(_given(picture.cond.face) for picture in pictures)])[:, None, None]

    def _photos(self, pictures: Sequence[PictureInputs]) -> Tensor:
        """CLIP states, unconditional first, [2N, 1, states, width]."""
        uncond = [_given(picture.uncond.photo) for picture in pictures]
        return self._stack([*uncond, *(_given(picture.cond.photo) for picture in pictures)])

    def _read_faces(self, pictures: Sequence[PictureInputs]) -> None:
        projection = self.pipeline.unet.encoder_hid_proj.image_projection_layers[0]
        for net in self._nets:
            net.tokens = projection(self._faces(pictures)[:, 0])

    def _stack(self, tensors: Sequence[Tensor]) -> Tensor:
        return torch.stack([tensor.to(self._weights.device, self._weights.dtype) for tensor in tensors])


def share_of_steps(window: GuidanceWindow, steps: int) -> float:
    """Return where stock diffusers must end a net so that it is active in as many steps as in the engine."""
    return (sum(window.active_steps(sde_karras(steps))) + 0.5) / steps


def _ending_photo(steps: int) -> Callable[..., dict[str, Any]]:
    """Return the callback that ends the photo's adapter after `steps` steps."""

    def on_step(pipeline: Any, step: int, _timestep: Any, _tensors: dict[str, Any]) -> dict[str, Any]:
        if step + 1 == steps:
            pipeline.set_ip_adapter_scale([STRENGTHS[0], 0.0])
        return {}

    return on_step


def _net(weights: Weights, original: ControlNetModel) -> FaceReadingNet:
    config = controlnet_of(weights.architecture).config
    with torch.device("meta"):
        net = FaceReadingNet.from_config(config)
    return _filled(net, original)  # type: ignore[no-any-return]


def _filled(network: Any, original: torch.nn.Module) -> Any:
    network.load_state_dict(original.state_dict(), assign=True)
    return network.requires_grad_(False).eval()


def _given(tensor: Tensor | None) -> Tensor:
    assert tensor is not None
    return tensor


def _seed(picture: PictureInputs) -> int:
    assert isinstance(picture.noise, SeededNoise)
    return picture.noise.seed
