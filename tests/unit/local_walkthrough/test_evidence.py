"""A walk-through whose evidence says something else must not end well."""

from pathlib import Path
from typing import Any

import pytest

from local.chain import Chain
from local.clients import Stack
from local.walkthrough import evidence
from local.walkthrough.evidence import REFUSED, STORIES
from local.walkthrough.planted import CANARIES, export
from local.walkthrough.report import as_record
from local.walkthrough.sinks import MUST_HAVE, Reading
from local.walkthrough.timeline import Timeline
from local.walkthrough.world import World


def _world() -> World:
    document = {"admin": {"access_key_id": "a", "secret_access_key": "b"}, "aws_endpoint_url": "http://127.0.0.1:9"}
    return World(Stack({**document, "tables": {"audit": "audit"}}), Path("/nowhere"), Timeline(lambda _: None))


def _chain(part: str) -> Chain:
    types = list(STORIES[part])
    decisions, redemptions = REFUSED[part]
    events: list[dict[str, Any]] = [{"type": kind, "details": {}, "presented_digest": "d"} for kind in types]
    waiting = iter(decisions)
    for event in events:
        if event["type"] == "decision.refused":
            event["details"] = {"code": next(waiting)}
    events += [{"type": "decision.refused", "details": {"code": code}} for code in waiting]
    events += [{"type": "credentials.refused", "details": {"code": code}} for code in redemptions]
    return Chain(f"req-{part}", tuple(events))


def _told(monkeypatch: pytest.MonkeyPatch, chains: dict[str, Chain]) -> World:
    world = _world()
    world.requests = {part: chain.request_id for part, chain in chains.items()}
    monkeypatch.setattr(evidence, "table_items", lambda *_: [])
    monkeypatch.setattr(evidence, "verify", lambda _: {chain.request_id: chain for chain in chains.values()})
    evidence.verify_chains(world)
    return world


def test_chains_that_tell_the_story_are_good(monkeypatch: pytest.MonkeyPatch) -> None:
    world = _told(monkeypatch, {part: _chain(part) for part in STORIES})
    assert world.timeline.good, world.timeline.stages
    assert world.verified
    record = as_record(world, 1.0)
    assert record["audit"] == {"events": sum(len(_chain(part).events) for part in STORIES), "verified": True}


@pytest.mark.parametrize("part", STORIES)
def test_a_missing_event_or_part_is_told(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    chains = {name: _chain(name) for name in STORIES}
    for place in range(len(chains[part].events)):
        events = chains[part].events
        without = Chain(chains[part].request_id, (*events[:place], *events[place + 1 :]))
        world = _told(monkeypatch, {**chains, part: without})
        assert (world.timeline.good, world.verified) == (False, False), f"without {events[place]['type']}"
    assert not _told(monkeypatch, {name: chain for name, chain in chains.items() if name != part}).timeline.good


def _searched(monkeypatch: pytest.MonkeyPatch, reading: Reading) -> World:
    world = _world()
    world.secrets = {"secret key": "s3cr3t-s3cr3t-s3cr3t"}
    monkeypatch.setattr(evidence, "read_all", lambda *_: reading)
    evidence.search_sinks(world)
    return world


def _clean() -> Reading:
    reading = Reading()
    for sink in MUST_HAVE:
        reading.add(sink, "1", "nothing to see")
    return reading


def test_sinks_without_planted_values_are_good(monkeypatch: pytest.MonkeyPatch) -> None:
    world = _searched(monkeypatch, _clean())
    assert world.timeline.good
    assert world.scanned == dict.fromkeys(sorted(MUST_HAVE), 1)


@pytest.mark.parametrize("sink", MUST_HAVE)
def test_a_sink_in_which_nothing_was_read_is_told(monkeypatch: pytest.MonkeyPatch, sink: str) -> None:
    reading = _clean()
    reading.counts[sink] = 0
    world = _searched(monkeypatch, reading)
    assert not world.timeline.good
    assert sink in world.timeline.stages[-1].remark


@pytest.mark.parametrize("canary", CANARIES)
def test_a_planted_value_in_a_sink_is_told_without_being_shown(monkeypatch: pytest.MonkeyPatch, canary: str) -> None:
    reading = _clean()
    reading.add("log events", "/group", f"error near {CANARIES[canary]!r}")
    world = _searched(monkeypatch, reading)
    assert not world.timeline.good
    told = world.timeline.stages[-1].remark
    assert canary in told
    assert CANARIES[canary] not in told


def test_a_credentials_secret_is_found_anywhere_but_in_its_own_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = _clean()
    reading.add("API answers", "POST /v1/requests/req-1/credentials", "s3cr3t-s3cr3t-s3cr3t")
    assert _searched(monkeypatch, reading).timeline.good
    reading.add("audit table", "REQ#req-1", "s3cr3t-s3cr3t-s3cr3t")
    assert not _searched(monkeypatch, reading).timeline.good


def test_every_planted_value_is_asked_for_and_none_is_part_of_the_scope() -> None:
    body = export("run-x")
    for value in CANARIES.values():
        assert value in str([body["reason"], body["context"]])
        assert value not in str(body["parameters"])
