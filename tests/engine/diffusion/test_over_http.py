"""The diffusion engine behind the HTTP API: check 22 from outside, exact sizes, previews in the status stream."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.models.face_id.model import FaceId
from engine.diffusion.models.face_to_sticker.model import FaceToSticker
from engine.diffusion.models.photomaker.model import PhotoMaker
from engine.diffusion.tiny.face_id import build_paths as build_face_id
from engine.diffusion.tiny.face_to_sticker import build_paths
from engine.diffusion.tiny.photomaker import build_paths as build_photomaker
from tests.api.conftest import QUEUE, RUN, data_uri, running
from tests.engine.diffusion.whole import photo

BODY = {
    "image_url": data_uri(photo(), "image/png"),
    "prompt": "a (happy:1.2) person",
    "num_inference_steps": 10,
    "image_size": {"width": 250, "height": 300},
    "seed": 5,
}


def opened(png: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGBA"))


async def test_a_request_is_drawn_at_its_size_with_previews_on_the_way(tmp_path: Path) -> None:
    engine = DiffusionEngine([FaceToSticker(build_paths(tmp_path / "weights"))], device="cpu", preview_every=3)
    async with running(tmp_path / "server", engine) as api:
        _, submitted = await api.post(QUEUE, BODY)
        path = f"{api.url}{QUEUE}/requests/{submitted['request_id']}/status/stream?logs=1"
        async with api.session.get(path, headers=api.fal) as response:
            text = (await response.read()).decode()
        _, first = await api.get(f"{QUEUE}/requests/{submitted['request_id']}")
        _, again = await api.post(RUN, BODY)
        pictures = []
        for answer in (first, again):
            for image in answer["images"]:
                async with api.session.get(image["url"]) as response:
                    pictures.append(await response.read())
    events = [json.loads(line[6:]) for line in text.split("\n") if line.startswith("data: ")]
    previews = [event["preview"] for event in events if "preview" in event]

    assert (first["images"][0]["width"], first["images"][0]["height"], first["seed"]) == (250, 300, 5)
    assert pictures[:2] == pictures[2:]  # the same seed and input, the same bytes
    assert opened(pictures[0]).shape == opened(pictures[1]).shape == (300, 250, 4)
    assert (opened(pictures[0])[..., 3] == 255).all()
    assert previews
    assert base64.b64decode(previews[0].partition(",")[2]).startswith(b"\xff\xd8")
    assert not any("Not used" in line["message"] for event in events for line in event["logs"])


async def test_what_the_checker_flags_is_said_and_black_unless_the_caller_switched_it_off(tmp_path: Path) -> None:
    engine = DiffusionEngine([FaceToSticker(build_paths(tmp_path / "weights", flags_everything=True))], device="cpu")
    async with running(tmp_path / "server", engine) as api:
        _, checked = await api.post(RUN, BODY)
        _, unchecked = await api.post(RUN, {**BODY, "enable_safety_checker": False})
        async with api.session.get(checked["sticker_image"]["url"]) as response:
            black = opened(await response.read())

    assert set(checked["has_nsfw_concepts"].values()) == {True}
    assert set(unchecked["has_nsfw_concepts"].values()) == {False}
    assert not black[..., :3].any()


async def test_face_id_answers_the_likest_sample_first_and_all_of_them(tmp_path: Path) -> None:
    models = [FaceToSticker(build_paths(tmp_path / "f2s")), FaceId(build_face_id(tmp_path / "face_id"))]
    path = "/fal/run/fal-ai/ip-adapter-face-id"
    body = {
        "face_image_url": BODY["image_url"],
        "face_images_data_url": archive(photo(1), photo(2)),
        "prompt": "a man",
        "model_type": "SDXL-v2-plus",
        "num_inference_steps": 2,
        "num_samples": 2,
        "width": 64,
        "height": 72,
        "seed": 5,
    }
    async with running(tmp_path / "server", DiffusionEngine(models, device="cpu")) as api:
        status, answer = await api.post(path, body)
        async with api.session.get(answer["images"][1]["url"]) as response:
            second = opened(await response.read())
        other_base = {**body, "base_sdxl_model_repo": "stabilityai/stable-diffusion-xl-base-1.0"}
        missing, refused = await api.post(path, other_base)

    assert (status, answer["seed"], len(answer["images"])) == (200, 5, 2)
    assert answer["image"] == answer["images"][0]
    assert (answer["image"]["width"], answer["image"]["height"]) == (64, 72)
    assert second.shape == (72, 64, 4)
    assert (missing, refused["error_type"]) == (501, "model_not_loaded")


async def test_photomaker_draws_the_person_of_an_archive(tmp_path: Path) -> None:
    models = [FaceToSticker(build_paths(tmp_path / "f2s")), PhotoMaker(build_photomaker(tmp_path / "photomaker"))]
    path = "/fal/run/fal-ai/photomaker"
    body = {
        "image_archive_url": archive(photo(1), photo(2)),
        "initial_image_url": BODY["image_url"],
        "initial_image_strength": 0.1,
        "prompt": "a man img",
        "num_inference_steps": 10,
        "num_images": 2,
        "seed": 5,
    }
    async with running(tmp_path / "server", DiffusionEngine(models, device="cpu")) as api:
        status, answer = await api.post(path, body)
        refusals = [
            await api.post(path, {**body, "prompt": prompt}) for prompt in ("a man", "a man img, a dog img", "img man")
        ]

    assert (status, answer["seed"], len(answer["images"])) == (200, 5, 2)
    assert (answer["images"][0]["width"], answer["images"][0]["height"]) == (1024, 1024)
    assert [status for status, _ in refusals] == [422] * 3
    messages = [refused["detail"][0]["msg"] for _, refused in refusals]
    assert [message.partition(":")[0] for message in messages[:2]] == ["none", "several"]


def archive(*photos: bytes) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for number, data in enumerate(photos):
            zipped.writestr(f"{number}.png", data)
        zipped.writestr("__MACOSX/._0.png", b"x")
        zipped.writestr("read.txt", b"x")
    return data_uri(buffer.getvalue(), "application/zip")
