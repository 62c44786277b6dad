"""Every link, anchor and picture of every document leads somewhere, as a forge shows them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest
from PIL import Image

from cli.docs.page import INDEX, headings, listed, parser

ROOT = Path(__file__).parents[2]
COMMAND = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
FILES = set(subprocess.run(COMMAND, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"))
DOCUMENTS = sorted(name for name in FILES if name.endswith(".md") and (ROOT / name).is_file())
OF_A_FORGE = ".github/"  # texts for its forms


def links(document: str) -> list[tuple[str, str]]:
    """Return (href or src, "link" or "image") of a document."""
    tokens = parser().parse((ROOT / document).read_text(encoding="utf-8"))
    children = [child for token in tokens for child in token.children or ()]
    return [
        (str(child.attrs["href" if child.type == "link_open" else "src"]), child.type.removesuffix("_open"))
        for child in children
        if child.type in ("link_open", "image")
    ]


def anchors(document: Path) -> set[str]:
    return {anchor for _, anchor, _ in headings(parser().parse(document.read_text(encoding="utf-8")))}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_to_files_and_sections_that_are_there(document: str) -> None:
    wrong = []
    for href, _ in links(document):
        if re.match(r"[a-z]+:", href):
            assert re.match(r"https?://|mailto:", href), href
            continue
        path, _, fragment = unquote(href).partition("#")
        target = (ROOT / document).parent / path if path else ROOT / document
        name = str(target.resolve().relative_to(ROOT))
        is_there = name in FILES or any(each.startswith(f"{name}/") for each in FILES)
        if not is_there or (fragment and fragment not in anchors(target)):
            wrong.append(href)
    assert wrong == []


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if any(kind == "image" for _, kind in links(each))])
def test_pictures_are_there_and_have_words_for_who_cannot_see_them(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for words, source in re.findall(r"!\[(.*?)\]\((.*?)\)", text):
        assert len(words) > 10, source
        with Image.open((ROOT / document).parent / source) as picture:
            picture.load()
            assert picture.width <= 2000


def test_every_document_is_in_the_index() -> None:
    paths = [path for path, _, _ in listed(ROOT)]
    about_files_beside_them = {"cli/demo/SOURCE.md", "engine/portrait/data/README.md", INDEX}
    documents = {each for each in DOCUMENTS if not each.startswith(OF_A_FORGE)} - about_files_beside_them
    assert set(paths) == documents
    assert len(paths) == len(documents)


def test_each_document_begins_with_its_one_title() -> None:
    for document in [INDEX, *(path for path, _, _ in listed(ROOT))]:
        tokens = parser().parse((ROOT / document).read_text(encoding="utf-8"))
        assert tokens[0].tag == "h1", document
        assert [each.tag for each in tokens if each.type == "heading_open"].count("h1") == 1, document
