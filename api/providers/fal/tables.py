"""What fal's apps take: the one list that validates, documents and describes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.inputs.table import ARCHIVE, FieldKind, Problem, Table
from api.providers.fields import EXAMPLE_PHOTO, field, negative, number, seed, strengths, upscaling, whole
from engine.diffusion.models.photomaker.looks import DEFAULT_LOOK, LOOKS
from engine.diffusion.models.photomaker.trigger import TRIGGER, TriggerProblem, check_trigger
from engine.model import FACE, INITIAL
from engine.models import FACE_ID, FACE_TO_STICKER, PHOTOMAKER

FAL_FACE_TO_STICKER: Final = Table(
    provider="fal",
    path="fal-ai/face-to-sticker",
    component="FalFaceToSticker",
    model=FACE_TO_STICKER.name,
    title="Face to Sticker",
    description="Make a sticker of the face in a photo.",
    is_lax=True,
    fields=(
        field("image_url", FieldKind.IMAGE, "The photo: an address, or a data URI.", is_required=True, input=FACE,
               example=EXAMPLE_PHOTO),
        field("prompt", FieldKind.STRING, "What the sticker should show.", is_required=True, example="a person"),
        negative(),
        whole("num_inference_steps", "Steps of denoising.", 20, 10, 40, "steps"),
        number("guidance_scale", "How strictly the prompt is followed.", 4.5, 0, 10, "guidance"),
        *strengths(instant_id=0.7),
        field("image_size", FieldKind.SIZE, "A name, or an object with width and height in px.", "square_hd"),
        *upscaling(most_steps=20),
        seed(),
        field("enable_safety_checker", FieldKind.BOOLEAN, "Look for what must not be sent, and blacken it.", True,
              parameter="enable_safety_checker"),
    ),
)  # fmt: skip


_FACE_ID: Final = FACE_ID.parameters


def _has_a_face(values: Mapping[str, Any]) -> Iterator[Problem]:
    if not values["face_image_url"] and not values["face_images_data_url"]:
        yield Problem(("face_image_url",), "missing", "One of face_image_url and face_images_data_url is required")


FAL_FACE_ID: Final = Table(
    provider="fal",
    path="fal-ai/ip-adapter-face-id",
    component="FalIpAdapterFaceId",
    model=FACE_ID.name,
    title="IP-Adapter Face ID",
    description="Draw a person from one photo or several, by the identity of the face.",
    is_lax=True,
    check=_has_a_face,
    fields=(
        field("model_type", FieldKind.CHOICE, "Which adapter.", _FACE_ID["model_type"].default,
               choices=_FACE_ID["model_type"].choices, parameter="model_type"),
        field("prompt", FieldKind.STRING, "What the picture should show.", is_required=True,
               example="a person in a spacesuit"),
        field("face_image_url", FieldKind.IMAGE, "A photo of the face: an address, or a data URI.", input=FACE,
               example=EXAMPLE_PHOTO),
        field("face_images_data_url", FieldKind.ARCHIVE, "A zip archive of photos; their faces are averaged.",
              input=ARCHIVE),
        negative(str(_FACE_ID["negative_prompt"].default)),
        seed(),
        number("guidance_scale", "How strictly the prompt is followed.", 7.5, 0, 20, "guidance"),
        whole("num_inference_steps", "Steps of denoising.", 50, 1, 100, "steps"),
        whole("num_samples", "How many pictures are drawn, of which the most alike is answered.", 4, 1, 8,
               "num_samples"),
        whole("width", "Width in px.", 512, 64, 2048, "width"),
        whole("height", "Height in px.", 512, 64, 2048, "height"),
        whole("face_id_det_size", "Side in px at which faces are looked for.", 640, 64, 1280, "face_id_det_size"),
        # A caller must not name any repository there is: nothing is downloaded, and only these may be installed.
        field("base_1_5_model_repo", FieldKind.CHOICE, "The base model of the 1_5 types.",
               _FACE_ID["base_1_5_model_repo"].default, choices=_FACE_ID["base_1_5_model_repo"].choices,
               parameter="base_1_5_model_repo"),
        field("base_sdxl_model_repo", FieldKind.CHOICE, "The base model of the SDXL types.",
               _FACE_ID["base_sdxl_model_repo"].default, choices=_FACE_ID["base_sdxl_model_repo"].choices,
               parameter="base_sdxl_model_repo"),
    ),
)  # fmt: skip


def _has_trigger(values: Mapping[str, Any]) -> Iterator[Problem]:
    if TRIGGER in values["negative_prompt"]:
        message = f"The trigger word {TRIGGER} belongs into the prompt only"
        yield Problem(("negative_prompt",), "value_error", message)
    try:
        check_trigger(values["prompt"])
    except TriggerProblem as problem:
        yield Problem(("prompt",), "value_error", str(problem))


FAL_PHOTOMAKER: Final = Table(
    provider="fal",
    path="fal-ai/photomaker",
    component="FalPhotomaker",
    model=PHOTOMAKER.name,
    title="PhotoMaker",
    description="Draw the person that several photos show.",
    is_lax=True,
    check=_has_trigger,
    fields=(
        field("image_archive_url", FieldKind.ARCHIVE, "A zip archive of photos of one person.", is_required=True,
               input=ARCHIVE,
               example="https://example.com/photos.zip"),
        field("prompt", FieldKind.STRING, "What the picture should show; holds the trigger word img.",
               is_required=True, example="a portrait photo of a man img"),
        field("base_pipeline", FieldKind.CHOICE, "Which base model.", "photomaker",
               choices=("photomaker", "photomaker-style"), parameter="base_pipeline"),
        field("initial_image_url", FieldKind.IMAGE, "A picture to begin from.", input=INITIAL),
        number("initial_image_strength", "0 keeps that picture, 1 forgets it.", 0.5, 0, 1, "initial_image_strength"),
        field("style", FieldKind.CHOICE, "A style's words around the prompt.", DEFAULT_LOOK,
               choices=tuple(LOOKS), parameter="style"),
        negative(),
        whole("num_inference_steps", "Steps of denoising.", 50, 1, 100, "steps"),
        whole("style_strength", "Percent of the steps before the person comes in.", 20, 0, 100, "style_strength"),
        whole("num_images", "How many pictures.", 1, 1, 4, "num_images"),
        number("guidance_scale", "How strictly the prompt is followed.", 5.0, 0, 20, "guidance"),
        seed(),
    ),
)  # fmt: skip


TABLES: Final = (FAL_FACE_TO_STICKER, FAL_FACE_ID, FAL_PHOTOMAKER)
_BY_PATH: Final = {table.path: table for table in TABLES}


def table_of(app: str) -> Table | None:
    """Return the table of an app such as "fal-ai/face-to-sticker"; None where it is not served here."""
    return _BY_PATH.get(app)
