"""Revocation: before redemption the grant is void, afterwards its session is denied on the target role."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sallyport.domain.ports import PortFailed
from sallyport.domain.refusals import (
    GrantRevoked,
    NotAnApprover,
    NotFound,
    NothingToRevoke,
    RevocationFailed,
    RevocationsFull,
    UnknownCaller,
)
from sallyport.domain.requests import GrantStatus, RequestStatus
from sallyport.domain.revocations import MAX_LENGTH, RevokedSession, RevokedSessions, RoleList
from sallyport.domain.submissions import Outcome, Report
from sallyport.services.sessions import role_of
from sallyport.usecases.revoke_grant import revoke_agent, revoke_grant
from tests.support.story import Story, agent_arn, person_arn, refused, submission

ROLE = "sallyport-target-s3-export"
ROSA = person_arn("rosa.security")


def redeemed() -> Story:
    story = Story().approved().granted()
    story.redeemed()
    return story


def revoke(story: Story, caller: str = ROSA) -> Any:
    return revoke_grant(caller, story.request_id, story.ports, story.now)


def denied(story: Story) -> list[str]:
    document = json.loads(story.ports.role_policies.documents.get(ROLE, '{"Statement": []}'))
    conditions = [s["Condition"].get("StringEquals", {}) for s in document["Statement"]]
    return [i for c in conditions for i in c.get("aws:PrincipalTag/sallyport:request", [])]


REPORT = Report(Outcome.DONE, "41 objects copied for Delphine Nettlesham, SSN 912-34-5678")


@pytest.mark.parametrize("caller", [ROSA, agent_arn("export-bot")])
def test_what_came_of_it_is_masked_and_in_the_trail(caller: str) -> None:
    story = redeemed()
    revoke_grant(caller, story.request_id, story.ports, story.now, REPORT)
    details = story.last["details"]
    assert (details["session"], details["outcome"]) == ("denied", "done")
    assert details["note"].startswith("41 objects copied for")
    everything = json.dumps(story.ports.store.events(story.request_id))
    assert "Nettlesham" not in everything
    assert "912-34-5678" not in everything


def test_report_that_is_repeated_adds_nothing() -> None:
    story = redeemed()
    for _ in range(3):
        revoke_grant(agent_arn("export-bot"), story.request_id, story.ports, story.now, REPORT)
    assert story.types.count("grant.revoked") == 1


def test_end_without_a_report_says_nothing_of_an_outcome() -> None:
    story = redeemed()
    revoke_grant(agent_arn("export-bot"), story.request_id, story.ports, story.now)
    assert story.last["details"] == {"session": "denied"}


@pytest.mark.parametrize(
    "caller", [ROSA, person_arn("petra.approver"), person_arn("olive.owner"), agent_arn("export-bot")]
)
def test_grant_is_void_before_redemption_whoever_ends_it(caller: str) -> None:
    story = Story().approved().granted()
    request = revoke(story, caller)
    assert request.status is RequestStatus.REVOKED
    assert request.grant.status is GrantStatus.REVOKED
    assert story.types[-1] == "grant.revoked"
    assert story.ports.workflow.succeeded[-1] == ("grant-token", story.request_id)
    with pytest.raises(GrantRevoked):
        story.redeemed()
    assert story.ports.issuer.orders == []
    assert story.ports.role_policies.documents == {}


def test_approval_that_has_no_grant_yet_is_revoked_too() -> None:
    story = Story().approved()
    assert revoke(story).status is RequestStatus.REVOKED
    with pytest.raises(Exception, match="not_approved"):
        story.granted()


def test_persons_revocation_denies_the_live_session_by_its_tag_alone() -> None:
    story = redeemed()
    request = revoke(story)
    assert request.status is RequestStatus.REVOKED
    (statement,) = json.loads(story.ports.role_policies.documents[ROLE])["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Deny", "*", "*")
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalTag/sallyport:request": [story.request_id]}}
    event: dict[str, Any] = story.ports.store.events(story.request_id)[-1]
    assert (event["type"], event["actor"]["id"]) == ("grant.revoked", "rosa.security")


def test_agents_done_closes_and_denies_its_own_session() -> None:
    story = redeemed()
    request = revoke(story, agent_arn("export-bot"))
    assert request.status is RequestStatus.CLOSED
    assert denied(story) == [story.request_id]


def test_person_can_still_revoke_what_the_agent_closed() -> None:
    story = redeemed()
    revoke(story, agent_arn("export-bot"))
    assert revoke(story).status is RequestStatus.REVOKED
    assert story.types.count("grant.revoked") == 2


def test_evidence_is_written_before_the_deny() -> None:
    story = redeemed()
    story.ports.store.failing = True
    with pytest.raises(PortFailed):
        revoke(story)
    assert story.ports.role_policies.documents == {}


def test_chain_that_cannot_be_read_stops_what_gives_and_not_what_takes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    story = redeemed()

    def unreadable(*_: object) -> None:
        raise PortFailed("chain_unreadable")

    monkeypatch.setattr("sallyport.usecases.revoke_grant.note_policy", unreadable)
    revoke(story)
    assert denied(story) == [story.request_id]


def test_deny_that_could_not_be_written_is_written_by_doing_it_again() -> None:
    story = redeemed()
    story.ports.role_policies.failing = PortFailed("role_not_written")
    with pytest.raises(RevocationFailed):
        revoke(story)
    assert story.request.status is RequestStatus.REVOKED
    story.ports.role_policies.failing = None
    revoke(story)
    assert denied(story) == [story.request_id]
    assert story.types.count("grant.revoked") == 1


def test_what_a_crash_left_unwritten_is_written_with_the_next_revocation_on_the_role() -> None:
    story = redeemed()
    first = story.request_id
    story.ports.role_policies.failing = PortFailed("role_not_written")
    with pytest.raises(RevocationFailed):
        revoke(story)
    story.ports.role_policies.failing = None
    story.pending(submission(reason="another")).decided().granted().redeemed()
    revoke(story)
    assert denied(story) == [first, story.request_id]


def test_session_minted_while_revoked_is_dropped_and_denied() -> None:
    story = Story().approved().granted()
    issue = story.ports.issuer.issue

    def revoked_meanwhile(order: Any) -> Any:
        revoke(story)
        return issue(order)

    story.ports.issuer.issue = revoked_meanwhile  # type: ignore[method-assign, assignment]
    with pytest.raises(GrantRevoked):
        story.redeemed()
    assert denied(story) == [story.request_id]
    assert "credentials.issued" not in story.types
    assert story.ports.store.events(story.request_id)[-1]["details"] == {"code": "grant_revoked"}


def test_entries_leave_the_list_when_their_session_is_over() -> None:
    story = redeemed()
    revoke(story)
    story.later(1000).pending(submission(reason="another")).decided().granted().redeemed()
    revoke(story)
    assert denied(story) == [story.request_id]


def test_ended_session_has_nothing_to_revoke() -> None:
    story = redeemed().later(1000)
    with pytest.raises(NothingToRevoke):
        revoke(story)
    assert story.request.status is RequestStatus.REDEEMED


def test_undecided_request_has_nothing_to_revoke() -> None:
    with pytest.raises(NothingToRevoke):
        revoke(Story().pending())


def test_stranger_and_other_agent_learn_nothing() -> None:
    story = redeemed()
    for caller in (
        agent_arn("triage-bot"),
        "arn:aws:iam::000000000000:user/nobody",
        person_arn("quinn.approver") + "x",
    ):
        with pytest.raises(NotFound):
            revoke(story, caller)
    assert denied(story) == []


def test_auditor_who_may_read_is_refused_in_the_trail() -> None:
    story = redeemed()
    with pytest.raises(NotAnApprover):
        revoke(story, person_arn("sam.operator"))
    assert story.types[-1] == "decision.refused"
    assert story.request.status is RequestStatus.REDEEMED


def filled(story: Story, *, by_person: bool) -> None:
    """Put as many sessions on the role's list as it holds."""
    at, until = story.now - timedelta(seconds=120), story.now + timedelta(hours=1)
    entries = [RevokedSession(f"req-{n:x}".ljust(28, "f"), at, until, by_person=by_person) for n in range(500)]
    while len(RevokedSessions(tuple(entries)).policy()) > MAX_LENGTH:
        entries.pop()
    story.ports.role_lists.lists[ROLE] = RoleList(RevokedSessions(tuple(entries)), version=1, written=1)


def test_agents_done_is_refused_when_the_list_has_no_room() -> None:
    story = redeemed()
    filled(story, by_person=True)
    with pytest.raises(RevocationsFull):
        revoke(story, agent_arn("export-bot"))
    assert story.request.status is RequestStatus.REDEEMED
    assert story.types[-1] != "grant.revoked"


def test_persons_revocation_takes_the_room_of_agents_done() -> None:
    story = redeemed()
    filled(story, by_person=False)
    before = len(story.ports.role_lists.lists[ROLE].sessions.entries)
    revoke(story)
    held = story.ports.role_lists.lists[ROLE].sessions
    assert story.request_id in [e.request_id for e in held.entries]
    assert held.older_than is None
    assert len(held.entries) == before


def test_list_full_of_persons_revocations_denies_all_older_sessions_and_keeps_those_in_flight() -> None:
    story = redeemed()
    filled(story, by_person=True)
    revoke(story)
    by_tag, by_age = json.loads(story.ports.role_policies.documents[ROLE])["Statement"]
    assert by_tag["Condition"] == {"StringEquals": {"aws:PrincipalTag/sallyport:request": [story.request_id]}}
    assert by_age["Condition"] == {"DateLessThan": {"aws:TokenIssueTime": "2026-11-02T10:00:01Z"}}
    assert len(story.ports.role_policies.documents[ROLE]) < 10_240


def test_all_live_grants_of_an_agent_are_revoked_at_once() -> None:
    story = redeemed()
    first = story.request_id
    story.pending(submission(reason="another")).decided().granted()
    second = story.request_id
    story.pending(submission(reason="undecided"))
    done, refused = revoke_agent(ROSA, "export-bot", story.ports, story.now)
    assert (set(done), refused) == ({first, second}, {})
    assert story.ports.store.requests[first].status is RequestStatus.REVOKED
    assert story.ports.store.requests[second].status is RequestStatus.REVOKED
    assert story.request.status is RequestStatus.PENDING


def test_agents_and_strangers_cannot_revoke_by_agent() -> None:
    story = redeemed()
    with pytest.raises(UnknownCaller):
        revoke_agent(agent_arn("export-bot"), "export-bot", story.ports, story.now)
    with pytest.raises(NotFound):
        revoke_agent(ROSA, "nobody", story.ports, story.now)
    done, refused = revoke_agent(person_arn("sam.operator"), "export-bot", story.ports, story.now)
    assert (done, refused) == ([], {story.request_id: "not_an_approver"})


def test_failed_request_has_no_session_to_revoke() -> None:
    """STS gave none, so there is nothing to deny and nothing to say of it."""
    story = Story().approved().granted()
    story.ports.issuer.failing = "sts_unavailable"
    with refused("credentials_failed"):
        story.redeemed()
    with refused("nothing_to_revoke"):
        revoke_grant(person_arn("rosa.security"), story.request_id, story.ports, story.now)
    assert story.request.status is RequestStatus.FAILED
    assert not story.ports.role_policies.puts


def test_deny_is_not_known_to_stand_while_somebody_else_may_be_writing() -> None:
    story = Story().approved().granted()
    story.redeemed()
    role = role_of(story.request, story.ports)
    story.ports.role_lists.lists[role] = RoleList().joined("somebody", story.now)
    revoke_grant(person_arn("rosa.security"), story.request_id, story.ports, story.now)
    assert story.ports.role_policies.puts
    assert story.request.live, "it stays listed, to be looked at again"


def test_roles_of_one_name_in_two_accounts_are_two_roles() -> None:
    story = Story().approved().granted()
    story.redeemed()
    request = story.request
    assert request.grant is not None
    assert request.grant.role_arn is not None
    elsewhere = request.grant.role_arn.replace(story.ports.places.account, "999999999999")
    there = replace(request, grant=replace(request.grant, role_arn=elsewhere))
    assert role_of(there, story.ports) != role_of(request, story.ports)
