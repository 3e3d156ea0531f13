"""The evaluator that the property tests rest on: it must see what IAM would."""

import json

import pytest

from tests.support.iam_evaluator import Call, allows, statements


def policy(**changes: object) -> str:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/a/*", **changes}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_wildcards_match_and_everything_else_is_literal() -> None:
    held = statements(policy(Resource="arn:aws:s3:::b/a?c/*"))
    assert allows(held, Call("s3:GetObject", "arn:aws:s3:::b/abc/x/y"))
    assert allows(held, Call("S3:getobject", "arn:aws:s3:::b/abc/"))
    assert not allows(held, Call("s3:GetObject", "arn:aws:s3:::b/ac/x"))
    assert not allows(held, Call("s3:GetObject", "arn:aws:s3:::B/abc/x"))
    assert not allows(held, Call("s3:GetObjectAcl", "arn:aws:s3:::b/abc/x"))


def test_policy_variables_are_resolved_and_missing_ones_match_nothing() -> None:
    held = statements(policy(Resource="arn:aws:s3:::b/${aws:username}/${*}"))
    assert allows(held, Call("s3:GetObject", "arn:aws:s3:::b/eve/*", {"aws:username": "eve"}))
    assert not allows(held, Call("s3:GetObject", "arn:aws:s3:::b/eve/x", {"aws:username": "eve"}))
    assert not allows(held, Call("s3:GetObject", "arn:aws:s3:::b/eve/*"))


@pytest.mark.parametrize(
    ("condition", "context", "held"),
    [
        ({"StringEquals": {"k": "a*"}}, {"k": "a*"}, True),
        ({"StringEquals": {"k": "a*"}}, {"k": "ab"}, False),
        ({"StringEquals": {"k": ["a", "b"]}}, {"K": "b"}, True),
        ({"StringEquals": {"k": "a"}}, {}, False),
        ({"StringEqualsIfExists": {"k": "a"}}, {}, True),
        ({"StringEqualsIfExists": {"k": "a"}}, {"k": "b"}, False),
        ({"StringLike": {"k": "a*"}}, {"k": "ab"}, True),
        ({"ArnEquals": {"k": "arn:aws:iam::1:role/r"}}, {"k": "arn:aws:iam::1:role/rr"}, False),
        ({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, {"k": ["a", "b", "c"]}, False),
        ({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, {"k": ["b"]}, True),
        ({"ForAllValues:StringEquals": {"k": ["a"]}}, {}, True),
        ({"StringNotEquals": {"k": "a"}}, {"k": "a"}, False),
        ({"StringNotEquals": {"k": "a"}}, {}, True),
        (
            {"ArnNotEquals": {"k": ["arn:aws:iam::1:role/r", "arn:aws:iam::1:role/s"]}},
            {"k": "arn:aws:iam::1:role/s"},
            False,
        ),
        ({"ArnNotEquals": {"k": "arn:aws:iam::1:role/r"}}, {"k": "arn:aws:iam::1:role/t"}, True),
        ({"Null": {"k": "false"}}, {}, False),
        ({"Null": {"k": "true"}}, {"k": "x"}, False),
        ({"DateLessThan": {"k": "2026-01-01T00:00:00Z"}}, {"k": "2025-12-31T23:59:59Z"}, True),
        ({"DateLessThan": {"k": "2026-01-01T00:00:00Z"}}, {"k": "2026-01-01T00:00:00Z"}, False),
    ],
)
def test_conditions(condition: object, context: dict[str, str], *, held: bool) -> None:
    call = Call("s3:GetObject", "arn:aws:s3:::b/a/x", context)
    assert allows(statements(policy(Condition=condition)), call) is held


def test_a_deny_wins() -> None:
    both = json.loads(policy())["Statement"] + json.loads(policy(Effect="Deny", Resource="*"))["Statement"]
    document = json.dumps({"Version": "2012-10-17", "Statement": both})
    assert not allows(statements(document), Call("s3:GetObject", "arn:aws:s3:::b/a/x"))


@pytest.mark.parametrize("changes", [{"NotAction": "s3:*"}, {"Condition": {"NumericLessThan": {"k": "1"}}}])
def test_what_it_does_not_know_it_does_not_guess(changes: dict[str, object]) -> None:
    with pytest.raises((NotImplementedError, KeyError)):
        allows(statements(policy(**changes)), Call("s3:GetObject", "arn:aws:s3:::b/a/x", {"k": "1"}))
