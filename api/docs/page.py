"""`/docs` and `/openapi.json`: one page that needs no other server, rendered from the tables that validate."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Any, Final

from aiohttp import web

from api.access.authentication import HEADERS
from api.answers import ANSWERS, json_answer
from api.docs.openapi import document, fal_document
from api.errors import NoSuchEndpoint
from api.inputs.table import SIZE_LEAST_PX, SIZE_MOST_PX, SIZES, Field, FieldKind, Table
from api.providers.tables import ALL_TABLES, fal_table
from api.server.routing import Call, Route

CSP: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

_TYPE_WORDS: Final = {
    FieldKind.IMAGE: "address or data URI",
    FieldKind.ARCHIVE: "address or data URI of a zip",
    FieldKind.SIZE: "name or {width, height}",
    FieldKind.SEED: "integer",
    FieldKind.URL: "address",
    FieldKind.EVENTS: "list",
    FieldKind.CHOICE: "word",
}
_TITLES: Final = {"fal": "fal", "segmind": "Segmind", "pixazo": "Pixazo"}
_HEADERS: Final = {
    "fal": "Authorization: Key $KEY",
    **{provider: f"{name}: $KEY" for provider, name in HEADERS.items()},
}


class DocsPage:
    """The routes of the documentation. `segmind_form` is what Segmind's endpoint answers by default here."""

    def __init__(self, segmind_form: str) -> None:
        self._segmind_form = segmind_form

    def routes(self) -> list[Route]:
        return [Route("GET", "/docs", self.docs), Route("GET", "/openapi.json", self.openapi)]

    def fal_routes(self) -> list[Route]:
        return [Route("GET", "/{app:app}/openapi.json", self.fal_openapi)]

    async def docs(self, call: Call) -> web.StreamResponse:
        """The page."""
        text = page(call.origin.base, self._segmind_form)
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": CSP})

    async def openapi(self, call: Call) -> web.StreamResponse:
        """The whole document."""
        return json_answer(document(call.origin.base))

    async def fal_openapi(self, call: Call) -> web.StreamResponse:
        """The document of one app."""
        table = fal_table(call.match["app"])
        if table is None:
            raise NoSuchEndpoint(call.match["app"])
        return json_answer(fal_document(table, call.origin.base))


def page(base: str, segmind_form: str) -> str:
    """The HTML of the page; `base` is where this server is, as the reader reached it."""
    css = (files("api.docs") / "page.css").read_text(encoding="utf-8")
    links = "".join(f'<a href="#{_anchor(table)}">{escape(_heading(table))}</a>' for table in ALL_TABLES)
    sections = "".join(_section(table, base, segmind_form) for table in ALL_TABLES)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>stickerface HTTP API</title><style>{css}</style></head><body><main>
<h1>stickerface HTTP API</h1>
<p class="lead">A photo of a face becomes a sticker. Programs written for fal, Segmind and Pixazo work against this
server: the address changes, the program does not.</p>
<p>This server: <code>{escape(base)}</code>. A key comes from its operator
(<code>stickerface keys add NAME</code>). The same as a document: <a href="/openapi.json">openapi.json</a>.</p>
<nav>{links}<a href="#errors">Errors</a></nav>
{sections}{_errors()}
</main></body></html>
"""


def _anchor(table: Table) -> str:
    return table.path.replace("/", "-")


def _heading(table: Table) -> str:
    return f"{_TITLES[table.provider]}: {table.title}"


def _section(table: Table, base: str, segmind_form: str) -> str:
    rows = "".join(_row(each) for each in table.fields)
    notes = {
        "fal": f"Sync: <code>POST {escape(base)}/fal/run/{table.path}</code>. "
        f"Queued: <code>POST {escape(base)}/fal/queue/{table.path}</code>.",
        "segmind": f"<code>POST {escape(base)}/{table.path}</code>. The answer is the picture"
        f"{', as JSON in base64' if segmind_form == 'json' else ''}; <code>Accept</code> decides otherwise.",
        "pixazo": f"<code>POST {escape(base)}/{table.path}</code>, then <code>…/prediction</code> with "
        "<code>requestId</code>.",
    }
    examples = "".join(_example(*each) for each in examples_of(table, base))
    return f"""<section id="{_anchor(table)}"><h2>{escape(_heading(table))}</h2>
<p class="soft">{escape(table.description)}</p><p>{notes[table.provider]}</p>
<p>Key: <code>{escape(_HEADERS[table.provider])}</code></p>
<h3>Fields</h3><div class="scroll"><table><tr><th>name</th><th>type</th><th>default</th><th>range</th><th></th></tr>
{rows}</table></div><h3>Example</h3>{examples}</section>"""


def _example(language: str, program: str) -> str:
    opened = " open" if language == "curl" else ""
    return f"<details{opened}><summary>{language}</summary><pre><code>{escape(program)}</code></pre></details>"


def _row(each: Field) -> str:
    default = '<span class="must">required</span>' if each.is_required else _shown(each.default)
    cells = (
        f"<code>{escape(each.name)}</code>",
        escape(_TYPE_WORDS.get(each.kind, each.kind.value)),
        default,
        _range(each),
        escape(each.meaning),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _shown(value: Any) -> str:
    return "" if value is None else f"<code>{escape(json.dumps(value))}</code>"


def _range(each: Field) -> str:
    if each.kind is FieldKind.SIZE:
        return f"{_words(SIZES)}; sides {SIZE_LEAST_PX} to {SIZE_MOST_PX}"
    if each.choices:
        return _words(each.choices)
    if each.minimum is None or each.maximum is None:
        return ""
    return f"{each.minimum:g} to {each.maximum:g}"


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"<code>{escape(word)}</code>" for word in words)


def examples_of(table: Table, base: str) -> Sequence[tuple[str, str]]:
    """(language, program) that call `table` at `base`."""
    body = {each.name: each.example for each in table.fields if each.is_required}
    if table.provider == "fal":
        return _fal_examples(table, base, body)
    header, url, shown = HEADERS[table.provider], f"{base}/{table.path}", json.dumps(body, indent=2)
    take = "open('sticker.png', 'wb').write(answer.content)" if table.provider == "segmind" else "print(answer.json())"
    fetched = "await answer.blob()" if table.provider == "segmind" else "await answer.json()"
    return (
        ("curl", _curl(url, table.provider, body, out=" -o sticker.png" if table.provider == "segmind" else "")),
        ("Python", f"import os, requests\n\nanswer = requests.post(\n    {url!r},\n"
                   f"    headers={{{header!r}: os.environ['KEY']}},\n    json={shown},\n)\n{take}\n"),
        ("JavaScript", f"const answer = await fetch({json.dumps(url)}, {{\n  method: 'POST',\n"
                       f"  headers: {{ {json.dumps(header)}: process.env.KEY, 'Content-Type': 'application/json' }},\n"
                       f"  body: JSON.stringify({shown}),\n}});\nconsole.log({fetched});\n"),
    )  # fmt: skip


def _curl(url: str, provider: str, body: dict[str, Any], out: str = "") -> str:
    return (
        f"curl{out} {url} \\\n  -H \"{_HEADERS[provider]}\" -H 'Content-Type: application/json' \\\n"
        f"  -d '{json.dumps(body)}'\n"
    )


def _fal_examples(table: Table, base: str, body: dict[str, Any]) -> Sequence[tuple[str, str]]:
    shown, host = json.dumps(body, indent=2), base.partition("://")[2]
    return (
        ("curl", _curl(f"{base}/fal/run/{table.path}", "fal", body)),
        ("Python", f"# FAL_KEY=$KEY FAL_RUN_HOST={host}/fal/run FAL_QUEUE_RUN_HOST={host}/fal/queue\n"
                   f"import fal_client\n\nprint(fal_client.subscribe({table.path!r}, arguments={shown}))\n"),
        ("JavaScript", f"import {{ fal }} from '@fal-ai/client';\n\nfal.config({{\n  credentials: process.env.KEY,\n"
                       f"  proxyUrl: {{ url: {json.dumps(base + '/fal/proxy')}, when: 'always' }},\n}});\n"
                       f"const {{ data }} = await fal.subscribe({json.dumps(table.path)}, {{ input: {shown} }});\n"
                       "console.log(data);\n"),
    )  # fmt: skip


def _errors() -> str:
    seen: dict[tuple[int, str], str] = {}
    for each in ANSWERS.values():
        seen.setdefault((each.status, each.fal_type), each.message)
    rows = "".join(
        f"<tr><td>{status}</td><td><code>{escape(kind)}</code></td><td>{escape(message)}</td></tr>"
        for (status, kind), message in sorted(seen.items())
    )
    return f"""<section id="errors"><h2>Errors</h2>
<p class="soft">As fal's programs read them. Segmind's and Pixazo's get the same sentences under their own statuses
(400 for what is 422 here).</p>
<div class="scroll"><table><tr><th>status</th><th>type</th><th></th></tr>{rows}</table></div></section>"""
