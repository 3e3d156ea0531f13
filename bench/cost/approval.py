"""One approved and redeemed request: the real handlers on an account in this process, and what they asked of AWS."""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from moto.core.botocore_stubber import BotocoreStubber

from tests.support.account import opened
from tests.support.house import House
from tests.support.template import of_type

# An approved request's way through the state machine; tests/infra/test_cost.py walks the definition.
TRANSITIONS = 6
# Assumed: what a call of a warm function takes on AWS. Waiting is counted separately.
CALL_SECONDS = 0.2
# The functions of one approval, as often as each is called.
CALLS = {
    "SubmitRequest": 1,
    "MaskPayload": 1,
    "RequestApproval": 1,
    "SlackInteraction": 1,
    "IssueGrant": 1,
    "IssueCredentials": 1,
    "CloseRequest": 1,
}
THROUGH_THE_API = 3
# A transaction writes each item twice over; reads of state are strongly consistent (DynamoDB, on-demand mode).
UNITS_OF_A_TRANSACTION = 2


def quantities() -> dict[str, float]:
    """How much of everything that has a price one approval uses, apart from waiting, by the name of the price."""
    with opened() as house:
        house.granted()  # connects, and reads the policy and the secrets
        with _listening() as asked:
            request_id = house.granted()
            house.redeem(request_id)
            house.ended(request_id)
            house.quiet()
        return _priced(asked)


def waiting(minutes: float, at_once: float = 25) -> dict[str, float]:
    """How much of it an agent's waiting reads use, one after another."""
    seconds, reads = minutes * 60, math.ceil(minutes * 60 / at_once)
    memory = of_type("AWS::Lambda::Function")["GetRequest"]["MemorySize"] / 1024
    return {
        "lambda_gigabyte_second": seconds * memory,
        "lambda_request": reads,
        "api_request": reads,
        "dynamodb_read_unit": seconds,  # once a second
    }


@contextmanager
def _listening() -> Iterator[list[tuple[str, str, bytes]]]:
    """Service, operation and body of what functions call; what the test itself calls is left out."""
    asked: list[tuple[str, str, bytes]] = []
    inside = threading.local()
    invoke, answer = House.invoke, BotocoreStubber.__call__

    def invoked(house: House, function: str, event: dict[str, Any]) -> Any:
        inside.depth = getattr(inside, "depth", 0) + 1
        try:
            return invoke(house, function, event)
        finally:
            inside.depth -= 1

    def answered(stubber: BotocoreStubber, event_name: str, request: Any, **named: Any) -> Any:
        if getattr(inside, "depth", 0):
            asked.append((*_operation(request), request.body))
        return answer(stubber, event_name, request, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(House, "invoke", invoked)
        patch.setattr(BotocoreStubber, "__call__", answered)
        yield asked


def _operation(request: Any) -> tuple[str, str]:
    target = request.headers.get("X-Amz-Target", b"")
    named = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
    host = request.url.split("/")[2].split(".")
    service = "s3" if "s3" in host else host[0]
    return service, named or request.method


def _priced(asked: list[tuple[str, str, bytes]]) -> dict[str, float]:
    count = Counter((service, operation) for service, operation, _ in asked)
    memory = {name: f["MemorySize"] / 1024 for name, f in of_type("AWS::Lambda::Function").items()}
    objects = count["s3", "GET"] + count["s3", "PUT"]
    return {
        "state_transition": TRANSITIONS,
        "lambda_request": sum(CALLS.values()),
        "lambda_gigabyte_second": CALL_SECONDS * sum(memory[name] * times for name, times in CALLS.items()),
        "api_request": THROUGH_THE_API,
        "dynamodb_write_unit": sum(_written(operation, body) for _, operation, body in asked),
        "dynamodb_read_unit": count["dynamodb", "GetItem"] + count["dynamodb", "Query"],
        "s3_put": count["s3", "PUT"],
        "s3_get": count["s3", "GET"],
        # Bucket keys would save most of these; this counts one request per object, and the HMAC.
        "kms_request": objects + count["kms", "GenerateMac"],
    }


def _written(operation: str, body: bytes) -> int:
    """Write units, by the size of the JSON, which is no smaller than the item."""
    if operation == "PutItem":
        return math.ceil(len(body) / 1024)
    if operation != "TransactWriteItems":
        return 0
    units = 0
    for item in json.loads(body)["TransactItems"]:
        ((_, written),) = item.items()
        size = math.ceil(len(json.dumps(written)) / 1024)
        again = size if "pending" in written.get("Item", {}) else 0
        units += size * UNITS_OF_A_TRANSACTION + again
    return units
