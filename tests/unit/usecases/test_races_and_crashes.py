"""Two at once: exactly one wins and the loser is evidence. A crash at any point: never a second credential, never one
that is not written down."""

from collections.abc import Callable

import pytest

from sallyport.domain.deployment import Deployment
from sallyport.domain.events import AuditEvent
from sallyport.domain.ports import Conflict, PortFailed
from sallyport.domain.requests import ApprovalRequest, Choice
from sallyport.usecases.revoke_grant import revoke_grant
from tests.fakes.ports import FakePorts, FakeStore
from tests.support.chain import broken_at
from tests.support.story import Story, person_arn, refused


class Racing(FakeStore):
    """A store in which somebody else saves between a load and the save that follows."""

    def __init__(self) -> None:
        super().__init__()
        self.rival: Callable[[], object] | None = None
        self.busy = False

    def save(
        self,
        previous: ApprovalRequest,
        request: ApprovalRequest,
        events: tuple[AuditEvent, ...],
        guard: Deployment | None = None,
    ) -> None:
        rival, self.rival = self.rival, None
        if rival is not None:
            rival()
        if self.busy:
            raise Conflict
        super().save(previous, request, events, guard)


class Stopping(FakeStore):
    """A store that is gone once it has written an event of some type."""

    def __init__(self, *, after: str) -> None:
        super().__init__()
        self.after = after

    def save(
        self,
        previous: ApprovalRequest,
        request: ApprovalRequest,
        events: tuple[AuditEvent, ...],
        guard: Deployment | None = None,
    ) -> None:
        super().save(previous, request, events, guard)
        self.failing = self.failing or any(event.type.value == self.after for event in events)


def racing() -> tuple[Story, Racing]:
    store = Racing()
    return Story(ports=FakePorts(store=store)), store


def sound(story: Story) -> bool:
    return broken_at(story.ports.store.chain[story.request_id], story.request.head.length) is None


def test_second_approver_loses_and_leaves_one_event() -> None:
    story, store = racing()
    story.pending()
    store.rival = lambda: story.decided("otto.owner")
    with refused("already_settled"):
        story.decided("petra.approver")
    assert story.request.approvers == ("otto.owner",)
    assert story.types.count("request.approved") == 1
    assert (story.last["type"], story.last["actor"]["id"]) == ("decision.refused", "petra.approver")
    assert sound(story)


def test_approve_and_deny_at_once_have_one_outcome() -> None:
    story, store = racing()
    story.pending()
    store.rival = lambda: story.decided("quinn.approver", Choice.DENY)
    with refused("already_settled"):
        story.decided("petra.approver")
    assert story.request.status == "denied"
    assert "request.approved" not in story.types
    assert sound(story)


def test_two_approvals_of_a_quorum_of_two_at_once_both_count() -> None:
    story, store = racing()
    story.quorum(2).pending()
    store.rival = lambda: story.decided("otto.owner")
    story.decided("petra.approver")
    assert story.request.approvers == ("otto.owner", "petra.approver")
    assert story.types.count("request.approved") == 1
    assert sound(story)


def test_the_same_person_in_two_channels_at_once_fills_one_seat() -> None:
    story, store = racing()
    story.quorum(2).pending()
    store.rival = lambda: story.decided("petra.approver", channel="api")
    with refused("already_decided"):
        story.decided("petra.approver")
    assert story.request.status == "pending"
    assert sound(story)


def test_a_decision_and_the_timeout_at_once_have_one_outcome() -> None:
    story, store = racing()
    story.pending()
    store.rival = lambda: story.closed("timed_out")
    with refused("already_settled"):
        story.decided()
    assert story.request.status == "expired"
    assert sound(story)


def test_two_redemptions_at_once_mint_one_credential() -> None:
    story, store = racing()
    story.approved().granted()
    store.rival = story.redeemed
    with refused("already_redeemed"):
        story.redeemed()
    assert len(story.ports.issuer.orders) == 1
    assert story.types.count("grant.redeemed") == story.types.count("credentials.issued") == 1
    assert sound(story)


def test_who_loses_every_race_is_told_to_try_again() -> None:
    story, store = racing()
    story.pending()
    store.busy = True
    with refused("unavailable"):
        story.decided()
    assert story.request.status == "pending"


def test_an_audit_that_cannot_be_written_lets_nothing_be_submitted() -> None:
    story = Story()
    story.ports.store.failing = True
    with pytest.raises(PortFailed):
        story.submitted()
    assert not story.ports.store.requests
    assert not story.ports.workflow.started


def test_an_audit_that_cannot_be_written_lets_nothing_be_decided() -> None:
    story = Story().pending()
    story.ports.store.failing = True
    with pytest.raises(PortFailed):
        story.decided()
    assert story.request.status == "pending"
    assert not story.ports.workflow.succeeded


def test_an_audit_that_cannot_be_written_lets_nothing_be_granted() -> None:
    story = Story().approved()
    story.ports.store.failing = True
    with pytest.raises(PortFailed):
        story.granted()
    assert story.request.grant is None


def test_an_audit_that_cannot_be_written_lets_nothing_be_redeemed() -> None:
    story = Story().approved().granted()
    story.ports.store.failing = True
    with pytest.raises(PortFailed):
        story.redeemed()
    assert not story.ports.issuer.orders
    story.ports.store.failing = False
    story.redeemed()


def test_a_workflow_that_does_not_start_fails_the_request_visibly() -> None:
    story = Story()
    story.ports.workflow.failing = True
    with refused("unavailable"):
        story.submitted()
    (story.request_id,) = story.ports.store.requests
    assert (story.request.status, story.request.code) == ("failed", "workflow_unavailable")
    assert story.types == ["request.submitted", "request.closed"]
    assert sound(story)


def test_when_sts_fails_after_redemption_the_grant_is_used_up_and_the_failure_written() -> None:
    story = Story().approved().granted()
    story.ports.issuer.failing = "role_refused"
    with refused("credentials_failed"):
        story.redeemed()
    assert story.types[-2:] == ["grant.redeemed", "credentials.failed"]
    assert story.last["details"] == {"code": "role_refused"}
    assert (story.request.status, story.request.code) == ("failed", "role_refused")
    assert story.ports.workflow.succeeded[-1] == ("grant-token", story.request_id)
    story.ports.issuer.failing = None
    with refused("already_redeemed"):
        story.redeemed()
    assert not story.ports.issuer.orders
    assert sound(story)


def test_a_credential_that_cannot_be_written_down_is_dropped() -> None:
    """The store is gone between redemption and `credentials.issued`: the agent gets nothing, now or later."""
    story = Story(ports=FakePorts(store=Stopping(after="grant.redeemed"))).approved().granted()
    with pytest.raises(PortFailed):
        story.redeemed()
    assert len(story.ports.issuer.orders) == 1
    story.ports.store.failing = False
    assert story.types[-1] == "grant.redeemed"
    with refused("already_redeemed"):
        story.redeemed()
    assert len(story.ports.issuer.orders) == 1
    assert sound(story)


def test_a_credential_whose_grant_was_revoked_meanwhile_is_dropped() -> None:
    story = Story().approved().granted()
    issue = story.ports.issuer.issue

    def issue_and_revoke(wanted):  # type: ignore[no-untyped-def]
        minted = issue(wanted)
        revoke_grant(person_arn("rosa.security"), story.request_id, story.ports, story.now)
        return minted

    story.ports.issuer.issue = issue_and_revoke  # type: ignore[method-assign]
    with refused("grant_revoked"):
        story.redeemed()
    assert "credentials.issued" not in story.types


def test_a_callback_lost_after_redemption_loses_nothing() -> None:
    story = Story().approved().granted()
    story.ports.workflow.failing = True
    assert story.redeemed().access_key_id
    assert story.types[-1] == "credentials.issued"
