"""`policy.changed`: written before another policy judges for the first time, in the deployment's own chain."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from sallyport.adapters.request_record import deployment_from_json, deployment_to_json
from sallyport.domain.deployment import CHAIN
from sallyport.domain.ports import PortFailed
from sallyport.services.switches import note_policy
from tests.support.story import NOW, Story


def changes(story: Story) -> list[object]:
    return [event["details"] for event in story.ports.store.events(CHAIN) if event["type"] == "policy.changed"]


def test_both_digests_are_written_once_for_each_change() -> None:
    story = Story()
    first = story.ports.policy.digest
    note_policy(story.ports, NOW)
    note_policy(story.ports, NOW)
    assert changes(story) == [{"before": "none", "after": first}]
    story.policy(digest="f" * 64)
    note_policy(story.ports, NOW)
    assert changes(story)[1:] == [{"before": first, "after": "f" * 64}]
    assert story.ports.store.events(CHAIN)[-1]["policy_digest"] == "f" * 64


def test_without_the_evidence_it_fails() -> None:
    story = Story()
    story.ports.store.failing = True
    with pytest.raises(PortFailed):
        note_policy(story.ports, NOW)
    assert story.ports.store.deployment().policy_digest is None


def test_whoever_comes_second_writes_nothing() -> None:
    story = Story()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: note_policy(story.ports, NOW), range(32)))
    assert len(changes(story)) == 1


def test_the_digest_survives_being_stored() -> None:
    story = Story()
    note_policy(story.ports, NOW)
    stored = story.ports.store.deployment()
    assert deployment_from_json(deployment_to_json(stored)) == stored
    assert stored.policy_digest == story.ports.policy.digest
