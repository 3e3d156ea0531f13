"""What a document must be before masking starts: of a length that the budget allows; and which markers it holds."""

from __future__ import annotations

import json
import marshal

from sallyport.masking.budget import MAX_DEPTH, Budget
from sallyport.masking.ledger import Ledger
from sallyport.masking.values import JSON, MaskingFailed

# `marshal` passes through every value at five times the speed of `json`, writes strings as they are and a key that
# was met before as a few bytes. Only where its bytes come this near to the limit is the document encoded for real.
_NEAR = 8


def admit(document: JSON, budget: Budget, ledger: Ledger) -> None:
    """Raises MaskingFailed for a document that is too long, or surely no JSON; reserves the markers that it holds.

    What marshal writes and JSON does not know (bytes, tuples, keys that are no strings) is refused when it is met.
    """
    try:
        written = marshal.dumps(document)
    except ValueError:
        raise _refusal(document) from None
    if len(written) * _NEAR > budget.characters:
        budget.admit(_encoded_length(document))
    ledger.reserve(written)


def _encoded_length(document: JSON) -> int:
    try:
        return len(json.dumps(document, ensure_ascii=False))
    except RecursionError:
        raise MaskingFailed("masking_depth_exceeded") from None
    except (TypeError, ValueError):
        raise MaskingFailed("masking_not_json") from None


def _refusal(document: JSON) -> MaskingFailed:
    """Says why marshal would not write `document`: nested beyond any limit, or of a type that is no JSON."""
    level: list[JSON] = [document]
    for _ in range(MAX_DEPTH + 1):
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return MaskingFailed("masking_depth_exceeded" if level else "masking_not_json")
