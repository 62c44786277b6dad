"""The diffusion engine behind the HTTP API: check 22 from outside, exact sizes, previews in the status stream."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from engine.diffusion.engine import DiffusionEngine
from engine.diffusion.models.face_to_sticker.model import FaceToSticker
from engine.diffusion.tiny.face_to_sticker import build_paths
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
        status, other = await api.post(
            "/fal/run/fal-ai/photomaker", {"prompt": "a man img", "image_archive_url": "https://x.org/a.zip"}
        )

    assert set(checked["has_nsfw_concepts"].values()) == {True}
    assert set(unchecked["has_nsfw_concepts"].values()) == {False}
    assert not black[..., :3].any()
    assert (status, other["error_type"]) == (501, "model_not_loaded")
