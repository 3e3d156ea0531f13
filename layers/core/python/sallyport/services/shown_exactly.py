"""Whether a parameter that takes effect can be shown unchanged.

The address of a machine can, because an approver must see where something goes. What identifies a person, or is a
secret, cannot.
"""

from __future__ import annotations

import re
from ipaddress import ip_interface
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sallyport.masking import MaskingRules, fires

# The one place that says which categories of `fires` are addresses of machines.
_ADDRESSES = frozenset({"URL", "IP"})
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]+")
_BETWEEN = re.compile(r"[\s/?&#;,]+")
_ACCOUNT = re.compile(r"\d{12}")
_IP = re.compile(r"(?<![\w.:])\[?([0-9A-Fa-f]*[.:][0-9A-Fa-f.:]+(?:/\d{1,3})?)\]?(?![\w.])")
# Whoever has such a URL needs nothing else: signatures, tokens and passwords in its query.
_SIGNED = re.compile(
    r"(?i)signature|^sig$|token|secret|passw|^pwd$|api[-_]?key|access[-_]?key|credential|^auth|^key$|^code$"
)


def must_be_masked(name: str, value: Any, rules: MaskingRules) -> bool:
    """Whether the parameter's value, or an item of it, holds what a card would have to mask. Raises MaskingFailed."""
    return any(_sensitive(name, str(item), rules) for item in (value if isinstance(value, list) else [value]))


def _sensitive(name: str, text: str, rules: MaskingRules) -> bool:
    from sallyport.masking.policy import find  # word lists, which only those who ask pay for

    if "account" in name.split("_") and _ACCOUNT.fullmatch(text):
        return False
    if any(map(_opens, _URL.findall(text))) or next(find(text, rules), None) is not None:
        return True
    # As it is written, and with what is percent-encoded read.
    return any(_found(read) - _ADDRESSES for read in dict.fromkeys((text, unquote(text))))


def _found(text: str) -> set[str]:
    """What detectors find beside IP addresses. One that takes a URL for one thing does not say what stands in it, so
    there the pieces are asked about as well."""
    found = set(fires(_IP.sub(_without_ip, text)))
    if "URL" in found:
        found.update(category for piece in _BETWEEN.split(text) for category in fires(piece))
    return found


def _opens(url: str) -> bool:
    """Whether the URL is a key as well: a password before its host, a signature or a token behind its path."""
    try:
        parts = urlsplit(url)
        asked = [*parse_qsl(parts.query), *parse_qsl(parts.fragment)]
        return parts.password is not None or any(_SIGNED.search(name) for name, _ in asked)
    except ValueError:
        return True  # what cannot be read cannot be vouched for


def _without_ip(match: re.Match[str]) -> str:
    """Nothing in the place of an IP address or a block of them, with its port if it has one."""
    found = match[1]
    for candidate in (found, found.rpartition(":")[0]):
        try:
            ip_interface(candidate)
        except ValueError:
            continue
        return ""
    return match[0]
