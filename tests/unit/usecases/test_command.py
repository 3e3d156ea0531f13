"""`/sallyport` gives whoever types it what the API gives them, and nothing else."""

import re
from typing import Any

import pytest

from local_slack.blockkit import check_blocks
from sallyport.contracts.slack_replies import reply_body
from sallyport.domain.clicks import Account, ChatHome
from sallyport.domain.commands import Command, Reply, Verb
from sallyport.domain.requests import GrantStatus
from sallyport.usecases.command import obey
from tests.support.story import Story, submission

HOME = ChatHome("T0SALLYPRT", "A0SALLYPRT")
PETRA, OLIVE, ROSA = "UPETRA0003", "U0LIVE0001", "UR0SA00005"
GHOST = f"req-{'f' * 24}"


def typed(story: Story, verb: Verb, rest: str = "", user: str = PETRA, **changes: Any) -> Reply:
    account = Account(user, changes.get("team_id", HOME.team_id), changes.get("app_id", HOME.app_id))
    return obey(Command(account, verb, rest), HOME, story.ports, story.now)


def said(reply: Reply) -> str:
    return "\n".join(reply.words)


def test_pending_lists_what_this_person_may_decide() -> None:
    story = Story().pending()
    reply = typed(story, Verb.PENDING)
    assert [card.request_id for card in reply.cards] == [story.request_id]
    assert said(reply) == "1 request is waiting for you, oldest first."
    assert not typed(story, Verb.PENDING, user=OLIVE).cards


def test_pending_leaves_out_what_this_person_has_approved() -> None:
    story = Story().quorum(2).pending().decided()
    assert said(typed(story, Verb.PENDING)) == "Nothing is waiting for you."


def test_many_are_counted_rather_than_all_shown() -> None:
    story = Story()
    for n in range(13):
        story.pending(submission(reason=f"Report {n}"))
    reply = typed(story, Verb.PENDING)
    assert len(reply.cards) == 10
    assert "13 requests are waiting" in said(reply)
    assert "and 3 more" in said(reply)


@pytest.mark.parametrize("user", [PETRA, OLIVE])
def test_show_tells_what_is_asked_and_how_it_stands(user: str) -> None:
    story = Story().pending()
    (card,) = typed(story, Verb.SHOW, story.request_id, user=user).cards
    assert (card.request_id, card.status) == (story.request_id, "pending")


@pytest.mark.parametrize("rest", [GHOST, "", "req-1", "REQ-", "../../x", f"{GHOST} {GHOST}"])
def test_what_is_no_request_is_not_found(rest: str) -> None:
    assert typed(Story().pending(), Verb.SHOW, rest).outcome == "not_found"
    assert typed(Story().pending(), Verb.REVOKE, rest).outcome == "not_found"


def test_whoever_may_not_read_hears_the_same_as_of_nothing() -> None:
    story = Story().pending()
    story.cedar('forbid (principal == Person::"rosa.security", action == Action::"read", resource);')
    shown = typed(story, Verb.SHOW, story.request_id, user=ROSA)
    assert shown == typed(story, Verb.SHOW, GHOST, user=ROSA)
    assert shown.outcome == "not_found"


def test_a_grant_that_nobody_used_is_void_at_once() -> None:
    story = Story().approved().granted()
    reply = typed(story, Verb.REVOKE, story.request_id)
    assert (reply.outcome, reply.refused) == ("revoked", False)
    assert story.request.status == "revoked"
    assert story.request.grant is not None
    assert story.request.grant.status is GrantStatus.REVOKED
    assert story.last["type"] == "grant.revoked"
    assert story.last["actor"] == {"kind": "person", "id": "petra.approver", "channel": "slack"}
    assert story.ports.workflow.succeeded[-1] == ("grant-token", story.request_id)


def test_a_live_session_is_left_alone_and_the_command_that_ends_it_is_told() -> None:
    """What faces Slack has no IAM: a request that is marked as revoked while its session goes on would be a lie."""
    story = Story().approved().granted()
    story.redeemed()
    before = story.types
    reply = typed(story, Verb.REVOKE, story.request_id)
    assert (reply.outcome, reply.refused) == ("session_lives", True)
    assert f"sallyport revoke {story.request_id}" in said(reply)
    assert (story.request.status, story.types) == ("redeemed", before)
    assert not story.ports.role_policies.puts


@pytest.mark.parametrize(("user", "code"), [("USAM000006", "not_an_approver"), ("U0STRANGER", "not_found")])
def test_whoever_may_not_revoke_is_refused_and_in_the_trail(user: str, code: str) -> None:
    story = Story().approved().granted()
    assert typed(story, Verb.REVOKE, story.request_id, user=user).outcome == code
    assert story.request.status == "approved"
    assert (story.last["type"], story.last["details"]["code"]) == ("decision.refused", code)
    assert story.last["actor"]["channel"] == "slack"


def test_nothing_to_revoke_is_told_and_in_the_trail() -> None:
    story = Story().pending()
    assert typed(story, Verb.REVOKE, story.request_id).outcome == "nothing_to_revoke"
    assert story.last["details"]["code"] == "nothing_to_revoke"


def test_security_halts_with_a_masked_reason() -> None:
    story = Story().pending()
    reply = typed(story, Verb.HALT, "agent:export-bot copies Delphine Nettlesham's chart", user=ROSA)
    assert reply.outcome == "halted"
    (pulled,) = story.ports.store.own.halts
    assert (pulled.switch, pulled.by) == ("agent:export-bot", "rosa.security")
    assert "Nettlesham" not in pulled.reason
    event = story.ports.store.events("deployment")[-1]
    assert event["actor"] == {"kind": "person", "id": "rosa.security", "channel": "slack"}


@pytest.mark.parametrize("user", [OLIVE, "U0STRANGER"])
def test_whoever_may_not_halt_is_refused_and_counted(user: str) -> None:
    story = Story().pending()
    assert typed(story, Verb.HALT, "all because", user=user).outcome == "not_allowed_to_halt"
    assert not story.ports.store.own.halts
    (tally,) = story.ports.tallies.tallies.values()
    assert (tally.count, tally.newest.actor.channel) == (1, "slack")


@pytest.mark.parametrize("rest", ["", "all", "all  ", "agent:nobody why", "ALL why", f"all {'x' * 4001}"])
def test_a_switch_that_stops_nothing_or_has_no_reason_is_not_pulled(rest: str) -> None:
    story = Story().pending()
    assert typed(story, Verb.HALT, rest, user=ROSA).outcome == "unknown_switch"
    assert not story.ports.store.own.halts


STRANGE: dict[str, dict[str, Any]] = {
    "another workspace": {"team_id": "T0EVIL"},
    "another app": {"app_id": "A0EVIL"},
    "nobody of the directory": {"user": "U0STRANGER"},
    "an id that differs in case": {"user": "upetra0003"},
}


@pytest.mark.parametrize("verb", [Verb.PENDING, Verb.SHOW, Verb.REVOKE, Verb.HALT])
@pytest.mark.parametrize("what", [*STRANGE, "a guest"])
def test_strangers_see_nothing_and_change_nothing(what: str, verb: Verb) -> None:
    story = Story().approved().granted()
    if what == "a guest":
        story.ports.chat.inactive.add(PETRA)
    rest = "all because" if verb is Verb.HALT else story.request_id
    reply = typed(story, verb, rest, **STRANGE.get(what, {}))
    assert reply.refused
    assert not reply.cards
    assert "directory" in said(reply)
    assert story.request_id not in said(reply)
    assert (story.request.status, story.ports.store.own.halts) == ("approved", ())


def test_help_is_the_same_for_all() -> None:
    assert typed(Story(), Verb.HELP) == typed(Story(), Verb.HELP, user="U0STRANGER")


def test_a_store_that_is_away_is_told_and_nothing_is_claimed() -> None:
    story = Story().approved().granted()
    story.ports.store.failing = True
    reply = typed(story, Verb.REVOKE, story.request_id)
    assert (reply.outcome, reply.refused) == ("store_unavailable", True)
    assert story.request.status == "approved"


def test_answers_are_plain_text_within_slacks_limits() -> None:
    story = Story()
    for n in range(13):
        story.pending(submission(reason=f"Report {n}"))
    body = reply_body(typed(story, Verb.PENDING))
    assert body["response_type"] == "ephemeral"
    assert not check_blocks(body["blocks"])
    sections = [block for block in body["blocks"] if block["type"] == "section"]
    assert {block["text"]["type"] for block in sections} == {"plain_text"}
    # What else there is are ids of ours, and instants in the reader's time zone.
    rest = [block["elements"][0]["text"] for block in body["blocks"] if block["type"] == "context"]
    assert len(rest) == 10
    assert all(re.fullmatch(r"req-[0-9a-f]{24}, expires <!date\^[^<>]*>", line) for line in rest)
