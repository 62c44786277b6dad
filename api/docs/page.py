"""`/docs` and `/openapi.json`: one page that needs no other server. Knows no provider."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Final, Protocol

from aiohttp import web

from api.answers import ANSWERS, json_answer
from api.docs.openapi import Documented, document
from api.inputs.table import SIZE_LEAST_PX, SIZE_MOST_PX, SIZES, Field, FieldKind, Table
from api.server.routing import Call, Route

SCRIPT: Final = (files("api.docs") / "page.js").read_text(encoding="utf-8")
_SCRIPT_HASH: Final = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode("ascii")
CSP: Final = (
    f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_SCRIPT_HASH}'; connect-src 'self'; "
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'"
)

_TYPE_WORDS: Final = {
    FieldKind.IMAGE: "address or data URI",
    FieldKind.ARCHIVE: "address or data URI of a zip",
    FieldKind.SIZE: "name or {width, height}",
    FieldKind.SEED: "integer",
    FieldKind.URL: "address",
    FieldKind.EVENTS: "list",
    FieldKind.CHOICE: "word",
}

_FILES: Final = (FieldKind.IMAGE, FieldKind.ARCHIVE)


@dataclass(frozen=True, slots=True)
class TryIt:
    """How the page's form calls an endpoint: `path` of this server; `within` names the object that holds the fields.

    `poll` is the path that is asked with the request's id until it has ended, where the answer names no other way.
    """

    path: str
    within: str = ""
    poll: str = ""


class OnPage(Documented, Protocol):
    """A provider as the page needs it.

    `shown_key` is the header a key goes into, `has_own_statuses` whether errors have other statuses than in the table
    of answers, `response_form` what its endpoint answers where the caller does not say.
    """

    @property
    def title(self) -> str: ...

    @property
    def shown_key(self) -> str: ...

    @property
    def has_own_statuses(self) -> bool: ...

    def usage(self, table: Table, base: str, response_form: str | None) -> str:
        """Return how `table` is called at `base`, as HTML."""

    def examples(self, table: Table, base: str) -> Sequence[tuple[str, str]]:
        """Return (language, program) that call `table` at `base`."""

    def try_it(self, table: Table) -> TryIt:
        """Return how a form calls `table`."""


class DocsPage:
    """The routes of the documentation."""

    def __init__(self, providers: Sequence[OnPage], response_forms: Mapping[str, str]) -> None:
        self._providers = providers
        self._response_forms = response_forms

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/", self.root),
            Route("GET", "/docs", self.docs),
            Route("GET", "/openapi.json", self.openapi),
        ]

    async def root(self, call: Call) -> web.StreamResponse:
        """Lead a browser to the documentation."""
        return web.Response(status=302, headers={"Location": "/docs"})

    async def docs(self, call: Call) -> web.StreamResponse:
        """Answer the page."""
        text = page(self._providers, call.origin.base, self._response_forms)
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": CSP})

    async def openapi(self, call: Call) -> web.StreamResponse:
        """Answer the whole document."""
        return json_answer(document(self._providers, call.origin.base))


def page(providers: Sequence[OnPage], base: str, response_forms: Mapping[str, str]) -> str:
    """Return the HTML of the page; `base` is where this server is, as the reader reached it."""
    css = (files("api.docs") / "page.css").read_text(encoding="utf-8")
    titles = [provider.title for provider in providers]
    links, sections = "", ""
    for provider in providers:
        for table in provider.tables:
            anchor, heading = table.path.replace("/", "-"), escape(f"{provider.title}: {table.title}")
            links += f'<a href="#{anchor}">{heading}</a>'
            form = response_forms.get(provider.name)
            rows, examples = "".join(_row(each) for each in table.fields), ""
            for language, program in provider.examples(table, base):
                opened, code = " open" if language == "curl" else "", escape(program)
                examples += f"<details{opened}><summary>{language}</summary><pre><code>{code}</code></pre></details>"
            sections += f"""<section id="{anchor}"><h2>{heading}</h2>
<p class="soft">{escape(table.description)}</p><p>{provider.usage(table, escape(base), form)}</p>
<p>Key: <code>{escape(provider.shown_key)}</code></p>
{_form(provider, table)}
<h3>Fields</h3><div class="scroll"><table><tr><th>name</th><th>type</th><th>default</th><th>range</th><th></th></tr>
{rows}</table></div><h3>Example</h3>{examples}</section>"""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>stickerface HTTP API</title><link rel="icon" href="data:,"><style>{css}</style></head><body><main>
<h1>stickerface HTTP API</h1>
<p class="lead">A photo of a face becomes a sticker. Programs written for {_listed(titles)} work against this
server: the address changes, the program does not.</p>
<p>This server: <code>{escape(base)}</code>. A key comes from its operator
(<code>stickerface keys add NAME</code>). The same as a document: <a href="/openapi.json">openapi.json</a>.</p>
<nav>{links}<a href="#errors">Errors</a></nav>
{sections}{_errors(providers)}
</main><script>{SCRIPT}</script></body></html>
"""


def _listed(names: Sequence[str]) -> str:
    """Return "a, b and c"."""
    return " and ".join([", ".join(names[:-1]), *names[-1:]] if len(names) > 1 else names)


def _row(each: Field) -> str:
    default = "" if each.default is None else f"<code>{escape(json.dumps(each.default))}</code>"
    cells = (
        f"<code>{escape(each.name)}</code>",
        escape(_TYPE_WORDS.get(each.kind, each.kind.value)),
        '<span class="must">required</span>' if each.is_required else default,
        _range(each),
        escape(each.meaning),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


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


def _form(provider: OnPage, table: Table) -> str:
    """Return the form that calls an endpoint: a label and an input for each field, those with good defaults folded."""
    way, shown, folded = provider.try_it(table), "", ""
    for each in sorted(table.fields, key=lambda each: each.kind not in _FILES):
        if each.kind in _FILES or each.is_required or each.name == "prompt":
            shown += _input(each)
        else:
            folded += _input(each)
    data = {"path": way.path, "within": way.within, "poll": way.poll, "key": provider.shown_key}
    attributes = " ".join(f'data-{name}="{escape(value)}"' for name, value in data.items())
    return f"""<details class="try"><summary>Try it</summary><form class="fields" {attributes}>
<label class="wide">Your key<input name="key" type="password" autocomplete="off" required></label>{shown}
<details class="wide more"><summary>More</summary><div class="fields">{folded}</div></details>
<div class="wide row"><button type="submit">Draw</button><button type="button" class="stop" hidden>Stop</button>
<span role="status"></span></div><div class="wide pictures"></div></form></details>"""


def _input(each: Field) -> str:
    """Return a field's label and input; "" for what a page cannot use: webhooks."""
    name, hint, must = escape(each.name), escape(each.meaning), " required" if each.is_required else ""
    shown = each.example if each.default is None else each.default
    value = "" if shown is None else f' value="{escape(str(shown))}"'
    match each.kind:
        case FieldKind.URL | FieldKind.EVENTS:
            return ""
        case FieldKind.BOOLEAN:
            checked = " checked" if each.default else ""
            control = f'<input type="checkbox" data-kind="boolean" data-name="{name}"{checked}>'
            return f'<label class="check">{control}{name}<small>{hint}</small></label>'
        case FieldKind.IMAGE:
            hint = "A photo from your disk."
            control = f'<input type="file" accept="image/*" data-kind="photo" data-name="{name}"{must}>'
        case FieldKind.ARCHIVE:
            hint = "Photos from your disk, or a zip of them."
            control = f'<input type="file" accept="image/*,.zip" multiple data-kind="photos" data-name="{name}"{must}>'
        case FieldKind.INTEGER | FieldKind.NUMBER | FieldKind.SEED:
            limits = ((side, getattr(each, f"{side}imum")) for side in ("min", "max"))
            given = "".join(f' {side}="{limit:g}"' for side, limit in limits if limit is not None)
            hint += f" From {each.minimum:g} to {each.maximum:g}." if given.count("=") == 2 else ""
            step = "any" if each.kind is FieldKind.NUMBER else "1"
            control = f'<input type="number" step="{step}"{given}{value} data-kind="number" data-name="{name}">'
        case FieldKind.CHOICE | FieldKind.SIZE:
            shown_words = {word: word for word in each.choices}
            if each.kind is FieldKind.SIZE:
                hint, shown_words = (
                    "",
                    {word: f"{word}, {width} × {height} px" for word, (width, height) in SIZES.items()},
                )
            options = "".join(
                f'<option value="{escape(word)}"{" selected" if word == each.default else ""}>{escape(shown)}</option>'
                for word, shown in shown_words.items()
            )
            control = f'<select data-kind="text" data-name="{name}">{options}</select>'
        case _:
            control = f'<input type="text"{value} data-kind="text" data-name="{name}"{must}>'
    return f"<label>{name}{control}<small>{hint}</small></label>"


def _errors(providers: Sequence[OnPage]) -> str:
    seen: dict[tuple[int, str], str] = {}
    for each in ANSWERS.values():
        seen.setdefault((each.status, each.type), each.message)
    rows = "".join(
        f"<tr><td>{status}</td><td><code>{escape(kind)}</code></td><td>{escape(message)}</td></tr>"
        for (status, kind), message in sorted(seen.items())
    )
    as_they_are = _listed([f"{each.title}'s" for each in providers if not each.has_own_statuses])
    others = _listed([f"{each.title}'s" for each in providers if each.has_own_statuses])
    return f"""<section id="errors"><h2>Errors</h2>
<p class="soft">As {as_they_are} programs read them. {others} get the same sentences under their own statuses
(400 for what is 422 here).</p>
<div class="scroll"><table><tr><th>status</th><th>type</th><th></th></tr>{rows}</table></div></section>"""
