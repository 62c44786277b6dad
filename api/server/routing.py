"""Routing: each hosted service is a `Site`, reached by a path prefix, by its own host names, or by proxy.

Not aiohttp's router: docs/decisions/router.md says why. Knows no provider.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from api.answers import Envelope, PlainEnvelope

Handler = Callable[["Call"], Awaitable[web.StreamResponse]]

# What a name in a pattern matches. Paths are matched as they were sent, so "%2f" is no slash.
_KINDS = {
    "app": r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+",
    "id": r"[0-9a-f-]{36}",
    "word": r"[A-Za-z0-9_.~=-]+",
}
_NAME = re.compile(r"\{(\w+):(\w+)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of a site. `pattern` is a path with names: `/{app:app}/requests/{id:id}`."""

    method: str
    pattern: str
    handler: Handler


@dataclass(frozen=True, slots=True)
class Site:
    """A hosted service: `prefix` is its path here ("" for the root), `hosts` are its names elsewhere.

    One with a `label` is there only under host names that begin with it. One that `is_general` has patterns that match
    others' paths too, and is asked after them. `envelope` renders its errors.
    """

    name: str
    envelope: Envelope
    prefix: str
    routes: Sequence[Route]
    hosts: tuple[str, ...] = ()
    label: str = ""
    is_general: bool = False


NO_SITE = Site("none", PlainEnvelope(), "", ())


@dataclass(frozen=True, slots=True)
class Call:
    """A call on its way to a handler. `match` is what the pattern's names matched.

    `forward` answers the call as if it had been sent to another (host, path, query), without sending anything.
    """

    request: web.Request
    query: Mapping[str, str]
    match: Mapping[str, str]
    origin: Origin
    forward: Callable[[str, str, Mapping[str, str]], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where addresses that are handed out begin: `base` is scheme and host without a path, as the caller sees them.

    `host_site` is the site whose own host name the caller used, if any: its paths need no prefix.
    """

    base: str
    prefixes: Mapping[str, str]
    host_site: str | None = None

    def url(self, site: str, path: str) -> str:
        """Return the absolute address of `path` within `site`."""
        prefix = "" if site == self.host_site else self.prefixes[site]
        return f"{self.base}{prefix}{path}"


@dataclass(frozen=True, slots=True)
class Found:
    """The route of a call. `methods` are those the path has, where it has not the one that was asked."""

    site: Site = NO_SITE
    route: Route | None = None
    match: Mapping[str, str] | None = None
    methods: tuple[str, ...] = ()


class Sites:
    """All sites of the server, and how a path finds its route. `public_url` wins over the Host header."""

    def __init__(self, sites: Sequence[Site], *, public_url: str | None = None) -> None:
        self._by_host = {host: site for site in sites for host in site.hosts}
        self._by_prefix = sorted(sites, key=lambda site: (-len(site.prefix), site.is_general))
        self._prefixes = {site.name: site.prefix for site in sites}
        self._patterns = {route: _compiled(route.pattern) for site in sites for route in site.routes}
        self._public_url = public_url

    def find(self, host: str, method: str, path: str) -> Found:
        """Return the route of `path`, sent as it stands to `host`: prefixes go before host names, on every host.

        What is found nowhere belongs to the site that was meant, which says so in its own words.
        """
        meant = Found()
        for site, rest in self._candidates(host, path):
            found = self._find_in(site, method, rest)
            if found.route or found.methods:
                return found
            if not (meant.site.prefix or host in meant.site.hosts):
                meant = found
        return meant

    def _candidates(self, host: str, path: str) -> Iterator[tuple[Site, str]]:
        for site in self._by_prefix:
            if site.prefix and (path + "/").startswith(site.prefix + "/"):
                yield site, path[len(site.prefix) :]
        if at_host := self._by_host.get(host):  # has its own answer for every other path
            yield at_host, path
            return
        for site in self._by_prefix:
            if not site.prefix and site.label in ("", host.partition(".")[0]):
                yield site, path

    def _find_in(self, site: Site, method: str, path: str) -> Found:
        trimmed = path.rstrip("/") or "/"
        methods: list[str] = []
        for route in site.routes:
            match = self._patterns[route].fullmatch(trimmed)
            if match and method in _served(route.method):
                return Found(site, route, match.groupdict())
            if match:
                methods += _served(route.method)
        return Found(site, methods=tuple(dict.fromkeys(methods)))

    def is_host(self, host: str) -> bool:
        """Return whether `host` is the name of a hosted service."""
        return host in self._by_host

    def origin(self, request: web.Request) -> Origin:
        """Return where addresses for this caller begin."""
        site = self._by_host.get(host_of(request))
        if site is None and self._public_url:
            return Origin(self._public_url, self._prefixes)
        # What the caller typed: a reverse proxy says so. A forged header changes only the forger's own addresses.
        scheme = request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip().lower()
        if scheme not in ("http", "https"):
            scheme = urlsplit(self._public_url).scheme if self._public_url else request.scheme
        host = request.host.encode("utf-8", "replace").decode("utf-8")  # odd bytes cannot be shown
        return Origin(f"{scheme}://{host}", self._prefixes, site.name if site else None)


def host_of(request: web.Request) -> str:
    """Return the host that was addressed, without its port, in lower case; empty where the header is broken."""
    try:
        return (urlsplit(f"//{request.host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _served(method: str) -> tuple[str, ...]:
    return ("GET", "HEAD") if method == "GET" else (method,)


def _compiled(pattern: str) -> re.Pattern[str]:
    parts = _NAME.split(pattern)  # text, name, kind, text, name, kind, ..., text
    out = re.escape(parts[0])
    for name, kind, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        out += f"(?P<{name}>{_KINDS[kind]}){re.escape(text)}"
    return re.compile(out)
