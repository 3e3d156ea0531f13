"""The catalogue lists what the caller may ask for, as Cedar says."""

import pytest

from sallyport.domain.catalogue import Entry, Need
from sallyport.usecases.list_actions import get_action, list_actions
from tests.support.story import SKIPS_APPROVAL, Story, agent_arn, person_arn, refused

CRITICAL = {"eks.grant_access", "iam.attach_policy", "secretsmanager.read"}


def listed(story: Story, agent: str = "export-bot") -> dict[str, Entry]:
    return {entry.action.name: entry for entry in list_actions(agent_arn(agent), story.ports)}


def test_agent_sees_what_it_may_ask_for_and_nothing_else() -> None:
    story = Story()
    everything = set(story.ports.policy.actions)
    assert set(listed(story)) == everything
    assert set(listed(story, "oncall-bot")) == everything - CRITICAL


def test_action_that_policy_allows_for_some_parameters_is_listed() -> None:
    """`oncall-logs-go-to-the-archive`: refused with the example's parameters, taken with others."""
    assert "logs.export" in listed(Story(), "oncall-bot")


def test_action_that_is_allowed_at_some_hours_is_listed_at_every_hour() -> None:
    story = Story().cedar(
        '@id("by-day") forbid (principal, action == Action::"request", resource == Operation::"s3.export") '
        "unless { context.hour >= 8 && context.hour < 18 };",
        '@id("never") forbid (principal, action == Action::"request", resource == Operation::"ec2.reboot") '
        "when { 1 == 1 };",
    )
    assert "s3.export" in listed(story)
    assert "ec2.reboot" not in listed(story)


def test_whom_an_agent_must_name_is_cedars_answer() -> None:
    entries = listed(Story())
    assert {name for name, entry in entries.items() if entry.on_behalf_of_required} == CRITICAL
    assert {entry.on_behalf_of for entry in entries.values()} == {("olive.owner", "quinn.approver")}
    assert {entry.on_behalf_of for entry in listed(Story(), "triage-bot").values()} == {("otto.owner",)}


def test_action_file_that_wants_somebody_named_is_believed() -> None:
    assert listed(Story().action(on_behalf_of_required=True))["s3.export"].on_behalf_of_required


def test_person_whom_cedar_forbids_to_act_for_is_not_offered() -> None:
    story = Story().cedar(
        '@id("not-quinn") forbid (principal, action == Action::"request", resource) '
        'when { context has on_behalf_of && context.on_behalf_of == Person::"quinn.approver" };'
    )
    assert listed(story)["s3.export"].on_behalf_of == ("olive.owner",)


@pytest.mark.parametrize(
    ("rule", "need"),
    [
        ("", Need.ALWAYS),
        (SKIPS_APPROVAL, Need.NEVER),
        (
            '@id("by-day") permit (principal, action == Action::"skip_approval", resource) when { context.hour < 18 };',
            Need.DEPENDS,
        ),
    ],
)
def test_entry_says_whether_a_person_is_asked(rule: str, need: Need) -> None:
    assert listed(Story().cedar(rule))["s3.export"].approval is need


def test_agent_without_patience_waits_no_longer_than_it_has() -> None:
    assert listed(Story(), "oncall-bot")["s3.export"].patience_seconds == 16
    assert listed(Story())["s3.export"].patience_seconds == 3600


def test_person_of_the_directory_sees_every_action() -> None:
    story = Story()
    entries = list_actions(person_arn("petra.approver"), story.ports)
    assert {entry.action.name for entry in entries} == set(story.ports.policy.actions)
    assert {entry.on_behalf_of for entry in entries} == {()}


def test_stranger_sees_nothing() -> None:
    with refused("unknown_caller"):
        list_actions("arn:aws:iam::000000000000:user/somebody", Story().ports)


@pytest.mark.parametrize("name", ["secretsmanager.read", "no.such", "", "s3_export"])
def test_entry_that_is_not_the_callers_is_not_found(name: str) -> None:
    with refused("not_found"):
        get_action(agent_arn("oncall-bot"), name, Story().ports)


def test_entry_of_the_caller_is_found() -> None:
    assert get_action(agent_arn("oncall-bot"), "s3.export", Story().ports).action.name == "s3.export"
