"""An action of delivery `execute`: one call, at most once, its result masked and handed out once."""

from dataclasses import replace
from typing import Any

import pytest

from sallyport.domain.actions import Delivery
from sallyport.domain.ports import PortFailed
from sallyport.domain.refusals import (
    ActionFailed,
    AlreadyRedeemed,
    GrantRevoked,
    Halted,
    InvalidParameters,
    OutcomeIsUnknown,
    PolicyChanged,
    Refusal,
    WrongDelivery,
)
from sallyport.domain.requests import GrantStatus, RequestStatus
from sallyport.domain.target_ports import CallResult, OutcomeUnknown
from sallyport.usecases.execute_action import ExecutionResult, execute_action, settle_unanswered
from sallyport.usecases.halt import halt
from sallyport.usecases.revoke_grant import revoke_grant
from tests.support.story import Story, agent_arn, person_arn, submission

RESTART = submission(action="ecs.restart_service", parameters={"cluster": "clinic", "service": "appointments"})
ROWS = submission(
    action="dynamodb.query_masked",
    parameters={
        "table": "sallyport-sample-patients",
        "key_name": "patient_id",
        "key": "pat-00001",
        "attributes": ["patient_id", "phone"],
    },
)


def granted(what: Any = RESTART, answer: Any = None) -> Story:
    story = Story()
    story.ports.call_maker.answer = CallResult({"status": "ACTIVE"} if answer is None else answer)
    return story.pending(what).decided().granted()


def execute(story: Story, agent: str | None = None) -> ExecutionResult:
    return execute_action(agent_arn(agent or story.agent), story.request_id, story.ports, story.now)


def test_approved_call_is_made_with_the_vaulted_arguments_and_its_result_returned() -> None:
    story = granted()
    made = execute(story)
    ((call, _),) = story.ports.call_maker.calls
    assert (call["service"], call["operation"]) == ("ecs", "UpdateService")
    assert call["arguments"] == {"cluster": "clinic", "service": "appointments", "forceNewDeployment": True}
    assert made.code == "ok"
    assert made.document is not None
    assert made.document.document == {"status": "ACTIVE"}
    assert story.types[-2:] == ["grant.redeemed", "action.executed"]
    assert story.ports.workflow.succeeded[-1] == ("grant-token", story.request_id)


def test_session_of_the_call_is_the_scoped_one_with_its_cut_off() -> None:
    story = granted()
    execute(story)
    (order,) = story.ports.issuer.orders
    assert order.role_arn.endswith("role/sallyport/target/sallyport-target-ecs-restart-service")
    assert order.tags["sallyport:request"] == story.request_id
    assert "2026-11-02T10:02:00Z" in order.policy
    assert "SALLYPORT-CUT-OFF-AT" not in order.policy


def test_second_execution_is_refused_and_calls_nobody() -> None:
    story = granted()
    execute(story)
    with pytest.raises(AlreadyRedeemed):
        execute(story)
    assert len(story.ports.call_maker.calls) == 1
    assert story.types[-1] == "credentials.refused"


def test_grant_is_used_up_in_the_trail_before_anything_is_called() -> None:
    story = granted()
    story.ports.store.failing = True
    with pytest.raises(PortFailed):
        execute(story)
    assert story.ports.issuer.orders == []
    assert story.ports.call_maker.calls == []


@pytest.mark.parametrize(
    ("failure", "refusal", "code"),
    [
        (PortFailed("access_denied"), ActionFailed, "access_denied"),
        (PortFailed("service_unreachable"), ActionFailed, "service_unreachable"),
        (OutcomeUnknown(), OutcomeIsUnknown, "outcome_unknown"),
    ],
)
def test_failed_call_is_recorded_by_code_and_never_made_again(
    failure: Exception, refusal: type[Refusal], code: str
) -> None:
    story = granted()
    story.ports.call_maker.failing = failure
    with pytest.raises(refusal):
        execute(story)
    assert story.request.status is RequestStatus.FAILED
    assert story.request.code == code
    assert story.ports.store.events(story.request_id)[-1]["details"] == {"code": code}
    story.ports.call_maker.failing = None
    with pytest.raises(AlreadyRedeemed):
        execute(story)
    assert len(story.ports.call_maker.calls) == 1


def test_refused_session_is_a_failed_action_without_a_call() -> None:
    story = granted()
    story.ports.issuer.failing = "role_refused"
    with pytest.raises(ActionFailed):
        execute(story)
    assert story.ports.call_maker.calls == []
    assert story.types[-1] == "action.failed"


def test_result_goes_through_the_masking_engine_and_the_trail_has_counts_alone() -> None:
    story = granted(ROWS, [{"patient_id": "pat-00001", "phone": "(555) 123-4567"}])
    made = execute(story)
    assert made.document is not None
    assert "555" not in str(made.document.document)
    assert made.findings >= 1
    event = story.ports.store.events(story.request_id)[-1]
    assert event["type"] == "action.executed"
    assert event["details"] == {"code": "ok", "complete": True, "findings": made.findings}


def test_actions_own_masking_rules_come_on_top() -> None:
    story = Story()
    actions = dict(story.ports.policy.actions)
    block = dict(actions["ecs.restart_service"].execute or {})
    block["result"] = {**block["result"], "mask": {"fields": [{"path": "$.ward", "treat": "mask", "category": "WARD"}]}}
    actions["ecs.restart_service"] = replace(actions["ecs.restart_service"], execute=block)
    story.ports.policy = replace(story.ports.policy, actions=actions)
    story.ports.call_maker.answer = CallResult({"ward": "north"})
    made = execute(story.pending(RESTART).decided().granted())
    assert made.document is not None
    assert made.document.document == {"ward": "[WARD-1]"}


def test_deployments_masking_rules_hold_for_results_as_well() -> None:
    story = Story().policy(masking={"patterns": [{"category": "STUDY", "pattern": "STU-\\d{4}"}]})
    story.ports.call_maker.answer = CallResult({"status": "STU-0042"})
    made = execute(story.pending(RESTART).decided().granted())
    assert made.document is not None
    assert made.document.document == {"status": "[STUDY-1]"}


def test_too_large_result_is_withheld_although_the_call_was_made() -> None:
    story = granted(RESTART, {"status": "x" * 9000})
    made = execute(story)
    assert (made.code, made.document) == ("result_too_large", None)
    assert story.types[-1] == "action.executed"


def test_paging_that_a_bound_ended_is_said() -> None:
    story = granted(ROWS)
    story.ports.call_maker.answer = CallResult([], complete=False)
    assert execute(story).complete is False


def test_brake_that_is_pulled_while_sts_answers_stops_the_call() -> None:
    for stop, refused, code in (
        (
            lambda s: revoke_grant(person_arn("rosa.security"), s.request_id, s.ports, s.now),
            GrantRevoked,
            "grant_revoked",
        ),
        (lambda s: halt(person_arn("rosa.security"), "all", "stop", s.ports, s.now), Halted, "halted"),
    ):
        story = granted()
        issue = story.ports.issuer.issue

        def stopped(order: Any, story: Story = story, issue: Any = issue, stop: Any = stop) -> Any:
            stop(story)
            return issue(order)

        story.ports.issuer.issue = stopped  # type: ignore[method-assign, assignment]
        with pytest.raises(refused):
            execute(story)
        assert story.ports.call_maker.calls == []
        assert story.ports.store.events(story.request_id)[-1]["details"] == {"code": code}


@pytest.mark.parametrize("unforeseen", [KeyError("a member"), RuntimeError("a defect")])
def test_whatever_goes_wrong_with_the_call_its_outcome_is_written_as_unknown(unforeseen: Exception) -> None:
    story = granted()
    story.ports.call_maker.failing = unforeseen
    with pytest.raises(OutcomeIsUnknown) as refusal:
        execute(story)
    assert refusal.value.__cause__ is unforeseen  # for the log line: its class and place
    assert story.types[-1] == "action.failed"
    assert (story.request.status, story.request.code) == (RequestStatus.FAILED, "outcome_unknown")


def test_call_of_which_nothing_was_heard_is_settled_as_unknown_once_nobody_can_be_at_it() -> None:
    story = granted()
    make = story.ports.call_maker.make

    def last_words(*given: Any) -> Any:
        story.ports.store.failing = True
        return make(*given)

    story.ports.call_maker.make = last_words  # type: ignore[method-assign, assignment]
    with pytest.raises(PortFailed):
        execute(story)
    story.ports.store.failing = False
    assert story.request.grant is not None
    assert story.request.grant.calling_since == story.now
    assert settle_unanswered(story.request_id, story.ports, story.now).status is RequestStatus.REDEEMED
    story.later(121)
    settled = settle_unanswered(story.request_id, story.ports, story.now)
    assert (settled.status, settled.code) == (RequestStatus.FAILED, "outcome_unknown")
    assert story.types[-2:] == ["grant.redeemed", "action.failed"]
    assert settle_unanswered(story.request_id, story.ports, story.now) == settled
    assert story.ports.workflow.succeeded[-1] == ("grant-token", story.request_id)


def test_answered_call_is_not_settled_again() -> None:
    story = granted()
    execute(story)
    settle_unanswered(story.request_id, story.later(1000).ports, story.now)
    assert story.types[-1] == "action.executed"


def test_credential_action_cannot_be_executed_nor_the_other_way() -> None:
    story = Story().approved().granted()
    with pytest.raises(WrongDelivery):
        execute(story)
    other = granted()
    with pytest.raises(WrongDelivery):
        other.redeemed()
    assert other.request.delivery is Delivery.EXECUTE


def test_changed_call_in_the_policy_is_refused_at_redemption() -> None:
    story = granted()
    actions = dict(story.ports.policy.actions)
    block = {**(actions["ecs.restart_service"].execute or {})}
    block["arguments"] = {**block["arguments"], "desiredCount": 0}
    actions["ecs.restart_service"] = replace(actions["ecs.restart_service"], execute=block)
    story.ports.policy = replace(story.ports.policy, actions=actions)
    with pytest.raises(PolicyChanged):
        execute(story)
    assert story.ports.call_maker.calls == []
    assert story.request.grant is not None
    assert story.request.grant.status is GrantStatus.ISSUED


def test_arguments_that_the_services_model_refuses_disturb_nobody() -> None:
    story = Story()
    story.ports.call_maker.takes = False
    with pytest.raises(InvalidParameters):
        story.submitted(RESTART)
    assert story.ports.chat.posted == []
    assert story.ports.vault.records == {}
