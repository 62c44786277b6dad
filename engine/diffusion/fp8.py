"""Products in eight-bit floats: weights and activations of transformer blocks, rounded row by row. Knows no model.

Off unless the operator asks: it trades looks for time, and needs a card of compute capability 8.9 or more to be faster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from engine.diffusion.adapters import AdapterAttention
from engine.errors import EngineUnavailable

if TYPE_CHECKING:
    from torch import Tensor

FP8 = torch.float8_e4m3fn
FP8_MOST = torch.finfo(FP8).max
FP8_CAPABILITY = (8, 9)
FP8_MULTIPLE = 16  # sides of what the kernel multiplies


def check_fp8(device: torch.device) -> None:
    """Raise `EngineUnavailable` where the device multiplies no 8-bit floats."""
    found = device.type.upper()
    if device.type == "cuda":
        major, minor = torch.cuda.get_device_capability(device)
        if (major, minor) >= FP8_CAPABILITY:
            return
        found = f"{torch.cuda.get_device_name(device)} with {major}.{minor}"
    needed = ".".join(map(str, FP8_CAPABILITY))
    raise EngineUnavailable(f"FP8=true needs an NVIDIA GPU of compute capability {needed} or more, and this is {found}")


class Fp8Linear(nn.Module):
    """Replace a linear layer: its weight is kept in fp8 with one scale per output, its input scaled row by row."""

    weight: Tensor
    scale: Tensor

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        weight, scale = _rounded(linear.weight.detach())
        self.register_buffer("weight", weight)  # [out, in]
        self.register_buffer("scale", scale.t().contiguous())  # [1, out]
        self.bias = linear.bias

    def forward(self, x: Tensor) -> Tensor:
        """Map [..., in] bf16 to [..., out] bf16."""
        rows, scale = _rounded(x.flatten(0, -2))
        bias = None if self.bias is None else self.bias.to(torch.bfloat16)
        product = torch._scaled_mm(
            rows,
            self.weight.t(),
            scale_a=scale,
            scale_b=self.scale,
            bias=bias,
            out_dtype=torch.bfloat16,
            use_fast_accum=True,
        )
        return product.unflatten(0, x.shape[:-1]).to(x.dtype)


def _rounded(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return [n, width] in fp8 and what each row is to be multiplied by, [n, 1] fp32."""
    most = rows.abs().amax(dim=-1, keepdim=True).float().clamp(min=1e-12)
    scale = most / FP8_MOST
    return (rows.float() / scale).clamp(-FP8_MOST, FP8_MOST).to(FP8), scale


def quantise(network: Any) -> int:
    """Round the linear layers of every transformer block to fp8, in place; return how many.

    Their share of the UNet's operations is 64 %, so a step is at most 1.5 times as fast. The keys and values that
    adapters bring are few and stay as they are. Comes after fusing LoRAs and projections, before compiling.
    """
    from diffusers.models.attention import BasicTransformerBlock

    blocks = [module for module in network.modules() if isinstance(module, BasicTransformerBlock)]
    inside = [module for block in blocks for module in block.modules()]
    adapters = {id(part) for module in inside if isinstance(module, AdapterAttention) for part in module.modules()}
    count = 0
    for parent in inside:
        for name, child in [] if id(parent) in adapters else list(parent.named_children()):
            sides = (child.in_features, child.out_features) if isinstance(child, nn.Linear) else ()
            if sides and not any(side % FP8_MULTIPLE for side in sides):
                setattr(parent, name, Fp8Linear(child))
                count += 1
    return count
