"""Network addresses: who is calling behind the proxies that stand in front, and the networks that a key is good for."""

import ipaddress
from collections.abc import Iterable, Mapping

from django.conf import settings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def caller_address(meta: Mapping[str, str]) -> str:
    """The address behind a WSGI or ASGI request's headers.

    X-Forwarded-For is believed as far as PROXY_COUNT proxies have written it, from its end on, and no further: what a
    caller puts there himself stands before that.
    """
    named = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies: int = settings.PROXY_COUNT
    if proxies and len(named) >= proxies and _address(named[-proxies]) is not None:
        return named[-proxies]
    return meta.get("REMOTE_ADDR", "")


def network(text: str) -> Network | None:
    """The network that a text names, such as 192.0.2.0/24 or a single address; None when it names none."""
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of the networks; true of every address when there are none."""
    allowed = [network(text) for text in networks]
    if not allowed:
        return True
    found = _address(address)
    return found is not None and any(place is not None and found in place for place in allowed)


def are_within(narrower: Iterable[str], wider: Iterable[str]) -> bool:
    """Whether each of some networks lies in one of others."""
    outer = [place for place in map(network, wider) if place is not None]
    return all(
        inner is not None and any(_contains(place, inner) for place in outer) for inner in map(network, narrower)
    )


def _contains(outer: Network, inner: Network) -> bool:
    if isinstance(outer, ipaddress.IPv4Network) and isinstance(inner, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, ipaddress.IPv6Network) and isinstance(inner, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
