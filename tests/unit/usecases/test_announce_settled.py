"""Each status is announced once, from the events that prove it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sallyport.domain.events import AuditEvent
from sallyport.domain.notary import Change, stored
from sallyport.domain.ports import PortFailed
from sallyport.domain.requests import Choice
from sallyport.usecases.announce_settled import announce_settled
from sallyport.usecases.cancel_request import cancel_request
from sallyport.usecases.execute_action import execute_action
from sallyport.usecases.revoke_grant import revoke_grant
from tests.fakes.event_bus import AnnounceHouse
from tests.support.story import Story, agent_arn, person_arn, submission

QUERY = submission(
    action="dynamodb.query_masked",
    parameters={"table": "sallyport-sample-patients", "key_name": "patient_id", "key": "x", "attributes": ["city"]},
)
AGENT, ROSA = agent_arn("export-bot"), person_arn("rosa.security")


def change(chain: str, event: AuditEvent) -> Change:
    image = {"pk": f"REQ#{chain}", "sk": f"{event.seq:010d}", "event": event.body, "hash": event.hash}
    item = stored({name: {"S": value} for name, value in image.items()})
    return Change(f"{chain}{event.seq}", chain, item.link.place, None, item, None, event.hash)


def changes(story: Story) -> list[Change]:
    """All that the stream told of, the deployment's chain included."""
    return [change(chain, event) for chain, events in story.ports.store.chain.items() for event in events]


def announced(story: Story) -> list[str]:
    house = AnnounceHouse(story.ports.store)
    count = announce_settled(changes(story), house)
    assert count == len(house.event_bus.heard)
    assert {(heard.request_id, heard.agent) for heard in house.event_bus.heard} <= {(story.request_id, "export-bot")}
    return [heard.status.value for heard in house.event_bus.heard]


def redeemed() -> Story:
    story = Story().approved().granted()
    story.redeemed()
    return story


def executed() -> Story:
    story = Story().pending(QUERY).decided().granted()
    execute_action(AGENT, story.request_id, story.ports, story.now)
    return story.closed()


def ended(story: Story, caller: str) -> Story:
    revoke_grant(caller, story.request_id, story.ports, story.now)
    return story


def cancelled() -> Story:
    story = Story().pending()
    cancel_request(AGENT, story.request_id, story.ports, story.now)
    return story.closed()


WAYS: dict[str, tuple[Callable[[], Story], list[str]]] = {
    "still pending": (lambda: Story().pending(), []),
    "denied": (lambda: Story().pending().decided(choice=Choice.DENY).closed(), ["denied"]),
    "nobody answered": (lambda: Story().pending().closed("timed_out"), ["expired"]),
    "withdrawn": (cancelled, ["cancelled"]),
    "masking failed": (lambda: Story().submitted().closed("masking_failed"), ["failed"]),
    "redeemed": (lambda: redeemed().closed(), ["approved", "redeemed"]),
    "nobody redeemed": (lambda: Story().approved().granted().closed("timed_out"), ["approved", "expired"]),
    "done": (lambda: ended(redeemed().closed(), AGENT), ["approved", "redeemed", "closed"]),
    "given back": (lambda: ended(Story().approved().granted(), AGENT).closed(), ["approved", "revoked"]),
    "revoked": (lambda: ended(redeemed().closed(), ROSA), ["approved", "redeemed", "revoked"]),
    "executed": (executed, ["approved", "redeemed", "closed"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_status_is_announced_once(way: str) -> None:
    make, wanted = WAYS[way]
    assert announced(make()) == wanted


def test_failure_comes_with_its_code() -> None:
    story = Story().submitted().closed("masking_failed")
    house = AnnounceHouse(story.ports.store)
    announce_settled(changes(story), house)
    (heard,) = house.event_bus.heard
    assert (heard.status, heard.code, heard.action) == ("failed", "masking_failed", "s3.export")


def test_nothing_that_somebody_typed_is_announced() -> None:
    story = Story().pending(submission(reason="For Delphine Nettlesham")).decided(choice=Choice.DENY, reason="Not hers")
    house = AnnounceHouse(story.ports.store)
    announce_settled(changes(story), house)
    assert "Nettlesham" not in repr(house.event_bus.heard)
    assert "hers" not in repr(house.event_bus.heard)


def test_changed_and_removed_events_are_not_announced() -> None:
    story = Story().pending().decided(choice=Choice.DENY)
    house = AnnounceHouse(story.ports.store)
    altered = [replace(one, old=one.new) for one in changes(story)]
    removed = [replace(one, old=one.new, new=None) for one in changes(story)]
    assert announce_settled(altered + removed, house) == 0


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"type": "request.closed", "at": "x", "details": {"status": "odd"}}']
)
def test_event_of_another_form_stops_nobody_elses(body: str) -> None:
    story = Story().pending().decided(choice=Choice.DENY)
    good = changes(story)
    odd = stored({"pk": {"S": f"REQ#{story.request_id}"}, "sk": {"S": "0000000099"}, "event": {"S": body}})
    house = AnnounceHouse(story.ports.store)
    assert announce_settled([replace(good[0], new=odd), *good], house) == 1


def test_request_that_is_not_there_is_nobodys_news() -> None:
    story = Story().pending().decided(choice=Choice.DENY)
    told = changes(story)
    story.ports.store.requests.clear()
    assert announce_settled(told, AnnounceHouse(story.ports.store)) == 0


def test_bus_that_fails_is_heard_of() -> None:
    story = Story().approved()
    house = AnnounceHouse(story.ports.store)
    house.event_bus.failing = True
    with pytest.raises(PortFailed, match="event_bus_unavailable"):
        announce_settled(changes(story), house)
