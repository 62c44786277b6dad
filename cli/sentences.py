"""Error code -> what the command line says. The chat has its own table."""

from __future__ import annotations

SENTENCES = {
    "no_face": "no face found: try a photo that shows the face from the front, in good light",
    "photo_unusable": "cannot be read as a photo",
    "photo_empty": "the file is empty",
    "photo_too_big": "more than 20 MB",
    "photo_too_many_pixels": "more than 64 megapixels",
    "photo_too_small": "too small: at least 40 pixels a side",
    "photo_truncated": "the file ends early or is damaged",
    "photo_animated": "it moves: send a still picture",
    "photo_refused": "cannot be used",
    "not_a_photo": "not a picture of a kind we read (JPEG, PNG, WebP, HEIC, AVIF, BMP, TIFF)",
    "unknown_style": "no such style; `stickerface styles` lists them",
    "parameter_refused": "a parameter is unknown or out of its limits",
    "text_unwritable": "no font here has all the letters of the text; Latin, Cyrillic and Greek are always there",
    "unsupported_model": "this engine does not run that model",
    "drawing_failed": "drawing failed",
    "engine_unavailable": "the engine cannot be loaded",
    "engine_lost": "the engine broke down",
    "engine_dead": "the engine broke down",
    "engine_error": "the engine failed",
    "cancelled": "cancelled",
}


def sentence(code: str) -> str:
    return SENTENCES.get(code, f"failed ({code})")
