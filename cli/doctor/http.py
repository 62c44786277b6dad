"""The HTTP port: whether it is free or answers, its certificate, its keys, its public address."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import aiohttp
from cryptography import x509

from api.server.connections import Certificate
from cli.data import open_data
from cli.doctor.findings import Finding, note, problem, well, without_password
from cli.settings import ServerSettings
from storage.errors import StorageError

_TIMEOUT = aiohttp.ClientTimeout(total=4)
_SOON = timedelta(days=14)


async def check_http(settings: ServerSettings, *, is_running: bool, has_database: bool) -> list[Finding]:
    """Look at the port and what is served there. `is_running`: the port should be the running bot's."""
    findings = [await (_answer(settings) if is_running else asyncio.to_thread(_free_port, settings))]
    if certificate := await asyncio.to_thread(_certificate, settings):
        findings.append(certificate)
    if settings.http_api:
        if has_database:
            findings += await _keys(settings)
        else:
            findings.append(well("api keys", "none yet", "for programs: stickerface keys add NAME"))
        if settings.public_url:
            findings.append(await _public_url(settings.public_url, is_running=is_running))
    return findings


def is_local(host: str) -> bool:
    """Return whether a name or address is one that only this machine or its network reaches."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan"))


def _free_port(settings: ServerSettings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family[0], socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(family[4])
            probe.listen(1)
    except OSError as error:
        text = f"{where} cannot be had: {error.strerror}"
        match error.errno:
            case errno.EADDRINUSE:
                return problem("port", text, f"another program has it (ss -ltnp 'sport = :{settings.port}'): set PORT")
            case errno.EACCES:
                return problem("port", text, "below 1024 is for root: PORT=8000 behind a reverse proxy")
            case _:
                return problem("port", text, "HOST is an address of this machine: 127.0.0.1, or 0.0.0.0 for all")
    return well("port", f"{where} is free")


async def _answer(settings: ServerSettings) -> Finding:
    """Ask the process that runs how it is."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - asked, not bound
    url = f"{'https' if settings.tls_certificate else 'http'}://{host}:{settings.port}/healthz"
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(url, ssl=False) as response:
            answer = await response.json()
    except (aiohttp.ClientError, TimeoutError, ValueError):
        remedy = "it runs with --no-http or another HOST and PORT, or hangs: look at its log"
        return note("port", f"a process runs, but {url} does not answer", remedy)
    if response.status == 200:
        return well("port", f"{url}: {answer.get('status')}, engine {answer.get('state')}")
    return problem("port", f"{url}: {response.status} {answer.get('reason')}", "docs/operating.md says what to do")


def _certificate(settings: ServerSettings) -> Finding | None:
    if not settings.tls_certificate or not settings.tls_key:
        return None
    try:
        Certificate(settings.tls_certificate, settings.tls_key)
        first = x509.load_pem_x509_certificates(settings.tls_certificate.read_bytes())[0]
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        text = f"TLS_CERTIFICATE and TLS_KEY cannot be used: {error}"
        return problem("tls", text, "both PEM, belonging together, readable for the bot's user")
    ends = first.not_valid_after_utc
    text, left = f"the certificate ends on {ends:%Y-%m-%d}", ends - datetime.now(UTC)
    if left < timedelta():
        return problem("tls", f"{text}: it is over", "renew it; the running bot takes the new file by itself")
    return note("tls", text, "renew it") if left < _SOON else well("tls", text)


async def _keys(settings: ServerSettings) -> list[Finding]:
    try:
        async with await open_data(settings) as service:
            valid = [key for key in await service.keys.all() if service.keys.is_valid(key)]
    except (StorageError, OSError):
        return []  # the line on the database says what is wrong
    if not valid:
        return [well("api keys", "none", "for programs: stickerface keys add NAME")]
    return [well("api keys", f"{len(valid)} valid")]


async def _public_url(url: str, *, is_running: bool) -> Finding:
    shown, parts = without_password(url), urlsplit(url)
    if parts.scheme == "http" and not is_local(parts.hostname or ""):
        return note("public url", f"{shown} is not encrypted: keys and photos cross the net readable", "https")
    if not is_running:
        return well("public url", f"{shown}; whether it leads here is seen once the bot runs")
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(f"{url}/healthz") as response:
            if response.status == 200:
                return well("public url", f"{shown} leads here")
            text = f"{shown}/healthz answers {response.status}"
    except (aiohttp.ClientError, TimeoutError):
        text = f"{shown}/healthz does not answer from here"
    return note("public url", text, "look at the reverse proxy and the firewall; some networks cannot call themselves")
