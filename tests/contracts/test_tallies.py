"""Tallies: refusals that belong to no request, counted by who was refused what, why, and in which hour."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from sallyport.adapters.dynamodb_tallies import DynamoDbTallies
from sallyport.domain.events import Actor, ActorKind
from sallyport.domain.ports import Conflict
from sallyport.domain.tallies import Refused, RefusedCall, Tallies
from tests.contracts.test_request_store import trail
from tests.fakes.ports import FakeTallies
from tests.support.account import REGION
from tests.support.story import NOW

TWINS = ["fake", "aws"]


@pytest.fixture(params=TWINS)
def tallies(request: pytest.FixtureRequest, account: None) -> Tallies:
    return FakeTallies() if request.param == "fake" else DynamoDbTallies("requests", "audit", REGION)


def refusal(**changes: object) -> Refused:
    """A refusal of an agent of its own."""
    actor = Actor(ActorKind.AGENT, f"bot-{secrets.token_hex(4)}", "api")
    refused = Refused(RefusedCall.SUBMIT, actor, "rate_limited", "s3.export", "ab" * 32)
    return replace(refused, **changes)  # type: ignore[arg-type]


def chain(tallies: Tallies, chain_id: str) -> list[str]:
    return trail(tallies.store if isinstance(tallies, FakeTallies) else tallies, chain_id)


def test_each_refusal_counts_and_the_newest_is_kept(tallies: Tallies) -> None:
    refused = refusal()
    counted = [tallies.count(refused, NOW), tallies.count(replace(refused, action="ec2.reboot"), NOW)]
    assert [tally.count for tally in counted] == [1, 2]
    assert [tally.newest.action for tally in counted] == ["s3.export", "ec2.reboot"]
    assert counted[1].newest == replace(refused, action="ec2.reboot")


@pytest.mark.parametrize(
    "other",
    [
        lambda r: replace(r, code="policy_denied"),
        lambda r: replace(r, call=RefusedCall.HALT),
        lambda r: replace(r, actor=replace(r.actor, kind=ActorKind.PERSON)),
        lambda r: replace(r, actor=replace(r.actor, id="unknown")),
    ],
    ids=["code", "call", "kind", "actor"],
)
def test_what_differs_is_counted_apart(tallies: Tallies, other: Callable[[Refused], Refused]) -> None:
    refused = refusal(code=secrets.token_hex(8))
    first, second = tallies.count(refused, NOW), tallies.count(other(refused), NOW)
    assert (first.count, second.count) == (1, 1)
    assert first.chain != second.chain


def test_every_hour_is_counted_anew(tallies: Tallies) -> None:
    refused = refusal()
    assert tallies.count(refused, NOW).chain.endswith("-2026110210")
    assert tallies.count(refused, NOW + timedelta(hours=1)).count == 1


def test_what_was_noted_is_where_the_next_note_goes_on(tallies: Tallies) -> None:
    refused = refusal()
    first = tallies.count(refused, NOW)
    told, events = first.told(NOW)
    tallies.note(first, told, events)
    second = tallies.count(refused, NOW)
    assert (second.noted, second.head) == (1, told.head)
    told_again, more = second.told(NOW)
    tallies.note(second, told_again, more)
    assert chain(tallies, first.chain) == [events[0].body, more[0].body]


def test_who_notes_second_gets_a_conflict_and_leaves_no_event(tallies: Tallies) -> None:
    first = tallies.count(refusal(), NOW)
    told, events = first.told(NOW)
    tallies.note(first, told, events)
    with pytest.raises(Conflict):
        tallies.note(first, told, events)
    assert chain(tallies, first.chain) == [events[0].body]


def test_refusal_that_is_counted_while_another_is_noted_is_not_lost(tallies: Tallies) -> None:
    refused = refusal()
    first = tallies.count(refused, NOW)
    tallies.count(refused, NOW)
    tallies.note(first, *first.told(NOW))
    assert (tallies.count(refused, NOW).count, tallies.count(refused, NOW).noted) == (3, 1)


def test_tally_is_overdue_when_its_hour_is_over_until_it_is_finished(tallies: Tallies) -> None:
    refused, over = refusal(), NOW + timedelta(hours=1, minutes=2)
    tally = tallies.count(refused, NOW)
    assert tally.chain not in {t.chain for t in tallies.overdue(over - timedelta(seconds=1))}
    assert tally in list(tallies.overdue(over))
    newer = tallies.count(refused, NOW)
    tallies.finish(tally)
    assert newer in list(tallies.overdue(over)), "counted up since"
    tallies.finish(newer)
    assert tally.chain not in {t.chain for t in tallies.overdue(over)}
