"""Which addresses this server calls for a stranger: public ones only, and the very ones that were looked at.

A host name is resolved once, every address it has must be public, and the connection goes to those: a name that
changes its mind between the look and the call gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

PORTS: Final = (80, 443)
CONNECT_S: Final = 10.0
READ_S: Final = 15.0
TOTAL_S: Final = 30.0

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


class AddressRefused(Exception):
    """The address is none that this server calls. The text names no host."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, looked at through every kind of wrapping.

    False for what is no address at all.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_open(each) for each in _unwrapped(ip))


def _is_open(ip: IpAddress) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _unwrapped(ip: IpAddress) -> list[IpAddress]:
    """The address itself and those it carries: IPv4-mapped, NAT64, 6to4, Teredo."""
    if isinstance(ip, ipaddress.IPv4Address):
        return [ip]
    if ip.ipv4_mapped is not None:
        return [ip.ipv4_mapped]
    if any(ip in network for network in _NAT64):
        return [ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)]
    carried: list[IpAddress] = [ip]
    if ip.sixtofour is not None:
        carried.append(ip.sixtofour)
    if ip.teredo is not None:
        carried += ip.teredo
    return carried


def check_url(url: str | URL, *, allow_private_hosts: bool = False) -> URL:
    """Return `url` without its credentials and fragment, if it may be called. Raises `AddressRefused`."""
    try:
        parsed = URL(url)
        host, port = parsed.host, parsed.port
    except ValueError as error:
        raise AddressRefused("no address") from error
    if parsed.scheme not in ("http", "https") or not host:
        raise AddressRefused("neither http nor https")
    if not allow_private_hosts:
        if port not in PORTS:
            raise AddressRefused("another port than 80 and 443")
        if _is_ip(host) and not is_public(host):
            raise AddressRefused("no public address")
    return parsed.with_user(None).with_fragment(None)


def _is_ip(host: str) -> bool:
    """Whether `host` is an IP address, also in spellings that C libraries read: 127.1, 0x7f000001, 2130706433."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return _is_odd_ipv4(host)
    return True


def _is_odd_ipv4(host: str) -> bool:
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


class PublicResolver(AbstractResolver):
    """Resolves through `inner`, and refuses a name that has any address which is not public."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The name's addresses. Raises OSError, which is what a resolver may raise."""
        found = await self._inner.resolve(host, port, family)
        if not found or not all(is_public(each["host"]) for each in found):
            raise OSError("no public address")
        return found

    async def close(self) -> None:
        await self._inner.close()


def guarded_session(
    *, allow_private_hosts: bool = False, resolver: AbstractResolver | None = None
) -> aiohttp.ClientSession:
    """A session that connects to public addresses only, and knows no cookies, no proxy and no password file.

    `check_url` comes before each call: aiohttp does not ask a resolver about an address that is one already.
    """
    inner = resolver or aiohttp.ThreadedResolver()
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
