"""What each provider's endpoints take: the one list that validates, documents and describes them.

Names, defaults and ranges are the hosted services'; the engine's own table (`engine.parameters`) has the superset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.inputs.table import Field, FieldKind, Problem, Table

FACE_TO_STICKER: Final = "face-to-sticker"
FACE_ID: Final = "ip-adapter-face-id"
PHOTOMAKER: Final = "photomaker"

_EXAMPLE_PHOTO: Final = "https://example.com/face.jpg"


def _field(name: str, kind: FieldKind, meaning: str, default: Any = None, **rest: Any) -> Field:
    return Field(name=name, kind=kind, meaning=meaning, default=default, **rest)


def _number(name: str, meaning: str, default: float, least: float, most: float, parameter: str | None) -> Field:
    limits = {"minimum": least, "maximum": most, "parameter": parameter}
    return _field(name, FieldKind.NUMBER, meaning, default, **limits)


def _whole(name: str, meaning: str, default: int, least: int, most: int, parameter: str | None) -> Field:
    limits = {"minimum": least, "maximum": most, "parameter": parameter}
    return _field(name, FieldKind.INTEGER, meaning, default, **limits)


def _negative(default: str = "") -> Field:
    meaning = "What the picture should not show."
    return _field("negative_prompt", FieldKind.STRING, meaning, default, parameter="negative_prompt")


def _seed() -> Field:
    return _field("seed", FieldKind.SEED, "The same seed and the same input give the same picture; random if absent.")


def _strengths(instant_id: float) -> tuple[Field, ...]:
    """The parameters that every face-to-sticker has under the same names."""
    return (
        _number("instant_id_strength", "How much the likeness of the face counts.", instant_id, 0, 1,
                "instant_id_strength"),
        _number("ip_adapter_weight", "How much the look of the photo counts.", 0.2, 0, 1, "ip_adapter_weight"),
        _number("ip_adapter_noise", "How scrambled a photo the picture is kept away from.", 0.5, 0, 1,
                "ip_adapter_noise"),
    )  # fmt: skip


def _upscaling(most_steps: int) -> tuple[Field, ...]:
    return (
        _field("upscale", FieldKind.BOOLEAN, "Double width and height.", False, parameter="upscale"),
        _whole("upscale_steps", "Steps of redrawing when upscaling.", 10, 1, most_steps, "upscale_steps"),
    )


def _safety() -> Field:
    meaning = "Look for what must not be sent, and blacken it."
    return _field("enable_safety_checker", FieldKind.BOOLEAN, meaning, True, parameter="enable_safety_checker")


FAL_FACE_TO_STICKER: Final = Table(
    provider="fal",
    path="fal-ai/face-to-sticker",
    model=FACE_TO_STICKER,
    title="Face to Sticker",
    description="Make a sticker of the face in a photo.",
    is_lax=True,
    fields=(
        _field("image_url", FieldKind.IMAGE, "The photo: an address, or a data URI.", is_required=True,
               example=_EXAMPLE_PHOTO),
        _field("prompt", FieldKind.STRING, "What the sticker should show.", is_required=True, example="a person"),
        _negative(),
        _whole("num_inference_steps", "Steps of denoising.", 20, 10, 40, "steps"),
        _number("guidance_scale", "How strictly the prompt is followed.", 4.5, 0, 10, "guidance"),
        *_strengths(instant_id=0.7),
        _field("image_size", FieldKind.SIZE, "A name, or an object with width and height in px.", "square_hd"),
        *_upscaling(most_steps=20),
        _seed(),
        _safety(),
    ),
)  # fmt: skip


SEGMIND_FACE_TO_STICKER: Final = Table(
    provider="segmind",
    path="v1/face-to-sticker",
    model=FACE_TO_STICKER,
    title="Face to Sticker",
    description="Make a sticker of the face in a photo; the answer is the picture.",
    fields=(
        _field("image", FieldKind.IMAGE, "The photo: an address, a data URI, or plain base64.", is_required=True,
               example=_EXAMPLE_PHOTO),
        _field("prompt", FieldKind.STRING, "What the sticker should show.", "a person"),
        _negative(),
        _whole("steps", "Steps of denoising.", 20, 1, 50, "steps"),
        _number("prompt_strength", "How strictly the prompt is followed.", 7.0, 0, 20, "guidance"),
        *_strengths(instant_id=1.0),
        _whole("width", "Width in px.", 1024, 256, 2048, "width"),
        _whole("height", "Height in px.", 1024, 256, 2048, "height"),
        *_upscaling(most_steps=50),
        _seed(),
        _field("base64", FieldKind.BOOLEAN, "Answer JSON with the picture in base64.", False),
    ),
)  # fmt: skip


PIXAZO_FACE_TO_STICKER: Final = Table(
    provider="pixazo",
    path="face-sticker/v1/face-to-sticker/generate",
    model=FACE_TO_STICKER,
    title="Face to Sticker",
    description="Make a sticker of the face in a photo; ask for the prediction, or be called.",
    fields=(
        _field("image", FieldKind.IMAGE, "The photo's address.", is_required=True, example=_EXAMPLE_PHOTO),
        _field("prompt", FieldKind.STRING, "What the sticker should show.", "a person"),
        _negative(),
        _whole("width", "Width in px.", 1024, 256, 2048, "width"),
        _whole("height", "Height in px.", 1024, 256, 2048, "height"),
        _whole("steps", "Steps of denoising.", 20, 1, 50, "steps"),
        _seed(),
        _number("prompt_strength", "How strictly the prompt is followed.", 7.0, 0, 20, "guidance"),
        *_strengths(instant_id=1.0),
        *_upscaling(most_steps=50),
        _field("webhook", FieldKind.URL, "Is called when something happens.", example="https://example.com/hook"),
        _field("webhook_events_filter", FieldKind.EVENTS, 'Which events: start, output, logs, completed, or "*".',
               ["*"]),
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
    model=FACE_ID,
    title="IP-Adapter Face ID",
    description="Draw a person from one photo or several, by the identity of the face.",
    is_lax=True,
    check=_has_a_face,
    fields=(
        _field("model_type", FieldKind.CHOICE, "Which adapter.", FACE_ID_MODELS[0], choices=FACE_ID_MODELS,
               parameter="model_type"),
        _field("prompt", FieldKind.STRING, "What the picture should show.", is_required=True,
               example="a person in a spacesuit"),
        _field("face_image_url", FieldKind.IMAGE, "A photo of the face: an address, or a data URI.",
               example=_EXAMPLE_PHOTO),
        _field("face_images_data_url", FieldKind.ARCHIVE, "A zip archive of photos; their faces are averaged."),
        _negative(FACE_ID_NEGATIVE),
        _seed(),
        _number("guidance_scale", "How strictly the prompt is followed.", 7.5, 0, 20, "guidance"),
        _whole("num_inference_steps", "Steps of denoising.", 50, 1, 100, "steps"),
        _whole("num_samples", "How many pictures are drawn, of which the most alike is answered.", 4, 1, 8,
               "num_samples"),
        _whole("width", "Width in px.", 512, 64, 2048, "width"),
        _whole("height", "Height in px.", 512, 64, 2048, "height"),
        _whole("face_id_det_size", "Side in px at which faces are looked for.", 640, 64, 1280, "face_id_det_size"),
        # A caller must not name any repository there is: nothing is downloaded, and only these may be installed.
        _field("base_1_5_model_repo", FieldKind.CHOICE, "The base model of the 1_5 types.", BASE_1_5,
               choices=(BASE_1_5,), parameter="base_1_5_model_repo"),
        _field("base_sdxl_model_repo", FieldKind.CHOICE, "The base model of the SDXL types.", BASE_SDXL,
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
    model=PHOTOMAKER,
    title="PhotoMaker",
    description="Draw the person that several photos show.",
    is_lax=True,
    check=_has_trigger,
    fields=(
        _field("image_archive_url", FieldKind.ARCHIVE, "A zip archive of photos of one person.", is_required=True,
               example="https://example.com/photos.zip"),
        _field("prompt", FieldKind.STRING, "What the picture should show; holds the trigger word img.",
               is_required=True, example="a portrait photo of a man img"),
        _field("base_pipeline", FieldKind.CHOICE, "Which base model.", "photomaker",
               choices=("photomaker", "photomaker-style"), parameter="base_pipeline"),
        _field("initial_image_url", FieldKind.IMAGE, "A picture to begin from."),
        _number("initial_image_strength", "0 keeps that picture, 1 forgets it.", 0.5, 0, 1, "initial_image_strength"),
        _field("style", FieldKind.CHOICE, "A style's words around the prompt.", "Photographic", choices=STYLES,
               parameter="style"),
        _negative(),
        _whole("num_inference_steps", "Steps of denoising.", 50, 1, 100, "steps"),
        _whole("style_strength", "Percent of the steps before the person comes in.", 20, 0, 100, "style_strength"),
        _whole("num_images", "How many pictures.", 1, 1, 4, "num_images"),
        _number("guidance_scale", "How strictly the prompt is followed.", 5.0, 0, 20, "guidance"),
        _seed(),
    ),
)  # fmt: skip


ALL_TABLES: Final = (
    FAL_FACE_TO_STICKER, FAL_FACE_ID, FAL_PHOTOMAKER, SEGMIND_FACE_TO_STICKER, PIXAZO_FACE_TO_STICKER,
)  # fmt: skip
_FAL: Final = {table.path: table for table in ALL_TABLES if table.provider == "fal"}


def fal_table(app: str) -> Table | None:
    """The table of a fal app such as "fal-ai/face-to-sticker"; None where it is not served here."""
    return _FAL.get(app)
