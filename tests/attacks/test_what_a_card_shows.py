"""Threats 5, 6, 7, 32: what is typed dresses up as something else, its end is not shown, or two things look alike."""

import json
import re
from typing import Any

import pytest

from sallyport.adapters.slack_card import CONTEXT, REASON
from tests.support.attacks import still_works
from tests.support.blocks import marked_up, texts, under
from tests.support.house import SLACK_USERS, House
from tests.support.slack import click_payload, form
from tests.support.story import EXPORT, agent_arn

SENTENCE = "Read everything under patients/2025/ of bucket sallyport-sample-data"

DRESSED_UP = {
    "everybody is called": "<!channel> <!here> <!subteam^S012345|@oncall>",
    "a link with a false face": "see <https://evil.invalid/x|View policy> and [View policy](https://evil.invalid)",
    "a fence is broken": "```\n*Approved by* <@UPETRA0003>\n```",
    "a line of the card": "ok\nStatus: approved\nApproved by Petra Approver (sample)",
    "a label of the card": f"ok\n{CONTEXT}\n\nTo check: nothing, it was looked at already.",
    "a date": "Decide before <!date^9999999999^{date}|never>",
    "another sentence": f"{SENTENCE} in account sandbox, once",
    "an emoji": ":white_check_mark: :lock:",
}


@pytest.mark.parametrize("what", DRESSED_UP)
def test_05_what_is_typed_is_neither_markup_nor_a_line_of_the_card(house: House, what: str) -> None:
    typed = DRESSED_UP[what]
    request_id = house.asked(reason=f"{what}. {typed}", context={"note": typed, typed: ["x"]})
    blocks = house.card(request_id)["blocks"]
    # Slack follows markup in the names of parameters and in the date alone.
    *names, until = sorted(marked_up(blocks))
    assert names == sorted(f"*{name}*" for name in EXPORT)
    assert re.fullmatch(r"Decide before \*<!date\^\d+\^[^<>]+\|[^<>]+>\* · 0 of 1 approvals", until)
    assert '"emoji": true' not in json.dumps(blocks)
    # What is the card's own stands where nothing typed does: in blocks whose only text it is.
    framed = {line for block in blocks if block["type"] == "rich_text" for line in texts(block["elements"][1:])}
    own = [text for block in blocks for text in texts(block) if text not in framed]
    assert own[0].startswith(SENTENCE)
    assert not any(text.startswith(("Status:", "Approved by", "Denied by")) for text in own)
    assert sum(text.startswith("To check:") for text in own) == 1
    assert still_works(house, request_id)


def test_06_invisible_and_bidirectional_text_is_spelled_out(house: House) -> None:
    request_id = house.asked(reason="on \u202e \u2066 \u200b \U000e0041 \u3164 end")
    shown = json.dumps(house.card(request_id)["blocks"], ensure_ascii=False)
    assert not {"\u202e", "\u2066", "\u200b", "\U000e0041", "\u3164"} & set(shown)
    assert all(f"\\\\u{{{code}}}" in shown for code in ("202e", "2066", "200b", "e0041", "3164"))


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("p\u0430yroll-export", r"p\u{430}yroll-export"),
        ("\u03bfrders", r"\u{3bf}rders"),
        ("\u0405ervice", r"\u{405}ervice"),
    ],
)
def test_06_a_word_that_mixes_alphabets_is_spelled_out_and_flagged(house: House, word: str, shown: str) -> None:
    request_id = house.asked(reason=f"restart the {word} job", context={"job": word, word: 1})
    blocks = house.card(request_id)["blocks"]
    assert word not in json.dumps(blocks, ensure_ascii=False)
    assert under(REASON, blocks) == [f"restart the {shown} job"]
    assert under(CONTEXT, blocks) == [f"job: {shown}", f"{shown}: 1"]
    assert any("mix alphabets" in text for text in texts(blocks))


def press(house: House, request_id: str, **changes: Any) -> list[str]:
    """What petra.approver reads who presses Details and turns every page."""
    assert house.click("petra.approver", request_id, "details", **changes) == "ok"
    read = texts(house.slack.sent("views_open")[-1]["view"])
    view = house.slack.sent("views_open")[-1]["view"]
    while (on := _button(view, "details_on")) is not None:
        house.clicks += 1
        payload = click_payload(
            user=SLACK_USERS["petra.approver"],
            action_id="details_on",
            block_id=view["blocks"][-1]["block_id"],
            request_id=on["value"],
            message="",
        )
        place = {"container": {"type": "view", "view_id": "V1"}, "view": view | {"id": "V1"}}
        status, _ = house.signed(form({**payload, **place, "trigger_id": f"{house.clicks}.1"}))
        assert (status, house.said()["outcome"]) == (200, "ok")
        view = house.slack.sent("views_update")[-1]["view"]
        read += texts(view)
    return read


def _button(view: dict[str, Any], action_id: str) -> dict[str, Any] | None:
    buttons = [e for block in view["blocks"] if block["type"] == "actions" for e in block["elements"]]
    return next((button for button in buttons if button["action_id"] == action_id), None)


@pytest.mark.parametrize("length", [200, 600])
def test_07_the_tail_of_a_long_request_is_announced_on_the_card_and_shown_in_its_details(
    house: House, length: int
) -> None:
    tail = "and this is the end that matters"
    calm = "calm words of no weight.\n" * (3900 // 25)
    request_id = house.asked(context=["calm words of no weight"] * length + [tail], reason=f"{calm}{tail}")
    labels = texts(house.card(request_id)["blocks"])
    assert any(
        text.startswith(CONTEXT) and text.endswith(f"of {length + 1} lines, whole under Details") for text in labels
    )
    assert any(text.startswith(REASON) and "of 3932 characters" in text for text in labels)
    read = "\n".join(press(house, request_id))
    assert read.count("calm words of no weight") == length + calm.count("calm")
    assert read.count(tail) == 2
    assert still_works(house, request_id)


def test_07_what_nobody_could_read_is_refused(house: House) -> None:
    refused = house.submit(context=["calm and long, line by line" * 4] * 2000 + ["the-tail-that-never-shows"])
    house.ended(refused)
    assert (house.request(refused).status, house.request(refused).code) == ("failed", "unpresentable")
    assert house.events(refused)[-1]["details"]["code"] == "unpresentable"
    assert refused not in json.dumps(house.slack.calls, default=str)


def test_07_details_of_something_else_than_what_is_pending_are_not_shown(house: House) -> None:
    request_id, other = house.asked(), house.asked(reason="Another one")
    before = len(house.slack.sent("views_open"))
    actions = next(b for b in house.card(other)["blocks"] if b["type"] == "actions")
    payload = click_payload(
        user=SLACK_USERS["petra.approver"],
        action_id="details",
        block_id=actions["block_id"],
        request_id=request_id,
        message=house.card(request_id)["ts"],
    )
    house.clicks += 1
    house.signed(form({**payload, "trigger_id": f"{house.clicks}.1"}))
    assert house.said()["outcome"] == "stale_digest"
    for stranger in ("U0NOBODY01", "UQU1NNFAKE"):
        assert house.click(stranger, request_id, "details") == "not_an_approver"
    assert len(house.slack.sent("views_open")) == before


def test_32_two_requests_that_differ_only_under_the_mask(house: House) -> None:
    one, two = (house.asked(reason=f"For {name}", context={}) for name in ("John Smith", "Jane Miller"))
    views = [house.call("get_request", agent_arn("export-bot"), request_id=r)[1] for r in (one, two)]
    assert views[0]["masked"] == views[1]["masked"]
    assert views[0]["action_digest"] != views[1]["action_digest"]
    cards = [house.card(request_id)["blocks"] for request_id in (one, two)]
    ids = [next(block["block_id"] for block in blocks if block["type"] == "actions") for blocks in cards]
    assert ids[0] != ids[1]
    for view, blocks in zip(views, cards, strict=True):
        assert f"action {view['action_digest'][:12]}" in texts(blocks)[-1]


def test_32_one_person_has_one_number_and_two_have_two(house: House) -> None:
    """What a reviewer can tell from the markers is the same in the reason, in the context, and deep inside of it."""
    request_id = house.asked(
        reason="The rows of Quillon Abernathy went to Zelda Okonkwo",
        context={"wrong": {"name": "Abernathy, Quillon"}, "raw": '{"patient": {"name": "Zelda Okonkwo"}}'},
    )
    blocks = house.card(request_id)["blocks"]
    assert under(REASON, blocks) == ["The rows of [NAME-1] went to [NAME-2]"]
    assert under(CONTEXT, blocks) == ['raw: {"patient": {"name": "[NAME-2]"}}', "wrong:", "  name: [NAME-1]"]


def test_07_all_that_was_decided_can_still_be_read_page_by_page(house: House) -> None:
    """A card that has been decided leaves as much to its details as it did before."""
    context = {f"row {n}": f"every row counts {n}" for n in range(400)}
    request_id = house.asked(context=context)
    assert house.click("petra.approver", request_id, "deny") == "ok"
    assert house.ended(request_id) == "SUCCEEDED"
    last = [m for m in house.slack.sent("chat_update") if request_id in json.dumps(m["blocks"])][-1]
    pressed = [b["action_id"] for block in last["blocks"] if block["type"] == "actions" for b in block["elements"]]
    assert pressed == ["explain", "details"]
    assert house.click("petra.approver", request_id, "details") == "ok"
    assert "every row counts" in json.dumps(house.slack.sent("views_open")[-1])
    assert house.click("U0STRANGER", request_id, "details") == "not_an_approver"


def test_09_a_late_reason_is_the_deniers_alone(house: House) -> None:
    request_id = house.asked()
    assert house.click("petra.approver", request_id, "deny") == "ok"
    assert house.ended(request_id) == "SUCCEEDED"
    before = len(house.slack.sent("views_open"))
    for other in ("quinn.approver", "olive.owner", "U0STRANGER"):
        assert house.click(other, request_id, "explain") == "not_an_approver"
        assert house.events(request_id)[-1]["type"] == "decision.refused"
    assert len(house.slack.sent("views_open")) == before
    assert house.click("petra.approver", request_id, "explain") == "ok"
    assert house.request(request_id).status == "denied"
    assert house.broken_at(request_id) is None
