"""Digests have golden vectors: another implementation must come to the same ones."""

import hashlib
import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sallyport.domain.binding import VaultRecord, same_digest, sameness_bytes
from sallyport.domain.canonical import NotCanonical, canonical, sha256_hex

RECORD = VaultRecord(
    request_id="req-000000000000000000000001",
    action="s3.export",
    parameters={"bucket": "data", "prefix": "p/"},
    reason="Quarterly report – Müller",
    context={"n": 1, "list": [1.5, None, True]},
    agent="export-bot",
    on_behalf_of=None,
    duration_seconds=900,
    target_role_arn="arn:aws:iam::000000000000:role/sallyport/target/r",
    session_policy='{"Version":"2012-10-17"}',
    policy_digest="ab" * 32,
    salt="01" * 32,
)
# Computed without this project: SHA-256(0x01 * 32 || canonical JSON).
GOLDEN = "e1ed1b4678b68539c5bf09bdb98133d44bbad4213e86757e4a89343d01ec37e9"
OTHER: dict[str, Any] = {
    "request_id": "req-000000000000000000000002",
    "action": "dynamodb.read_items",
    "parameters": {"bucket": "data", "prefix": "p/x/"},
    "reason": "Quarterly report - Müller",
    "context": {"n": 1, "list": [1.5, None, False]},
    "agent": "triage-bot",
    "on_behalf_of": "olive.owner",
    "duration_seconds": 901,
    "target_role_arn": "arn:aws:iam::000000000000:role/sallyport/target/s",
    "session_policy": '{"Version":"2012-10-17" }',
    "policy_digest": "ac" * 32,
    "salt": "02" * 32,
    "call": {"service": "ecs", "operation": "UpdateService", "arguments": {}},
    "hidden": ("prefix",),
}

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def test_rfc_8785_example_has_the_bytes_of_the_standard() -> None:
    value: Any = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical(value) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_ordered_by_utf_16_units_as_the_standard_says() -> None:
    assert canonical({"\ufb33": 1, "😀": 2}) == '{"😀":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, "\ud800"])
def test_what_has_no_canonical_form_is_refused_without_being_quoted(value: Any) -> None:
    with pytest.raises(NotCanonical) as refusal:
        canonical({"secret": value})
    assert "secret" not in str(refusal.value)


@given(json_values)
def test_canonical_form_reads_back_as_the_same_value(value: Any) -> None:
    assert json.loads(canonical(value)) == value


def test_action_digest_has_its_golden_value() -> None:
    assert RECORD.action_digest == GOLDEN


def test_action_digest_is_made_of_salt_and_canonical_json() -> None:
    # A record without a call of its own says nothing of one, nor of hidden parameters where there are none.
    bound = {f.name: getattr(RECORD, f.name) for f in fields(RECORD) if f.name not in ("salt", "call", "hidden")}
    text = json.dumps(bound, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(bytes.fromhex(RECORD.salt) + text.encode()).hexdigest() == GOLDEN


@pytest.mark.parametrize("name", [f.name for f in fields(VaultRecord)])
def test_every_field_is_bound_by_the_action_digest(name: str) -> None:
    assert replace(RECORD, **{name: OTHER[name]}).action_digest != RECORD.action_digest


def test_raw_fields_and_salt_stay_out_of_the_repr() -> None:
    shown = repr(RECORD)
    assert not any(text in shown for text in ("Müller", "prefix", "list", "2012-10-17", RECORD.salt))


def test_sameness_ignores_key_order_and_nothing_else() -> None:
    one = sameness_bytes("a", "x", {"b": 1, "c": 2}, "why", None, None, 900)
    assert one == sameness_bytes("a", "x", {"c": 2, "b": 1}, "why", None, None, 900)
    others = [
        sameness_bytes("b", "x", {"b": 1, "c": 2}, "why", None, None, 900),
        sameness_bytes("a", "y", {"b": 1, "c": 2}, "why", None, None, 900),
        sameness_bytes("a", "x", {"b": 1, "c": "2"}, "why", None, None, 900),
        sameness_bytes("a", "x", {"b": 1, "c": 2}, "why ", None, None, 900),
        sameness_bytes("a", "x", {"b": 1, "c": 2}, "why", {}, None, 900),
        sameness_bytes("a", "x", {"b": 1, "c": 2}, "why", None, "olive.owner", 900),
        sameness_bytes("a", "x", {"b": 1, "c": 2}, "why", None, None, 901),
    ]
    assert len({one, *others}) == 8


def test_digests_are_compared_whole_and_any_text_may_be_held_against_one() -> None:
    assert same_digest(GOLDEN, GOLDEN)
    assert not same_digest(GOLDEN, GOLDEN[:-1])
    assert not same_digest("ü", GOLDEN)


def test_sha256_hex_is_lower_case() -> None:
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
