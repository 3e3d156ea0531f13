"""Functions invoked as API Gateway would: who calls, where, with what; and no answer is no reply."""

from __future__ import annotations

import io
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from sallyport.adapters.own_functions import CONFIG, OwnFunctions
from sallyport.domain.own_api import Reply, Route
from sallyport.domain.ports import PortFailed

ID, CALLER = "req-" + "0a" * 12, "arn:aws:iam::000000000000:user/bot"


def client() -> Any:
    return boto3.client("lambda", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x", config=CONFIG)


def payload(said: object) -> dict[str, Any]:
    data = said if isinstance(said, bytes) else json.dumps(said).encode()
    return {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(data), len(data))}


def test_a_call_reaches_the_alias_of_its_function_as_the_caller() -> None:
    made, sent = client(), list[Any]()
    made.meta.events.register("provide-client-params.lambda.Invoke", lambda params, **_: sent.append(params))
    with Stubber(made) as stubbed:
        answer = {"statusCode": 404, "headers": {}, "body": '{"code": "not_found"}'}
        stubbed.add_response("invoke", payload(answer), {"FunctionName": "arn-of-get_request", "Payload": ANY})
        own = OwnFunctions(made, lambda route: f"arn-of-{route}")
        reply = own.send(Route.LOOK, CALLER, path={"request_id": ID}, query={"wait": "3"})
    assert reply == Reply(404, {"code": "not_found"})
    event = json.loads(sent[0]["Payload"])
    assert event["requestContext"] == {"identity": {"userArn": CALLER}}
    assert (event["httpMethod"], event["resource"]) == ("GET", "/v1/requests/{request_id}")
    assert (event["pathParameters"], event["queryStringParameters"]) == ({"request_id": ID}, {"wait": "3"})
    assert (event["headers"], event["body"]) == ({}, None)


@pytest.mark.parametrize(
    "answer",
    [
        {**payload({"errorMessage": "says more than we may"}), "FunctionError": "Unhandled"},
        payload(b""),
        payload(None),
        payload({"statusCode": 200, "body": ""}),
    ],
)
def test_a_function_that_failed_has_not_replied(answer: dict[str, Any]) -> None:
    made = client()
    with Stubber(made) as stubbed:
        stubbed.add_response("invoke", answer)
        with pytest.raises(PortFailed, match="function_failed"):
            OwnFunctions(made, str).send(Route.SUBMIT, CALLER, body={"action": "s3.export"})


def test_a_function_that_cannot_be_reached_has_not_replied() -> None:
    made = client()
    with Stubber(made) as stubbed:
        stubbed.add_client_error("invoke", "TooManyRequestsException", "says more than we may")
        with pytest.raises(PortFailed, match="function_unavailable"):
            OwnFunctions(made, str).send(Route.ACTIONS, CALLER)


def test_a_call_that_was_not_answered_in_time_is_not_made_again() -> None:
    made, tries = client(), list[int]()

    def silence(**_: Any) -> None:
        tries.append(1)
        raise ReadTimeoutError(endpoint_url="https://lambda")

    made.meta.events.register("before-send.lambda.Invoke", silence)
    with pytest.raises(PortFailed, match="function_unavailable"):
        OwnFunctions(made, str).send(Route.RESULT, CALLER, path={"request_id": ID})
    assert len(tries) == 1
