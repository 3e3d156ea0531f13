"""Addresses and ports of networks that nobody outside can reach, and blocks of addresses."""

from __future__ import annotations

import ipaddress
import re

_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|(?=[0-9A-Fa-f.]*:)[0-9A-Fa-f:.]{2,45}")
_PORT = re.compile(r":\d{1,5}(?:-\d{1,5})?")
_LENGTH = re.compile(r"/\d{1,3}")
# Nobody outside of a network reaches what begins so.
_INSIDE = re.compile(
    r"(?:10|127|0)\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\.|::1?$|f[cd][0-9a-f]{2}:|fe80:", re.IGNORECASE
)


def kind(text: str) -> str | None:
    """`cidr` for a block of addresses, `address` for a private, link-local or loopback one; None for what is public."""
    match = _ADDRESS.match(text)
    if match is None:
        return None
    address, rest = match.group(), text[match.end() :]
    if _LENGTH.fullmatch(rest):
        try:
            network = ipaddress.ip_network(text)
        except ValueError:  # it has bits of a host, or is none
            return "address" if _INSIDE.match(address) else None
        if network.num_addresses > 1:
            return "cidr"
    elif rest and not _PORT.fullmatch(rest):
        return None
    return "address" if _INSIDE.match(address) is not None and _valid(address) else None


def _valid(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True
