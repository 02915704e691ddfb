"""The guard on outgoing requests: which URLs may be called, and at which checked addresses.

Run at every attempt. The caller connects to an address from here and never resolves the name again.
"""

import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

import httpx
from anyio import CapacityLimiter, to_thread

from maskeraid_notifier.errors import AddressRefused, UrlRefused

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

PUBLIC_PORTS = frozenset({443, 8443})
DEFAULT_PORTS = {"http": 80, "https": 443}

# A name server may be silent for longer than an attempt lasts, and the thread that waits for it cannot be ended. The
# event loop has few threads for names, which the database needs too; these are as many as that can come to.
_ASKING = CapacityLimiter(200)

# `is_global` says yes to some of these, by version of Python: Teredo, 6to4, documentation, shared space, protocol
# assignments, 6to4 anycast. NAT64 and the rest of IPv6 outside 2000::/3 is refused before this list is read.
REFUSED_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
    )
)
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")

# What resolvers take for a number, as 127.1, 2130706433, 0177.0.0.1, 0x7f.1 (WHATWG URL Standard: "ends in a number").
_ENDS_IN_A_NUMBER = re.compile(r"(^|\.)([0-9]+|0x[0-9a-f]*)\.?$", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """A host to call, and the addresses that it may be called at, all checked."""

    host: str
    port: int
    addresses: tuple[str, ...]


def is_public(address: str) -> bool:
    """Whether a resolved address belongs to the public internet and to no tunnel into another network."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.scope_id is not None:
            return False
        if parsed.ipv4_mapped is None and parsed not in GLOBAL_UNICAST:
            return False
        parsed = parsed.ipv4_mapped or parsed
    return (
        parsed.is_global
        and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)
        and not any(parsed in network for network in REFUSED_NETWORKS)
    )


async def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a name, in the system's order of preference."""
    ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await to_thread.run_sync(ask, abandon_on_cancel=True, limiter=_ASKING)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def check(url: httpx.URL, allowed_hosts: AbstractSet[str], resolve: Resolve = resolve) -> Target:
    """Decide whether and where a receiver may be called.

    Args:
        url: what its owner registered.
        allowed_hosts: internal receivers as `host:port`, or `host:*` for every port; private and plain http are fine.
        resolve: gives every address of a name, asked once.

    Raises:
        UrlRefused: the URL itself is not acceptable, now or later.
        AddressRefused: the name has an address that is not public, or no address.
    """
    host = url.raw_host.decode("ascii")  # after IDNA: what DNS, Host, and the certificate will see
    port = url.port or DEFAULT_PORTS.get(url.scheme, 0)
    is_allowed = bool(allowed_hosts & {f"{host}:{port}", f"{host}:*"})
    _check_url(url, host, port, is_allowed)
    try:
        addresses = tuple(await resolve(host, port))
    except (OSError, UnicodeError) as error:
        raise AddressRefused(f"{host} does not resolve: {error}") from error
    if not addresses:
        raise AddressRefused(f"{host} has no address")
    if not is_allowed and not all(is_public(address) for address in addresses):
        raise AddressRefused(f"{host} has an address that is not public")
    return Target(host, port, addresses)


def _check_url(url: httpx.URL, host: str, port: int, is_allowed: bool) -> None:
    if not host or url.scheme not in DEFAULT_PORTS:
        raise UrlRefused("only http and https URLs with a host are called")
    if url.userinfo:
        raise UrlRefused("the URL must not contain a user name or password")
    if is_allowed:
        return
    if url.scheme != "https":
        raise UrlRefused("only https is called")
    if port not in PUBLIC_PORTS:
        raise UrlRefused("only ports 443 and 8443 are called")
    if ":" in host or _ENDS_IN_A_NUMBER.search(host):
        raise UrlRefused("the host must be a name, not an address")
