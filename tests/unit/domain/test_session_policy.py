"""No value widens a session policy: either it lands as the literal text that was approved, or it is refused."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sallyport.adapters.policy_layer import load_policy
from sallyport.domain.session_policy import (
    CUT_OFF,
    MAX_LENGTH,
    PolicyTooLong,
    UnsafeValue,
    at_redemption,
    placeholders,
    render,
)
from tests.support.story import EXPORT

PLACES = {"account": "000000000000", "region": "us-east-1", "partition": "aws"}
ACTIONS = load_policy(PLACES["account"]).actions
EXPORT_TEMPLATE = ACTIONS["s3.export"].session_policy
READ_TEMPLATE = ACTIONS["dynamodb.read_items"].session_policy
HOSTILE = [
    "*",
    "a*b",
    "?",
    "${aws:username}",
    "$",
    "\n",
    "\x00",
    "\x7f",
    "\x85",
    "",
    "日本",
    "\u202e",
    "a\u0100",
    CUT_OFF,
]


def statements(policy: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return found


def test_export_policy_is_exactly_this() -> None:
    cut_off = {"DateLessThan": {"aws:CurrentTime": CUT_OFF}}
    ours = {"s3:ResourceAccount": "000000000000"}
    assert json.loads(render(EXPORT_TEMPLATE, EXPORT, PLACES)) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:GetObjectTagging"],
                "Resource": "arn:aws:s3:::sallyport-sample-data/patients/2025/*",
                "Condition": {"StringEquals": ours, **cut_off},
            },
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": "arn:aws:s3:::sallyport-sample-data",
                "Condition": {"StringLike": {"s3:prefix": "patients/2025/*"}, "StringEquals": ours, **cut_off},
            },
            {
                "Effect": "Allow",
                "Action": ["s3:PutObject", "s3:PutObjectTagging"],
                "Resource": "arn:aws:s3:::sallyport-sample-export/q3/*",
                "Condition": {"StringEquals": ours, **cut_off},
            },
            {
                "Effect": "Allow",
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Resource": "arn:aws:kms:us-east-1:000000000000:key/*",
                "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}, **cut_off},
            },
        ],
    }


def test_read_policy_binds_table_keys_and_attributes() -> None:
    wanted = {"table": "patients", "keys": ["p-1", "p-2"], "attributes": ["pk", "name"]}
    statement, through_the_table = statements(render(READ_TEMPLATE, wanted, PLACES))
    assert through_the_table["Action"] == "kms:Decrypt"
    assert through_the_table["Condition"]["StringEquals"] == {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}
    assert statement["Resource"] == "arn:aws:dynamodb:us-east-1:000000000000:table/patients"
    every = statement["Condition"]["ForAllValues:StringEquals"]
    assert every == {"dynamodb:LeadingKeys": ["p-1", "p-2"], "dynamodb:Attributes": ["pk", "name"]}
    # ForAllValues is true of nothing, so both keys must be there.
    assert statement["Condition"]["Null"] == {"dynamodb:LeadingKeys": "false", "dynamodb:Attributes": "false"}


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_allow_of_a_shipped_action_ends_at_the_cut_off(name: str) -> None:
    action = ACTIONS[name]
    values: dict[str, Any] = dict.fromkeys(placeholders(action.session_policy), "value")
    for statement in statements(render(action.session_policy, values | {"keys": ["k"], "attributes": ["a"]}, PLACES)):
        if statement["Effect"] == "Allow":
            assert statement["Condition"]["DateLessThan"] == {"aws:CurrentTime": CUT_OFF}


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", sorted(EXPORT))
def test_a_hostile_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(UnsafeValue) as refusal:
        render(EXPORT_TEMPLATE, {**EXPORT, name: value}, PLACES)
    assert refusal.value.parameter == name
    assert value == "" or value not in str(refusal.value)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_item_of_a_list_is_refused(value: str) -> None:
    with pytest.raises(UnsafeValue):
        render(READ_TEMPLATE, {"table": "t", "keys": ["ok", value], "attributes": ["a"]}, PLACES)


@pytest.mark.parametrize("value", [None, True, 1.5, {"a": "b"}, [["x"]], [{}]])
def test_a_value_that_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(UnsafeValue):
        render(EXPORT_TEMPLATE, {**EXPORT, "prefix": value}, PLACES)


@given(prefix=st.text(min_size=1, max_size=60))
@example('x/*"},{"Effect":"Allow","Action":"*","Resource":"*"},{"')
@example("{bucket}/{account}/")
@example("../../other/")
@example("%2e%2e%2f")
@example("arn:aws:s3:::other")
def test_no_value_adds_a_statement_or_changes_anything_but_its_own_place(prefix: str) -> None:
    plain = statements(render(EXPORT_TEMPLATE, {**EXPORT, "prefix": "PREFIX"}, PLACES))
    try:
        policy = render(EXPORT_TEMPLATE, {**EXPORT, "prefix": prefix}, PLACES)
    except (UnsafeValue, PolicyTooLong):
        return
    plain[0]["Resource"] = plain[0]["Resource"].replace("PREFIX", prefix)
    plain[1]["Condition"]["StringLike"]["s3:prefix"] = prefix + "*"
    assert statements(policy) == plain
    # The one wildcard of each place is the template's own.
    assert all(text.count("*") == 1 and "?" not in text and "$" not in text for text in [plain[0]["Resource"]])
    assert len(policy) <= MAX_LENGTH
    assert all(0x20 <= ord(c) <= 0xFF for c in policy)


@given(keys=st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5))
def test_listed_values_are_exactly_the_approved_ones(keys: list[str]) -> None:
    try:
        policy = render(READ_TEMPLATE, {"table": "t", "keys": keys, "attributes": ["a"]}, PLACES)
    except (UnsafeValue, PolicyTooLong):
        return
    assert statements(policy)[0]["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"] == keys


def test_a_list_inside_a_text_makes_one_text_for_each_item() -> None:
    template = [{"Effect": "Allow", "Action": "a:b", "Resource": ["arn:{names}/x", "fixed"]}]
    (statement,) = statements(render(template, {"names": ["one", "two"]}, PLACES))
    assert statement["Resource"] == ["arn:one/x", "arn:two/x", "fixed"]


def test_a_deny_gets_no_cut_off() -> None:
    (statement,) = statements(render([{"Effect": "Deny", "Action": "a:b", "Resource": "*"}], {}, PLACES))
    assert "Condition" not in statement


def test_a_cut_off_of_the_template_is_kept_beside_ours() -> None:
    template = [
        {
            "Effect": "Allow",
            "Action": "a:b",
            "Resource": "r",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": "x"}},
        }
    ]
    (statement,) = statements(render(template, {}, PLACES))
    assert statement["Condition"]["DateLessThan"] == {"aws:TokenIssueTime": "x", "aws:CurrentTime": CUT_OFF}


def test_a_policy_that_is_too_long_is_refused_rather_than_cut() -> None:
    keys = [f"key-{i:054d}" for i in range(25)]
    with pytest.raises(PolicyTooLong):
        render(READ_TEMPLATE, {"table": "t", "keys": keys, "attributes": ["a"]}, PLACES)


def test_redemption_changes_the_instant_and_nothing_else() -> None:
    approved = render(EXPORT_TEMPLATE, EXPORT, PLACES)
    cut_off = datetime(2026, 11, 2, 10, 15, 0, 999_000, tzinfo=UTC)
    redeemed = at_redemption(approved, cut_off)
    assert len(redeemed) == len(approved)
    assert redeemed == approved.replace(CUT_OFF, "2026-11-02T10:15:00Z")
    assert CUT_OFF not in redeemed


def test_the_place_holder_is_no_date_so_that_unredeemed_bytes_allow_nothing() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        datetime.fromisoformat(CUT_OFF)


def test_placeholders_are_found_wherever_they_are() -> None:
    template = [{"Resource": ["{a}", {"x": "{b}/{c_d}"}], "n": 1}]
    assert placeholders(template) == {"a", "b", "c_d"}
