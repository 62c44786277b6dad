"""Draw one picture with full-size networks on a CPU: `make smoke-full`, or `python -m benchmarks.smoke_full`.

Random weights, 256 px, 2 steps. It shows that the engine holds at the sizes of the published networks and how much
memory that takes; the picture is noise. Weights are kept in bf16 and computed with in fp32, layer by layer, because
most CPUs multiply bf16 a hundred times more slowly: a machine of 16 GB with four free is enough. Not in the tests:
it takes minutes.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from benchmarks.architecture import FULL, TINY, draw_weights, engine_networks
from benchmarks.prepared import draw_pictures
from engine.diffusion.denoise import StepDone, decode, denoise
from engine.diffusion.networks import DiffusionNetworks
from engine.diffusion.schedule import sde_karras

STORED = torch.bfloat16
COMPUTED = torch.float32


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw, check and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])  # type: ignore[union-attr]
    parser.add_argument("--px", type=int, default=256, help="side of the picture")
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--tiny", action="store_true", help="tiny networks: shows that the command works")
    options = parser.parse_args(arguments)

    started = time.perf_counter()
    architecture = TINY if options.tiny else FULL
    networks = _keep_small(engine_networks(draw_weights(architecture, "cpu", STORED)))
    print(f"weights: {_stored_bytes(networks) / 1e9:.2f} GB, {time.perf_counter() - started:.0f} s", flush=True)

    pictures = draw_pictures(architecture, 1, options.px, networks.latent_shape(options.px, options.px))
    latents = denoise(networks, pictures, sde_karras(options.steps), on_step=_Clock().tell)
    drawn = _checked(decode(networks, latents), options.px)
    print(
        f"picture: {tuple(drawn.shape)}, spread {float(drawn.std()):.3f}; {time.perf_counter() - started:.0f} s in all"
    )
    print(f"peak memory of the process: {_peak_bytes() / 1e9:.2f} GB")


class _Clock:
    """Prints how long each step took."""

    def __init__(self) -> None:
        self._last = time.perf_counter()

    def tell(self, step: StepDone) -> bool:
        """Print the step; goes on always."""
        now = time.perf_counter()
        print(f"step {step.done} of {step.total}: {now - self._last:.1f} s", flush=True)
        self._last = now
        return True


def _checked(drawn: Tensor, side_px: int) -> Tensor:
    """Raise where a picture is not one: the wrong size, not finite, or all one colour."""
    if drawn.shape != (1, 3, side_px, side_px) or not drawn.isfinite().all() or float(drawn.std()) == 0.0:
        raise SystemExit(f"not a picture: {tuple(drawn.shape)}, spread {float(drawn.std())}")
    return drawn


def _keep_small(networks: DiffusionNetworks) -> DiffusionNetworks:
    """Let each layer hold fp32 weights only while it runs, and the engine hand it fp32."""
    nn.Module.to(networks.vae, COMPUTED)  # small, and asked for its dtype
    for network in _modules(networks):
        for layer in network.modules():
            if network is not networks.vae and any(True for _ in layer.parameters(recurse=False)):
                layer.register_forward_pre_hook(_grow)
                layer.register_forward_hook(_shrink)
    return replace(networks, dtype=COMPUTED)


def _grow(layer: nn.Module, _: object) -> None:
    for parameter in layer.parameters(recurse=False):
        parameter.data = parameter.data.to(COMPUTED)


def _shrink(layer: nn.Module, _: object, __: object) -> None:
    for parameter in layer.parameters(recurse=False):
        parameter.data = parameter.data.to(STORED)


def _modules(networks: DiffusionNetworks) -> Iterator[nn.Module]:
    for guide in (networks.identity, networks.depth):
        if guide is not None:
            yield from (guide.net, guide.embed_hint)
    yield from (networks.unet, networks.vae)
    yield from (resampler for resampler in (networks.face_resampler, networks.photo_resampler) if resampler)


def _stored_bytes(networks: DiffusionNetworks) -> int:
    return sum(weight.nbytes for module in _modules(networks) for weight in module.parameters())


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # kB on Linux


if __name__ == "__main__":
    main()
