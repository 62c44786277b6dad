"""`stickerface docs`: write the page of all documents, and show it."""

from __future__ import annotations

import sys
import webbrowser
from importlib.metadata import version
from pathlib import Path

from cli.docs.page import NoDocuments, documents_root, page

DEFAULT = Path("stickerface-docs.html")


def write_docs(out: Path | None) -> int:
    """Write the page to `out`, "-" for the output; without it to `DEFAULT`, and open that. Return the exit code."""
    try:
        text = page(documents_root(), version("stickerface"))
    except NoDocuments:
        print("This installation came without the documents; a clone has them in docs/.", file=sys.stderr)
        return 1
    if out == Path("-"):
        sys.stdout.buffer.write(text.encode())
        return 0
    path = out or DEFAULT
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        print(f"{path} cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    print(path)
    if out is None and not webbrowser.open(path.absolute().as_uri()):
        print("No browser was found; open the file in one, on any machine.", file=sys.stderr)
    return 0
