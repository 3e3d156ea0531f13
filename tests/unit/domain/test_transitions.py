"""All transitions are in one table; the table is written out here once more."""

import itertools
from dataclasses import replace

import pytest

from sallyport.domain.requests import (
    TRANSITIONS,
    ApprovalRequest,
    Choice,
    Decision,
    IllegalTransition,
    RequestStatus,
)
from tests.support.story import NOW, Story

ALLOWED = {
    ("pending", "approved"),
    ("pending", "denied"),
    ("pending", "expired"),
    ("pending", "cancelled"),
    ("pending", "failed"),
    ("approved", "redeemed"),
    ("approved", "expired"),
    ("approved", "cancelled"),
    ("approved", "revoked"),
    ("approved", "failed"),
    ("redeemed", "closed"),
    ("redeemed", "revoked"),
    ("redeemed", "failed"),
    ("closed", "revoked"),
}


@pytest.fixture
def request_() -> ApprovalRequest:
    return Story().submitted().request


def decision(by: str, choice: Choice = Choice.APPROVE, *, break_glass: bool = False) -> Decision:
    return Decision(by, choice, NOW, "slack", "aa" * 32, break_glass=break_glass)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(RequestStatus, RequestStatus)))
def test_only_the_transitions_of_the_table_happen(
    request_: ApprovalRequest, old: RequestStatus, new: RequestStatus
) -> None:
    request = replace(request_, status=old)
    if (old.value, new.value) in ALLOWED:
        assert request.moved(new).status is new
    else:
        with pytest.raises(IllegalTransition):
            request.moved(new)


def test_every_status_has_its_row() -> None:
    assert set(TRANSITIONS) == set(RequestStatus)


def test_statuses_are_those_of_the_interface() -> None:
    expected = ["pending", "approved", "denied", "expired", "cancelled", "redeemed", "revoked", "closed", "failed"]
    assert [status.value for status in RequestStatus] == expected


def test_a_code_once_given_is_kept(request_: ApprovalRequest) -> None:
    assert request_.moved(RequestStatus.FAILED, "masking_failed").code == "masking_failed"
    redeemed = replace(request_, status=RequestStatus.REDEEMED, code="call_refused")
    assert redeemed.moved(RequestStatus.CLOSED).code == "call_refused"


def test_why_nobody_has_a_card_ends_with_the_asking(request_: ApprovalRequest) -> None:
    waiting = replace(request_, code="channel_not_found")
    assert waiting.moved(RequestStatus.APPROVED).code is None
    assert waiting.moved(RequestStatus.FAILED, "masking_failed").code == "masking_failed"


def test_approvers_are_people_not_approvals(request_: ApprovalRequest) -> None:
    twice = replace(request_, quorum=2, decisions=(decision("petra.approver"), decision("petra.approver")))
    assert twice.approvers == ("petra.approver",)
    assert replace(twice, decisions=(*twice.decisions, decision("a"))).approvers == ("petra.approver", "a")


def test_a_denial_is_no_approval(request_: ApprovalRequest) -> None:
    assert replace(request_, decisions=(decision("petra.approver", Choice.DENY),)).approvers == ()


def test_secrets_of_a_request_stay_out_of_its_repr(request_: ApprovalRequest) -> None:
    shown = repr(replace(request_, task_token="AAAA-token"))
    assert "AAAA-token" not in shown
    assert request_.sameness not in shown
