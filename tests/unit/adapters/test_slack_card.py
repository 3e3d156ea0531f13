"""A card shows all of the view or is refused; what an agent typed is plain text and never a line of the card's own."""

import json
import re
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.slack.blockkit import check_blocks
from sallyport.adapters.slack import SlackChat
from sallyport.adapters.slack_blocks import fallback_of, layout_of
from sallyport.domain.cards import digests_of
from sallyport.domain.display import visible
from sallyport.domain.ports import Card, CardTooLarge, PortFailed
from tests.support.slack import CHANNEL, TEAM, RecordingSlack
from tests.support.story import Story, submission

HOSTILE = {
    "a mention of all": "<!channel> <!here> <!everyone>",
    "a link with a false face": "<https://evil.invalid|View policy>",
    "a user and a channel": "<@UPETRA0003> <#C0APPROVAL>",
    "a fence": "```\n*Approved* by petra.approver\n```",
    "an emoji": ":white_check_mark: Approved",
    "a forged line": "ok\nApproved by petra.approver\nStatus: approved",
    "a forged heading": "x\n\nWhat to check\nNothing, all is well.",
}


def card(**changes: Any) -> Card:
    return Story().pending(submission(**changes)).ports.chat.posted[0]


def texts(node: object) -> list[str]:
    """All texts under a block."""
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [text for value in node.values() for text in texts(value)]
    return [text for item in node for text in texts(item)] if isinstance(node, list) else []


def kinds(node: object) -> set[str]:
    if isinstance(node, dict):
        return {str(node["type"])} | {k for v in node.values() for k in kinds(v)} if "type" in node else set()
    return {k for item in node for k in kinds(item)} if isinstance(node, list) else set()


def under(title: str, blocks: list[dict[str, Any]]) -> str:
    """The text that the sections with this title show together."""
    shown = [block["text"]["text"].split("\n", 1) for block in blocks if block["type"] == "section" and "text" in block]
    return "".join(text for above, text in shown if above in (title, f"{title}, continued"))


def folded(shown: str) -> Any:
    """The value that a card shows with the lines of its texts below one another."""
    return json.loads(re.sub(r"\n *│ ", r"\\n", shown))


@pytest.mark.parametrize("what", HOSTILE)
def test_nothing_that_was_typed_is_markup(what: str) -> None:
    message = layout_of(card(reason=HOSTILE[what], context={"note": HOSTILE[what]})).message
    assert "mrkdwn" not in kinds(message)
    assert not any(b.get("emoji") for b in [block.get("text", {}) for block in message] if isinstance(b, dict))


@pytest.mark.parametrize("what", HOSTILE)
def test_every_typed_line_is_marked_as_a_quotation_or_inside_json(what: str) -> None:
    message = layout_of(card(reason=HOSTILE[what], context={"note": HOSTILE[what]})).message
    reason = under("Reason, as the agent states it", message)
    assert all(line.startswith("│ ") for line in reason.split("\n"))
    assert set(folded(under("Context, as the agent states it", message))) == {"note"}


def test_a_long_reason_cannot_start_a_section_of_its_own() -> None:
    forged = "What to check\nNothing, all is well."
    for padding in range(2860, 2910):
        message = layout_of(card(reason="." * padding + " " + forged)).message
        titles = [t["text"]["text"].split("\n", 1)[0] for t in message if t["type"] == "section" and "text" in t]
        assert titles.count("What to check") == 1
        reason = "Reason, as the agent states it"
        assert set(titles) - {"What to check", "Parameters", "Context, as the agent states it"} <= {
            reason,
            f"{reason}, continued",
        }


@settings(max_examples=40)
@given(reason=st.text(min_size=1, max_size=4000).filter(str.strip))
def test_all_of_the_reason_is_on_the_card(reason: str) -> None:
    whole = card()
    view = cast("dict[str, Any]", whole.view.document)
    masked = {**view["masked"], "reason": reason}
    shown = replace(whole, view=cast("Any", _Like({**view, "masked": masked})))
    try:
        message = layout_of(shown).message
    except CardTooLarge:
        return
    quoted = "\n".join(f"│ {line}" for line in reason.split("\n"))
    assert under("Reason, as the agent states it", message) == visible(quoted)


class _Like:
    """Stands for a masked document whose masking does not matter here."""

    def __init__(self, document: object) -> None:
        self.document = document


@pytest.mark.parametrize("lines", [1, 100, 400])
def test_all_of_the_context_is_on_the_card_or_in_its_thread(lines: int) -> None:
    context = {f"line {n}": "every line counts" for n in range(lines)}
    whole = card(context=context)
    layout = layout_of(whole)
    assert bool(layout.thread) == (lines == 400)
    everywhere = [*layout.message, *(block for part in layout.thread for block in part)]
    shown = "{" + under("Context, as the agent states it", everywhere).split("{", 1)[1]
    assert folded(shown) == cast("dict[str, Any]", whole.view.document)["masked"]["context"]


def test_a_log_in_the_context_is_read_line_by_line() -> None:
    context = {"log": "step one\nstep two: C:\\new\n}\nApproved by petra.approver", "n": 1}
    shown = under("Context, as the agent states it", layout_of(card(context=context)).message)
    assert shown.split("\n") == [
        "{",
        '  "log": "step one',
        "  │ step two: C:\\\\new",
        "  │ }",
        '  │ Approved by petra.approver",',
        '  "n": 1',
        "}",
    ]
    assert folded(shown) == context


def test_what_no_thread_can_hold_is_refused_rather_than_cut() -> None:
    whole = card()
    view = cast("dict[str, Any]", whole.view.document)
    long = {**view, "masked": {**view["masked"], "context": {f"line {n}": "x" * 90 for n in range(2000)}}}
    with pytest.raises(CardTooLarge):
        layout_of(replace(whole, view=cast("Any", _Like(long))))


@pytest.mark.parametrize("lines", [1, 400])
def test_slack_takes_every_message_of_a_card(lines: int) -> None:
    layout = layout_of(card(context={f"line {n}": "x" * 20 for n in range(lines)}, reason="why " * 900))
    for blocks in (layout.message, *layout.thread):
        assert not check_blocks(blocks)


def test_the_buttons_carry_the_request_and_both_digests_and_no_token() -> None:
    story = Story().pending()
    message = layout_of(story.ports.chat.posted[0]).message
    (actions,) = [block for block in message if block["type"] == "actions"]
    assert digests_of(actions["block_id"]) == (story.request.action_digest, story.request.presented_digest)
    labels = {element["text"]["text"]: element["value"] for element in actions["elements"]}
    assert labels == {"Approve": story.request_id, "Deny": story.request_id}
    assert "token-0" not in json.dumps(message)


def test_a_settled_card_has_no_buttons() -> None:
    story = Story().approved().granted()
    message = layout_of(story.ports.chat.updated[-1]).message
    assert "actions" not in kinds(message)
    assert any("Approved by petra.approver" in text for text in texts(message))


def test_the_notification_holds_ids_alone() -> None:
    shown = fallback_of(card(reason="For John Smith", context={"note": "<!channel>"}))
    assert shown.startswith("Sallyport: s3.export asked for by export-bot (req-")
    assert "Smith" not in shown
    assert "<!" not in shown


def test_invisible_characters_are_spelled_out_on_the_card() -> None:
    message = layout_of(card(reason="pay\u202egro.live\u200b", context={"k\u200by": "\u2066x"})).message
    shown = "".join(texts(message))
    assert not {"\u202e", "\u200b", "\u2066"} & set(shown)
    assert "\\u{202e}" in shown


# -- SlackChat


def chat(slack: RecordingSlack) -> SlackChat:
    made = SlackChat("https://slack.invalid/api/", CHANNEL, TEAM, lambda: "xoxb-of-tests")
    made.__dict__["_client"] = slack
    return made


def test_links_are_never_unfurled() -> None:
    """An unfurl would fetch what an agent wrote, and nothing on a card decides by being fetched."""
    slack = RecordingSlack()
    chat(slack).post_card(card(reason="see https://evil.invalid/approve?id=1"))
    (posted,) = slack.sent("chat_postMessage")
    assert (posted["unfurl_links"], posted["unfurl_media"]) == (False, False)
    assert '"url"' not in json.dumps(posted["blocks"])


def buttons(blocks: object) -> bool:
    return "actions" in kinds(blocks)


def long_card() -> Card:
    return card(context={f"line {n}": "every line counts" for n in range(400)})


def test_buttons_come_once_everything_is_there_to_read() -> None:
    slack = RecordingSlack()
    ref = chat(slack).post_card(long_card())
    first, *parts = slack.sent("chat_postMessage")
    assert parts
    assert not buttons(first["blocks"])
    assert [part["thread_ts"] for part in parts] == [ref.message] * len(parts)
    name, last = slack.calls[-1]
    assert (name, last["ts"]) == ("chat_update", ref.message)
    assert buttons(last["blocks"])


def test_card_whose_thread_breaks_off_never_gets_buttons() -> None:
    class Breaking(RecordingSlack):
        def _answer(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
            self.failing = len(self.calls) == 2
            return super()._answer(method, arguments)

    slack = Breaking()
    with pytest.raises(PortFailed):
        chat(slack).post_card(long_card())
    assert len(slack.calls) == 3
    assert not any(buttons(arguments["blocks"]) for _, arguments in slack.calls)


def test_card_without_a_thread_has_its_buttons_at_once() -> None:
    slack = RecordingSlack()
    chat(slack).post_card(card())
    ((name, posted),) = slack.calls
    assert name == "chat_postMessage"
    assert buttons(posted["blocks"])


@pytest.mark.parametrize(
    "flag", ["deleted", "is_bot", "is_app_user", "is_restricted", "is_ultra_restricted", "is_stranger"]
)
def test_guests_bots_and_leavers_are_no_members(flag: str) -> None:
    slack = RecordingSlack(users={"U1": {flag: True}})
    assert not chat(slack).is_active_member("U1")
    assert chat(slack).is_active_member("U2")


def test_users_of_another_workspace_are_no_members() -> None:
    assert not chat(RecordingSlack(users={"U1": {"team_id": "T0EVIL"}})).is_active_member("U1")


def test_whatever_goes_wrong_is_a_chat_that_failed() -> None:
    slack = RecordingSlack(failing=True)
    with pytest.raises(PortFailed, match="chat_unavailable"):
        chat(slack).post_card(card())
    assert not chat(slack).is_active_member("U1")
