"""An approval becomes a grant, and the grant one credential: everything is checked again each time."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sallyport.domain.actions import Delivery
from sallyport.domain.requests import Choice, RequestStatus
from sallyport.domain.session_policy import CUT_OFF
from sallyport.services.approvals import standing
from sallyport.services.redemption import redeem
from sallyport.usecases.issue_grant import issue_grant
from sallyport.usecases.revoke_grant import revoke_grant
from tests.support.chain import broken_at
from tests.support.story import EXPORT, SKIPS_APPROVAL, Story, agent_arn, person_arn, refused, submission

ASKED = ["request.submitted", "request.masked", "approval.requested"]
APPROVED = [*ASKED, "decision.recorded", "request.approved"]


def not_granted(story: Story, code: str) -> bool:
    before = story.types
    with refused(code):
        story.granted()
    assert story.types == before
    return story.request.grant is None


def not_redeemed(story: Story, code: str) -> bool:
    """No credential, the grant untouched, and the refusal is the newest event."""
    grant = story.request.grant
    with refused(code):
        story.redeemed()
    assert story.request.grant == grant
    assert not story.ports.issuer.orders
    assert (story.last["type"], story.last["details"]) == ("credentials.refused", {"code": code})
    return True


# -- issue_grant


def test_a_grant_is_recorded_with_its_end_and_its_approvers() -> None:
    story = Story().approved().granted()
    grant = story.request.grant
    assert grant is not None
    assert grant.expires_at == story.now + timedelta(seconds=900)
    assert grant.approvers == ("petra.approver",)
    assert story.request.task_token == "grant-token"
    assert story.types == [*APPROVED, "grant.issued"]
    assert story.last["details"] == {"approvers": ["petra.approver"], "until": "2026-11-02T10:15:00.000Z"}
    assert story.ports.chat.updated[-1].status == "approved"


def test_policy_alone_grants_where_it_skips_approval() -> None:
    story = Story().cedar(SKIPS_APPROVAL).submitted().masked().granted()
    assert story.types[-2:] == ["request.approved", "grant.issued"]
    assert story.last["details"] == {"approvers": ["policy"], "until": "2026-11-02T10:15:00.000Z"}
    story.redeemed()
    assert story.ports.issuer.orders[0].source_identity == "agent=export-bot,approver=policy"


def test_a_grant_is_issued_once_however_often_the_state_starts() -> None:
    story = Story().approved().granted()
    grant = story.request.grant
    issue_grant(story.request_id, "another-token", story.ports, story.now + timedelta(seconds=5))
    assert story.request.grant == grant
    assert story.request.task_token == "another-token"
    assert story.types.count("grant.issued") == 1


def test_the_workflow_alone_proves_nothing() -> None:
    assert not_granted(Story().pending(), "not_approved")


def test_a_denied_request_gets_no_grant() -> None:
    assert not_granted(Story().pending().decided(choice=Choice.DENY), "not_approved")


@pytest.mark.parametrize("code", ["timed_out", "unavailable"])
def test_approval_that_was_closed_before_its_grant_gets_none(code: str) -> None:
    """The decisions are all there, and still carry a grant; what became of the request meanwhile does not."""
    story = Story().approved().closed(code)
    assert not_granted(story, "not_approved")


def test_approval_that_is_closed_while_its_grant_is_written_gets_none() -> None:
    story = Story().approved()
    save, closings = story.ports.store.save, ["timed_out"]

    def overtaken(*arguments: Any) -> None:
        while closings:
            story.closed(closings.pop())
        save(*arguments)

    story.ports.store.save = overtaken  # type: ignore[method-assign, assignment]
    with refused("not_approved"):
        story.granted()
    assert story.request.status == "expired"
    assert story.request.grant is None
    assert "grant.issued" not in story.types


def test_what_policy_no_longer_lets_be_redeemed_is_not() -> None:
    forbids = 'forbid (principal, action == Action::"redeem", resource);'
    story = Story().approved().granted().cedar(forbids)
    assert not_redeemed(story, "policy_changed")


def test_an_unknown_request_gets_no_grant() -> None:
    story = Story()
    with refused("not_found"):
        issue_grant("req-ffffffffffffffffffffffff", "t", story.ports, story.now)


def test_a_status_set_without_decisions_gets_no_grant() -> None:
    """Somebody who can write the table but not the audit chain gains nothing by flipping the status."""
    story = Story().pending()
    story.ports.store.requests[story.request_id] = replace(story.request, status=RequestStatus.APPROVED)
    with refused("evidence_mismatch"):
        story.granted()
    assert story.request.grant is None
    assert (story.last["type"], story.last["details"]["members"]) == ("credentials.refused", ["status"])


def test_decisions_by_people_policy_would_not_ask_do_not_count() -> None:
    """They decided under a policy that let them."""
    cedar = Story().ports.policy.cedar
    story = Story().quorum(2).policy(cedar="permit (principal, action, resource);").pending()
    story.decided("rosa.security").decided("otto.owner").policy(cedar=cedar)
    assert story.request.status is RequestStatus.APPROVED
    assert not_granted(story, "policy_changed")


def test_an_approval_of_another_view_does_not_count() -> None:
    story = Story().approved()
    stale = replace(story.request.decisions[0], presented_digest="0" * 64)
    assert standing(story.request, story.ports)
    assert not standing(replace(story.request, decisions=(stale,)), story.ports)


# -- redemption


def test_the_credential_is_exactly_what_was_approved_for_as_long_as_was_approved() -> None:
    story = Story().pending(submission(duration_seconds=300)).decided().granted().later(60)
    story.redeemed()
    (order,) = story.ports.issuer.orders
    vaulted = story.ports.vault.records[story.request_id]
    assert order.policy == vaulted.session_policy.replace(CUT_OFF, "2026-11-02T10:06:00Z")
    assert order.role_arn == vaulted.target_role_arn
    assert order.session_name == story.request_id
    assert order.duration_seconds == 900
    assert order.tags["sallyport:approvers"] == "petra.approver"
    assert all(
        statement["Condition"]["DateLessThan"] == {"aws:CurrentTime": "2026-11-02T10:06:00Z"}
        for statement in json.loads(order.policy)["Statement"]
    )


def test_redemption_is_written_before_the_credential_and_the_credential_by_its_id_alone() -> None:
    story = Story().approved().granted()
    minted = story.redeemed()
    assert story.types[-2:] == ["grant.redeemed", "credentials.issued"]
    assert story.last["details"]["access_key_id"] == minted.access_key_id
    assert set(story.last["details"]) == {"access_key_id", "until"}
    assert story.request.status == "redeemed"
    assert story.ports.workflow.succeeded[-1] == ("grant-token", story.request_id)
    kept = repr(story.request) + repr(story.ports.store.chain)
    assert minted.secret_access_key not in kept.split("'")
    assert broken_at(story.ports.store.chain[story.request_id], story.request.head.length) is None


def test_a_grant_is_good_for_once() -> None:
    story = Story().approved().granted()
    story.redeemed()
    with refused("already_redeemed"):
        story.redeemed()
    assert len(story.ports.issuer.orders) == 1
    assert story.last["details"] == {"code": "already_redeemed"}


def test_before_the_approval_there_is_nothing_to_redeem() -> None:
    assert not_redeemed(Story().pending(), "not_approved")


@pytest.mark.parametrize("choice", [Choice.DENY])
def test_a_denied_request_is_not_redeemed(choice: Choice) -> None:
    assert not_redeemed(Story().pending().decided(choice=choice), "not_approved")


def test_an_approval_without_a_grant_waits_and_then_says_not_approved() -> None:
    story, waited = Story().approved(), list[float]()
    with refused("not_approved"):
        redeem(
            agent_arn("export-bot"), story.request_id, Delivery.CREDENTIAL, story.ports, story.now, sleep=waited.append
        )
    assert 1 < sum(waited) <= 6.5
    assert story.last["details"] == {"code": "not_approved"}


def test_an_agent_faster_than_the_workflow_waits_for_its_grant() -> None:
    story = Story().approved()

    def meanwhile(_: float) -> None:
        if story.request.grant is None:
            story.granted()

    redeem(agent_arn("export-bot"), story.request_id, Delivery.CREDENTIAL, story.ports, story.now, sleep=meanwhile)
    assert story.request.status == "redeemed"


def test_a_grant_ends_even_before_the_workflow_noticed() -> None:
    story = Story().approved().granted().later(900)
    assert not_redeemed(story, "grant_expired")


def test_a_grant_that_was_closed_unused_has_expired() -> None:
    story = Story().approved().granted().later(900).closed("timed_out")
    assert not_redeemed(story, "grant_expired")


def test_a_revoked_grant_is_not_redeemed() -> None:
    story = Story().approved().granted()
    revoke_grant(person_arn("rosa.security"), story.request_id, story.ports, story.now)
    assert not_redeemed(story, "grant_revoked")


def test_an_action_done_by_sallyport_hands_out_no_credential() -> None:
    story = Story().approved().granted()
    with refused("wrong_delivery"):
        redeem(agent_arn("export-bot"), story.request_id, Delivery.EXECUTE, story.ports, story.now)
    assert story.last["details"] == {"code": "wrong_delivery"}
    story.redeemed()


@pytest.mark.parametrize("caller", [agent_arn("triage-bot"), person_arn("olive.owner"), person_arn("petra.approver")])
def test_only_the_agent_that_asked_redeems_and_the_attempt_is_evidence(caller: str) -> None:
    story = Story().approved().granted()
    with refused("not_found"):
        redeem(caller, story.request_id, Delivery.CREDENTIAL, story.ports, story.now)
    assert not story.ports.issuer.orders
    assert (story.last["type"], story.last["details"]) == ("credentials.refused", {"code": "not_found"})
    assert story.last["actor"]["id"] in ("triage-bot", "unknown")
    story.redeemed()


# -- what changed in between: between approval and grant, and between grant and redemption


def changes() -> dict[str, tuple[str, Callable[[Story], object]]]:
    def vault(story: Story, **changed: object) -> None:
        records = story.ports.vault.records
        records[story.request_id] = replace(records[story.request_id], **changed)  # type: ignore[arg-type]

    def stricter(story: Story) -> None:
        story.quorum(2)

    def template(story: Story) -> None:
        action = story.ports.policy.actions["s3.export"]
        story.action(session_policy=action.session_policy[:1])

    return {
        "parameters in the vault": ("digest_mismatch", lambda s: vault(s, parameters={**EXPORT, "prefix": "all/"})),
        "policy in the vault": ("digest_mismatch", lambda s: vault(s, session_policy='{"Statement":[]}')),
        "role in the vault": ("digest_mismatch", lambda s: vault(s, target_role_arn="arn:aws:iam::1:role/admin")),
        "duration in the vault": ("digest_mismatch", lambda s: vault(s, duration_seconds=3600)),
        "vault emptied": ("digest_mismatch", lambda s: s.ports.vault.delete(s.request_id)),
        "quorum raised": ("policy_changed", stricter),
        "template changed": ("policy_changed", template),
        "target role changed": ("policy_changed", lambda s: s.elsewhere(stack="another")),
        "delivery changed": ("policy_changed", lambda s: s.action(delivery=Delivery.EXECUTE)),
        "action removed": ("policy_changed", lambda s: s.policy(actions={})),
        "schema tightened": (
            "policy_changed",
            lambda s: s.action(parameters={"type": "object", "properties": {}, "additionalProperties": False}),
        ),
        "request forbidden": (
            "policy_changed",
            lambda s: s.cedar('forbid (principal, action == Action::"request", resource);'),
        ),
        "approver left": ("policy_changed", lambda s: s.without_person("petra.approver")),
        "approver lost the right": (
            "policy_changed",
            lambda s: s.cedar('forbid (principal == Person::"petra.approver", action == Action::"decide", resource);'),
        ),
        "halted": ("halted", lambda s: s.halted()),
        "agent halted": ("halted", lambda s: s.halted("agent:export-bot")),
    }


@pytest.mark.parametrize("what", changes())
def test_no_grant_after_a_change(what: str) -> None:
    code, change = changes()[what]
    story = Story().approved()
    change(story)
    assert not_granted(story, code)


@pytest.mark.parametrize("what", changes())
def test_no_credential_after_a_change(what: str) -> None:
    code, change = changes()[what]
    story = Story().approved().granted()
    change(story)
    assert not_redeemed(story, code)


def test_quorum_that_policy_lowers_is_still_that_of_the_request() -> None:
    """Two were asked when it was made, and cards say so; one of them has left since."""
    story = Story().quorum(2).pending(submission(on_behalf_of="olive.owner"))
    story.decided().decided("quinn.approver").quorum(1).without_person("quinn.approver")
    assert story.request.status is RequestStatus.APPROVED
    assert not_granted(story, "policy_changed")


def test_a_policy_change_that_leads_to_the_same_grant_is_harmless() -> None:
    story = Story().approved().granted().policy(digest="ff" * 32)
    story.redeemed()
    assert story.request.status == "redeemed"


def test_the_hour_of_the_request_is_what_policy_judges() -> None:
    story = Story().cedar(
        '@id("office") forbid (principal, action == Action::"request", resource) when { context.hour > 10 };'
    )
    story.action(redemption_seconds=36000).approved().granted().later(4400)
    assert story.now.hour > 10
    story.redeemed()
    assert story.request.status == "redeemed"


def test_no_grant_once_the_agent_may_no_longer_act_for_the_person_it_named() -> None:
    story = Story().pending(submission(on_behalf_of="olive.owner")).decided()
    directory = story.ports.policy.directory
    agent = replace(directory.agents["export-bot"], may_act_for=frozenset())
    story.policy(directory=replace(directory, agents={**directory.agents, "export-bot": agent}))
    with refused("policy_changed"):
        story.granted()
    assert "grant.issued" not in story.types
