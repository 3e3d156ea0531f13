# ruff: noqa: SIM905 - word lists are read word by word
"""Builds `sallyport/masking/lexicon/lists/resource_prefixes.txt` from the service models that botocore ships.

    .venv/bin/python bench/masking_machines/build.py

A prefix counts where a model's own pattern says what an id looks like (`^subnet-[0-9a-f]+`), or where its
documentation or its examples show one: the prefix, a dash, and 8 or 17 hexadecimal digits. Those that the models
leave out are in EXTRA, from the services' user guides.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore

LISTS = Path(__file__).parents[2] / "layers" / "core" / "python" / "sallyport" / "masking" / "lexicon" / "lists"
IN_PATTERN = re.compile(r"(?:^|[(^|:/])([a-z]{1,10}(?:-[a-z]{2,10})?)-(?=\[|\(\?:\[|\\w|\\d)")
SHOWN = re.compile(r"(?<![\w./:-])([a-z]{1,10}(?:-[a-z]{2,10})?)-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![\w-])")
EXTRA = frozenset(
    """
    acl ami asg aki ari backup bgp cagw car cgw cvpn-endpoint dopt dhcp eigw eipalloc eipassoc eni eni-attach
    export-i fs fsap fsmt fsvol fl fleet h i igw import-ami import-snap ipam ipam-pool key lgw lt mrk mi nat o
    ou p pcx pl pg puc r rtb rtbassoc sfr sg sgr sir snap ssoins ps subnet svm tgw tgw-attach tgw-rtb vgw vol
    vpc vpce vpce-svc vpn lic cr d ds mt eipalloc subnet-cidr-assoc vpc-cidr-assoc aclassoc sgw sgw-vol s ws wsb
    at pm mw task exec j dirq drs nmp
    """.split()
)
# Not the names of machines' things, whatever pattern they stand in.
NOT = frozenset(
    """
    a an arn aws is in on my no non pre us eu ap x per text one two three case user customer name contact
    account policy project payment-instrument payment-session compliance-inquiry customer-agreement session sub
    partner host client my-snapshot report s3
    """.split()
)


def models() -> Iterator[str]:
    """The text of every model and every file of examples."""
    root = Path(botocore.__file__).parent / "data"
    for path in sorted([*root.rglob("service-2.json*"), *root.rglob("examples-1.json*")]):
        yield gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text(encoding="utf-8")


def patterns(node: Any) -> Iterator[str]:
    """Every `pattern` that a model gives for a string."""
    if isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
        for value in node.values():
            yield from patterns(value)
    elif isinstance(node, list):
        for value in node:
            yield from patterns(value)


def prefixes() -> set[str]:
    """What stands before the dash of the services' ids."""
    found = set(EXTRA)
    for text in models():
        found.update(SHOWN.findall(text))
        for pattern in patterns(json.loads(text)):
            found.update(IN_PATTERN.findall(pattern))
    return found - NOT


if __name__ == "__main__":
    (LISTS / "resource_prefixes.txt").write_text("\n".join(sorted(prefixes())) + "\n", encoding="utf-8")
