"""Records of the audit table's stream, as Lambda hands them over (its guide, "Using Lambda with DynamoDB")."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sallyport.domain.canonical import sha256_hex
from sallyport.domain.notary import Change, Stored, stored


def parse_changes(event: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes of one batch, in its order."""
    return tuple(_change(record) for record in event["Records"])


def _change(record: Mapping[str, Any]) -> Change:
    shown = record["dynamodb"]
    keys = stored(shown["Keys"])
    old, old_digest = _image(shown.get("OldImage"))
    new, new_digest = _image(shown.get("NewImage"))
    return Change(str(record["eventID"]), keys.chain, keys.link.place, old, new, old_digest, new_digest)


def _image(image: Mapping[str, Any] | None) -> tuple[Stored | None, str | None]:
    if not image:
        return None, None
    # In DynamoDB's own JSON, members in order of their names: what an export's or a backup's item gives as well.
    text = json.dumps(image, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return stored(image), sha256_hex(text.encode())
