"""Addresses and ports of networks that nobody outside can reach, and blocks of addresses."""

from __future__ import annotations

import ipaddress
import re

_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{2,45}(?:/\d{1,3})?")
_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}(?:-\d{1,5})?")


def kind(text: str) -> str | None:
    """`cidr` for a block of addresses, `address` for a private, link-local or loopback one; None for what is public."""
    if (match := _PORT.fullmatch(text)) is not None:
        text = match.group(1)
    if not _ADDRESS.fullmatch(text) or not ("." in text or ":" in text):
        return None
    try:
        interface = ipaddress.ip_interface(text)
    except ValueError:
        return None
    network, address = interface.network, interface.ip
    if network.num_addresses > 1 and address == network.network_address:
        return "cidr"
    if any(address in documented for documented in _DOCUMENTED if documented.version == address.version):
        return None
    inside = address.is_private or address.is_link_local or address.is_loopback or address.is_unspecified
    return "address" if inside else None


# Set aside for examples, where they stand for public ones.
_DOCUMENTED = tuple(map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")))
