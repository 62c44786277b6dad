"""All documents as one page: nothing of them is lost, and nothing is asked of a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.docs.page import BrokenLink, documents_root, listed, page, parser
from cli.main import app

ROOT = Path(__file__).parents[3]


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def values(self, tag: str, name: str) -> list[str]:
        return [attributes[name] for each, attributes in self.found if tag in ("", each) and name in attributes]


@pytest.fixture(scope="module")
def html() -> str:
    return page(documents_root(), "1.2.3")


@pytest.fixture(scope="module")
def elements(html: str) -> Elements:
    return Elements(html)


def test_every_document_and_every_picture_is_on_the_page(html: str, elements: Elements) -> None:
    paths = [path for path, _, _ in listed(ROOT)]
    assert len(elements.values("article", "data-title")) == len(paths) == len(set(paths))
    tokens = [token for path in paths for token in parser().parse((ROOT / path).read_text(encoding="utf-8"))]
    pictures = sum(child.type == "image" for token in tokens for child in token.children or ())
    assert len(elements.values("img", "src")) == pictures > 0
    assert html.count("<pre>") == sum(token.type in ("fence", "code_block") for token in tokens) > 0
    assert "KEEP_PHOTOS_HOURS" in html
    assert "1.2.3" in html


def test_links_lead_to_places_on_the_page(elements: Elements) -> None:
    places = elements.values("", "id")
    assert len(places) == len(set(places))
    links = elements.values("a", "href")
    assert "#install--extras" in links
    assert [link for link in links if not re.match("https?:|mailto:", link) and link[1:] not in places] == []


def test_nothing_is_fetched(html: str, elements: Elements) -> None:
    sources = elements.values("", "src") + elements.values("link", "href")
    assert [source[:40] for source in sources if not source.startswith("data:")] == []
    assert "@import" not in html
    assert "default-src 'none'" in elements.values("meta", "content")[1]


def small(root: Path, **documents: str) -> str:
    """Return the page of a few documents, README.md first."""
    (root / "docs").mkdir()
    titles = "".join(f"- [The {name}]({name}.md)\n" for name in documents)
    (root / "docs/README.md").write_text(f"# Documents\n\n## All\n\n{titles}")
    for name, text in documents.items():
        (root / "docs" / f"{name}.md").write_text(text)
    return page(root, "1")


@pytest.mark.parametrize("link", ["two.md#none", "#none"])
def test_a_link_to_a_section_that_does_not_exist_is_refused(tmp_path: Path, link: str) -> None:
    with pytest.raises(BrokenLink, match="#none"):
        small(tmp_path, one=f"# One\n\n[there]({link})\n", two="# Two\n")


def test_anchors_are_those_of_a_forge(tmp_path: Path) -> None:
    html = small(tmp_path, one="# One\n\n## `FEW_STEPS`, and what?\n\n## Same\n\n## Same\n\n[last](one.md#same-1)\n")
    assert {"one--few_steps-and-what", "one--same", "one--same-1"} <= set(Elements(html).values("h3", "id"))
    assert '<a href="#one--same-1">last</a>' in html


def test_a_file_that_only_the_repository_has_is_named_and_not_linked(tmp_path: Path) -> None:
    html = small(tmp_path, one="# One\n\n[what is sent](../deploy/policy.json), [policy.json](../deploy/policy.json)\n")
    assert '<span class="file" data-path="deploy/policy.json">what is sent</span>' in html
    assert '<span class="file">policy.json</span>' in html


def test_text_is_text(tmp_path: Path) -> None:
    assert "&lt;script&gt;alert(1)" in small(tmp_path, one="# One\n\n`<script>alert(1)</script>`\n")
    (tmp_path / "docs/one.md").write_text("# One\n\n<script>alert(1)</script>\n")
    with pytest.raises(BrokenLink, match="HTML"):
        page(tmp_path, "1")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["docs", "-o", str(tmp_path / "nowhere/page.html")])
    assert result.exit_code == 1
    assert result.output == f"{tmp_path / 'nowhere/page.html'} cannot be written: No such file or directory\n"


def test_without_a_place_the_page_is_opened_in_the_browser(tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    command = [sys.executable, "-P", "-m", "stickerface", "docs"]
    environment = {**os.environ, "BROWSER": f"{browser} %s", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "stickerface-docs.html\n"), done.stderr
    written = tmp_path / "stickerface-docs.html"
    assert (tmp_path / "opened").read_text().strip() == written.as_uri()
    assert written.read_text(encoding="utf-8").startswith("<!doctype html>")
