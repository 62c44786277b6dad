"""What fal's apps take: the one list that validates, documents and describes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.inputs.table import ARCHIVE, FieldKind, Problem, Table
from api.providers.fields import EXAMPLE_PHOTO, field, negative, number, seed, strengths, upscaling, whole
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


FACE_ID_NEGATIVE: Final = (
    "blurry, low resolution, bad, ugly, low quality, pixelated, interpolated, compression artifacts, noisey, grainy"
)
FACE_ID_MODELS: Final = (
    "1_5-v1", "1_5-v1-plus", "1_5-v2-plus", "SDXL-v1", "SDXL-v2-plus", "1_5-auraface-v1",
)  # fmt: skip
BASE_1_5: Final = "SG161222/Realistic_Vision_V4.0_noVAE"
BASE_SDXL: Final = "SG161222/RealVisXL_V3.0"


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
        field("model_type", FieldKind.CHOICE, "Which adapter.", FACE_ID_MODELS[0], choices=FACE_ID_MODELS,
               parameter="model_type"),
        field("prompt", FieldKind.STRING, "What the picture should show.", is_required=True,
               example="a person in a spacesuit"),
        field("face_image_url", FieldKind.IMAGE, "A photo of the face: an address, or a data URI.", input=FACE,
               example=EXAMPLE_PHOTO),
        field("face_images_data_url", FieldKind.ARCHIVE, "A zip archive of photos; their faces are averaged.",
              input=ARCHIVE),
        negative(FACE_ID_NEGATIVE),
        seed(),
        number("guidance_scale", "How strictly the prompt is followed.", 7.5, 0, 20, "guidance"),
        whole("num_inference_steps", "Steps of denoising.", 50, 1, 100, "steps"),
        whole("num_samples", "How many pictures are drawn, of which the most alike is answered.", 4, 1, 8,
               "num_samples"),
        whole("width", "Width in px.", 512, 64, 2048, "width"),
        whole("height", "Height in px.", 512, 64, 2048, "height"),
        whole("face_id_det_size", "Side in px at which faces are looked for.", 640, 64, 1280, "face_id_det_size"),
        # A caller must not name any repository there is: nothing is downloaded, and only these may be installed.
        field("base_1_5_model_repo", FieldKind.CHOICE, "The base model of the 1_5 types.", BASE_1_5,
               choices=(BASE_1_5,), parameter="base_1_5_model_repo"),
        field("base_sdxl_model_repo", FieldKind.CHOICE, "The base model of the SDXL types.", BASE_SDXL,
               choices=(BASE_SDXL,), parameter="base_sdxl_model_repo"),
    ),
)  # fmt: skip


STYLES: Final = (
    "(No style)", "Cinematic", "Disney Character", "Digital Art", "Photographic", "Fantasy art", "Neonpunk",
    "Enhance", "Comic book", "Lowpoly", "Line art",
)  # fmt: skip


def _has_trigger(values: Mapping[str, Any]) -> Iterator[Problem]:
    if "img" not in _words(values["prompt"]):
        yield Problem(("prompt",), "value_error", "The prompt must hold the trigger word img, as in 'a man img'")
    if "img" in _words(values["negative_prompt"]):
        yield Problem(("negative_prompt",), "value_error", "The trigger word img belongs into the prompt only")


def _words(text: str) -> list[str]:
    return "".join(each if each.isalnum() else " " for each in text.lower()).split()


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
        field("style", FieldKind.CHOICE, "A style's words around the prompt.", "Photographic", choices=STYLES,
               parameter="style"),
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
