"""Masked documents on their way to a person and back from storage: the only other two places that may vouch for one."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import cast

import rfc8785

from sallyport.masking.values import JSON, Finding, MaskedDocument, MaskingFailed, _masked_document


def view_digest(view: MaskedDocument) -> str:
    """SHA-256 over the RFC 8785 JSON of exactly this view, in hexadecimal."""
    return hashlib.sha256(rfc8785.dumps(view.document)).hexdigest()


def enclosed(words: Mapping[str, JSON], masked: MaskedDocument, findings: Sequence[Finding]) -> MaskedDocument:
    """`masked` and its findings among Sallyport's own `words`: texts of the policy layer, ids of the directory.

    Nothing that an agent or a person typed may be in `words` but what `masked` holds as well.
    """
    counts: dict[tuple[str, str], int] = {}
    for finding in findings:
        place = (finding.path, finding.category)
        counts[place] = counts.get(place, 0) + finding.count
    found: list[JSON] = [{"path": path, "category": category, "count": n} for (path, category), n in counts.items()]
    return _masked_document({**words, "masked": masked.document, "findings": found})


def restored(document: object, digest: str) -> MaskedDocument:
    """A view read back from storage, vouched for by the digest that was recorded when it was made.

    Raises MaskingFailed(`view_mismatch`) for any other document.
    """
    view = _masked_document(cast("JSON", document))
    if not hmac.compare_digest(view_digest(view), digest):
        raise MaskingFailed("view_mismatch")
    return view
