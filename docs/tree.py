"""Writes the list of files in ARCHITECTURE.md from the modules' docstrings: `python -m docs.tree`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "api", "cli", "service", "engine", "storage", "emulator")


def modules(package: str) -> Iterator[Path]:
    """Yield a package's files: those of a folder before its subfolders, `__init__.py` first."""
    folder = ROOT / package
    yield from sorted(folder.rglob("*.py"), key=lambda path: (path.parent.parts, path.name != "__init__.py", path.name))


def first_sentence(module: Path) -> str:
    """Return the first sentence of a module's docstring, on one line; "" where it has none."""
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    found = re.match(r".*?[.?](?=\s|$)", " ".join(docstring.split("\n\n")[0].split()))
    return found.group() if found else ""


def files_list() -> str:
    """Return one line per production file; a folder's line is that of its `__init__.py`."""
    lines = []
    for package in PACKAGES:
        for module in modules(package):
            path = module.relative_to(ROOT)
            if path.name != "__init__.py":
                lines.append(f"- `{path.relative_to(package)}`: {first_sentence(module)}")
            elif path.parent == Path(package):
                lines += ["", f"**{package}/** {first_sentence(module)}".rstrip(), ""]
            else:
                lines.append(f"- **{path.parent.relative_to(package)}/** {first_sentence(module)}")
    return "\n".join(lines[1:])


def with_files(text: str) -> str:
    """Return ARCHITECTURE.md with the list as it should be."""
    return re.sub(
        r"(<!-- files -->\n).*?(<!-- /files -->)",
        lambda match: f"{match[1]}{files_list()}\n{match[2]}",
        text,
        flags=re.DOTALL,
    )


if __name__ == "__main__":
    path = ROOT / "ARCHITECTURE.md"
    path.write_text(with_files(path.read_text(encoding="utf-8")), encoding="utf-8")
