"""What a stored chain proves: every link as it was written, in its place, behind the one before."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sallyport.domain.actions import Delivery
from sallyport.domain.canonical import canonical, sha256_hex
from sallyport.domain.deployment import Deployment, Halt, subject
from sallyport.domain.events import GENESIS, NO_EVENTS, SYSTEM, Draft, EventType, Link, link
from sallyport.domain.evidence import Disproved, end, proves, verified
from sallyport.domain.proofs import disagreements, subject_told
from sallyport.domain.requests import ApprovalRequest, Choice, RequestStatus, Review, VerdictKind
from sallyport.usecases.revoke_grant import revoke_grant
from tests.support.story import NOW, Story, person_arn


def links(story: Story) -> list[Link]:
    return list(story.ports.store.links(story.request_id))


def rewritten(was: Link, **members: object) -> Link:
    """The link with another event, hashed anew: as somebody would who can write the table and knows the format."""
    event = {**json.loads(was.body), **members}
    body = canonical(event).decode()
    return replace(was, body=body, hash=sha256_hex(body.encode()), prev_hash=str(event["prev_hash"]))


def rehashed(was: Link, body: str) -> Link:
    return replace(was, body=body, hash=sha256_hex(body.encode()))


TOUCHED: dict[str, Callable[[list[Link]], list[Link]]] = {
    "another text": lambda c: [c[0], replace(c[1], body=c[1].body.replace("sallyport", "sallyp0rt")), *c[2:]],
    "another hash": lambda c: [*c[:-1], replace(c[-1], hash="0" * 64)],
    "a text that is not canonical": lambda c: [*c[:-1], rehashed(c[-1], c[-1].body.replace(":", ": ", 1))],
    "a text with a member twice": lambda c: [*c[:-1], rehashed(c[-1], '{"v":1,' + c[-1].body[1:])],
    "no JSON": lambda c: [*c[:-1], rehashed(c[-1], "{")],
    "no object": lambda c: [*c[:-1], rehashed(c[-1], "[]")],
    "NaN": lambda c: [*c[:-1], rehashed(c[-1], "NaN")],
    "very deep": lambda c: [*c[:-1], rehashed(c[-1], "[" * 100_000)],
    "a well-made event in the middle": lambda c: [c[0], rewritten(c[1], actor={"id": "x"}), *c[2:]],
    "an event of another request": lambda c: [*c[:-1], rewritten(c[-1], request_id="req-" + "f" * 24)],
    "another place inside": lambda c: [*c[:-1], rewritten(c[-1], seq=99)],
    "another place outside": lambda c: [*c[:-1], replace(c[-1], place="0000000099")],
    "a gap": lambda c: [c[0], *c[2:]],
    "no beginning": lambda c: c[1:],
    "one twice": lambda c: [*c, c[-1]],
    "another link inside than outside": lambda c: [
        *c[:-1],
        replace(rewritten(c[-1], prev_hash=GENESIS), prev_hash=c[-1].prev_hash),
    ],
    "a number left out": lambda c: [*c[:-1], replace(rewritten(c[-1], seq=99), place="0000000099")],
    "another link to the one before": lambda c: [*c[:-1], replace(c[-1], prev_hash=GENESIS)],
}


@pytest.mark.parametrize("what", TOUCHED)
def test_chain_that_was_touched_anywhere_is_disproved(what: str) -> None:
    story = Story().approved()
    chain = links(story)
    assert len(verified(story.request_id, chain)) == len(chain)
    assert disagreements(story.request, chain) == ()
    with pytest.raises(Disproved):
        verified(story.request_id, TOUCHED[what](chain))
    assert disagreements(story.request, TOUCHED[what](chain)) == ("chain",)


def test_empty_chain_and_one_that_begins_otherwise_prove_no_request() -> None:
    story = Story().pending()
    assert disagreements(story.request, []) == ("chain",)
    first = rewritten(links(story)[0], type="request.masked")
    assert disagreements(story.request, [first]) == ("chain",)


@pytest.mark.parametrize("member", ["action", "action_digest", "policy_digest"])
def test_event_that_names_another_action_or_digest_disproves_the_chain(member: str) -> None:
    """Only the last link can be written anew without breaking the next."""
    story = Story().approved()
    chain = links(story)
    assert disagreements(story.request, [*chain[:-1], rewritten(chain[-1], **{member: "other"})]) == ("chain",)


def test_view_is_named_by_masking_and_never_changes() -> None:
    story = Story().pending()
    chain = links(story)
    for shown in ("0" * 64, None):
        assert disagreements(story.request, [*chain[:-1], rewritten(chain[-1], presented_digest=shown)]) == ("chain",)
    early = Story().submitted()
    assert disagreements(early.request, [rewritten(links(early)[0], presented_digest="0" * 64)]) == ("chain",)


def test_what_was_refused_while_somebody_edited_the_request_does_not_count_against_it() -> None:
    story = Story().pending()
    digest, before = story.request.presented_digest, story.request
    forged = replace(before, presented_digest="0" * 64, action_digest="1" * 64)
    events, head = link(forged.subject, before.head, [Draft(EventType.DECISION_REFUSED, SYSTEM, {"code": "x"})], NOW)
    story.ports.store.save(before, replace(before, version=before.version + 1, head=head), events)
    assert disagreements(story.request, links(story)) == ()
    assert subject_told(story.request_id, links(story)).presented_digest == digest


def test_stages_of_a_request_are_told_by_its_chain() -> None:
    story = Story()
    for step in (
        story.submitted,
        story.masked,
        story.asked,
        story.decided,
        story.granted,
        story.redeemed,
        story.closed,
    ):
        step()
        assert disagreements(story.request, links(story)) == (), step.__name__


def later(at: datetime) -> datetime:
    return at + timedelta(days=1)


def decided_otherwise(request: ApprovalRequest, **changes: Any) -> dict[str, Any]:
    return {"decisions": (replace(request.decisions[0], **changes), *request.decisions[1:])}


def granted_otherwise(request: ApprovalRequest, **changes: Any) -> dict[str, Any]:
    assert request.grant is not None
    return {"grant": replace(request.grant, **changes)}


REVIEW = Review("petra.approver", Choice.APPROVE, NOW, "api", "right")
# What one write could say in the item, and the member that the chain does not bear out.
FORGED: dict[str, tuple[str, Callable[[ApprovalRequest], dict[str, Any]]]] = {
    "another agent": ("agent", lambda r: {"agent": "triage-bot"}),
    "another action": ("action", lambda r: {"action": "ec2.reboot"}),
    "another digest": ("action_digest", lambda r: {"action_digest": "0" * 64}),
    "another policy": ("policy_digest", lambda r: {"policy_digest": "0" * 64}),
    "another view": ("presented_digest", lambda r: {"presented_digest": "0" * 64}),
    "another time": ("created_at", lambda r: {"created_at": later(r.created_at)}),
    "another status": ("status", lambda r: {"status": RequestStatus.APPROVED}),
    "another rung": ("rung", lambda r: {"rung": r.rung + 1}),
    "another end of the chain": ("head", lambda r: {"head": NO_EVENTS}),
    "another owner": ("submission", lambda r: {"owner": "nobody"}),
    "no operators": ("submission", lambda r: {"operators": ()}),
    "nobody it may act for": ("submission", lambda r: {"may_act_for": ()}),
    "somebody it acts for": ("submission", lambda r: {"on_behalf_of": "quinn.approver"}),
    "another verdict": ("submission", lambda r: {"verdict": VerdictKind.ALLOW}),
    "another delivery": ("submission", lambda r: {"delivery": Delivery.EXECUTE}),
    "a longer life": ("submission", lambda r: {"duration_seconds": 3600}),
    "a later end": ("submission", lambda r: {"expires_at": later(r.expires_at)}),
    "a lower quorum": ("submission", lambda r: {"quorum": 0}),
    "a lower risk": ("submission", lambda r: {"risk": "low"}),
    "no decision": ("decisions", lambda r: {"decisions": ()}),
    "somebody else's decision": ("decisions", lambda r: decided_otherwise(r, by="quinn.approver")),
    "a decision of another channel": ("decisions", lambda r: decided_otherwise(r, channel="api")),
    "a decision with a reason": ("decisions", lambda r: decided_otherwise(r, comment="because")),
    "a decision about another view": ("decisions", lambda r: decided_otherwise(r, presented_digest="0" * 64)),
    "a decision that breaks the glass": ("decisions", lambda r: decided_otherwise(r, break_glass=True)),
    "no grant": ("grant", lambda r: {"grant": None}),
    "a grant that is not used": ("grant", lambda r: granted_otherwise(r, redeemed_at=None)),
    "a grant that ends later": ("grant", lambda r: granted_otherwise(r, expires_at=later(r.expires_at))),
    "a later cut-off": ("grant", lambda r: granted_otherwise(r, cut_off=later(r.expires_at))),
    "another role": ("grant", lambda r: granted_otherwise(r, role_arn="arn:aws:iam::1:role/admin")),
    "other approvers": ("grant", lambda r: granted_otherwise(r, approvers=("quinn.approver",))),
    "a review": ("review", lambda r: {"review": REVIEW}),
}


@pytest.mark.parametrize("what", FORGED)
def test_member_that_one_write_changes_is_the_one_that_is_not_borne_out(what: str) -> None:
    story = Story().approved().granted()
    story.redeemed()
    member, forge = FORGED[what]
    assert disagreements(replace(story.request, **forge(story.request)), links(story)) == (member,)


def test_request_that_has_ended_is_not_put_back_to_where_it_stood() -> None:
    story = Story().approved().granted()
    granted = story.request
    revoke_grant(person_arn("rosa.security"), story.request_id, story.ports, story.now)
    assert disagreements(story.request, links(story)) == ()
    assert disagreements(replace(story.request, status=granted.status), links(story)) == ("status",)


def test_deployment_is_proved_by_its_newest_event_alone() -> None:
    pulled = Halt("all", "rosa.security", NOW, "x")
    drafts = [Draft(EventType.HALTED, SYSTEM, {"switches": ["all"]})]
    events, head = link(subject("p"), NO_EVENTS, drafts, NOW)
    newest = Link("0000000000", events[0].body, events[0].hash, events[0].prev_hash)
    item = Deployment(version=1, halts=(pulled,), head=head, policy_digest="p")
    assert proves(newest, item)
    assert proves(None, Deployment())
    for other in (
        replace(item, halts=()),
        replace(item, halts=(replace(pulled, switch="agent:x"),)),
        replace(item, policy_digest="q"),
        replace(item, head=replace(head, length=2)),
        replace(item, head=replace(head, hash="0" * 64)),
        Deployment(),
    ):
        assert not proves(newest, other)
    assert not proves(None, item)
    assert not proves(replace(newest, body=newest.body.replace("all", "any")), item)
    with pytest.raises(Disproved):
        end(replace(newest, place="elsewhere"))
