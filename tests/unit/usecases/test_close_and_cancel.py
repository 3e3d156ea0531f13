"""However a request ends, it ends without a grant that nobody gave, with its card settled and its vault empty."""

import pytest

from sallyport.domain.ports import PortFailed
from sallyport.domain.requests import Choice
from sallyport.usecases.cancel_request import cancel_request
from tests.support.chain import broken_at
from tests.support.story import Story, agent_arn, person_arn, refused


def emptied(story: Story) -> bool:
    assert story.request_id not in story.ports.vault.records
    assert story.request.task_token is None
    assert broken_at(story.ports.store.chain[story.request_id], story.request.head.length) is None
    return True


def test_silence_expires_a_pending_request() -> None:
    story = Story().pending().closed("timed_out")
    assert (story.request.status, story.request.code, story.request.grant) == ("expired", "timed_out", None)
    assert story.types[-2:] == ["request.expired", "request.closed"]
    assert story.ports.chat.updated[-1].status == "expired"
    assert not story.ports.chat.updated[-1].open
    assert emptied(story)


def test_vault_is_emptied_once_the_end_is_recorded_and_not_before() -> None:
    """A payload without its request's end could not be told from one that somebody took away."""
    story = Story().pending()
    story.ports.store.failing = True
    with pytest.raises(PortFailed):
        story.closed("timed_out")
    assert story.request_id in story.ports.vault.records
    story.ports.store.failing = False
    assert emptied(story.closed("timed_out"))


def test_a_failure_fails_a_pending_request() -> None:
    story = Story().submitted().closed("masking_failed")
    assert (story.request.status, story.request.code) == ("failed", "masking_failed")
    assert story.last["details"] == {"status": "failed", "code": "masking_failed"}
    assert emptied(story)


def test_an_unused_grant_expires() -> None:
    story = Story().approved().granted().closed("timed_out")
    grant = story.request.grant
    assert grant is not None
    assert (story.request.status, grant.status) == ("expired", "expired")
    assert story.types[-2:] == ["grant.expired", "request.closed"]
    assert emptied(story)


def test_an_approval_that_could_not_become_a_grant_fails() -> None:
    story = Story().approved().closed("policy_changed")
    assert (story.request.status, story.request.code) == ("failed", "policy_changed")
    assert emptied(story)


@pytest.mark.parametrize("code", ["ok", "timed_out"])
def test_a_redeemed_request_stays_redeemed(code: str) -> None:
    story = Story().approved().granted()
    story.redeemed()
    story.closed(code)
    assert story.request.status == "redeemed"
    assert story.types[-2:] == ["credentials.issued", "request.closed"]
    assert emptied(story)


def test_a_denied_request_stays_denied() -> None:
    story = Story().pending().decided(choice=Choice.DENY).closed("not_approved")
    assert (story.request.status, story.request.code) == ("denied", None)
    assert emptied(story)


def test_closing_twice_writes_once() -> None:
    story = Story().pending().closed("timed_out")
    before = story.request
    story.closed("timed_out")
    assert story.request == before
    assert story.types.count("request.closed") == 1


def test_a_chat_that_is_down_does_not_keep_a_request_open() -> None:
    story = Story().pending()
    story.ports.chat.failing = True
    story.closed("timed_out")
    assert story.request.status == "expired"
    assert emptied(story)


def test_a_view_that_is_gone_does_not_keep_a_request_open() -> None:
    story = Story().pending()
    story.ports.views.views.clear()
    assert story.closed("timed_out").request.status == "expired"
    assert emptied(story)


def test_the_agent_withdraws_a_pending_request() -> None:
    story = Story().pending()
    cancel_request(agent_arn("export-bot"), story.request_id, story.ports, story.now)
    assert story.request.status == "cancelled"
    assert story.last["type"] == "request.cancelled"
    assert story.last["actor"] == {"kind": "agent", "id": "export-bot", "channel": "api"}
    assert story.ports.workflow.succeeded == [("token-0", story.request_id)]
    with refused("not_approved"):
        story.granted()
    with refused("already_settled"):
        story.decided()


def test_what_is_settled_cannot_be_withdrawn() -> None:
    story = Story().approved()
    with refused("already_settled"):
        cancel_request(agent_arn("export-bot"), story.request_id, story.ports, story.now)
    assert story.request.status == "approved"


@pytest.mark.parametrize(
    "caller", [agent_arn("triage-bot"), person_arn("olive.owner"), "arn:aws:iam::000000000000:user/x"]
)
def test_nobody_else_withdraws_it(caller: str) -> None:
    story = Story().pending()
    with refused("not_found"):
        cancel_request(caller, story.request_id, story.ports, story.now)
    assert story.request.status == "pending"
