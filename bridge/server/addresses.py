"""The addresses that connections come from: how they are written, and what belongs together."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network


def address_of(text: str) -> str:
    """The address, written in the one usual way; "" for what is none."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(found, "ipv4_mapped", None) or found)


def is_of(address: str, networks: Iterable[Network]) -> bool:
    """Whether an address, as `address_of` writes it, lies in one of these networks."""
    return bool(address) and any(ip_address(address) in network for network in networks)


def network_of(text: str) -> str:
    """What one caller has: an address, in IPv6 its network (/64); "" for what is none."""
    found = address_of(text)
    return str(ip_network((found, 64), strict=False)) if ":" in found else found


def client_of(peer: str, forwarded: str, proxies: Iterable[Network]) -> str:
    """The caller's address: the last of X-Forwarded-For that is no proxy of ours.

    Each proxy adds at the end whom it saw, and what stands before may be made up. Where a proxy of
    ours says nonsense, it is the proxy.
    """
    found = address_of(peer)
    for hop in reversed(forwarded.split(",")):
        if not is_of(found, proxies):
            break
        if not (found := address_of(hop.strip())):
            return address_of(peer)
    return found


def is_own_name(host: str) -> bool:
    """Whether a Host header names this machine to itself.

    Another name that leads here belongs to another party, whose page could then read ours (DNS
    rebinding).
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
