"""What Cedar is asked with: today's policy for what takes effect, the facts of then as well for what reads or stops."""

import pytest

from sallyport.domain.directory import Agent, Directory, Person
from sallyport.domain.ports import Verb
from tests.support.story import Story


def principal(story: Story, name: str) -> Agent | Person:
    directory = story.ports.policy.directory
    return directory.agents.get(name) or directory.people[name]


def without_action(story: Story) -> Story:
    return story.policy(actions={})


def without_agent(story: Story) -> Story:
    return story.policy(directory=Directory(story.ports.policy.directory.people, {}))


TAKES_EFFECT: list[tuple[Verb, str]] = [
    ("decide", "petra.approver"),
    ("break_glass", "rosa.security"),
    ("redeem", "export-bot"),
]
READS_OR_STOPS: list[tuple[Verb, str]] = [
    ("read", "petra.approver"),
    ("deny", "petra.approver"),
    ("revoke", "petra.approver"),
    ("read", "export-bot"),
    ("revoke", "export-bot"),
]


@pytest.mark.parametrize(("verb", "who"), TAKES_EFFECT + READS_OR_STOPS)
def test_policy_as_it_is_permits_it(verb: Verb, who: str) -> None:
    story = Story().pending()
    assert story.ports.authorizer.may(verb, principal(story, who), story.request).allowed


@pytest.mark.parametrize(("verb", "who"), TAKES_EFFECT)
@pytest.mark.parametrize("removed", [without_action, without_agent])
def test_nothing_takes_effect_for_what_policy_no_longer_knows(verb: Verb, who: str, removed: object) -> None:
    story = Story().pending()
    asking = principal(story, who)
    assert callable(removed)
    removed(story)
    assert not story.ports.authorizer.may(verb, asking, story.request).allowed


@pytest.mark.parametrize(("verb", "who"), READS_OR_STOPS)
@pytest.mark.parametrize("removed", [without_action, without_agent])
def test_reading_and_stopping_outlast_what_policy_no_longer_knows(verb: Verb, who: str, removed: object) -> None:
    story = Story().pending()
    asking = principal(story, who)
    assert callable(removed)
    removed(story)
    assert story.ports.authorizer.may(verb, asking, story.request).allowed


def test_an_error_in_one_rule_lets_no_other_rules_permit_stand() -> None:
    """Cedar leaves out the rule that it could not evaluate: if that was the forbid, its permit would remain."""
    fails = 'forbid (principal, action == Action::"redeem", resource) when { 9223372036854775807 + 1 == 0 };'
    story = Story().pending().cedar(fails)
    assert not story.ports.authorizer.may("redeem", principal(story, "export-bot"), story.request).allowed
