"""When a request has to be looked after, whose approvals count, and what a refusal is called in its chain."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sallyport.domain.events import Actor, ActorKind, EventType
from sallyport.domain.overdue import ANSWERED_WITHIN, STARTED_WITHIN, due, is_unstarted, last_step
from sallyport.domain.requests import Choice, Decision
from sallyport.domain.tallies import Refused, RefusedCall, Tally
from tests.support.story import NOW, Story

SECOND = timedelta(seconds=1)


def test_request_is_unstarted_from_then_on_until_it_is_masked_or_expires() -> None:
    request = Story().submitted().request
    since = request.created_at + STARTED_WITHIN
    assert not is_unstarted(request, since - SECOND)
    assert is_unstarted(request, since)
    assert not is_unstarted(request, request.expires_at)
    assert not is_unstarted(replace(request, presented_digest="0" * 64), since)


def test_call_that_was_sent_is_looked_after_before_its_session_is_over() -> None:
    story = Story().approved().granted()
    story.redeemed()
    request = replace(story.request, task_token=None)
    assert request.grant is not None
    calling = replace(request, grant=replace(request.grant, calling_since=story.now))
    at, unanswered = due(request), last_step(calling) + ANSWERED_WITHIN
    assert at is not None
    assert (due(calling), at > unanswered) == (unanswered, True)


def test_approval_that_was_taken_back_does_not_count_and_may_be_given_anew() -> None:
    said = [Decision("petra.approver", choice, NOW, "api", "0" * 64) for choice in (Choice.APPROVE, Choice.WITHDRAW)]
    request = Story().pending().request
    assert replace(request, decisions=tuple(said)).approvers == ()
    again = replace(said[0], at=NOW + SECOND)
    assert replace(request, decisions=(*said, again)).approvals == (again,)


@pytest.mark.parametrize("call", RefusedCall)
def test_refused_brake_is_a_refused_decision_and_a_refused_submission_a_refused_request(call: RefusedCall) -> None:
    refused = Refused(call, Actor(ActorKind.PERSON, "olive.owner", "api"), "not_allowed", "unknown", "0" * 64)
    _, (event,) = Tally("chain", refused, 1).told(NOW)
    is_submission = call is RefusedCall.SUBMIT
    assert event.type is (EventType.REQUEST_REFUSED if is_submission else EventType.DECISION_REFUSED)
