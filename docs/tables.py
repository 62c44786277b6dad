"""Writes the tables of settings, styles and commands in the documents: `python -m docs.tables`.

A test keeps them equal to the code.
"""

from __future__ import annotations

import re
from pathlib import Path

from typer.main import get_command

from cli.main import app
from cli.settings import Settings
from engine.styles import all_styles

ROOT = Path(__file__).parents[1]


def settings_table() -> str:
    """Every setting with its default, from the code; what it is for, from .env.example."""
    text = (ROOT / ".env.example").read_text()
    manual = re.sub(r"^# ---.*\n", "", text, flags=re.MULTILINE)
    rows = ["| setting | default | |", "|---|---|---|"]
    order = [name.lower() for name in re.findall(r"^#?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE)]
    for name in order:
        field = Settings.model_fields[name]
        found = re.search(rf"((?:^# .*\n)+)#?{name.upper()}=", manual, re.MULTILINE)
        meaning = re.sub(r"^# ", "", found.group(1), flags=re.MULTILINE).replace("\n", " ").strip() if found else ""
        meaning = re.sub(r"docs/([\w/]+\.md)", r"[\1](\1)", meaning)
        default = getattr(field.default, "get_secret_value", lambda value=field.default: value)()
        default = str(default).lower() if isinstance(default, bool) else default
        shown = "" if default in (None, "", frozenset(), {}) else f"`{default}`"
        rows.append(f"| `{name.upper()}` | {shown} | {meaning} |")
    return "\n".join(rows)


def styles_table() -> str:
    """Every style with its description."""
    rows = ["| style | |", "|---|---|"]
    rows += [f"| {style.emoji} `{style.name}` | {style.description} |" for style in all_styles()]
    return "\n".join(rows)


def commands_table() -> str:
    """Every command of the program with the first sentence of its help."""
    rows = ["| command | |", "|---|---|"]
    for name, command in get_command(app).commands.items():
        inner = getattr(command, "commands", {})
        for path, each in [(f"{name} {sub}", inner[sub]) for sub in inner] or [(name, command)]:
            rows.append(f"| `stickerface {path}` | {each.help.split(chr(10))[0]} |")
    return "\n".join(rows)


TABLES = {"settings": settings_table, "styles": styles_table, "commands": commands_table}


def with_tables(text: str) -> str:
    """A document with its tables as they should be."""
    for name, table in TABLES.items():
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
            lambda match, table=table: f"{match[1]}{table()}\n{match[2]}",
            text,
            flags=re.DOTALL,
        )
    return text


if __name__ == "__main__":
    for path in sorted((ROOT / "docs").glob("*.md")):
        path.write_text(with_tables(path.read_text(encoding="utf-8")), encoding="utf-8")
