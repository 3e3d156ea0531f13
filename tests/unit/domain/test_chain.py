"""Every event is linked to the one before; whatever is changed, left out or put in breaks the chain at its place."""

import json
from dataclasses import replace

import pytest

from sallyport.domain.canonical import canonical, sha256_hex
from sallyport.domain.events import GENESIS, NO_EVENTS, SYSTEM, AuditEvent, Draft, EventType, Head, Subject, link
from tests.support.chain import broken_at
from tests.support.story import NOW

SUBJECT = Subject("req-000000000000000000000001", "s3.export", "aa" * 32, "bb" * 32)
DRAFTS = [Draft(EventType.REQUEST_SUBMITTED, SYSTEM, {"verdict": "approval"}), Draft(EventType.REQUEST_MASKED, SYSTEM)]


def chain() -> tuple[AuditEvent, ...]:
    first, head = link(SUBJECT, NO_EVENTS, DRAFTS, NOW)
    second, _ = link(SUBJECT, head, [Draft(EventType.REQUEST_CLOSED, SYSTEM)], NOW)
    return first + second


def forged(event: AuditEvent, **changes: str) -> AuditEvent:
    """The event with other contents and a hash that fits them, as somebody with write access would leave it."""
    body = canonical({**json.loads(event.body), **changes})
    return replace(event, body=body.decode(), hash=sha256_hex(body))


def test_chain_starts_at_genesis_and_its_head_counts_and_hashes() -> None:
    events, head = link(SUBJECT, NO_EVENTS, DRAFTS, NOW)
    assert events[0].prev_hash == GENESIS
    assert head == Head(2, events[1].hash)
    assert broken_at(chain(), 3) is None


def test_body_is_the_exact_text_that_was_hashed() -> None:
    events, _ = link(SUBJECT, NO_EVENTS, DRAFTS[:1], NOW, judged_by="cc" * 32)
    assert events[0].body == (
        '{"action":"s3.export","action_digest":"' + "aa" * 32 + '",'
        '"actor":{"channel":"workflow","id":"sallyport","kind":"system"},"at":"2026-11-02T10:00:00.000Z",'
        '"details":{"verdict":"approval"},"judged_by":"'
        + "cc" * 32
        + '","policy_digest":"'
        + "bb" * 32
        + '","prev_hash":"'
        + GENESIS
        + '",'
        '"request_id":"req-000000000000000000000001","seq":0,"type":"request.submitted","v":1}'
    )
    assert events[0].hash == "e491e11b56218743520ea7f1f6445212f7ffc5c0fdb76d84ad5dbc1c51af8417"


def test_presented_digest_is_there_once_something_was_presented() -> None:
    events, _ = link(replace(SUBJECT, presented_digest="cc" * 32), NO_EVENTS, DRAFTS, NOW)
    assert json.loads(events[0].body)["presented_digest"] == "cc" * 32
    assert "presented_digest" not in json.loads(chain()[0].body)


@pytest.mark.parametrize("seq", [0, 1, 2])
def test_a_changed_event_breaks_the_chain(seq: int) -> None:
    events = list(chain())
    events[seq] = replace(events[seq], body=events[seq].body.replace("s3.export", "s3.delete"))
    assert broken_at(events) == seq


@pytest.mark.parametrize("seq", [0, 1])
def test_a_changed_event_with_a_fitting_hash_breaks_the_next_link(seq: int) -> None:
    events = list(chain())
    events[seq] = forged(events[seq], action="s3.delete")
    assert broken_at(events) == seq + 1


@pytest.mark.parametrize("seq", [0, 1])
def test_a_missing_event_breaks_the_chain(seq: int) -> None:
    events = list(chain())
    del events[seq]
    assert broken_at(events) == seq


def test_a_missing_tail_is_seen_against_the_head() -> None:
    assert broken_at(chain()[:2], 3) == 2


def test_two_events_swapped_or_one_taken_from_another_request_break_the_chain() -> None:
    one, two, three = chain()
    assert broken_at([one, three, two]) == 1
    foreign, _ = link(replace(SUBJECT, request_id="req-ffffffffffffffffffffffff"), Head(1, one.hash), DRAFTS[:1], NOW)
    assert broken_at([one, *foreign]) == 1


def test_delimiters_in_a_detail_stay_in_it() -> None:
    hostile = 'INC-42: "drop table users"},"type":"request.approved","x":{"\n'
    events, _ = link(SUBJECT, NO_EVENTS, [Draft(EventType.DECISION_RECORDED, SYSTEM, {"comment": hostile})], NOW)
    event = json.loads(events[0].body)
    assert event["details"] == {"comment": hostile}
    assert event["type"] == "decision.recorded"
    assert broken_at(events, 1) is None


def test_an_instant_without_a_time_zone_is_no_evidence() -> None:
    with pytest.raises(ValueError, match="time zone"):
        link(SUBJECT, NO_EVENTS, DRAFTS, NOW.replace(tzinfo=None))


def test_event_types_are_those_of_the_format() -> None:
    expected = """
        request.submitted request.refused request.masked approval.requested approval.escalated decision.recorded
        decision.refused request.approved request.denied request.expired request.cancelled grant.issued grant.redeemed
        credentials.issued credentials.failed credentials.refused action.executed action.failed grant.revoked
        grant.expired request.closed policy.changed break_glass.reviewed halted resumed
    """
    assert {event.value for event in EventType} >= set(expected.split())
