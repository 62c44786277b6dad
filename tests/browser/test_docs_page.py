"""The forms of /docs in a real Chromium: a photo from disk becomes a picture, from each provider's endpoint."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Locator, Page, expect

from engine.errors import NoFace
from engine.model import FACE
from tests.api.conftest import Api, jpeg, running
from tests.browser.conftest import in_one_loop, watched_page
from tests.plain_engine import PlainEngine

pytestmark = pytest.mark.asyncio(loop_scope="session")
TITLES = ("fal: Face to Sticker", "Segmind: Face to Sticker", "Pixazo: Face to Sticker", "Replicate: Face to Sticker")


@in_one_loop()
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with running(tmp_path / "server", PlainEngine()) as server:
        yield server


@in_one_loop()
async def docs(browser: Browser, api: Api) -> AsyncIterator[Page]:
    """The page, on a phone."""
    async with watched_page(browser, 390, 844) as opened:
        await opened.goto(f"{api.url}/docs")
        yield opened


async def form_of(docs: Page, title: str, photo: Path) -> Locator:
    """The form of an endpoint, opened by keyboard, with a photo."""
    section = docs.locator("section", has=docs.get_by_role("heading", name=title, exact=True))
    await section.get_by_text("Try it", exact=True).press("Enter")
    form = section.locator("form")
    await form.locator("input[type=file]").first.set_input_files(photo)
    return form


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "face.jpg"
    path.write_bytes(jpeg())
    return path


async def test_every_providers_form_draws_a_picture(docs: Page, api: Api, photo: Path) -> None:
    for number, title in enumerate(TITLES):
        form = await form_of(docs, title, photo)
        if number == 0:  # the others take it over
            await form.get_by_label("Your key").fill(api.key_text)
        await form.get_by_text("More", exact=True).press("Enter")
        await form.get_by_label("seed").fill("7")
        if title.startswith("Segmind"):
            await form.get_by_label("base64").check()

        await form.get_by_role("button", name="Draw").click()

        await expect(form.get_by_role("status")).to_contain_text("Done in")
        for picture in await form.locator(".pictures img").all():
            assert await picture.evaluate("each => each.decode().then(() => each.naturalWidth)") > 0
        assert await form.locator(".pictures img").count() == (1 if title.startswith("Segmind") else 2)
    assert [request.seed for request in api.engine.seen] == [7] * len(TITLES)
    assert await docs.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_photos_are_zipped_and_large_ones_made_smaller(docs: Page, api: Api, tmp_path: Path) -> None:
    for number, side in enumerate((64, 2560)):
        noise = Image.effect_noise((side, side), 100).convert("RGB")
        noise.save(tmp_path / f"{number}.jpg", quality=95)
    assert (tmp_path / "1.jpg").stat().st_size > 3_500_000  # half of what a body may hold
    section = docs.locator("section", has=docs.get_by_role("heading", name="fal: PhotoMaker", exact=True))
    await section.get_by_text("Try it", exact=True).press("Enter")
    form = section.locator("form")
    await form.get_by_label("Your key").fill(api.key_text)
    await form.get_by_label("image_archive_url").set_input_files([tmp_path / "0.jpg", tmp_path / "1.jpg"])
    await form.get_by_role("button", name="Draw").click()

    await expect(form.get_by_role("status")).to_contain_text("Done in")
    small, large = [Image.open(io.BytesIO(photo)) for photo in api.engine.seen[-1].inputs[FACE]]
    assert (small.size, large.size) == ((64, 64), (2048, 2048))


async def test_a_folded_field_that_is_wrong_is_shown(docs: Page, api: Api, photo: Path) -> None:
    form = await form_of(docs, TITLES[0], photo)
    await form.get_by_label("Your key").fill(api.key_text)
    steps = form.get_by_label("num_inference_steps")
    await form.get_by_text("More", exact=True).press("Enter")
    await steps.fill("99")
    await form.get_by_text("More", exact=True).press("Enter")
    await expect(steps).to_be_hidden()

    await form.get_by_role("button", name="Draw").click()

    await expect(steps).to_be_focused()
    assert api.engine.seen == []


async def test_what_is_wrong_is_said_in_words(docs: Page, api: Api, photo: Path) -> None:
    for title in TITLES:
        form = await form_of(docs, title, photo)
        await form.get_by_label("Your key").fill("nobody:nothing")
        await form.get_by_role("button", name="Draw").click()
        await expect(form.get_by_role("status")).to_have_text(
            "Unauthorized. API key is invalid or may have expired."
            if title.startswith("Segmind")
            else "No valid key was given."
        )

        await form.get_by_label("Your key").fill(api.key_text)
        api.engine.fail_with = [NoFace()]
        await form.get_by_role("button", name="Draw").click()
        await expect(form.get_by_role("status")).to_contain_text("No face was found in the picture.")


async def test_a_drawing_can_be_stopped(docs: Page, api: Api, photo: Path) -> None:
    form = await form_of(docs, TITLES[0], photo)
    await form.get_by_label("Your key").fill(api.key_text)
    api.engine.hold()
    await form.get_by_role("button", name="Draw").click()
    await api.held()

    await form.get_by_role("button", name="Stop").click()

    await expect(form.get_by_role("status")).to_have_text("Stopped.")
    api.engine.release()
