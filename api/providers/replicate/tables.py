"""Replicate's models: what is in a prediction's "input", and the fields around it."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from api.inputs.table import FieldKind, Table
from api.providers.fields import EXAMPLE_PHOTO, field, negative, number, seed, strengths, upscaling, whole
from engine.model import FACE
from engine.models import FACE_TO_STICKER

REPLICATE_FACE_TO_STICKER: Final = Table(
    provider="replicate",
    path="fofr/face-to-sticker",
    component="ReplicateSticker",
    model=FACE_TO_STICKER.name,
    title="Face to Sticker",
    description="Make a sticker of the face in a photo.",
    fields=(
        field("image", FieldKind.IMAGE, "The photo: an address or a data URI.", is_required=True, input=FACE,
              example=EXAMPLE_PHOTO),
        field("prompt", FieldKind.STRING, "What the sticker should show.", "a person"),
        negative(),
        whole("width", "Width in px.", 1024, 256, 2048, "width"),
        whole("height", "Height in px.", 1024, 256, 2048, "height"),
        whole("steps", "Steps of denoising.", 20, 1, 50, "steps"),
        seed(),
        number("prompt_strength", "How strictly the prompt is followed.", 7.0, 0, 20, "guidance"),
        *strengths(instant_id=1.0),
        *upscaling(most_steps=50),
    ),
)  # fmt: skip
TABLES: Final = (REPLICATE_FACE_TO_STICKER,)
# Programs name a version as 64 hex digits, with or without the model's name before it.
_VERSION: Final = re.compile(r"([\w.-]+/[\w.-]+)(?::[0-9a-f]{64})?|[0-9a-f]{64}", re.ASCII)

# What stands beside "input" in a body; read like a table's fields, but no model's.
OPTIONS: Final = Table(
    provider="replicate",
    path="v1/predictions",
    component="ReplicateOptions",
    model=FACE_TO_STICKER.name,
    title="A prediction",
    description="",
    fields=(
        field("webhook", FieldKind.URL, "Is called when something happens.", example="https://example.com/hook"),
        field("webhook_completed", FieldKind.URL, "Is called at the end; the older name."),
        field("webhook_events_filter", FieldKind.EVENTS, 'Which events: start, output, logs, completed, or "*".',
              ["*"]),
    ),
)  # fmt: skip


def table_of(model: str) -> Table | None:
    """Return the table of "owner/name", None where it is not served."""
    return next((table for table in TABLES if table.path == model), None)


def table_of_version(version: object) -> Table | None:
    """Return the table of 64 hex digits, "owner/name" or "owner/name:64 hex digits"; None where it is not served.

    Digits alone are the first model's, whatever they are: which versions there have been is not known here.
    """
    match = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if match is None:
        return None
    return table_of(match[1]) if match[1] else TABLES[0]


def version_of(model: str) -> str:
    """Return the id of the one version that a model has here."""
    return hashlib.sha256(model.encode()).hexdigest()
