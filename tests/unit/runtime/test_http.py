"""What an event of API Gateway's becomes, and what a caller hears of what went wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sallyport.domain import refusals
from sallyport.domain.refusals import MalformedRequest, NotFound, RateLimited, Refusal, UnknownCaller
from sallyport.runtime.http import Answer, Call, http_handler
from tests.support.story import agent_arn

ID = "req-" + "0a" * 12


def event(**changes: Any) -> dict[str, Any]:
    return {"requestContext": {"identity": {"userArn": agent_arn("export-bot")}}, **changes}


def called(**changes: Any) -> Call:
    """What the route is given."""
    calls: list[Call] = []

    def keep(call: Call) -> Answer:
        calls.append(call)
        return Answer(200, {})

    http_handler(keep)(event(**changes), None)
    (call,) = calls
    return call


def by(principal: object) -> Call:
    return called(requestContext={"identity": {"userArn": principal}})


@pytest.mark.parametrize(
    "principal",
    [
        agent_arn("export-bot"),
        "arn:aws:sts::000000000000:assumed-role/bot/session@example.org",
        "arn:aws-cn:iam::000000000000:user/team/x",
    ],
)
def test_caller_is_the_principal_that_iam_verified(principal: str) -> None:
    assert by(principal).caller == principal


@pytest.mark.parametrize(
    "principal",
    [
        None,
        "",
        "export-bot",
        "arn:aws:iam::000000000000:user/x\n",
        "arn:aws:iam::000000000000:user/x y",
        "arn:aws:iam::0:user/x",
        "arn:aws:s3::000000000000:user/x",
        "arn:aws:iam::000000000000:user/x, arn:aws:iam::000000000000:user/y",
        "prefix arn:aws:iam::000000000000:user/x",
    ],
)
def test_what_is_no_principal_of_iams_is_an_unknown_caller(principal: str | None) -> None:
    with pytest.raises(UnknownCaller):
        _ = by(principal).caller


def test_header_that_is_sent_twice_is_left_out() -> None:
    """Which of the two counts would be for the caller to choose."""
    sent = {"Idempotency-Key": ["one", "two"], "X-Slack-Signature": ["v0=1"]}
    assert called(multiValueHeaders=sent).headers == {"x-slack-signature": "v0=1"}


@pytest.mark.parametrize("text", ["", "req-", ID + "0", ID.upper(), f"../{ID}", f"{ID}\n", "HALTS"])
def test_what_cannot_be_a_requests_id_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        _ = called(pathParameters={"request_id": text}).request_id


def test_requests_id_is_the_paths() -> None:
    assert called(pathParameters={"request_id": ID}).request_id == ID


@pytest.mark.parametrize("text", ["26", "-1", "1.5", "", "x", "٣", "00000"])
def test_number_out_of_its_bounds_is_malformed(text: str) -> None:
    with pytest.raises(MalformedRequest):
        called(queryStringParameters={"wait": text}).number("wait", 0, 25)


def test_number_past_its_bound_says_the_bound() -> None:
    answer = http_handler(lambda call: Answer(200, {"wait": call.number("wait", 0, 25)}))(
        event(queryStringParameters={"wait": "60"}), None
    )
    problem = json.loads(answer["body"])
    assert (problem["paths"], problem["next"]) == (["?wait"], "Send `wait` as a whole number from 0 to 25.")


def test_problem_says_what_to_do_and_when_to_come_back() -> None:
    def refuse(_: Call) -> Answer:
        raise RateLimited(retry_after=61)

    answer = http_handler(refuse)(event(), None)
    problem = json.loads(answer["body"])
    assert (problem["retryable"], answer["headers"]["Retry-After"]) == (True, "61")
    assert problem["next"] == RateLimited.next_step


def test_problem_that_time_does_not_help_names_no_time() -> None:
    def refuse(_: Call) -> Answer:
        raise NotFound

    answer = http_handler(refuse)(event(), None)
    assert json.loads(answer["body"])["retryable"] is False
    assert "Retry-After" not in answer["headers"]


@pytest.mark.parametrize(
    "refusal", [one for one in vars(refusals).values() if isinstance(one, type) and one is not Refusal]
)
def test_every_refusal_says_in_one_sentence_what_to_do(refusal: type[Refusal]) -> None:
    sentence = refusal.next_step
    assert sentence.endswith(".")
    assert ". " not in sentence
    assert sentence[0].isupper()
    assert len(sentence) <= 140
    assert refusal.retry_after is None or refusal.retryable


def test_number_within_its_bounds_is_taken_and_has_a_default() -> None:
    assert [called(queryStringParameters=q).number("wait", 7, 25) for q in ({"wait": "25"}, None)] == [25, 7]


@pytest.mark.parametrize("failure", [RuntimeError("John Smith"), KeyError("John Smith")])
def test_caller_hears_nothing_of_what_nobody_foresaw(failure: Exception) -> None:
    def route(_: Call) -> Answer:
        raise failure

    answer = http_handler(route)(event(), None)
    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["code"] == "unavailable"
    assert "Smith" not in str(answer)


def test_no_answer_is_kept_on_the_way() -> None:
    def refuse(_: Call) -> Answer:
        raise NotFound

    for route in (refuse, lambda _: Answer(200, {"a": 1})):
        headers = http_handler(route)(event(), None)["headers"]
        assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize("malformed", [{}, {"requestContext": None}, {"requestContext": {"identity": {}}, "body": 1}])
def test_event_that_the_proxy_would_not_send_is_malformed(malformed: dict[str, Any]) -> None:
    answer = http_handler(lambda _: Answer(200, {}))(malformed, None)
    assert json.loads(answer["body"])["code"] == MalformedRequest.code
    assert issubclass(MalformedRequest, Refusal)
