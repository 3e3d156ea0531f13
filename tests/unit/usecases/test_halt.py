"""The kill switches: pulled at once for everybody, with evidence in the deployment's own chain."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sallyport.domain.deployment import Deployment
from sallyport.domain.events import Link
from sallyport.domain.ports import Conflict, PortFailed
from sallyport.domain.refusals import (
    Halted,
    NotAllowedToHalt,
    NotFound,
    SwitchesUnproved,
    Unavailable,
    UnknownSwitch,
)
from sallyport.domain.requests import Choice, RequestStatus
from sallyport.services.switches import read_deployment
from sallyport.usecases.halt import halt, list_halts, resume
from sallyport.usecases.issue_grant import issue_grant
from tests.support.chain import broken_at
from tests.support.story import Story, agent_arn, person_arn, submission

ROSA = person_arn("rosa.security")


def pull(story: Story, switch: str = "all", caller: str = ROSA, reason: str = "Incident 7") -> Any:
    return halt(caller, switch, reason, story.ports, story.now)


@pytest.mark.parametrize("switch", ["all", "agent:export-bot", "action:s3.export"])
@pytest.mark.parametrize(
    ("before", "step"),
    [
        (lambda s: s, lambda s: s.submitted()),
        (lambda s: s.pending(), lambda s: s.decided()),
        (lambda s: s.approved(), lambda s: s.granted()),
        (lambda s: s.approved().granted(), lambda s: s.redeemed()),
    ],
    ids=["submission", "approval", "grant", "redemption"],
)
def test_switch_stops_every_step(
    switch: str, before: Callable[[Story], Story], step: Callable[[Story], object]
) -> None:
    story = before(Story())
    pull(story, switch)
    with pytest.raises(Halted):
        step(story)
    assert story.ports.issuer.orders == []


def test_other_agents_and_actions_go_on() -> None:
    story = Story()
    pull(story, "agent:triage-bot")
    pull(story, "action:ec2.reboot")
    assert story.approved().granted().redeemed()


def test_no_is_welcome_however_much_is_halted() -> None:
    story = Story().pending()
    pull(story)
    assert story.decided(choice=Choice.DENY).request.status is RequestStatus.DENIED


def test_credential_that_sts_mints_while_halted_is_dropped() -> None:
    story = Story().approved().granted()
    issue = story.ports.issuer.issue

    def halted_meanwhile(order: Any) -> Any:
        pull(story)
        return issue(order)

    story.ports.issuer.issue = halted_meanwhile  # type: ignore[method-assign, assignment]
    with pytest.raises(Halted):
        story.redeemed()
    assert "credentials.issued" not in story.types
    assert story.ports.store.events(story.request_id)[-1]["details"] == {"code": "halted"}


def test_resuming_lets_go_of_that_switch_alone() -> None:
    story = Story()
    pull(story, "all")
    pull(story, "agent:export-bot")
    resume(ROSA, "all", story.ports, story.now)
    with pytest.raises(Halted):
        story.submitted()
    resume(ROSA, "agent:export-bot", story.ports, story.now)
    story.submitted()


def test_halts_and_resumes_are_a_sound_chain_of_the_deployment() -> None:
    story = Story()
    pull(story, "agent:export-bot", reason="Patient John Smith, MRN 12345678 leaked")
    resume(ROSA, "agent:export-bot", story.ports, story.now)
    store = story.ports.store
    assert store.types("deployment") == ["policy.changed", "halted", "resumed"]
    assert broken_at(store.chain["deployment"], store.own.head.length) is None
    first: dict[str, Any]
    second: dict[str, Any]
    _, first, second = store.events("deployment")
    assert "12345678" not in str(first)
    assert first["details"]["switch"] == second["details"]["switch"] == "agent:export-bot"
    assert first["details"]["switches"] == ["agent:export-bot"]
    assert "switches" not in second["details"]
    assert first["actor"] == {"kind": "person", "id": "rosa.security", "channel": "api"}


def test_nothing_is_halted_without_evidence() -> None:
    story = Story()
    story.ports.store.failing = True
    with pytest.raises(PortFailed):
        pull(story)
    assert story.ports.store.deployment().switches == frozenset()


@pytest.mark.parametrize("caller", [person_arn("olive.owner"), agent_arn("export-bot"), "arn:aws:iam::0:user/x"])
def test_only_those_whom_policy_lets_halt_or_resume(caller: str) -> None:
    story = Story()
    with pytest.raises(NotAllowedToHalt):
        pull(story, caller=caller)
    pull(story)
    with pytest.raises(NotAllowedToHalt):
        resume(caller, "all", story.ports, story.now)
    assert story.ports.store.deployment().switches == {"all"}
    counted = {tally.newest.call.value: tally.count for tally in story.ports.tallies.tallies.values()}
    assert counted == {"halt": 1, "resume": 1}


@pytest.mark.parametrize("switch", ["", "agent:", "agent:nobody", "action:s3.*", "export-bot", "ALL", "region:x"])
def test_switch_for_what_there_is_not_is_refused(switch: str) -> None:
    story = Story()
    with pytest.raises(UnknownSwitch):
        pull(story, switch)
    assert story.ports.store.types("deployment") == ["policy.changed"]


def test_resuming_what_is_not_halted_is_refused() -> None:
    story = Story()
    with pytest.raises(NotFound):
        resume(ROSA, "all", story.ports, story.now)


def test_people_may_see_the_switches_and_nobody_else() -> None:
    story = Story()
    pull(story)
    (found,) = list_halts(person_arn("olive.owner"), story.ports, story.now)
    assert (found.switch, found.by, found.reason) == ("all", "rosa.security", "Incident 7")
    for caller in (agent_arn("export-bot"), "arn:aws:iam::000000000000:user/nobody"):
        with pytest.raises(NotFound):
            list_halts(caller, story.ports, story.now)


def test_lost_race_is_tried_again_and_gives_up_in_the_end() -> None:
    story = Story()
    save = story.ports.store.save_deployment
    lost: list[int] = []

    def lose(times: int) -> Callable[..., None]:
        def saving(*given: Any) -> None:
            if len(lost) < times:
                lost.append(1)
                raise Conflict
            save(*given)

        return saving

    story.ports.store.save_deployment = lose(3)  # type: ignore[method-assign]
    pull(story)
    assert story.ports.store.deployment().switches == {"all"}
    lost.clear()
    story.ports.store.save_deployment = lose(99)  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        pull(story, "agent:export-bot")


def test_workflow_that_comes_to_the_grant_while_halted_gets_none() -> None:
    story = Story().pending(submission()).decided()
    pull(story)
    with pytest.raises(Halted):
        issue_grant(story.request_id, "token", story.ports, story.now)
    assert story.request.grant is None


def test_reader_who_sees_the_item_before_its_event_looks_again() -> None:
    """DynamoDB isolates single reads alone: in the middle of a transaction the two may not agree yet."""
    story = Story()
    pull(story, "agent:export-bot")
    resume(ROSA, "agent:export-bot", story.ports, story.now)
    store, looks = story.ports.store, [1, 2]
    newest = store.newest

    def behind(request_id: str) -> Link | None:
        return store.links(request_id)[-2] if looks and looks.pop() else newest(request_id)

    store.newest = behind  # type: ignore[method-assign]
    deployment, unproved = read_deployment(story.ports, story.now, sleep=lambda _: None)
    assert (deployment, unproved) == (store.own, ())


def test_item_without_a_chain_is_believed_in_nothing_but_its_halts() -> None:
    story = Story()
    pull(story, "agent:triage-bot")
    story.ports.store.chain.clear()
    with pytest.raises(SwitchesUnproved):
        story.submitted()
    assert story.ports.store.own.switches == {"all", "agent:triage-bot"}
    assert story.ports.store.types("deployment") == ["halted", "policy.changed"]


def test_switches_that_cannot_be_proved_and_not_written_refuse_all_the_same() -> None:
    story = Story().approved().granted()
    story.ports.store.own = Deployment()
    story.ports.store.failing = True
    with pytest.raises(PortFailed):
        story.redeemed()
    assert not story.ports.issuer.orders


def test_switch_is_known_as_long_as_an_open_request_names_it() -> None:
    story = Story()
    approval = replace(story.ports.policy.actions["s3.export"].approval, quorum=2, break_glass_seconds=60)
    story.action(approval=approval).pending(submission(on_behalf_of="olive.owner"))
    story.decided("rosa.security", channel="api", break_glass=True, reason="The quarter closes in an hour").granted()
    directory = story.ports.policy.directory
    agents = {name: agent for name, agent in directory.agents.items() if name != "export-bot"}
    story.policy(actions={}, directory=type(directory)(directory.people, agents))
    for switch in ("agent:export-bot", "action:s3.export"):  # its broken glass awaits the review
        assert switch in pull(story, switch).switches
    for switch in ("agent:other-bot", "action:s3.delete"):
        with pytest.raises(UnknownSwitch):
            pull(story, switch)
