"""SSRF guard: which addresses this server calls for a stranger. Public ones only, and the very ones that were resolved.

A host name is resolved once, every address it has must be public, and the connection goes to those: a name that
changes its mind between the look and the call gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from api.errors import AddressRefused

PORTS: Final = (80, 443)
CONNECT_S: Final = 10.0
READ_S: Final = 15.0
TOTAL_S: Final = 30.0
LOOKUPS: Final = 16  # at the same time; a slow name server makes other names wait, and nothing else

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_UNICAST: Final = ipaddress.ip_network("2000::/3")  # all that is given out of IPv6; is_global knows some ranges beyond
# Open to Python 3.11's `is_global`, and yet no host on the internet.
_CLOSED: Final = (
    ipaddress.ip_network("192.0.0.0/24"),  # the protocols' own; a cloud's metadata at 192.0.0.192
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays
    ipaddress.ip_network("2002::/16"),  # 6to4 itself, given up; some editions of Python 3.11 know it
    ipaddress.ip_network("168.63.129.16/32"),  # a cloud's platform, seen from its machines
    ipaddress.ip_network("3fff::/20"),  # documentation
)
# What is left of a host name once IDNA is through with it. aiohttp asks no resolver about a host with a colon or of
# digits and dots ("127.0.0.1."), and the C library reads more spellings ("0x7f.1"): a last label that begins with a
# digit is only let through as a plain address.
_NAME: Final = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*(?![0-9])[a-z0-9_-]{1,63}\.?", re.IGNORECASE)


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the open internet, also where it carries another one.

    False for what is no address at all.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(_is_open(each) for each in _unwrapped(ip))


def _is_open(ip: IpAddress) -> bool:
    if ip.version == 6 and ip not in _UNICAST:
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or any(ip in network for network in _CLOSED))


def _unwrapped(ip: IpAddress) -> list[IpAddress]:
    """Return the addresses that a packet to `ip` may reach. (Teredo is not global anyway.)"""
    if isinstance(ip, ipaddress.IPv4Address):
        return [ip]
    if ip.ipv4_mapped is not None:
        return [ip.ipv4_mapped]
    if ip in _NAT64:
        return [ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)]
    return [ip]


def check_url(url: str | URL, *, allow_private_hosts: bool = False) -> URL:
    """Return `url` without its credentials and fragment, if it may be called. Raises `AddressRefused`."""
    try:
        parsed = URL(url)
        host, port = parsed.raw_host, parsed.port
    except ValueError as error:
        raise AddressRefused("no address") from error
    if parsed.scheme not in ("http", "https") or not host:
        raise AddressRefused("neither http nor https")
    if not allow_private_hosts:
        if port not in PORTS:
            raise AddressRefused("another port than 80 and 443")
        if not (_NAME.fullmatch(host) or is_public(host)):
            raise AddressRefused("no public address")
    return parsed.with_user(None).with_fragment(None)


class NameThreads(AbstractResolver):
    """The system's resolver on threads of its own.

    aiohttp's asks it on the threads that also decode photos and write files: a handful of names whose server never
    answers would stop those.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the name's addresses. Raises OSError; ValueError for what can be no name."""
        look = partial(
            socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=found,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for found, _, proto, _, address in await asyncio.get_running_loop().run_in_executor(self._threads, look)
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class PublicResolver(AbstractResolver):
    """Resolves through `inner`, and refuses a name that has any address which is not public."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the name's addresses. Raises OSError, which is what a resolver may raise."""
        found = await self._inner.resolve(host, port, family)
        if not found or not all(is_public(each["host"]) for each in found):
            raise OSError("no public address")
        return found

    async def close(self) -> None:
        await self._inner.close()


def guarded_session(
    *, allow_private_hosts: bool = False, resolver: AbstractResolver | None = None
) -> aiohttp.ClientSession:
    """Return a session that connects to public addresses only, and knows no cookies, no proxy and no password file.

    `check_url` comes before each call: aiohttp does not ask a resolver about an address that is one already.
    """
    inner = resolver or NameThreads()
    connector = aiohttp.TCPConnector(
        resolver=inner if allow_private_hosts else PublicResolver(inner),
        use_dns_cache=False,
        limit=128,
        force_close=True,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=TOTAL_S, sock_connect=CONNECT_S, sock_read=READ_S),
        headers={"User-Agent": "stickerface"},
    )
