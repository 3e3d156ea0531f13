"""Bodies are read strictly: what two parsers could read differently is refused, and nothing of it is quoted."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sallyport.contracts.json_body import MAX_BYTES, read_object
from sallyport.contracts.requests import parse_report, parse_statement, parse_submission
from sallyport.domain.refusals import Refusal
from sallyport.domain.requests import Choice
from sallyport.domain.submissions import Outcome, Report
from tests.support.story import EXPORT, refused

MALFORMED = {
    "nothing": b"",
    "no object": b"[1]",
    "a number": b"1",
    "two documents": b"{}{}",
    "a trailing comma": b'{"a":1,}',
    "a comment": b'{"a":1} // x',
    "single quotes": b"{'a':1}",
    "a duplicate key": b'{"a":1,"a":2}',
    "a duplicate key inside": b'{"a":[{"b":1,"\\u0062":2}]}',
    "not a number": b'{"a":NaN}',
    "infinity": b'{"a":-Infinity}',
    "a number past doubles": b'{"a":1e999}',
    "an integer past 2**53": b'{"a":9007199254740993}',
    "an integer of ten thousand digits": b'{"a":' + b"9" * 10_000 + b"}",
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a lone surrogate as key": b'{"\\udfff":1}',
    "broken UTF-8": b'{"a":"\xff"}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"a":1}',
    "a raw control character": b'{"a":"\x01"}',
}


def submission(**changes: Any) -> bytes:
    whole = {"action": "s3.export", "parameters": EXPORT, "reason": "why", **changes}
    return json.dumps({key: value for key, value in whole.items() if value is not ...}).encode()


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_ambiguous_is_malformed(what: str) -> None:
    with refused("malformed_request"):
        read_object(MALFORMED[what])


def test_size_has_a_limit_to_the_byte() -> None:
    assert read_object(b'{"a":"' + b"x" * (MAX_BYTES - 8) + b'"}')
    with refused("body_too_large"):
        read_object(b'{"a":"' + b"x" * (MAX_BYTES - 7) + b'"}')


@pytest.mark.parametrize("opening", [b'{"a":', b"[", b'{"a":['])
def test_depth_has_a_limit_before_any_parser_recurses(opening: bytes) -> None:
    with refused("json_too_deep"):
        read_object(opening * 10_000)


def test_depth_of_64_is_read_and_brackets_in_strings_do_not_count() -> None:
    assert read_object(b'{"a":' + b"[" * 63 + b"]" * 63 + b"}")
    with refused("json_too_deep"):
        read_object(b'{"a":' + b"[" * 64 + b"]" * 64 + b"}")
    assert read_object(b'{"a":"' + b"[{" * 500 + b'\\"[["}')


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_refusal(body: bytes) -> None:
    with suppress(Refusal):
        assert isinstance(read_object(body), dict)


def test_a_submission_is_taken_as_it_is() -> None:
    found = parse_submission(submission(context=[1, None], on_behalf_of="olive.owner", duration_seconds=60))
    assert (found.action, found.parameters, found.reason) == ("s3.export", EXPORT, "why")
    assert (found.context, found.on_behalf_of, found.duration_seconds) == ([1, None], "olive.owner", 60)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"action": ...}, "$.action"),
        ({"action": ""}, "$.action"),
        ({"action": "x" * 129}, "$.action"),
        ({"action": ["s3.export"]}, "$.action"),
        ({"parameters": ...}, "$.parameters"),
        ({"parameters": [1]}, "$.parameters"),
        ({"reason": ...}, "$.reason"),
        ({"reason": "  \n"}, "$.reason"),
        ({"reason": "x" * 4001}, "$.reason"),
        ({"on_behalf_of": 1}, "$.on_behalf_of"),
        ({"duration_seconds": True}, "$.duration_seconds"),
        ({"duration_seconds": 60.5}, "$.duration_seconds"),
        ({"duration_seconds": "60"}, "$.duration_seconds"),
    ],
)
def test_a_member_that_does_not_fit_is_named(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_submission(submission(**changes))
    assert (refusal.value.code, refusal.value.paths) == ("malformed_request", (path,))


@pytest.mark.parametrize("name", ["approved", "agent", "risk", "status", "__proto__", "onBehalfOf", "justification"])
def test_a_member_that_nobody_declared_is_named(name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_submission(submission(**{name: True}))
    assert (refusal.value.code, refusal.value.paths) == ("malformed_request", (f"$.{name}",))
    assert "parameters, reason" in refusal.value.next_step


@pytest.mark.parametrize(
    "name", ["123-45-6789", "mrn0048213", "Delphine_Nettlesham", "maria-gonzalez", "a b", "x" * 41, "Zoë", "a.b", ""]
)
def test_a_name_that_is_no_plain_word_or_holds_something_sensitive_is_not_repeated(name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_submission(submission(**{name: True}))
    assert (refusal.value.code, refusal.value.paths) == ("malformed_request", ())
    assert not name or name not in refusal.value.next_step


def test_no_more_than_ten_of_the_names_that_nobody_declared_come_back() -> None:
    with pytest.raises(Refusal) as refusal:
        parse_submission(submission(**{f"member_{letter}": 1 for letter in "abcdefghijklmno"}))
    assert len(refusal.value.paths) == 10


def test_report_is_optional_and_each_of_its_members_too() -> None:
    assert parse_report(b"") is None
    assert parse_report(b"{}") == Report(None, None)
    assert parse_report(b'{"outcome": "done"}') == Report(Outcome.DONE, None)
    assert parse_report(b'{"outcome": null, "note": "nothing to do"}') == Report(None, "nothing to do")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"outcome": "success"}, "$.outcome"),
        ({"outcome": ["done"]}, "$.outcome"),
        ({"note": " "}, "$.note"),
        ({"note": "x" * 1001}, "$.note"),
        ({"result": "ok"}, "$.result"),
    ],
)
def test_report_that_does_not_fit_is_refused_by_path(body: dict[str, Any], path: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_report(json.dumps(body).encode())
    assert (refusal.value.code, refusal.value.paths) == ("malformed_request", (path,))


def test_who_decides_is_never_in_the_body() -> None:
    body = {"decision": "approve", "presented_digest": "ab" * 32}
    assert parse_statement(json.dumps(body).encode()).choice is Choice.APPROVE
    for name in ("by", "approver", "person", "user_id", "channel"):
        with refused("malformed_request"):
            parse_statement(json.dumps({**body, name: "petra.approver"}).encode())


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "Approve", "presented_digest": "ab"},
        {"decision": True, "presented_digest": "ab"},
        {"decision": "approve"},
        {"decision": "approve", "presented_digest": ""},
        {"decision": "approve", "presented_digest": "a" * 65},
        {"decision": "approve", "presented_digest": "ab", "reason": 1},
        {"decision": "approve", "presented_digest": "ab", "break_glass": "yes"},
    ],
)
def test_a_decision_that_does_not_fit_is_malformed(body: dict[str, Any]) -> None:
    with refused("malformed_request"):
        parse_statement(json.dumps(body).encode())
