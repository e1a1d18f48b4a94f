"""Addresses of people and their devices in networks: e-mail, IP, MAC."""

import ipaddress
import re
from collections.abc import Iterable

from nlp_gateway.domain.redaction.found import Found, matches

__all__ = ["network"]

_EMAIL = re.compile(r"(?<![\w.+-])\w[\w.%+'-]{0,63}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b")
_EMAIL_HIDDEN = re.compile(
    r"\b[\w.+-]{1,64}\s?[\[({]\s?at\s?[\])}]\s?[\w-]{1,63}(?:\s?(?:[\[({]\s?dot\s?[\])}]|\.)\s?[\w-]{2,24}){1,4}\b",
    re.I,
)
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w/]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:/])")
_MAC = re.compile(r"(?<![\w:-])(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")


def network(text: str) -> Iterable[Found]:
    """Find e-mail addresses (also `name [at] host [dot] org`), IP addresses and MAC addresses."""
    yield from matches(_EMAIL, text, "EMAIL_ADDRESS")
    yield from matches(_EMAIL_HIDDEN, text, "EMAIL_ADDRESS")
    yield from matches(_MAC, text, "MAC_ADDRESS")
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            if _is_somebodys(match.group()):
                yield Found(*match.span(), "IP_ADDRESS")


def _is_somebodys(address: str) -> bool:
    """Whether it is an address of a machine: networks, loopback and the unspecified address are nobody's."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if len(address) < 6 or not any(one.isdigit() for one in address):
        return False  # `a::b` is code more often
    return not (parsed.is_loopback or parsed.is_unspecified or parsed.is_multicast)
