"""The one call: checked by the service's model, sent once, and nothing of the service's words comes back."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from sallyport.adapters.executor import BotoCallMaker
from sallyport.domain.credentials import ScopedCredentials
from sallyport.domain.ports import PortFailed
from sallyport.domain.target_ports import CallResult, OutcomeUnknown

CREDENTIALS = ScopedCredentials("ASIAEXAMPLE", "secret", "token", datetime(2026, 11, 2, 11, tzinfo=UTC))
RESTART: dict[str, Any] = {
    "region": "us-east-1",
    "service": "ecs",
    "operation": "UpdateService",
    "arguments": {"cluster": "clinic", "service": "appointments", "forceNewDeployment": True},
    "timeout_seconds": 7,
    "result": {"pick": "service.{name: serviceName, at: createdAt}", "max_bytes": 1000},
}
QUERY: dict[str, Any] = {
    "region": "us-east-1",
    "service": "dynamodb",
    "operation": "Query",
    "arguments": {
        "TableName": "patients",
        "KeyConditions": {"id": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "1"}]}},
    },
    "timeout_seconds": 7,
    "paging": {"max_items": 3, "page_size": 2},
    "result": {"pick": "Items", "decode": "dynamodb", "max_bytes": 1000},
}


class Wire:
    """botocore's last step before the network, answered from a script: an answer is (status, document) or an error."""

    def __init__(self, *answers: tuple[int, dict[str, Any]] | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[dict[str, Any]] = []
        self.timeout: float | None = None

    def make(self, call: dict[str, Any], clock: Callable[[], float] = lambda: 0.0) -> CallResult:
        maker, wire = BotoCallMaker(clock), self
        connect = maker._client

        def client(call: Any, credentials: ScopedCredentials) -> Any:
            connected = connect(call, credentials)
            wire.timeout = connected.meta.config.read_timeout
            connected.meta.events.register("before-send", wire.answer)
            return connected

        maker._client = client  # type: ignore[method-assign]
        return maker.make(call, CREDENTIALS)

    def answer(self, request: Any, **_: Any) -> AWSResponse:
        self.sent.append(json.loads(request.body))
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        status, document = found
        raw = io.BytesIO(json.dumps(document).encode())
        raw.stream = lambda: iter([raw.getvalue()])  # type: ignore[attr-defined]
        return AWSResponse(request.url, status, HTTPHeaders(), raw)


def error(code: str, status: int = 400) -> tuple[int, dict[str, Any]]:
    return status, {"__type": code, "message": "User arn:aws:iam::1:user/x and patient John Smith"}


def test_call_is_sent_once_with_its_arguments_and_only_the_pick_comes_back() -> None:
    service = {"serviceName": "appointments", "createdAt": 1793613600, "taskDefinition": "secret"}
    wire = Wire((200, {"service": service}))
    result = wire.make(RESTART)
    assert result == CallResult({"name": "appointments", "at": "2026-11-02T10:00:00.000Z"})
    assert wire.sent == [RESTART["arguments"]]
    assert wire.timeout == 7


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (error("AccessDeniedException"), "access_denied"),
        (error("UnauthorizedOperation", 403), "access_denied"),
        (error("ExpiredTokenException"), "access_denied"),
        (error("ThrottlingException"), "throttled"),
        (error("LimitExceededException"), "limit_exceeded"),
        (error("ServiceNotFoundException"), "resource_not_found"),
        (error("ResourceInUseException"), "conflict"),
        (error("InvalidParameterException"), "service_refused"),
        (EndpointConnectionError(endpoint_url="https://ecs"), "service_unreachable"),
        (ConnectTimeoutError(endpoint_url="https://ecs"), "service_unreachable"),
    ],
)
def test_refusal_is_our_code_without_the_services_words_and_is_not_retried(answer: Any, code: str) -> None:
    wire = Wire(answer)
    with pytest.raises(PortFailed) as failed:
        wire.make(RESTART)
    assert failed.value.code == code
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__
    assert "John" not in str(failed.value)
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    "answer",
    [
        error("ServerException", 500),
        error("Unavailable", 503),
        ReadTimeoutError(endpoint_url="https://ecs"),
        ConnectionClosedError(endpoint_url="https://ecs"),
    ],
)
def test_without_an_answer_the_outcome_is_unknown_and_nothing_is_sent_again(answer: Any) -> None:
    wire = Wire(answer)
    with pytest.raises(OutcomeUnknown):
        wire.make(RESTART)
    assert len(wire.sent) == 1


def test_pages_are_read_until_the_bound_and_then_said_to_be_incomplete() -> None:
    page = {"Items": [{"id": {"S": "1"}}, {"id": {"S": "2"}}], "LastEvaluatedKey": {"id": {"S": "2"}}}
    wire = Wire((200, page), (200, page))
    assert wire.make(QUERY) == CallResult([{"id": "1"}, {"id": "2"}, {"id": "1"}], complete=False)
    assert [sent["Limit"] for sent in wire.sent] == [2, 2]
    assert Wire((200, {"Items": []})).make(QUERY) == CallResult([], complete=True)


def test_pages_that_take_too_long_are_given_up() -> None:
    page = {"Items": [{"id": {"S": "1"}}], "LastEvaluatedKey": {"id": {"S": "1"}}}
    clock = iter([0.0, 1.0, 21.0])
    with pytest.raises(PortFailed, match="too_many_pages"):
        Wire((200, page), (200, page)).make(QUERY, lambda: next(clock))


def test_attribute_values_become_plain_json_so_that_masking_sees_them() -> None:
    item = {
        "name": {"S": "Ann"},
        "age": {"N": "41"},
        "tags": {"SS": ["a"]},
        "home": {"M": {"zip": {"S": "12345"}, "S": {"S": "odd name"}}},
        "visits": {"L": [{"N": "1"}, {"NULL": True}]},
        "photo": {"B": "/w=="},
        "control": {"B": "YQBi"},
        "text": {"B": "YWI="},
        "S": {"BOOL": False},
    }
    (decoded,) = Wire((200, {"Items": [item]})).make(QUERY).picked
    assert decoded == {
        "name": "Ann",
        "age": "41",
        "tags": ["a"],
        "home": {"zip": "12345", "S": "odd name"},
        "visits": ["1", None],
        "photo": "data:application/octet-stream;base64,/w==",
        "control": "data:application/octet-stream;base64,YQBi",
        "text": "ab",
        "S": False,
    }


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, True),
        ({"service": None}, False),
        ({"desiredCount": "three"}, False),
        ({"unknownMember": 1}, False),
        ({"propagateTags": "SERVICE"}, True),
        ({"propagateTags": "EVERYTHING"}, False),
    ],
)
def test_arguments_are_held_against_the_services_model(changes: dict[str, Any], fits: bool) -> None:
    arguments = {key: value for key, value in {**RESTART["arguments"], **changes}.items() if value is not None}
    assert BotoCallMaker().check({**RESTART, "arguments": arguments}) is fits


def test_lengths_and_ranges_of_the_model_hold() -> None:
    maker = BotoCallMaker()
    put = {"service": "ssm", "operation": "PutParameter"}
    assert maker.check({**put, "arguments": {"Name": "/a", "Value": "1"}})
    assert not maker.check({**put, "arguments": {"Name": "/" + "a" * 2048, "Value": "1"}})
    query = {**QUERY["arguments"], "Limit": 0}
    assert not maker.check({**QUERY, "arguments": query})


@pytest.mark.parametrize(("service", "operation"), [("nowhere", "Query"), ("dynamodb", "DropEverything")])
def test_call_that_there_is_not_does_not_fit(service: str, operation: str) -> None:
    assert not BotoCallMaker().check({"service": service, "operation": operation, "arguments": {}})
