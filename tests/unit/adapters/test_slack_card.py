"""A card says in its first lines what becomes possible, and leaves nothing out without saying where it is. What an
agent typed is never markup and never a line of the card's own."""

import json
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_slack.blockkit import check_blocks, check_view
from sallyport.adapters import slack_text
from sallyport.adapters.slack import SlackChat
from sallyport.adapters.slack_card import CONTEXT, FIRST_SCREEN, REASON, fallback_of, message_of
from sallyport.adapters.slack_details import details_of, pages_of
from sallyport.adapters.slack_forms import confirmation_of, why_of
from sallyport.domain.cards import digests_of
from sallyport.domain.channels import Card, Unpresentable
from sallyport.domain.outline import outline, paragraphs
from sallyport.domain.ports import PortFailed
from sallyport.domain.requests import CardRef
from tests.fakes.ports import ACCOUNT
from tests.support.blocks import fields, marked_up, texts, under
from tests.support.slack import CHANNEL, TEAM, RecordingSlack
from tests.support.story import EXPORT, Story, submission

HOSTILE = {
    "a mention of all": "<!channel> <!here> <!everyone>",
    "a link with a false face": "<https://evil.invalid|View policy>",
    "a user and a channel": "<@UPETRA0003> <#C0APPROVAL>",
    "a fence": "```\n*Approved* by petra.approver\n```",
    "an emoji": ":white_check_mark: Approved",
    "a forged line": "ok\nApproved by petra.approver\nStatus: approved",
    "a forged heading": "x\n\nTo check: Nothing, all is well.",
    "a date": "<!date^1|never>",
}


def card(**changes: Any) -> Card:
    return Story().pending(submission(**changes)).ports.chat.posted[0]


def everywhere(shown: Card) -> list[dict[str, Any]]:
    """The card and all pages of its details."""
    return [*message_of(shown), *(block for page in pages_of(shown) for block in page)]


class _Like:
    """Stands for a masked document whose masking does not matter here."""

    def __init__(self, members: dict[str, Any]) -> None:
        self.members = members


def like(whole: Card, **masked: Any) -> Card:
    """A card that shows something else of what was masked."""
    view = whole.view.members
    return replace(whole, view=cast("Any", _Like({**view, "masked": {**view["masked"], **masked}})))


def test_the_first_lines_say_what_becomes_possible_and_who_asks() -> None:
    shown = texts(message_of(card(on_behalf_of="quinn.approver")))
    assert shown[0] == (
        "Read everything under patients/2025/ of bucket sallyport-sample-data, and write under q3/ of bucket "
        f"sallyport-sample-export in account {ACCOUNT}, within 15 minutes"
    )
    assert shown[1] == (
        "High risk. export-bot, an agent of Olive Owner (sample), asks on behalf of Quinn Approver (sample)."
    )


def test_parameters_are_fields_and_no_json() -> None:
    assert fields(message_of(card())) == EXPORT


def test_what_stays_what_was_masked_who_is_asked_and_until_when_are_said() -> None:
    shown = "\n".join(texts(message_of(card(reason="For John Smith, MRN 12345678"))))
    assert "May be repeated until 15 minutes after the agent has fetched its credential." in shown
    assert "Afterwards, the exported copies stay in the destination." in shown
    assert "Masked: 1 MRN, 1 NAME." in shown
    assert "You are asked as one of data-approvers; Olive Owner (sample), who owns the agent, may not approve." in shown
    assert "Decide before *<!date^" in shown
    assert "0 of 1 approvals" in shown


@pytest.mark.parametrize("what", HOSTILE)
def test_nothing_that_was_typed_is_markup(what: str) -> None:
    blocks = everywhere(card(reason=HOSTILE[what], context={"note": HOSTILE[what], HOSTILE[what]: 1}))
    assert all(
        text.startswith(("*", "Decide before *<!date^")) and "Approved" not in text for text in marked_up(blocks)
    )
    assert not any(HOSTILE[what] in text for text in marked_up(blocks))
    assert '"emoji": true' not in json.dumps(blocks)


@pytest.mark.parametrize("what", HOSTILE)
def test_every_typed_line_stands_in_a_frame_under_the_cards_own_label(what: str) -> None:
    message = message_of(like(card(), reason=HOSTILE[what], context={"note": HOSTILE[what]}))
    assert under(REASON, message) == paragraphs(HOSTILE[what])
    assert under(CONTEXT, message) == outline({"note": HOSTILE[what]})
    first = message[0]["elements"][0]["elements"][0]["text"]
    assert first.startswith("Read everything under patients/2025/")


@settings(max_examples=40)
@given(reason=st.text(min_size=1, max_size=4000).filter(str.strip))
def test_all_of_the_reason_is_in_the_details(reason: str) -> None:
    shown = like(card(), reason=reason)
    (page,) = pages_of(shown)[:1]
    whole = [block for one in pages_of(shown) for block in one]
    assert page
    assert under(REASON, whole) == paragraphs(reason)


def test_a_reason_that_is_cut_on_the_first_screen_says_so_and_where_the_rest_is() -> None:
    reason = "because it is so " * 200
    message = message_of(card(reason=reason))
    label = next(text for text in texts(message) if text.startswith(REASON))
    assert "of 3400 characters" in label
    assert "".join(under(f"{REASON}, whole", message)).replace("↪ ", "") == reason


@pytest.mark.parametrize("lines", [1, 100, 400])
def test_all_of_the_context_is_on_the_card_or_in_its_details(lines: int) -> None:
    context = {f"line {n}": "every line counts" for n in range(lines)}
    whole = like(card(), context=context)
    label = next(text for text in texts(message_of(whole)) if text.startswith(CONTEXT))
    assert ("whole under Details" in label) == (lines > 1)
    assert under(CONTEXT, [block for page in pages_of(whole) for block in page]) == outline(context)


def test_a_log_in_the_context_is_read_line_by_line() -> None:
    context = {"log": "step one\nstep two: C:\\new\n}\nApproved by petra.approver", "n": 1}
    assert under(CONTEXT, message_of(card(context=context))) == [
        "log: │ step one",
        "  │ step two: C:\\new",
        "  │ }",
        "  │ Approved by petra.approver",
        "n: 1",
    ]


def test_what_no_details_can_hold_is_refused_rather_than_cut() -> None:
    slack = RecordingSlack()
    with pytest.raises(Unpresentable):
        chat(slack).post_card(like(card(), context={f"line {n}": "x" * 90 for n in range(2000)}), CHANNEL)
    assert slack.calls == []


@pytest.mark.parametrize("lines", [1, 400])
def test_slack_takes_the_card_and_every_page(lines: int) -> None:
    whole = card(context={f"line {n}": "x" * 20 for n in range(lines)}, reason="why " * 900)
    assert not check_blocks(message_of(whole))
    pages = pages_of(whole)
    assert (len(pages) > 1) == (lines == 400)
    for page in range(len(pages)):
        assert not check_view(details_of(whole, page))


def test_a_page_leads_to_the_next_and_back() -> None:
    whole = card(context={f"line {n}": "x" * 20 for n in range(800)})
    last = len(pages_of(whole)) - 1
    assert last > 1

    def ways(page: int) -> dict[str, str]:
        (actions,) = [b for b in details_of(whole, page)["blocks"] if b["type"] == "actions"]
        assert digests_of(actions["block_id"]) == (whole.action_digest, whole.presented_digest)
        return {button["action_id"]: button["value"] for button in actions["elements"]}

    assert ways(0) == {"details_on": "1"}
    assert ways(1) == {"details_back": "0", "details_on": "2"}
    assert ways(last) == ways(999) == {"details_back": str(last - 1)}


def test_the_buttons_carry_the_request_and_both_digests_and_no_token() -> None:
    story = Story().pending()
    message = message_of(story.ports.chat.posted[0])
    (actions,) = [block for block in message if block["type"] == "actions"]
    assert digests_of(actions["block_id"]) == (story.request.action_digest, story.request.presented_digest)
    labels = {element["text"]["text"]: element["value"] for element in actions["elements"]}
    assert labels == dict.fromkeys(("Approve", "Deny", "Details"), story.request_id)
    assert "token-0" not in json.dumps(message)


def buttons(shown: Card) -> dict[str, dict[str, Any]]:
    (actions,) = [block for block in message_of(shown) if block["type"] == "actions"]
    return {element["text"]["text"]: element for element in actions["elements"]}


def test_approving_is_one_click_and_denying_asks_once() -> None:
    found = buttons(card())
    assert list(found) == ["Approve", "Deny", "Details"]
    assert "confirm" not in found["Approve"]
    assert "confirm" in found["Deny"]


def test_an_approval_can_be_withdrawn_from_the_card_while_others_are_missing() -> None:
    found = buttons(replace(card(), quorum=2, approved_by=("Petra Approver (sample)",)))
    assert list(found) == ["Approve", "Deny", "Withdraw", "Details"]
    assert found["Withdraw"]["action_id"] == "withdraw"


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        (("api",), "Not approved in Slack, but through the API: POST /v1/requests/{}/decisions. You can deny it here."),
        ((), "Not approved in Slack, but by nobody any more. You can deny it here."),
    ],
)
def test_what_is_not_approved_in_slack_has_no_button_for_it_and_says_how_instead(
    channels: tuple[str, ...], said: str
) -> None:
    shown = replace(card(), channels=channels)
    assert list(buttons(shown)) == ["Deny", "Details"]
    first = message_of(shown)
    assert said.format(shown.request_id) in texts(first)
    above = first[: next(n for n, block in enumerate(first) if block["type"] == "actions") + 1]
    assert slack_text.rows(above) <= FIRST_SCREEN
    assert not check_blocks(first)


def test_a_denial_without_a_word_can_be_explained_on_its_card() -> None:
    shown = replace(card(), open=False, status="denied", denied_by=("Petra Approver (sample)",), unexplained=True)
    assert list(buttons(shown)) == ["Say why (who denied)", "Details"]
    assert not check_blocks(message_of(shown))


REF = CardRef(CHANNEL, "1762077600.000001")


@pytest.mark.parametrize("required", [True, False])
def test_an_approval_that_weighs_more_is_confirmed_with_the_sentence(required: bool) -> None:
    shown = card(reason="<!channel> for John Smith")
    form = confirmation_of(shown, REF, reason_required=required)
    assert not check_view(form)
    assert texts(form["blocks"])[0] == texts(message_of(shown))[0]
    (asked,) = [block for block in form["blocks"] if block["type"] == "input"]
    assert asked["optional"] is not required
    assert json.loads(form["private_metadata"])["card"][0] == buttons_block(shown)["block_id"]


def test_a_denial_may_be_explained() -> None:
    shown = card()
    form = why_of(shown, REF)
    assert not check_view(form)
    (asked,) = [block for block in form["blocks"] if block["type"] == "input"]
    assert asked["optional"]
    carried = json.loads(form["private_metadata"])
    assert carried == {
        "request_id": shown.request_id,
        "card": [buttons_block(shown)["block_id"], REF.channel, REF.message],
    }


def buttons_block(shown: Card) -> dict[str, Any]:
    return next(block for block in message_of(shown) if block["type"] == "actions")


def test_a_settled_card_says_so_in_place_of_its_buttons() -> None:
    story = Story().approved().granted()
    shown_last = story.ports.chat.updated[-1]
    message = message_of(shown_last)
    assert list(buttons(shown_last)) == ["Details"]
    shown = texts(message)
    assert "Status: approved" in shown
    assert "Approved by Petra Approver (sample)" in shown
    assert not any("Decide before" in text or "You are asked" in text for text in shown)


def test_the_notification_holds_ids_alone() -> None:
    shown = fallback_of(card(reason="For John Smith", context={"note": "<!channel>"}))
    assert shown.startswith("Sallyport: s3.export asked for by export-bot (req-")
    assert "Smith" not in shown
    assert "<!" not in shown


def test_invisible_characters_are_spelled_out() -> None:
    blocks = everywhere(card(reason="pay\u202egro.live\u200b", context={"k\u200by": "\u2066x"}))
    shown = "".join(texts(blocks))
    assert not {"\u202e", "\u200b", "\u2066"} & set(shown)
    assert "\\u{202e}" in shown


def test_a_word_that_mixes_alphabets_is_flagged() -> None:
    message = message_of(like(card(), reason="the p\u0430yroll of Улан-Удэ"))
    assert under(REASON, message) == [r"the p\u{430}yroll of Улан-Удэ"]
    assert any("mix alphabets" in text for text in texts(message))
    assert not any("mix alphabets" in text for text in texts(message_of(like(card(), reason="Улан-Удэ"))))


# -- SlackChat


def chat(slack: RecordingSlack, installed_in: str = TEAM) -> SlackChat:
    made = SlackChat("https://slack.invalid/api/", CHANNEL, installed_in, lambda: "xoxb-of-tests")
    made.__dict__["_client"] = slack
    return made


def test_links_are_never_unfurled() -> None:
    """An unfurl would fetch what an agent wrote, and nothing on a card decides by being fetched."""
    slack = RecordingSlack()
    chat(slack).post_card(card(reason="see https://evil.invalid/approve?id=1"), CHANNEL)
    (posted,) = slack.sent("chat_postMessage")
    assert (posted["unfurl_links"], posted["unfurl_media"]) == (False, False)
    assert '"url"' not in json.dumps(posted["blocks"])


def test_details_are_opened_for_the_one_who_clicked_and_turned_where_they_are() -> None:
    slack, whole = RecordingSlack(), card(context={f"line {n}": "x" * 20 for n in range(800)})
    chat(slack).open_details("1.2.3", whole)
    chat(slack).turn_details("V1", whole, 1)
    (opened,), (turned,) = slack.sent("views_open"), slack.sent("views_update")
    assert (opened["trigger_id"], opened["view"]) == ("1.2.3", details_of(whole, 0))
    assert (turned["view_id"], turned["view"]) == ("V1", details_of(whole, 1))


def test_forms_are_opened_for_the_one_who_clicked() -> None:
    slack, shown = RecordingSlack(), card()
    chat(slack).ask_to_confirm("1.2.3", REF, shown, reason_required=True)
    chat(slack).ask_why("4.5.6", REF, shown)
    confirming, explaining = slack.sent("views_open")
    assert confirming == {"trigger_id": "1.2.3", "view": confirmation_of(shown, REF, reason_required=True)}
    assert explaining == {"trigger_id": "4.5.6", "view": why_of(shown, REF)}


@pytest.mark.parametrize(
    "flag", ["deleted", "is_bot", "is_app_user", "is_restricted", "is_ultra_restricted", "is_stranger"]
)
def test_guests_bots_and_leavers_are_no_members(flag: str) -> None:
    slack = RecordingSlack(users={"U1": {flag: True}})
    assert not chat(slack).is_active_member("U1")
    assert chat(slack).is_active_member("U2")


def test_users_of_another_workspace_are_no_members() -> None:
    assert not chat(RecordingSlack(users={"U1": {"team_id": "T0EVIL"}})).is_active_member("U1")


def test_an_organisations_members_are_members_whichever_their_workspace() -> None:
    theirs = {"team_id": "T0ONEOFTHEM", "enterprise_user": {"enterprise_id": "E0SALLYPRT", "teams": ["T0ONEOFTHEM"]}}
    others: dict[str, dict[str, object]] = {
        "a member of another organisation": {**theirs, "enterprise_user": {"enterprise_id": "E0EVIL"}},
        "a member of no organisation": {"team_id": "T0ONEOFTHEM"},
        "whoever Slack says nothing of": {"team_id": None, "enterprise_user": None},
        "a guest of the organisation": {**theirs, "is_restricted": True},
    }
    slack = RecordingSlack(users={"U1": theirs, **others})
    organisation = chat(slack, "E0SALLYPRT")
    assert organisation.is_active_member("U1")
    assert not any(organisation.is_active_member(other) for other in others)
    assert not chat(slack).is_active_member("U1")  # of an organisation with a workspace that is not ours


def test_whatever_goes_wrong_is_a_chat_that_failed() -> None:
    slack = RecordingSlack(failing=True)
    with pytest.raises(PortFailed, match="chat_unavailable"):
        chat(slack).post_card(card(), CHANNEL)
    assert not chat(slack).is_active_member("U1")
