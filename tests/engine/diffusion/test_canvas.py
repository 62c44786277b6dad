"""CANVAS: what is asked for at exactly 1024 x 1024 px is drawn smaller and enlarged; here 256 px stand for 1024."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.model import WATERMARKED_PX, canvas
from engine.diffusion.models.face_id.model import FaceId
from engine.diffusion.models.face_to_sticker.model import FaceToSticker
from engine.diffusion.models.photomaker.model import PhotoMaker
from engine.diffusion.tiny import face_id, face_to_sticker, photomaker
from engine.model import ResultFile
from engine.types import StickerResult, go_on
from tests.engine.diffusion.whole import request

SIDE_PX, CANVAS_PX = 256, 248


def test_only_the_size_at_which_watermarks_appear_is_drawn_otherwise() -> None:
    assert canvas(WATERMARKED_PX, WATERMARKED_PX, 1016) == (1016, 1016)
    assert canvas(WATERMARKED_PX, WATERMARKED_PX) == (1024, 1024)
    assert canvas(1024, 768, 1016) == (1024, 768)
    assert canvas(512, 512, 1016) == (512, 512)


@pytest.mark.parametrize("name", ["face-to-sticker", "ip-adapter-face-id", "photomaker"])
def test_the_networks_draw_the_canvas_and_the_picture_has_the_size_that_was_asked_for(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.diffusion.model.WATERMARKED_PX", SIDE_PX)
    makes = {
        "face-to-sticker": lambda: FaceToSticker(face_to_sticker.build_paths(tmp_path), canvas_px=CANVAS_PX),
        "ip-adapter-face-id": lambda: FaceId(face_id.build_paths(tmp_path), canvas_px=CANVAS_PX),
        "photomaker": lambda: PhotoMaker(photomaker.build_paths(tmp_path), canvas_px=CANVAS_PX),
    }
    engine = DiffusionEngine([makes[name]()], device="cpu")
    engine.load()
    drawn: list[tuple[int, ...]] = []
    engine.loaded(name).networks.unet.register_forward_pre_hook(lambda _, given: drawn.append(tuple(given[0].shape)))

    asked = replace(request(), model=name, parameters={"width": SIDE_PX, "height": SIDE_PX, "steps": 1})
    (made,) = engine.generate([asked], go_on)

    assert isinstance(made, StickerResult), made
    factor = engine.loaded(name).networks.latent_factor
    assert {shape[-1] for shape in drawn} == {CANVAS_PX // factor}
    with Image.open(io.BytesIO(made.files[ResultFile.PICTURE])) as picture:
        assert picture.size == (SIDE_PX, SIDE_PX)
