"""Who may read a request, how long reading waits, and that nothing raw is read."""

import pytest

from sallyport.domain.ports import PortFailed
from sallyport.usecases.get_request import get_request, list_pending
from tests.support.story import Story, agent_arn, person_arn, refused, submission


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


READERS = [agent_arn("export-bot"), *map(person_arn, ["petra.approver", "olive.owner", "sam.operator"])]
STRANGERS = [agent_arn("triage-bot"), "arn:aws:iam::000000000000:user/somebody"]


@pytest.mark.parametrize("caller", READERS)
def test_the_agent_approvers_the_owner_and_auditors_read(caller: str) -> None:
    story = Story().pending(submission(reason="For John Smith"))
    request, view = get_request(caller, story.request_id, 0, story.ports)
    assert request == story.request
    assert view is not None
    assert "Smith" not in str(view.document)


@pytest.mark.parametrize("caller", STRANGERS)
def test_for_everybody_else_it_is_not_there(caller: str) -> None:
    story = Story().pending()
    with refused("not_found"):
        get_request(caller, story.request_id, 0, story.ports)


def test_a_request_that_does_not_exist_is_not_found_either() -> None:
    with refused("not_found"):
        get_request(READERS[0], "req-ffffffffffffffffffffffff", 0, Story().ports)


def test_until_it_is_masked_there_is_no_view() -> None:
    story = Story().submitted()
    assert get_request(READERS[0], story.request_id, 0, story.ports)[1] is None


def test_reading_waits_for_a_change_of_status() -> None:
    story, clock = Story().pending(), Clock()

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if clock.now >= 2 and story.request.status == "pending":
            story.decided()

    request, _ = get_request(READERS[0], story.request_id, 20, story.ports, clock=clock, sleep=sleep)
    assert request.status == "approved"
    assert 2 <= clock.now < 3


@pytest.mark.parametrize(("asked", "waited"), [(0, 0), (3, 3), (25, 25), (9999, 25), (-5, 0)])
def test_reading_waits_no_longer_than_asked_and_never_past_the_gateway(asked: int, waited: int) -> None:
    story, clock = Story().pending(), Clock()
    request, _ = get_request(READERS[0], story.request_id, asked, story.ports, clock=clock, sleep=clock.sleep)
    assert request.status == "pending"
    assert clock.now == pytest.approx(waited, abs=0.3)


def test_a_view_that_was_changed_is_not_shown() -> None:
    story = Story().pending()
    digest = story.request.presented_digest
    assert digest is not None
    views = story.ports.views.views
    views[digest] = views[digest].replace("Quarterly", "Harmless")
    with pytest.raises(PortFailed, match="views_unavailable"):
        get_request(READERS[0], story.request_id, 0, story.ports)


def test_an_approver_lists_what_they_may_decide_and_no_settled_ones() -> None:
    story = Story()
    story.submitted(submission(reason="one", on_behalf_of="olive.owner")).masked()
    one = story.request_id
    story.submitted(submission(reason="two", on_behalf_of="quinn.approver")).masked()
    two = story.request_id
    story.submitted(submission(reason="three")).masked().asked().decided()

    def listed(person: str) -> list[str]:
        return [request.request_id for request in list_pending(person_arn(person), 25, None, story.ports)[0]]

    assert listed("petra.approver") == [one, two]
    assert listed("quinn.approver") == [one]
    assert listed("olive.owner") == listed("rosa.security") == []


def test_pages_follow_each_other() -> None:
    story = Story()
    made = [story.submitted(submission(reason=str(n))).request_id for n in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page, cursor = list_pending(person_arn("petra.approver"), 2, cursor, story.ports)
        seen += [request.request_id for request in page]
        if cursor is None:
            break
    assert seen == made


def test_an_agent_lists_nothing() -> None:
    with refused("not_found"):
        list_pending(agent_arn("export-bot"), 25, None, Story().pending().ports)
