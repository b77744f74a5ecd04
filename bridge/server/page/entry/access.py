"""Who may see the page and press its buttons, as far as a request's headers tell. Pure."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

FORWARDED = (
    "Forwarded",
    "Via",
    "X-Real-IP",
    "X-Client-IP",
    "CF-Connecting-IP",
    "True-Client-IP",
)
FORWARDED_BEGINS = "x-forwarded"
FREE_TRIES = 5
MOST_SECONDS = 900.0


def is_own_name(host: str) -> bool:
    """Whether a Host header names this machine to itself.

    Another name that leads here belongs to somebody else, whose page could then read ours (DNS
    rebinding).
    """
    name = _name(host)
    if name == "localhost":
        return True
    try:
        return name is not None and ip_address(name).is_loopback
    except ValueError:
        return False


def was_forwarded(headers: Mapping[str, str], version: tuple[int, int]) -> bool:
    """Whether a proxy passed it on: then whoever asks need not sit at this machine.

    nginx adds no header by itself and says 127.0.0.1 as the host, but speaks HTTP/1.0 (up to its
    1.29), as no browser does.
    """
    told = any(name in headers for name in FORWARDED)
    return told or version < (1, 1) or any(_is_forwarding(name) for name in headers)


def _is_forwarding(name: str) -> bool:
    return name.lower().startswith(FORWARDED_BEGINS)


def is_from_our_page(headers: Mapping[str, str], host: str) -> bool:
    """Whether a browser says that one of our own pages sent this form.

    A browser that says nothing of it is let pass: the form's token decides then.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("Origin")
    return origin is None or origin.partition("://")[2].lower() == host.lower()


def pause_after(failures: int) -> float:
    """Seconds until the next password may be tried, after so many wrong ones in a row."""
    if failures < FREE_TRIES:
        return 0.0
    return float(min(MOST_SECONDS, 2.0 ** min(failures - FREE_TRIES + 1, 20)))


def neighbourhood(address: str | None) -> str:
    """Whose tries are counted together: an address, of IPv6 its network (/64)."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return ""
    return found.exploded[:19] if found.version == 6 else str(found)


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
