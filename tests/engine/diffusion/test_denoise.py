"""Rules on the loop: every parameter does what it says, and a batch is its pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.denoise import StepDone, decode, denoise, preview
from engine.diffusion.inputs import DepthContext, GuidanceWindows, PictureInputs
from engine.diffusion.models.face_to_sticker.networks import FaceToStickerPaths, load_networks
from engine.diffusion.networks import DiffusionNetworks
from engine.diffusion.schedule import GuidanceWindow, SeededNoise, euler_trailing, sde_karras
from engine.errors import Cancelled
from tests.engine.diffusion.prepared import LATENT, SIDE_PX, conditioning, hint, picture, relative

STEPS = 5
ROUNDING = 1e-5  # relative, fp32


def draw(networks: DiffusionNetworks, *pictures: PictureInputs, steps: int = STEPS, **options: Any) -> Tensor:
    return denoise(networks, pictures, sde_karras(steps), **options)


def test_the_same_inputs_give_the_same_latents_bit_for_bit(networks: DiffusionNetworks) -> None:
    assert torch.equal(draw(networks, picture()), draw(networks, picture()))


def test_another_seed_gives_another_picture(networks: DiffusionNetworks) -> None:
    first, second = picture(noise=SeededNoise(1, LATENT)), picture(noise=SeededNoise(2, LATENT))
    assert relative(draw(networks, first), draw(networks, second)) > 1e-2


def test_noise_can_be_handed_over_as_a_list(networks: DiffusionNetworks) -> None:
    listed = picture(noise=list(islice(SeededNoise(3, LATENT), STEPS + 1)))
    assert torch.equal(draw(networks, listed), draw(networks, picture(noise=SeededNoise(3, LATENT))))


def test_a_batch_of_any_mix_equals_its_pictures_alone(networks: DiffusionNetworks) -> None:
    mix = [
        picture(0),
        picture(1, guidance=1.0),
        picture(2, guidance=3.5, instant_id_strength=0.3, ip_adapter_weight=1.0, depth_strength=0.0),
        picture(3, instant_id_strength=0.0, guidance=12.0),
    ]
    together = draw(networks, *mix)
    for index, one in enumerate(mix):
        assert relative(together[index], draw(networks, one)[0]) < ROUNDING


def test_removing_a_picture_changes_no_other(networks: DiffusionNetworks) -> None:
    first, second, third = picture(0), picture(1), picture(2)
    assert relative(draw(networks, first, second, third)[[0, 2]], draw(networks, first, third)) < ROUNDING


def test_texts_of_different_length_share_a_batch(networks: DiffusionNetworks) -> None:
    generator = torch.Generator().manual_seed(5)
    long, short = (
        picture(0, cond=conditioning(generator, chunks=3)),
        picture(1, uncond=conditioning(generator, chunks=2)),
    )
    together = draw(networks, long, short)
    assert relative(together[0], draw(networks, long)[0]) < ROUNDING
    assert relative(together[1], draw(networks, short)[0]) < ROUNDING


def test_texts_are_padded_to_the_longest_and_never_repeated(networks: DiffusionNetworks) -> None:
    generator = torch.Generator().manual_seed(6)
    long, short = (picture(0, cond=conditioning(generator, chunks=chunks)) for chunks in (3, 2))
    read: list[int] = []
    handle = networks.unet.register_forward_pre_hook(
        lambda module, given, told: read.append(told["encoder_hidden_states"].shape[1]), with_kwargs=True
    )
    draw(networks, long, short)
    handle.remove()
    assert read == [3 * 77] * STEPS


def test_a_depth_net_that_reads_texts_of_different_length_draws_as_alone(networks: DiffusionNetworks) -> None:
    generator = torch.Generator().manual_seed(7)
    long, short = picture(0, cond=conditioning(generator, chunks=2)), picture(1, depth_strength=1.0)
    text = {"depth_context": DepthContext.TEXT}
    together = draw(networks, long, short, **text)
    assert relative(together[0], draw(networks, long, **text)[0]) < ROUNDING
    assert relative(together[1], draw(networks, short, **text)[0]) < ROUNDING


def test_an_early_text_may_be_shorter(networks: DiffusionNetworks) -> None:
    generator = torch.Generator().manual_seed(8)
    long = conditioning(generator, chunks=2)
    short = replace(long, text=conditioning(generator).text)
    late = draw(networks, picture(0, cond=long, early=short, early_steps=0))
    assert relative(late, draw(networks, picture(0, cond=long))) < ROUNDING
    early = draw(networks, picture(0, cond=long, early=short, early_steps=STEPS))
    assert relative(early, draw(networks, picture(0, cond=short))) < ROUNDING


def test_several_photos_give_more_tokens_and_another_picture(networks: DiffusionNetworks) -> None:
    generator = torch.Generator().manual_seed(5)
    cond, uncond = conditioning(generator, photos=2), conditioning(generator, photos=2)
    two = picture(cond=cond, uncond=uncond)
    one = replace(
        two,
        cond=replace(cond, photo=cond.photo[:1]),  # type: ignore[index]
        uncond=replace(uncond, photo=uncond.photo[:1]),  # type: ignore[index]
    )
    assert relative(draw(networks, two), draw(networks, one)) > 1e-3


@pytest.mark.parametrize(
    "changes",
    [
        {"guidance": 3.0},
        {"instant_id_strength": 0.3},
        {"ip_adapter_weight": 1.0},
        {"depth_strength": 1.0},
        {"uncond": picture(9).uncond},
        {"keypoints": picture(9).keypoints},
        {"depth": picture(9).depth},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_every_parameter_has_an_effect(networks: DiffusionNetworks, changes: dict[str, Any]) -> None:
    assert relative(draw(networks, picture(**changes)), draw(networks, picture())) > 10 * ROUNDING


def test_guidance_1_runs_one_row_and_ignores_the_unconditional_inputs(networks: DiffusionNetworks) -> None:
    with Calls(networks.unet, rows) as calls:
        plain = draw(networks, picture(guidance=1.0))
        same = draw(networks, picture(guidance=1.0, uncond=picture(9).uncond))
    assert calls == [1] * (2 * STEPS)
    assert torch.equal(plain, same)


def test_guidance_runs_both_rows_as_one_batch(networks: DiffusionNetworks) -> None:
    with Calls(networks.unet, rows) as calls:
        draw(networks, picture(), picture(1, guidance=1.0))
    assert calls == [3] * STEPS


def test_guidance_0_is_the_unconditional_picture(networks: DiffusionNetworks) -> None:
    swapped = replace(picture(), cond=picture().uncond, guidance=1.0)
    assert relative(draw(networks, picture(guidance=0.0)), draw(networks, swapped)) < ROUNDING


def test_instant_id_strength_0_is_the_picture_without_adapter_and_net(networks: DiffusionNetworks) -> None:
    without = replace(networks, identity=None)
    silent = picture(instant_id_strength=0.0)
    deaf = replace(silent, cond=replace(silent.cond, face=torch.zeros(512)))
    drawn = draw(networks, silent, depth_context=DepthContext.TEXT)
    assert torch.equal(drawn, draw(without, silent, depth_context=DepthContext.TEXT))
    assert torch.equal(drawn, draw(networks, deaf, depth_context=DepthContext.TEXT))


def test_ip_adapter_weight_0_is_the_picture_without_the_photo(networks: DiffusionNetworks) -> None:
    silent = picture(ip_adapter_weight=0.0)
    deaf = replace(silent, cond=replace(silent.cond, photo=picture(9).cond.photo))
    assert torch.equal(draw(networks, silent), draw(networks, deaf))


def test_outside_its_window_the_photos_weight_has_no_effect(networks: DiffusionNetworks) -> None:
    last_step_only = GuidanceWindows(photo=GuidanceWindow(0.9999, 1.0))
    weak, strong = (_clean(networks, picture(ip_adapter_weight=weight), last_step_only) for weight in (0.1, 1.0))
    assert [torch.equal(one, other) for one, other in zip(weak, strong, strict=True)] == [True] * (STEPS - 1) + [False]


def test_the_identity_net_reads_the_face_tokens_and_not_the_text(networks: DiffusionNetworks) -> None:
    drawn = picture()
    with Calls(networks.identity.net, lambda *_, **told: told["encoder_hidden_states"]) as contexts:  # type: ignore[union-attr]
        draw(networks, drawn)
    embeddings = torch.stack([drawn.uncond.face, drawn.cond.face])[:, None]  # type: ignore[list-item]
    tokens = networks.face_resampler(embeddings)  # type: ignore[misc]
    assert [torch.equal(context, tokens) for context in contexts] == [True] * STEPS


def test_an_unconditional_face_of_zeros_is_still_tokens(networks: DiffusionNetworks) -> None:
    """Those that the resampler makes of zeros; tokens of zeros would be another picture."""
    zeros = torch.zeros(512)
    drawn = picture(uncond=replace(picture().uncond, face=zeros))
    with Calls(networks.identity.net, lambda *_, **told: told["encoder_hidden_states"]) as contexts:  # type: ignore[union-attr]
        draw(networks, drawn, steps=1)
    tokens = networks.face_resampler(torch.stack([zeros, drawn.cond.face])[:, None])  # type: ignore[list-item, misc]
    assert tokens[0].any() and torch.equal(contexts[0], tokens)


def test_depth_reads_the_face_or_the_text(networks: DiffusionNetworks) -> None:
    face = draw(networks, picture(depth_strength=1.0), depth_context=DepthContext.FACE)
    text = draw(networks, picture(depth_strength=1.0), depth_context=DepthContext.TEXT)
    assert relative(face, text) > 1e-2


@pytest.mark.parametrize(("steps", "calls"), [(10, 6), (20, 11), (30, 17), (40, 23)])
def test_the_depth_net_is_not_run_after_its_window(networks: DiffusionNetworks, steps: int, calls: int) -> None:
    with Calls(networks.depth.net, rows) as asked:  # type: ignore[union-attr]
        draw(networks, picture(), steps=steps)
    assert len(asked) == calls


@pytest.mark.parametrize(("steps", "heard"), [(10, 3), (20, 5), (30, 7), (40, 10)])
def test_the_photo_is_heard_in_its_window_only(networks: DiffusionNetworks, steps: int, heard: int) -> None:
    def scales(*_: Any, **told: Any) -> tuple[bool, bool]:
        face, photo = networks.scales.scales[:, :2, 0, 0].bool().all(dim=1).tolist()
        return face, photo

    with Calls(networks.unet, scales) as calls:
        draw(networks, picture(), steps=steps)
    assert calls == [(True, step < heard) for step in range(steps)]


def test_hints_are_embedded_once(networks: DiffusionNetworks) -> None:
    with Calls(networks.identity.embed_hint, lambda hints: hints.shape) as embedded:  # type: ignore[union-attr]
        draw(networks, picture(), picture(1))
    assert embedded == [(2, 3, SIDE_PX, SIDE_PX)]


def test_a_picture_need_not_be_square(networks: DiffusionNetworks) -> None:
    generator = torch.Generator().manual_seed(5)
    noise = SeededNoise(0, networks.latent_shape(width=64, height=96))
    tall = picture(noise=noise, keypoints=hint(generator, 96, 64), depth=hint(generator, 96, 64))
    latents = draw(networks, tall)
    assert latents.shape == (1, 4, 12, 8)
    assert decode(networks, latents).shape == (1, 3, 96, 64)


def test_decoded_pictures_are_in_range_and_previews_a_quarter_as_wide(networks: DiffusionNetworks) -> None:
    latents = draw(networks, picture())
    decoded = decode(networks, latents)
    assert decoded.dtype == torch.float32
    assert 0 <= float(decoded.min()) < float(decoded.max()) <= 1
    assert preview(networks, latents).shape == (1, 3, SIDE_PX // 4, SIDE_PX // 4)


def test_every_step_is_told_with_the_picture_as_far_as_it_is_known(networks: DiffusionNetworks) -> None:
    told: list[StepDone] = []
    latents = draw(networks, picture(), on_step=lambda step: told.append(step) is None)
    assert [(step.done, step.total) for step in told] == [(done + 1, STEPS) for done in range(STEPS)]
    assert torch.equal(told[-1].clean, latents)


def test_cancelling_stops_within_a_step(networks: DiffusionNetworks) -> None:
    with Calls(networks.unet, rows) as calls, pytest.raises(Cancelled):
        draw(networks, picture(), on_step=lambda step: step.done < 2)
    assert len(calls) == 2


def test_a_call_leaves_nothing_behind(networks: DiffusionNetworks) -> None:
    before = draw(networks, picture())
    draw(networks, picture(1, guidance=1.0, instant_id_strength=0.1), picture(2), steps=3)
    with pytest.raises(Cancelled):
        draw(networks, picture(3), on_step=lambda step: False)
    assert torch.equal(before, draw(networks, picture()))


def test_a_deterministic_scheduler_draws_one_noise(networks: DiffusionNetworks) -> None:
    latents = denoise(networks, [picture(noise=list(islice(SeededNoise(3, LATENT), 1)))], euler_trailing(4))
    assert latents.shape == (1, *LATENT)
    assert bool(latents.isfinite().all())


def test_noise_that_ends_too_soon_is_refused(networks: DiffusionNetworks) -> None:
    short = picture(noise=list(islice(SeededNoise(3, LATENT), STEPS)))
    with pytest.raises(ValueError, match=f"brings {STEPS} noises, and {STEPS + 1} are needed"):
        draw(networks, short)


def test_a_missing_input_is_named(networks: DiffusionNetworks) -> None:
    with pytest.raises(ValueError, match="keypoint picture"):
        draw(networks, picture(keypoints=None))


def test_latents_are_fp32_in_a_half_precision_world(networks: DiffusionNetworks) -> None:
    drawn = picture()
    torch.set_default_dtype(torch.bfloat16)
    try:
        latents = draw(networks, drawn)
    finally:
        torch.set_default_dtype(torch.float32)
    assert latents.dtype == torch.float32
    assert torch.equal(latents, draw(networks, drawn))


class Calls:
    """Watches a network for the length of a block and keeps what `look` sees of each call."""

    def __init__(self, network: Any, look: Callable[..., Any]) -> None:
        self._network, self._look = network, look
        self.seen: list[Any] = []

    def __enter__(self) -> list[Any]:
        self._handle = self._network.register_forward_pre_hook(self._keep, with_kwargs=True)
        return self.seen

    def __exit__(self, *_: object) -> None:
        self._handle.remove()

    def _keep(self, network: Any, args: tuple[Any, ...], told: dict[str, Any]) -> None:
        self.seen.append(self._look(*args, **told))


def rows(sample: Tensor, *_: Any, **told: Any) -> int:
    return len(sample)


def _clean(networks: DiffusionNetworks, drawn: PictureInputs, windows: GuidanceWindows) -> list[Tensor]:
    """Return the clean latents of every step."""
    seen: list[Tensor] = []
    draw(networks, drawn, windows=windows, on_step=lambda step: seen.append(step.clean) is None)
    return seen


def test_every_network_gets_its_timestep_on_the_device(paths: FaceToStickerPaths) -> None:
    """On a device without numbers: whatever waits for one would fail, and a copy from the CPU would be seen."""
    meta = load_networks(paths, device="meta")
    seen: list[str] = []
    for network in meta.denoisers:
        network.register_forward_pre_hook(lambda module, given: seen.extend(each.device.type for each in given))
    draw(meta, picture())
    assert set(seen) == {"meta"}
