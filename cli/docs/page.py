"""One HTML page of all documents, made of the Markdown files: it asks no server for anything. Knows no settings."""

from __future__ import annotations

import base64
import hashlib
import io
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from PIL import Image

INDEX: Final = "docs/README.md"  # the table of contents, here as on a forge
PICTURE_PX: Final = 1472  # twice the width of the text
STACKED_COLUMNS: Final = 3  # with more, a table is wider than a phone and scrolls


class NoDocuments(Exception):
    """This installation came without the documents."""


class BrokenLink(Exception):
    """A document links to a place that is not there."""


@dataclass(slots=True)
class Document:
    """A Markdown file: `path` from the root of the repository, and the headings as (anchor, words, level)."""

    path: str
    title: str
    group: str
    tokens: list[Token]
    headings: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Where it begins on the page."""
        return self.path.removesuffix(".md").removeprefix("docs/").replace("/", "-").lower()

    def at(self, fragment: str) -> str:
        """Return where `fragment` of this document is on the page. Raises `BrokenLink`."""
        if not fragment:
            return f"#{self.anchor}"
        if fragment not in (anchor for anchor, _, _ in self.headings):
            raise BrokenLink(f"{self.path}#{fragment}")
        return f"#{self.anchor}--{fragment}"


def documents_root() -> Path:
    """Return the folder that `INDEX` is relative to: the checkout, or what was installed. Raises `NoDocuments`."""
    checkout = Path(__file__).parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / INDEX).is_file():
        return checkout
    try:
        installed = distribution("stickerface").files or ()
    except PackageNotFoundError:
        installed = ()
    for each in installed:
        if each.match(f"share/doc/stickerface/{INDEX}"):
            return Path(str(each.locate())).resolve().parents[1]
    raise NoDocuments


def parser() -> MarkdownIt:
    """Return a parser of CommonMark with tables, as forges read it."""
    return MarkdownIt("commonmark").enable("table")


def headings(tokens: Sequence[Token]) -> Iterator[tuple[Token, str, str]]:
    """Yield (opening token, anchor, words) of each heading; the anchors are those that forges make."""
    seen: dict[str, int] = {}
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            words = "".join(each.content for each in inline.children or ())
            anchor = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            count = seen[anchor] = seen.get(anchor, -1) + 1
            yield opening, f"{anchor}-{count}" if count else anchor, words


def listed(root: Path) -> list[tuple[str, str, str]]:
    """Return (path, title, group) of each document that the index lists, in its order."""
    entries, group, tokens = [], "", parser().parse((root / INDEX).read_text(encoding="utf-8"))
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            group = token.content
        for link, words in pairwise(token.children or ()):
            if link.type == "link_open":
                path = posixpath.normpath(posixpath.join(posixpath.dirname(INDEX), str(link.attrs["href"])))
                entries.append((path, words.content, group))
    return entries


def page(root: Path, version: str) -> str:
    """Return the HTML of all documents below `root`. Raises `BrokenLink`."""
    markdown = parser()
    documents: dict[str, Document] = {}
    for path, title, group in listed(root):
        document = Document(path, title, group, markdown.parse((root / path).read_text(encoding="utf-8")))
        for opening, anchor, words in headings(document.tokens):
            level = int(opening.tag[1:])
            document.headings.append((anchor, words, level))
            opening.attrs["id"] = f"{document.anchor}--{anchor}"
        for token in document.tokens:
            if token.type.startswith("heading_"):
                token.tag = f"h{int(token.tag[1:]) + 1}"  # the page itself has the first
        documents[path] = document
    for document in documents.values():
        _localise(document, documents, root)
        _label(document.tokens)
    renderer = RendererHTML()
    articles = "\n".join(
        f'<article id="{each.anchor}" data-title="{escape(each.title)}">'
        f"{renderer.render(each.tokens, markdown.options, {})}</article>"
        for each in documents.values()
    )
    css, script = ((files("cli.docs") / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    script_hash = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{script_hash}'"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>stickerface {escape(version)}: all documents</title><link rel="icon" href="data:,"><style>{css}</style></head>
<body><header><details id="contents" open><summary>stickerface <small>{escape(version)}</small><b>Contents</b></summary>
<input type="search" placeholder="Search" aria-label="Search the documents" hidden><div id="found" hidden></div>
<nav aria-label="Contents">{_contents(list(documents.values()))}</nav></details></header>
<main><h1 class="hidden">stickerface {escape(version)}: all documents</h1>
{articles}</main><script>{script}</script></body></html>
"""


def _contents(documents: Sequence[Document]) -> str:
    """Return the table of contents: groups, their documents, and the sections of each, folded."""
    parts, group = [], ""
    for each in documents:
        if each.group != group:
            group = each.group
            parts.append(f"<p>{escape(group)}</p>")
        link = f'<a href="#{each.anchor}">{escape(each.title)}</a>'
        sections = "".join(
            f'<a href="{each.at(anchor)}">{escape(words)}</a>' for anchor, words, level in each.headings if level == 2
        )
        parts.append(f"<details><summary>{link}</summary>{sections}</details>" if sections else link)
    return "".join(parts)


def _localise(document: Document, documents: dict[str, Document], root: Path) -> None:
    """Make links lead to places on the page, and put pictures into it. Raises `BrokenLink`."""
    here = posixpath.dirname(document.path)
    for token in document.tokens:
        if token.type == "html_block":
            if not re.fullmatch(r"\s*(<!--.*?-->\s*)+", token.content, re.DOTALL):
                raise BrokenLink(f"{document.path}: HTML in {token.content[:40]!r}")
            token.content = ""
        children = token.children or []
        for number, child in enumerate(children):
            if child.type == "image":
                source = root / posixpath.normpath(posixpath.join(here, str(child.attrs["src"])))
                child.attrs |= _inlined(source)
            if child.type != "link_open" or re.match(r"[a-z]+:", str(child.attrs["href"])):
                continue
            path, _, fragment = unquote(str(child.attrs["href"])).partition("#")
            path = posixpath.normpath(posixpath.join(here, path)) if path else document.path
            if path in documents:
                child.attrs["href"] = documents[path].at(fragment)
            elif path == INDEX:
                child.attrs["href"] = "#contents"
            else:  # a file that only the repository has: its place is said
                closing = next(each for each in children[number:] if each.type == "link_close")
                words = "".join(each.content for each in children[number : children.index(closing)])
                child.tag = closing.tag = "span"
                child.attrs = {"class": "file"} if path.endswith(words) else {"class": "file", "data-path": path}


def _inlined(path: Path) -> dict[str, str | int | float]:
    """Return src, width and height of a picture as a data URI: WebP, no wider than the text shows it."""
    with Image.open(path) as opened:
        picture = opened.convert("RGB") if opened.mode not in ("RGB", "RGBA") else opened.copy()
    if picture.width > PICTURE_PX:
        height = round(picture.height * PICTURE_PX / picture.width)
        picture = picture.resize((PICTURE_PX, height), Image.Resampling.LANCZOS)
    encoded = io.BytesIO()
    picture.save(encoded, "WEBP", quality=75, method=4)
    data = base64.b64encode(encoded.getvalue()).decode("ascii")
    return {"src": f"data:image/webp;base64,{data}", "width": picture.width, "height": picture.height}


def _label(tokens: Sequence[Token]) -> None:
    """Give narrow tables a class, by which a phone shows a row as a paragraph, and their cells the column's name."""
    table, names, column = Token("", "", 0), list[str](), 0
    for token, inline in pairwise(tokens):
        match token.type:
            case "table_open":
                table, names = token, []
            case "th_open":
                names.append(inline.content.replace("`", ""))
            case "thead_close" if len(names) <= STACKED_COLUMNS:
                table.attrs["class"] = "stacked"
            case "tr_open":
                column = 0
            case "td_open":
                if 0 < column < len(names) == STACKED_COLUMNS and names[column] and inline.content:
                    token.attrs["data-name"] = names[column]
                column += 1
