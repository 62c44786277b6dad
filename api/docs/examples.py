"""Example programs of the documentation that need no client library. Knows no provider."""

from __future__ import annotations

import json
from typing import Any


def curl(url: str, key_header: str, body: dict[str, Any], *, out: str = "") -> str:
    """Return a command that posts `body`; `key_header` is a whole header, `out` the file that takes the answer."""
    return (
        f"curl{f' -o {out}' if out else ''} {url} \\\n  -H \"{key_header}\" -H 'Content-Type: application/json' \\\n"
        f"  -d '{json.dumps(body)}'\n"
    )


def python(url: str, header: str, body: dict[str, Any], *, use: str) -> str:
    """Return a program that posts `body` with the key in `header`; `use` is what it does with the answer."""
    shown = json.dumps(body, indent=2)
    return (
        f"import os, requests\n\nanswer = requests.post(\n    {url!r},\n"
        f"    headers={{{header!r}: os.environ['KEY']}},\n    json={shown},\n)\n{use}\n"
    )


def javascript(url: str, header: str, body: dict[str, Any], *, use: str) -> str:
    """Return the same in JavaScript; `use` is an expression of the answer."""
    shown = json.dumps(body, indent=2)
    return (
        f"const answer = await fetch({json.dumps(url)}, {{\n  method: 'POST',\n"
        f"  headers: {{ {json.dumps(header)}: process.env.KEY, 'Content-Type': 'application/json' }},\n"
        f"  body: JSON.stringify({shown}),\n}});\nconsole.log({use});\n"
    )
