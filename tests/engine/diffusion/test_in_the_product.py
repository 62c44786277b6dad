"""The three models on tiny networks in the chat and on the command line; over HTTP they are in test_over_http.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.compose import choose_engine
from cli.make import MakeOptions, make_stickers
from cli.settings import read_engine_settings
from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.model import DiffusionModel
from engine.diffusion.models.face_id.model import FaceId, FaceIdRequest
from engine.diffusion.models.face_to_sticker.model import FaceToSticker
from engine.diffusion.models.photomaker.model import PhotoMaker, PhotoMakerRequest
from engine.diffusion.tiny import face_id, face_to_sticker, photomaker
from engine.model import MOST_PHOTOS
from engine.models import MODELS
from engine.types import Shape, StickerRequest, StickerResult, go_on
from tests.acceptance.stage import ADA, stage_at
from tests.engine.diffusion.whole import networks_of, photo, two_faces

SMALL = {"width": 64, "height": 64, "steps": 2}
NAMES = ("face-to-sticker", "ip-adapter-face-id", "photomaker")


class SmallFaceId(FaceId):
    """Makes small pictures, and few of them, where nobody asks for more."""

    def read(self, request: StickerRequest) -> FaceIdRequest:
        return super().read(replace(request, parameters={**SMALL, "num_samples": 2, **request.parameters}))


class SmallPhotoMaker(PhotoMaker):
    """Makes small pictures where nobody asks for more."""

    def read(self, request: StickerRequest) -> PhotoMakerRequest:
        return super().read(replace(request, parameters={**SMALL, **request.parameters}))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[DiffusionModel[Any, Any]]:
    root = tmp_path_factory.mktemp("networks")
    small = {"width": 256, "height": 256, "steps": 2}
    return [
        FaceToSticker(face_to_sticker.build_paths(root / "sticker"), defaults=small),
        SmallFaceId(face_id.build_paths(root / "face id")),
        SmallPhotoMaker(photomaker.build_paths(root / "photomaker")),
    ]


async def test_a_person_chooses_each_model_in_the_chat_and_gets_its_stickers(
    models: list[DiffusionModel[Any, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = DiffusionEngine(models, device="cpu")
    async with stage_at(tmp_path / "data", engine) as stage:
        await stage.start()
        person = stage.person()
        await person.send_text("/style")
        choice = await person.wait_for_text("Drawn by 🎭 Sticker")

        await person.send_document(two_faces(), "us.png", "image/png")
        await person.wait_for_sticker(120)
        faces = await person.wait_for_text("Press a number for another")
        await person.press(faces, "2")
        await person.wait_for_sticker(120)

        await person.press(choice, "v1:model::photomaker")
        await person.send_photo_of_album("a", photo(1), "a king with an imgur mug")
        await person.send_photo_of_album("a", photo(2))
        await person.wait_for_sticker(120)

        await person.press(choice, "v1:model::ip-adapter-face-id")
        await person.send_photo_of_album("b", photo(1))
        await person.send_photo_of_album("b", photo(2, has_face=False))
        sheet = await person.wait_for_photo(120)
        await stage.wait_until_delivered()
        jobs = await stage.service.jobs_of(f"tg:{ADA}")

    assert [job.request.model for job in jobs] == [NAMES[0], NAMES[0], NAMES[2], NAMES[1]]
    assert jobs[1].request.parameters == {"face_index": 1}
    assert [len(job.request.photos) for job in jobs] == [1, 1, 2, 2]
    assert "All 2 are in your pack." in sheet.text
    assert "Used 1 of 2 photos." in sheet.text
    assert len(person.packs[0]["stickers"]) == 5


@pytest.mark.parametrize("name", NAMES)
def test_each_model_draws_on_the_command_line(
    models: list[DiffusionModel[Any, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cli.make.choose_engine", lambda _settings: DiffusionEngine(one, device="cpu"))
    one = [each for each in models if each.name == name]
    photos = [tmp_path / f"{number}.png" for number in (1, 2)]
    for number, path in enumerate(photos, 1):
        path.write_bytes(photo(number))
    options = MakeOptions(MODELS[name], "toon", 5, "a king", Shape.AUTO, {})
    assert make_stickers(photos, tmp_path / "out", read_engine_settings(), options) == 0
    made = sorted(path.suffix for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert made == {NAMES[0]: [".webp"] * 2, NAMES[1]: [".jpg", ".webp", ".webp"], NAMES[2]: [".webp"]}[name]


def test_a_whole_album_is_not_more_than_the_models_take() -> None:
    assert all(MODELS[name].inputs[0].most == MOST_PHOTOS >= 10 for name in NAMES)


@pytest.mark.parametrize(("deterministic", "rows"), [("true", [2] * 6), ("false", [6, 6])])
def test_deterministic_draws_every_sticker_alone_whatever_else_is_asked_for(
    models: list[DiffusionModel[Any, Any]], monkeypatch: pytest.MonkeyPatch, deterministic: str, rows: list[int]
) -> None:
    monkeypatch.setattr("cli.compose.open_models", lambda _options: models)
    monkeypatch.setenv("DETERMINISTIC", deterministic)
    settings = read_engine_settings(engine="diffusion", device="cpu")
    engine = choose_engine(settings, warms_up=False)
    assert isinstance(engine, DiffusionEngine)
    engine.load()
    requests = [StickerRequest({"face": (photo(number),)}, "toon", 5) for number in (1, 2, 3)]
    seen: list[int] = []
    handle = networks_of(engine).unet.register_forward_pre_hook(lambda module, given: seen.append(len(given[0])))
    among_others = engine.generate(requests, go_on)[1]
    assert seen == rows
    (alone,) = engine.generate(requests[1:2], go_on)
    handle.remove()
    assert isinstance(alone, StickerResult) and isinstance(among_others, StickerResult)
    if deterministic == "true":
        assert alone.files == among_others.files
