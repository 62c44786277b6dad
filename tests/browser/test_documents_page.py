"""The page of `stickerface docs` in a real Chromium: read and searched on a phone and a desktop, without a network."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from cli.docs.page import documents_root, page
from tests.browser.conftest import watched_page

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("docs") / "docs.html"
    path.write_text(page(documents_root(), "1.2.3"), encoding="utf-8")
    return path.as_uri()


async def open_at(page: Page, address: str) -> list[str]:
    """Open the page; return the list into which everything that it asks for is written."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url[:80]))
    await page.goto(address)
    return asked


async def test_on_a_phone_it_is_as_wide_as_the_phone_and_search_leads_to_the_place(
    browser: Browser, address: str
) -> None:
    async with watched_page(browser, 390, 844) as phone:
        asked = await open_at(phone, address)
        assert await phone.evaluate("document.documentElement.scrollWidth") == 390
        for picture in await phone.locator("article img").all():
            assert await picture.evaluate("each => each.decode().then(() => each.naturalWidth)") > 390
        await expect(phone.get_by_role("navigation")).to_be_hidden()

        await phone.get_by_role("link", name="All documents", exact=True).click()
        await phone.get_by_role("searchbox").fill("results_days keep default")
        await expect(phone.locator("#found")).to_have_text("Nothing has these words.")
        await phone.get_by_role("searchbox").fill("keep_results_days long finished")
        await phone.locator("#found a").first.click()

        await expect(phone.get_by_role("searchbox")).to_be_hidden()
        row = phone.locator("#settings tr", has=phone.get_by_text("KEEP_RESULTS_DAYS", exact=True))
        await expect(row).to_be_in_viewport()
        assert [url for url in asked if not url.startswith(("data:", address[:80]))] == []


async def test_on_a_desktop_the_contents_stay_and_mark_what_is_read(browser: Browser, address: str) -> None:
    async with watched_page(browser, 1280, 860) as desktop:
        await open_at(desktop, address)
        assert await desktop.evaluate("document.documentElement.scrollWidth") == 1280
        contents = desktop.get_by_role("navigation")
        await contents.get_by_role("link", name="Operating", exact=True).click()
        await contents.get_by_role("link", name="Exit codes", exact=True).click()

        await expect(desktop.locator("#operating--exit-codes")).to_be_in_viewport()
        await expect(contents.locator("[aria-current]")).to_have_text("Exit codes")
        await expect(contents.get_by_role("link", name="Operating", exact=True)).to_be_in_viewport()
