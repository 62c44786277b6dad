"""Every parameter of face-to-sticker: name, type, default, limits, meaning. The only place that says so.

Bot, API and command line take names, defaults and limits from here; where a provider's own differ, its profile says so.
Photos, prompt, style and seed are fields of `StickerRequest`, not parameters.
"""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, get_type_hints

from engine.errors import ParameterRefused

Value = str | int | float | bool
SIZE_STEP_PX = 8  # a latent is this many px wide


@dataclass(frozen=True, slots=True)
class Parameter:
    """What one parameter may be. `choices` are set for words, `minimum` and `maximum` (both allowed) for numbers."""

    name: str
    kind: type[Value]
    default: Value
    meaning: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()

    def read(self, value: object) -> Value:
        """Return `value` as this parameter's type. Raises `ParameterRefused`; no value is bent into its limits."""
        typed = self._typed(value)
        if self.choices and typed not in self.choices:
            raise ParameterRefused(self.name, f"{value!r} is none of {', '.join(self.choices)}")
        if not self._is_within(typed):
            raise ParameterRefused(self.name, f"{value!r} is not within {self.minimum:g} .. {self.maximum:g}")
        return typed

    def _is_within(self, typed: Value) -> bool:
        """False for "not a number" too: it compares with nothing."""
        if self.minimum is None or self.maximum is None:
            return True
        return self.minimum <= _as_float(typed) <= self.maximum

    def _typed(self, value: object) -> Value:
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            return _as_float(value)
        if self.kind is int and isinstance(value, float) and value.is_integer():
            return int(value)  # JSON knows one kind of number
        if type(value) is not self.kind:
            raise ParameterRefused(self.name, f"{value!r} is no {self.kind.__name__}")
        assert isinstance(value, str | int | float | bool)  # noqa: S101  what the line above has just checked
        return value


def _as_float(value: Value) -> float:
    """A whole number with more digits than a float can hold is out of every limit, not an error of another kind."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _parameter(default: Any, meaning: str, **limits: Any) -> Any:
    return field(default=default, metadata={"meaning": meaning, **limits})


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceToStickerParameters:
    """The parameters of one sticker, read and within their limits."""

    negative_prompt: str = _parameter("", "what the picture should not show, added to the style's own words")
    steps: int = _parameter(20, "steps of denoising", minimum=1, maximum=50)
    guidance: float = _parameter(
        7.0, "how strictly the prompt is followed; 1 ignores the negative prompt", minimum=0, maximum=20
    )
    instant_id_strength: float = _parameter(
        1.0, "how much the face's likeness and its keypoints count", minimum=0, maximum=1
    )
    ip_adapter_weight: float = _parameter(0.2, "how much the look of the photo counts", minimum=0, maximum=1)
    ip_adapter_noise: float = _parameter(
        0.5, "how scrambled a photo the picture is kept away from; 0 is a black one", minimum=0, maximum=1
    )
    width: int = _parameter(1024, "px of the picture", minimum=64, maximum=2048)
    height: int = _parameter(1024, "px of the picture", minimum=64, maximum=2048)
    upscale: bool = _parameter(False, "double width and height, redrawing the details")
    upscale_steps: int = _parameter(10, "steps of redrawing each part", minimum=1, maximum=50)
    upscale_mode: str = _parameter(
        "exact", "parts redrawn one after the other, or many at once", choices=("exact", "fast")
    )
    enable_safety_checker: bool = _parameter(True, "look for what must not be sent, and blacken it")
    face_index: int = _parameter(
        -1, "which face of the photo, 0 the leftmost; -1 takes the largest", minimum=-1, maximum=99
    )
    allow_no_face: bool = _parameter(False, "make a sticker of whatever the photo shows where there is no face")
    depth_context: str = _parameter(
        "face", "what the depth network reads beside the depth picture", choices=("face", "text")
    )
    unwanted_face: str = _parameter(
        "noise", "the face the picture is kept away from: drawn by chance, or none", choices=("noise", "zeros")
    )

    @property
    def canvas(self) -> tuple[int, int]:
        """(width, height) in px that a network draws: the next multiples of 8, to be cropped."""
        return -(-self.width // SIZE_STEP_PX) * SIZE_STEP_PX, -(-self.height // SIZE_STEP_PX) * SIZE_STEP_PX


def _all() -> Mapping[str, Parameter]:
    kinds = get_type_hints(FaceToStickerParameters)
    table = {}
    for each in fields(FaceToStickerParameters):
        assert each.default is not MISSING  # noqa: S101  a parameter without a default is a mistake in this file
        table[each.name] = Parameter(each.name, kinds[each.name], each.default, **each.metadata)
    return types.MappingProxyType(table)


PARAMETERS = _all()


def read_parameters(values: Mapping[str, object]) -> FaceToStickerParameters:
    """Check what a request brings and fill in the rest. Raises `ParameterRefused` for the first that is wrong."""
    for name in values:
        if name not in PARAMETERS:
            raise ParameterRefused(name, f"is none of {', '.join(PARAMETERS)}")
    return FaceToStickerParameters(**{name: PARAMETERS[name].read(value) for name, value in values.items()})  # type: ignore[arg-type]
