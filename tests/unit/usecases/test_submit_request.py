"""An agent asks. What is refused is counted, and leaves nothing else."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sallyport.domain.deployment import CHAIN
from sallyport.domain.events import GENESIS, AuditEvent
from sallyport.domain.ports import Limits, PortFailed
from sallyport.domain.refusals import PolicyDenied, RateLimited, Refusal
from sallyport.domain.requests import Choice, RequestStatus, VerdictKind
from sallyport.domain.submissions import Submission
from sallyport.domain.tallies import Tally
from sallyport.services.switches import note_policy
from sallyport.usecases.revoke_grant import revoke_grant
from sallyport.usecases.submit_request import submit_request
from tests.support.chain import broken_at
from tests.support.story import EXPORT, NOW, SKIPS_APPROVAL, Story, agent_arn, person_arn, refused, submission


def only_chain(story: Story) -> list[dict[str, Any]]:
    """The events of the one request's chain there is."""
    (request_id,) = story.ports.store.chain.keys() - {CHAIN}
    assert broken_at(story.ports.store.chain[request_id]) is None
    return story.ports.store.events(request_id)


def nothing_but_evidence(story: Story) -> bool:
    return not (story.ports.store.requests or story.ports.vault.records or story.ports.workflow.started)


def test_a_submission_is_vaulted_audited_and_started() -> None:
    story = Story().submitted()
    request = story.request
    assert request.status is RequestStatus.PENDING
    assert (request.agent, request.owner, request.quorum) == ("export-bot", "olive.owner", 1)
    assert request.expires_at == NOW + timedelta(seconds=3600)
    vaulted = story.ports.vault.get(story.request_id)
    assert vaulted.action_digest == request.action_digest
    assert vaulted.target_role_arn == "arn:aws:iam::000000000000:role/sallyport/target/sallyport-target-s3-export"
    (event,) = only_chain(story)
    assert event["type"] == "request.submitted"
    assert event["actor"] == {"kind": "agent", "id": "export-bot", "channel": "api"}
    assert event["details"] == {
        "verdict": "approval",
        "delivery": "credential",
        "owner": "olive.owner",
        "operators": ["sam.operator"],
        "may_act_for": list(request.may_act_for),
        "risk": "high",
        "duration_seconds": 900,
        "expires_at": "2026-11-02T11:00:00.000Z",
        "quorum": 1,
    }
    assert event["prev_hash"] == GENESIS
    assert story.request.head.hash == story.ports.store.chain[story.request_id][0].hash


def test_the_workflow_gets_ids_codes_and_numbers_alone() -> None:
    story = Story().submitted()
    assert story.ports.workflow.started == {
        story.request_id: {
            "request_id": story.request_id,
            "verdict": "approval",
            "turn": {"rung": 0, "seconds": 1800, "tries": 0},
            "last_rung": 1,
            "rungs": [1800, 1800],
            "redemption_seconds": 900,
        }
    }


def test_nothing_raw_is_in_the_audit_trail_or_the_request() -> None:
    story = Story().submitted(submission(reason="For John Smith, MRN 12345678", context={"ssn": "123-45-6789"}))
    kept = repr(story.request) + repr(only_chain(story))
    assert not any(raw in kept for raw in ("Smith", "12345678", "123-45-6789", "patients/2025"))


def test_an_agent_without_patience_waits_no_longer_than_it_has() -> None:
    story = Story(agent="oncall-bot").submitted()
    assert story.request.expires_at == NOW + timedelta(seconds=16)
    assert story.ports.workflow.started[story.request_id]["rungs"] == [8, 8]


def test_policy_may_skip_approval_and_then_needs_nobody() -> None:
    story = Story().cedar(SKIPS_APPROVAL).submitted()
    assert story.request.verdict is VerdictKind.ALLOW
    assert story.request.quorum == 0


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("unknown_action", {"action": "iam.create_user"}),
    ("invalid_parameters", {"parameters": {}}),
    ("invalid_parameters", {"parameters": {**EXPORT, "prefix": ""}}),
    ("invalid_parameters", {"parameters": {**EXPORT, "prefix": "patients"}}),
    ("invalid_parameters", {"parameters": {**EXPORT, "prefix": "patients/*"}}),
    ("invalid_parameters", {"parameters": {**EXPORT, "prefix": "../"}}),
    ("invalid_parameters", {"parameters": {**EXPORT, "prefix": "patients/\n"}}),
    ("invalid_parameters", {"parameters": {**EXPORT, "destination_bucket": "evil"}}),
    ("invalid_parameters", {"parameters": {**EXPORT, "extra": 1}}),
    ("invalid_parameters", {"parameters": {**EXPORT, "bucket": ["sallyport-sample-data"]}}),
    ("identifier_in_scope", {"parameters": {**EXPORT, "prefix": "patients/123-45-6789/"}}),
    ("invalid_parameters", {"duration_seconds": 59}),
    ("invalid_parameters", {"duration_seconds": 3601}),
    ("on_behalf_of_not_allowed", {"on_behalf_of": "rosa.security"}),
    ("on_behalf_of_not_allowed", {"on_behalf_of": "ghost"}),
]


@pytest.mark.parametrize(("code", "changes"), REFUSED)
def test_a_refused_submission_leaves_its_refusal_and_nothing_else(code: str, changes: dict[str, Any]) -> None:
    story = Story()
    with refused(code):
        story.submitted(submission(**changes))
    assert nothing_but_evidence(story)
    (event,) = only_chain(story)
    assert (event["type"], event["details"]) == ("request.refused", {"call": "submit", "code": code, "count": 1})
    assert event["actor"]["id"] == "export-bot"
    assert event["action"] in ("s3.export", "unknown")


@pytest.mark.parametrize(("code", "changes"), [case for case in REFUSED if "parameters" in case[1]])
def test_a_refusal_names_declared_places_and_no_value(code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refusal:
        Story().submitted(submission(**changes))
    declared = {"$.parameters", *(f"$.parameters.{name}" for name in EXPORT)}
    assert refusal.value.code == code
    assert set(refusal.value.paths) <= declared | {"$.parameters.extra"}


def test_what_an_unknown_caller_made_up_is_not_repeated() -> None:
    story = Story()
    with refused("unknown_caller"):
        submit_request("arn:aws:iam::000000000000:user/John-Smith", submission(), None, story.ports, NOW)
    (event,) = only_chain(story)
    assert event["actor"] == {"kind": "agent", "id": "unknown", "channel": "api"}
    assert "Smith" not in str(event)


def test_an_unknown_action_is_written_as_unknown() -> None:
    story = Story()
    with refused("unknown_action"):
        story.submitted(submission(action="delete.john.smith"))
    assert only_chain(story)[0]["action"] == "unknown"


def test_a_person_is_no_agent() -> None:
    with refused("unknown_caller"):
        submit_request(person_arn("olive.owner"), submission(), None, Story().ports, NOW)


def test_acting_for_a_known_person_is_kept_with_the_request() -> None:
    assert Story().submitted(submission(on_behalf_of="quinn.approver")).request.on_behalf_of == "quinn.approver"


def test_whom_an_agent_may_act_for_is_the_directorys_word_whatever_cedar_permits() -> None:
    story = Story()
    lax = re.sub(r'@id\("act-for-known-people"\).*?;', "", story.ports.policy.cedar, flags=re.DOTALL)
    assert lax != story.ports.policy.cedar
    with refused("on_behalf_of_not_allowed"):
        story.policy(cedar=lax).submitted(submission(on_behalf_of="rosa.security"))


def test_an_action_may_demand_that_a_person_is_named() -> None:
    story = Story().action(on_behalf_of_required=True)
    with refused("on_behalf_of_required"):
        story.submitted()
    assert story.submitted(submission(on_behalf_of="olive.owner")).request.on_behalf_of == "olive.owner"


@pytest.mark.parametrize("switch", ["all", "agent:export-bot", "action:s3.export"])
def test_a_halt_stops_submissions(switch: str) -> None:
    story = Story()
    story.halted(switch)
    with refused("halted"):
        story.submitted()
    assert nothing_but_evidence(story)
    assert only_chain(story)[0]["details"] == {"call": "submit", "code": "halted", "count": 1}


@pytest.mark.parametrize("switch", ["agent:triage-bot", "action:dynamodb.read_items"])
def test_a_halt_of_something_else_stops_nothing(switch: str) -> None:
    story = Story()
    story.halted(switch)
    assert story.submitted().request.status is RequestStatus.PENDING


def test_a_cedar_error_is_a_denial() -> None:
    story = Story().cedar(
        '@id("overflow") forbid (principal, action == Action::"request", resource) '
        "when { context.hour * 9223372036854775807 * 9 > 1 };"
    )
    with refused("policy_denied"):
        story.submitted()


def test_the_same_request_again_is_the_one_that_is_pending() -> None:
    story = Story().submitted()
    first = story.request_id
    again, new = submit_request(agent_arn("export-bot"), submission(), None, story.ports, NOW)
    assert (again.request_id, new) == (first, False)
    assert len(story.ports.workflow.started) == len(story.ports.vault.records) == 1
    assert story.types == ["request.submitted"]


@pytest.mark.parametrize(
    "other",
    [
        submission(reason="Another reason"),
        submission(context={"ticket": "INC-43"}),
        submission(duration_seconds=600),
        submission(on_behalf_of="olive.owner"),
        submission(parameters={**EXPORT, "prefix": "patients/2024/"}),
    ],
)
def test_a_request_that_differs_in_anything_is_another_one(other: Submission) -> None:
    story = Story().submitted()
    _, new = submit_request(agent_arn("export-bot"), other, None, story.ports, NOW)
    assert new


def test_two_agents_never_share_a_request() -> None:
    story = Story().submitted()
    other, new = submit_request(agent_arn("triage-bot"), submission(), None, story.ports, NOW)
    assert new
    assert other.agent == "triage-bot"


ENDED: dict[str, Callable[[Story], object]] = {
    "denied": lambda story: story.pending().decided(choice=Choice.DENY),
    "redeemed": lambda story: story.approved().granted().redeemed(),
    "revoked": lambda story: revoke_grant(
        agent_arn("export-bot"), story.approved().granted().request_id, story.ports, story.now
    ),
    "its grant ran out": lambda story: story.approved().granted().later(901),
}


@pytest.mark.parametrize("how", ENDED)
def test_a_request_that_is_of_no_more_use_is_not_the_answer_to_a_new_one(how: str) -> None:
    story = Story()
    ENDED[how](story)
    first = story.request_id
    assert story.submitted().request_id != first


@pytest.mark.parametrize("granted", [False, True])
def test_an_approval_that_waits_to_be_redeemed_answers_an_identical_submission(granted: bool) -> None:
    story = Story().approved()
    if granted:
        story.granted()
    again, new = submit_request(agent_arn("export-bot"), submission(), None, story.ports, story.now)
    assert (again.request_id, again.status, new) == (story.request_id, RequestStatus.APPROVED, False)
    assert len(story.ports.workflow.started) == len(story.ports.store.requests) == 1


def test_the_hourly_limit_says_when_the_next_hour_begins() -> None:
    story = Story().later(15 * 60 + 30)
    story.ports.limits = Limits(per_hour=1, pending=20)
    story.submitted()
    with pytest.raises(RateLimited) as limit:
        story.submitted(submission(reason="2"))
    assert (limit.value.retryable, limit.value.retry_after) == (True, 44 * 60 + 30)


def test_a_parameter_that_is_missing_or_unknown_is_named_and_the_others_are_told() -> None:
    with pytest.raises(Refusal) as refusal:
        Story().submitted(submission(parameters={"bucket": "sallyport-sample-data", "prefx": "patients/"}))
    missing = {f"$.parameters.{name}" for name in ("prefix", "destination_bucket", "destination_prefix")}
    assert set(refusal.value.paths) == {*missing, "$.parameters.prefx"}
    assert "s3.export takes bucket, prefix, destination_bucket, destination_prefix" in refusal.value.next_step


def test_nobody_helps_an_agent_that_may_not_ask_at_all() -> None:
    """Naming somebody would not help, so the answer does not say so."""
    story = Story(agent="oncall-bot").action("s3.export", risk="critical")
    for behalf in (None, "otto.owner", "ghost"):
        with pytest.raises(PolicyDenied) as refusal:
            story.submitted(submission(on_behalf_of=behalf))
        assert refusal.value.code == "policy_denied"


def test_an_approval_under_another_policy_is_asked_for_again() -> None:
    """Its redemption would be refused as `policy_changed`, and that answer says to ask again."""
    story = Story().approved().granted()
    first = story.request_id
    story.ports.policy = replace(story.ports.policy, digest="cd" * 32)
    assert story.submitted().request_id != first


def test_a_replay_with_its_key_is_the_same_request_even_when_settled() -> None:
    story = Story().submitted(key="k-1")
    first = story.request_id
    story.masked().asked().decided()
    again, new = submit_request(agent_arn("export-bot"), submission(), "k-1", story.ports, NOW)
    assert (again.request_id, new) == (first, False)


def test_a_key_for_two_different_requests_is_a_conflict_that_is_audited() -> None:
    story = Story().submitted(key="k-1")
    with refused("idempotency_conflict"):
        submit_request(agent_arn("export-bot"), submission(reason="Else"), "k-1", story.ports, NOW)
    assert len(story.ports.store.requests) == 1
    others = [story.ports.store.events(r) for r in story.ports.store.chain if r not in (story.request_id, CHAIN)]
    assert [[e["details"]["code"] for e in events] for events in others] == [["idempotency_conflict"]]


def test_agents_do_not_share_idempotency_keys() -> None:
    story = Story().submitted(key="k-1")
    _, new = submit_request(agent_arn("triage-bot"), submission(reason="Else"), "k-1", story.ports, NOW)
    assert new


def test_a_flood_is_stopped_by_the_pending_limit_and_audited() -> None:
    story = Story()
    story.ports.limits = Limits(per_hour=120, pending=2)
    story.submitted(submission(reason="1")).submitted(submission(reason="2"))
    with refused("too_many_pending"):
        story.submitted(submission(reason="3"))
    assert len(story.ports.store.requests) == 2
    codes = [e["details"].get("code") for r in story.ports.store.chain for e in story.ports.store.events(r)]
    assert codes.count("too_many_pending") == 1


def test_refusals_of_an_hour_are_one_chain_that_tells_each_doubling() -> None:
    story = Story()
    for _ in range(50):
        with refused("unknown_action"):
            story.submitted(submission(action="iam.create_user"))
    events = only_chain(story)
    assert [event["details"]["count"] for event in events] == [1, 2, 4, 8, 16, 32]
    assert {event["actor"]["id"] for event in events} == {"export-bot"}
    with refused("unknown_action"):
        story.later(3600).submitted(submission(action="iam.create_user"))
    assert len(set(story.ports.store.chain) - {CHAIN}) == 2


def test_refusal_that_a_crash_left_untold_is_told_with_the_next() -> None:
    story = Story()
    note_policy(story.ports, NOW)
    story.ports.store.failing = True
    with pytest.raises(PortFailed):
        story.submitted(submission(action="iam.create_user"))
    story.ports.store.failing = False
    with refused("unknown_action"):
        story.submitted(submission(action="iam.create_user"))
    assert [event["details"]["count"] for event in only_chain(story)] == [2]


def test_refusal_that_somebody_else_tells_at_this_moment_is_told_once() -> None:
    story = Story()
    note = story.ports.tallies.note

    def after_another(before: Tally, told: Tally, events: tuple[AuditEvent, ...]) -> None:
        note(before, told, events)
        note(before, told, events)

    story.ports.tallies.note = after_another  # type: ignore[method-assign]
    with refused("unknown_action"):
        story.submitted(submission(action="iam.create_user"))
    assert len(only_chain(story)) == 1


def test_request_over_a_limit_leaves_nothing_in_the_vault() -> None:
    story = Story()
    story.ports.limits = Limits(per_hour=1, pending=20)
    story.submitted()
    for n in range(3):
        with refused("rate_limited"):
            submit_request(agent_arn(story.agent), submission(reason=str(n)), None, story.ports, story.now)
    assert set(story.ports.vault.records) == set(story.ports.store.requests) == {story.request_id}


def test_replay_costs_no_counter_and_is_no_refusal() -> None:
    story = Story()
    story.ports.limits = Limits(per_hour=1, pending=1)
    story.submitted(key="k-1")
    for key in ("k-1", None, "k-1"):
        again, new = submit_request(agent_arn(story.agent), submission(), key, story.ports, story.now)
        assert (again.request_id, new) == (story.request_id, False)
    assert not story.ports.tallies.tallies


def test_vault_that_fails_ends_the_request_with_evidence() -> None:
    story = Story()

    def unwritable(_: object) -> None:
        raise PortFailed("vault_unavailable")

    story.ports.vault.put = unwritable  # type: ignore[method-assign, assignment]
    with refused("unavailable"):
        story.submitted()
    (story.request_id,) = story.ports.store.requests
    assert (story.request.status, story.request.code) == ("failed", "vault_unavailable")
    assert story.types == ["request.submitted", "request.closed"]
    assert not story.ports.workflow.started
    assert not story.ports.tallies.tallies


def test_the_hourly_limit_counts_settled_requests_too_and_ends_with_the_hour() -> None:
    story = Story()
    story.ports.limits = Limits(per_hour=1, pending=20)
    story.approved()
    with refused("rate_limited"):
        story.submitted(submission(reason="2"))
    assert story.later(3600).submitted(submission(reason="2")).request.status is RequestStatus.PENDING


def test_one_agents_flood_does_not_stop_another() -> None:
    story = Story()
    story.ports.limits = Limits(per_hour=1, pending=20)
    story.submitted()
    story.agent = "triage-bot"
    assert story.submitted().request.agent == "triage-bot"


def test_two_requests_that_look_alike_have_different_digests() -> None:
    story = Story().submitted(submission(reason="For John Smith")).masked()
    first = story.request
    story.submitted(submission(reason="For Jane Miller")).masked()
    assert first.action_digest != story.request.action_digest
    assert first.presented_digest != story.request.presented_digest


def test_retry_starts_what_died_before_its_workflow_began_and_nothing_that_began() -> None:
    story = Story().submitted(key="k")
    started = story.ports.workflow.started
    started.clear()  # the function died before that, and nobody could write why
    story.later(119).submitted(key="k")
    assert not started
    story.later(1).submitted(key="k")
    assert list(started) == [story.request_id]
    started.clear()
    story.masked().submitted(key="k")
    assert not started
