"""The audit table's stream, made of what the table holds from one look to the next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from tests.support.house import House

_ids = count()


class Stream:
    """The audit table's stream: what was written to it since the notary last heard."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.seen: dict[tuple[str, str], dict[str, Any]] = {}

    def tables(self) -> dict[tuple[str, str], dict[str, Any]]:
        pages = self.house.client("dynamodb").get_paginator("scan").paginate(TableName="audit", ConsistentRead=True)
        return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}

    def records(self) -> list[dict[str, Any]]:
        now, before = self.tables(), self.seen
        self.seen = now
        changes = [(key, before.get(key), now.get(key)) for key in sorted(now.keys() | before.keys())]
        return [record(old, new) for _, old, new in changes if old != new]

    def tell(self) -> list[str]:
        """The outcomes of the notary's lines when it hears of all that."""
        told = len(self.house.logs)
        records = self.records()
        if records:
            self.house.invoke("notarize_audit", {"Records": records})
        return [json.loads(line)["outcome"] for line in self.house.logs[told:]]

    def log(self) -> dict[str, bytes]:
        return self.house.objects("worm")


def record(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Any]:
    item = new or old or {}
    shown: dict[str, Any] = {"Keys": {name: item[name] for name in ("pk", "sk")}}
    shown |= ({"OldImage": old} if old else {}) | ({"NewImage": new} if new else {})
    return {"eventID": f"event{next(_ids)}", "eventSource": "aws:dynamodb", "dynamodb": shown}
