"""Writes the tables of the README from the code: `python -m docs.tables`. A test keeps them equal."""

from __future__ import annotations

import re
from pathlib import Path

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


def with_tables(readme: str) -> str:
    """The README with both tables as they should be."""
    for name, table in (("settings", settings_table()), ("styles", styles_table())):
        readme = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
            lambda match, table=table: f"{match[1]}{table}\n{match[2]}",
            readme,
            flags=re.DOTALL,
        )
    return readme


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(with_tables(path.read_text()))
