"""Fields that the endpoints of several providers share.

Names, defaults and ranges are the hosted services'; the engine's own table (`engine.parameters`) has the superset.
"""

from __future__ import annotations

from typing import Any, Final

from api.inputs.table import Field, FieldKind

EXAMPLE_PHOTO: Final = "https://example.com/face.jpg"


def field(name: str, kind: FieldKind, meaning: str, default: Any = None, **rest: Any) -> Field:
    """Return a field; `rest` are the other attributes of `Field`."""
    return Field(name=name, kind=kind, meaning=meaning, default=default, **rest)


def number(name: str, meaning: str, default: float, least: float, most: float, parameter: str | None) -> Field:
    """Return a field of a number within limits."""
    limits = {"minimum": least, "maximum": most, "parameter": parameter}
    return field(name, FieldKind.NUMBER, meaning, default, **limits)


def whole(name: str, meaning: str, default: int, least: int, most: int, parameter: str | None) -> Field:
    """Return a field of a whole number within limits."""
    limits = {"minimum": least, "maximum": most, "parameter": parameter}
    return field(name, FieldKind.INTEGER, meaning, default, **limits)


def negative(default: str = "") -> Field:
    """Return the field of the negative prompt."""
    meaning = "What the picture should not show."
    return field("negative_prompt", FieldKind.STRING, meaning, default, parameter="negative_prompt")


def seed(minimum: int | None = None) -> Field:
    """Return the field of the seed; with a `minimum`, -1, a negative one is random."""
    random = "random if absent" if minimum is None else "random if absent or negative"
    meaning = f"The same seed and the same input give the same picture; {random}."
    return field("seed", FieldKind.SEED, meaning, minimum=minimum)


def strengths(instant_id: float) -> tuple[Field, ...]:
    """Return the parameters that every face-to-sticker endpoint has under the same names."""
    return (
        number("instant_id_strength", "How much the likeness of the face counts.", instant_id, 0, 1,
                "instant_id_strength"),
        number("ip_adapter_weight", "How much the look of the photo counts.", 0.2, 0, 1, "ip_adapter_weight"),
        number("ip_adapter_noise", "How scrambled a photo the picture is kept away from.", 0.5, 0, 1,
                "ip_adapter_noise"),
    )  # fmt: skip


def upscaling(most_steps: int) -> tuple[Field, ...]:
    """Return the fields of upscaling."""
    return (
        field("upscale", FieldKind.BOOLEAN, "Double width and height.", False, parameter="upscale"),
        whole("upscale_steps", "Steps of redrawing when upscaling.", 10, 1, most_steps, "upscale_steps"),
    )
