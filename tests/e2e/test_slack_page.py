"""The channel page in a real browser: reading, clicking, modals, and text that means harm."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from slack_sdk.signature import SignatureVerifier

from tests import slack_kinds
from tests.browser import open_browser
from tests.slack_workspace import (
    CHANNEL,
    DOCUMENT,
    OTHER_CHANNEL,
    PETRA,
    QUINN,
    SIGNING_SECRET,
    RunningSlack,
    button,
    card,
    modal,
    mrkdwn,
    plain,
)
from tests.slack_workspace import running_slack as run

HOSTILE = (
    "<!channel> <https://evil.example/policy|View policy> <javascript:alert(1)|click> "
    "<script>document.title='owned'</script> <img src=x onerror=\"document.title='owned'\"> &lt;b&gt;bold&lt;/b&gt;"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


@pytest.fixture
def slack() -> Iterator[RunningSlack]:
    with run() as running:
        yield running


@pytest.fixture
def page(browser: Browser, slack: RunningSlack) -> Iterator[Page]:
    """The page as nobody in particular; a script error or a refused script fails the test."""
    with browser.new_context(viewport={"width": 1200, "height": 900}) as context:
        problems: list[str] = []
        opened = context.new_page()
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        opened.goto(slack.url)
        yield opened
        assert problems == []


def post(slack: RunningSlack, blocks: list[dict[str, Any]], text: str = "card") -> str:
    ts: str = slack.client().chat_postMessage(channel=CHANNEL, text=text, blocks=blocks)["ts"]
    return ts


def become(page: Page, name: str) -> None:
    page.get_by_role("radiogroup", name="You are").get_by_text(name).click()


def messages(page: Page) -> Locator:
    return page.get_by_role("list", name="Messages", exact=True).locator("> li")


def wait_for_request(page: Page, slack: RunningSlack, count: int = 1) -> dict[str, Any]:
    """The payload of the `count`-th interaction, once it has arrived."""
    for _ in range(1200):
        if len(slack.app.requests) >= count:
            break
        page.wait_for_timeout(50)
    received = slack.app.requests[count - 1]
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(received.body, received.headers)
    payload: dict[str, Any] = json.loads(parse_qs(received.body.decode())["payload"][0])
    return payload


def test_a_person_approves_a_card_after_a_question(page: Page, slack: RunningSlack) -> None:
    become(page, "Quinn Approver")
    ts = post(slack, card())
    expect(page.get_by_role("heading", name="export-bot asks for s3.export")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    question = page.get_by_role("dialog", name="Approve?")
    expect(question.locator("strong")).to_have_text("s3.export")
    assert slack.app.requests == []
    question.get_by_role("button", name="Yes, approve").click()
    payload = wait_for_request(page, slack)
    assert (payload["user"]["id"], payload["container"]["message_ts"]) == (QUINN, ts)
    assert payload["actions"][0]["action_id"] == "approve"
    expect(question).to_be_hidden()


def test_stepping_back_from_the_question_sends_nothing(page: Page, slack: RunningSlack) -> None:
    become(page, "Quinn Approver")
    post(slack, card())
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("dialog").get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Approve").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Deny").click()
    assert wait_for_request(page, slack)["actions"][0]["action_id"] == "deny"
    assert len(slack.app.requests) == 1


def test_the_keyboard_alone_is_enough(page: Page, slack: RunningSlack) -> None:
    post(slack, card())
    page.get_by_role("radio", name="Petra Approver").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="Petra Approver")).to_be_checked()
    page.get_by_role("button", name="Approve").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert wait_for_request(page, slack)["user"]["id"] == PETRA


def test_a_failed_click_shows_a_warning_and_can_be_repeated(page: Page, slack: RunningSlack) -> None:
    become(page, "Quinn Approver")
    post(slack, card())
    slack.app.status = 500
    page.get_by_role("button", name="Deny").click()
    expect(messages(page).get_by_role("alert")).to_contain_text("the app answered with an error (500)")
    slack.app.status = 200
    page.get_by_role("button", name="Deny").click()
    expect(messages(page).get_by_role("alert")).to_be_hidden()
    assert len(slack.app.requests) == 2


def test_hostile_text_stays_text(page: Page, slack: RunningSlack) -> None:
    preformatted = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": HOSTILE}]}
    post(
        slack,
        [
            {"type": "section", "block_id": "m", "text": mrkdwn(HOSTILE)},
            {"type": "section", "block_id": "p", "text": plain(HOSTILE)},
            {"type": "rich_text", "block_id": "r", "elements": [preformatted]},
        ],
        text=HOSTILE,
    )
    formatted, as_plain, rich = (page.locator(f"[data-block-id={name}]") for name in "mpr")
    # Slack itself follows mrkdwn: a mention and a link with a label of the sender's choice.
    expect(formatted.locator(".mention")).to_have_text("@channel")
    expect(formatted.get_by_role("link", name="View policy")).to_have_attribute("href", "https://evil.example/policy")
    expect(formatted.get_by_role("link")).to_have_count(1)
    expect(formatted).to_contain_text("<script>document.title='owned'</script>")
    expect(formatted).to_contain_text("<b>bold</b>")
    # In plain_text and in rich_text nothing is followed.
    for block in (as_plain, rich):
        expect(block.get_by_role("link")).to_have_count(0)
        expect(block.locator(".mention")).to_have_count(0)
        expect(block).to_contain_text("<!channel> <https://evil.example/policy|View policy>")
    expect(page.locator("main script, main img:not(.avatar-picture), main b")).to_have_count(0)
    assert "owned" not in page.title()


def test_mrkdwn_looks_as_in_slack(page: Page, slack: RunningSlack) -> None:
    text = (
        f"*bold* _italic_ ~gone~ `*code*` <@{QUINN}> <#{CHANNEL}> 2*3*4 a &amp;lt; b :lock:\n&gt; quoted\n```<raw>```"
    )
    literal = plain(":lock: *as typed*") | {"emoji": False}
    blocks = [
        {"type": "section", "block_id": "m", "text": mrkdwn(text)},
        {"type": "section", "block_id": "p", "text": plain(":lock: *as typed*")},
        {"type": "section", "block_id": "l", "text": literal},
    ]
    post(slack, blocks)
    expect(page.locator("[data-block-id=p]").get_by_role("img", name="lock")).to_be_visible()
    expect(page.locator("[data-block-id=p]")).to_contain_text(" *as typed*")
    expect(page.locator("[data-block-id=l]")).to_have_text(":lock: *as typed*")
    block = page.locator("[data-block-id=m]")
    for tag, shown in {"strong": "bold", "em": "italic", "s": "gone", "code": "*code*", "blockquote": "quoted"}.items():
        expect(block.locator(tag)).to_have_text(shown)
    expect(block.locator("pre")).to_have_text("raw")
    expect(block.locator(".mention")).to_have_text(["@Quinn Approver", "#agent-approvals"])
    expect(block).to_contain_text("2*3*4 a &lt; b")
    expect(block.get_by_role("img", name="lock")).to_be_visible()


def test_a_long_section_is_folded_unless_it_is_posted_expanded(page: Page, slack: RunningSlack) -> None:
    long = {"type": "section", "text": plain("line\n" * 40 + "the tail")}
    post(slack, [long | {"block_id": "folded"}, long | {"block_id": "open", "expand": True}])
    folded, expanded = (page.locator(f"[data-block-id={name}]") for name in ("folded", "open"))
    more = folded.get_by_role("button", name="See more")
    expect(more).to_have_attribute("aria-expanded", "false")
    expect(expanded.get_by_role("button")).to_have_count(0)
    before, shown = folded.bounding_box(), expanded.bounding_box()
    assert before is not None
    assert shown is not None
    assert before["height"] < shown["height"] / 2
    more.click()
    after = folded.bounding_box()
    assert after is not None
    assert after["height"] >= shown["height"]


def test_an_edited_card_changes_before_the_readers_eyes(page: Page, slack: RunningSlack) -> None:
    become(page, "Quinn Approver")
    ts = post(slack, card())
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    settled = [{"type": "context", "elements": [mrkdwn(f"Approved by <@{PETRA}>")]}]
    slack.client().chat_update(channel=CHANNEL, ts=ts, text="settled", blocks=settled)
    expect(messages(page)).to_have_count(1)
    expect(messages(page)).to_contain_text("Approved by @Petra Approver")
    expect(messages(page)).to_contain_text("(edited)")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)


def test_an_ephemeral_message_is_for_one_person(page: Page, slack: RunningSlack) -> None:
    slack.client().chat_postEphemeral(channel=CHANNEL, user=QUINN, text="You own this *agent*")
    post(slack, card())
    become(page, "Petra Approver")
    expect(messages(page)).to_have_count(1)
    become(page, "Quinn Approver")
    expect(messages(page)).to_have_count(2)
    expect(messages(page).first).to_contain_text("Only visible to you")
    expect(messages(page).first.locator("strong").last).to_have_text("agent")


def test_nobody_can_click_before_choosing_who_they_are(page: Page, slack: RunningSlack) -> None:
    post(slack, card())
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_text("Choose in the sidebar who you are")).to_be_visible()
    assert slack.app.requests == []


def open_modal(page: Page, slack: RunningSlack) -> Locator:
    become(page, "Quinn Approver")
    post(slack, card())
    page.get_by_role("button", name="Deny").click()
    trigger_id = wait_for_request(page, slack)["trigger_id"]
    slack.client().views_open(trigger_id=trigger_id, view=modal())
    dialog = page.get_by_role("dialog", name="Deny the request")
    expect(dialog).to_be_visible()
    return dialog


def test_a_modal_is_filled_corrected_and_sent(page: Page, slack: RunningSlack) -> None:
    dialog = open_modal(page, slack)
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_text("Please complete this required field.")).to_be_visible()
    dialog.get_by_label("Why?").fill("Too broad")
    dialog.get_by_label("Kind").select_option("Not now")
    slack.app.answer = json.dumps({"response_action": "errors", "errors": {"why": "Say which prefix."}})
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_text("Say which prefix.")).to_be_visible()
    expect(dialog.get_by_label("Why?")).to_have_value("Too broad")
    slack.app.answer = ""
    dialog.get_by_label("Why?").fill("fhir/2026/ is too broad")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog).to_be_hidden()
    values = wait_for_request(page, slack, 3)["view"]["state"]["values"]
    assert values["why"]["text"]["value"] == "fhir/2026/ is too broad"
    assert values["kind"]["pick"]["selected_option"]["value"] == "later"


def test_a_modal_that_the_app_cannot_take_says_so_and_stays(page: Page, slack: RunningSlack) -> None:
    dialog = open_modal(page, slack)
    dialog.get_by_label("Why?").fill("No")
    slack.app.status = 503
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_role("alert").filter(has_text="We had some trouble connecting")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_page_from_elsewhere_cannot_click(browser: Browser, slack: RunningSlack) -> None:
    ts = post(slack, card())
    with browser.new_context() as context:
        foreign = context.new_page()
        foreign.goto(slack.app.url)
        with foreign.expect_response("**/_control/click") as refused:
            foreign.evaluate(
                """([url, body]) => fetch(url, {method: "POST", mode: "no-cors", body})""",
                [f"{slack.url}/_control/click", json.dumps({"user_id": QUINN, "message_ts": ts, "action_id": "deny"})],
            )
        assert refused.value.status == 403
    assert slack.app.requests == []


def place(page: Page, section: str, name: str) -> Locator:
    return page.get_by_role("list", name=section).get_by_role("button", name=name)


def test_every_channel_and_ones_own_direct_messages_are_in_the_sidebar(page: Page, slack: RunningSlack) -> None:
    become(page, "Petra Approver")
    expect(place(page, "Channels", "agent-approvals")).to_have_attribute("aria-current", "page")
    slack.client().chat_postMessage(channel=OTHER_CHANNEL, text="For security")
    slack.client().chat_postMessage(channel=PETRA, text="For Petra alone")
    expect(messages(page)).to_have_count(0)
    expect(place(page, "Channels", "security")).to_contain_text("new")
    place(page, "Channels", "security").click()
    expect(messages(page)).to_contain_text("For security")
    expect(page.get_by_role("heading", name="#security")).to_be_visible()
    expect(place(page, "Channels", "security")).not_to_contain_text("new")
    place(page, "Direct messages", "app").click()
    expect(messages(page)).to_contain_text("For Petra alone")
    become(page, "Quinn Approver")
    expect(page.get_by_role("list", name="Direct messages")).to_be_hidden()
    expect(page.get_by_text("For Petra alone")).to_have_count(0)


def test_a_thread_is_folded_under_its_message(page: Page, slack: RunningSlack) -> None:
    ts = post(slack, card())
    client = slack.client()
    client.chat_postMessage(channel=CHANNEL, thread_ts=ts, text="In the thread alone")
    client.chat_postMessage(channel=CHANNEL, thread_ts=ts, text="In the channel too", reply_broadcast=True)
    expect(messages(page)).to_have_count(2)
    expect(messages(page).last).to_contain_text("replied to a thread")
    expect(page.get_by_text("In the thread alone")).to_be_hidden()
    page.get_by_text("2 replies").click()
    thread = page.get_by_role("list", name="Thread").get_by_role("listitem")
    expect(thread).to_contain_text(["In the thread alone", "In the channel too"])
    client.chat_postMessage(channel=CHANNEL, thread_ts=ts, text="One more")
    expect(thread).to_have_count(3)
    expect(thread.last).to_be_visible()


def test_the_newest_message_is_in_sight(page: Page, slack: RunningSlack) -> None:
    for at in range(30):
        slack.client().chat_postMessage(channel=CHANNEL, text=f"Message {at}")
    become(page, "Quinn Approver")
    expect(messages(page).get_by_text("Message 29")).to_be_in_viewport(ratio=1)
    slack.client().chat_postMessage(channel=CHANNEL, text="The newest")
    expect(messages(page).get_by_text("The newest")).to_be_in_viewport(ratio=1)
    messages(page).get_by_text("Message 0", exact=True).scroll_into_view_if_needed()
    slack.client().chat_postMessage(channel=CHANNEL, text="While reading")
    expect(messages(page).get_by_text("While reading")).to_be_attached()
    expect(messages(page).get_by_text("Message 0", exact=True)).to_be_in_viewport()


def test_a_permalink_leads_to_its_message_and_stays_with_the_person(page: Page, slack: RunningSlack) -> None:
    client = slack.client()
    ts = client.chat_postMessage(channel=OTHER_CHANNEL, text="The one")["ts"]
    for at in range(30):
        client.chat_postMessage(channel=OTHER_CHANNEL, text=f"Message {at}")
    link = client.chat_getPermalink(channel=OTHER_CHANNEL, message_ts=ts)["permalink"]
    client.chat_postMessage(
        channel=CHANNEL, text=f"<{link}|this one> in <#{OTHER_CHANNEL}>, or <https://example.com/|elsewhere>"
    )
    become(page, "Quinn Approver")
    page.get_by_role("link", name="this one").click()
    expect(messages(page).get_by_text("The one")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("radio", name="Quinn Approver")).to_be_checked()
    place(page, "Channels", "agent-approvals").click()
    expect(page.get_by_role("link", name="elsewhere")).to_have_attribute("target", "_blank")
    page.get_by_role("link", name="#security").click()
    expect(messages(page).get_by_text("Message 29")).to_be_in_viewport(ratio=1)
    page.goto(link)
    expect(messages(page).get_by_text("The one")).to_be_in_viewport(ratio=1)


HOME = [
    {"type": "section", "block_id": "words", "text": plain("One grant lives")},
    {"type": "actions", "block_id": "home:1", "elements": [button("Revoke", "revoke_grant")]},
]


def test_the_home_is_opened_and_clicked_in(page: Page, slack: RunningSlack) -> None:
    become(page, "Quinn Approver")
    place(page, "Apps", "app").click()
    expect(page.get_by_text("The app has not published a Home for you.")).to_be_visible()
    for _ in range(100):
        if slack.app.requests:
            break
        page.wait_for_timeout(50)
    opened = json.loads(slack.app.requests[0].body)
    assert (opened["event"]["type"], opened["event"]["user"]) == ("app_home_opened", QUINN)
    slack.client().views_publish(user_id=QUINN, view={"type": "home", "blocks": HOME})
    home = page.get_by_role("region", name="Home")
    expect(home).to_contain_text("One grant lives")
    home.get_by_role("button", name="Revoke").click()
    payload = wait_for_request(page, slack, 2)
    assert (payload["view"]["type"], payload["actions"][0]["action_id"]) == ("home", "revoke_grant")
    slack.app.status = 500
    home.get_by_role("button", name="Revoke").click()
    expect(home.get_by_role("alert")).to_contain_text("the app answered with an error (500)")
    become(page, "Petra Approver")
    expect(page.get_by_text("One grant lives")).to_have_count(0)
    expect(home.get_by_role("alert")).to_contain_text("The app was not told")


def test_only_commands_are_sent_and_a_failed_one_says_so(page: Page, slack: RunningSlack) -> None:
    expect(page.get_by_role("textbox", name="Message")).to_be_hidden()
    become(page, "Quinn Approver")
    box = page.get_by_role("textbox", name="Message #agent-approvals")
    box.fill("good morning")
    box.press("Enter")
    trouble = page.get_by_role("alert").filter(has_text="commands")
    expect(trouble).to_have_text("Only slash commands can be sent here.")
    assert slack.app.requests == []
    slack.app.status = 500
    box.fill("/approvals list")
    box.press("Enter")
    failed = page.get_by_role("alert").filter(has_text="http_service_error")
    expect(failed).to_have_text("/approvals failed with the error “http_service_error”.")
    slack.app.status, slack.app.answer = 200, json.dumps({"text": "Nothing waits"})
    expect(box).to_have_value("/approvals list")
    box.press("Enter")
    expect(messages(page)).to_contain_text("Only visible to you")
    expect(messages(page)).to_contain_text("Nothing waits")
    expect(box).to_have_value("")


def test_whatever_is_accepted_can_be_shown(page: Page, slack: RunningSlack) -> None:
    become(page, "Petra Approver")
    post(slack, slack_kinds.message())
    expect(messages(page).locator("[data-block-id]")).to_have_count(len(slack_kinds.message()))
    for element in slack_kinds.elements():
        expect(messages(page).locator(f"[data-action-id={element.action_id}]")).to_be_visible()
    messages(page).get_by_role("button", name="Go on").click()
    question = page.get_by_role("dialog", name="Sure?")
    expect(question.get_by_role("button", name="Yes")).to_have_class("button danger")
    question.get_by_role("button", name="Yes").click()
    trigger_id = wait_for_request(page, slack)["trigger_id"]
    slack.client().views_open(trigger_id=trigger_id, view=slack_kinds.form())
    form = page.get_by_role("dialog", name="Title")
    for field in slack_kinds.fields():
        expect(form.locator(f"[data-block-id={field.block_id}]")).to_contain_text("Some help")
    expect(page.get_by_text("This page cannot show")).to_have_count(0)
    form.get_by_role("button", name="Submit").click()
    expect(form).to_be_hidden()
    state = wait_for_request(page, slack, 2)["view"]["state"]["values"]
    assert state["field-words"]["words"]["value"] == "why"
    assert state["field-boxes"]["boxes"]["selected_options"][0]["value"] == "2"
    assert state["field-person"]["person"]["selected_user"] == PETRA
    assert state["field-time"]["time"]["selected_time"] == "16:30"


LONG = "Maximiliana-Theodora Featherstonehaugh-Cholmondeley of the Department of Unusually Long Designations"


@pytest.mark.parametrize("width", [1280, 390])
def test_long_names_are_cut_and_break_nothing(browser: Browser, width: int) -> None:
    changes: dict[str, Any] = {
        "team_name": LONG,
        "bot_name": LONG,
        "channels": [{"id": CHANNEL, "name": LONG.lower().replace(" ", "-")}],
        "users": [*DOCUMENT["users"], {"id": "ULONG00001", "name": "max", "real_name": LONG, "is_restricted": True}],
    }
    with run(**changes) as slack, browser.new_context(viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{slack.url}/?as=ULONG00001")
        slack.client().chat_postMessage(channel="ULONG00001", text=LONG)
        expect(page.get_by_role("list", name="Direct messages")).to_be_visible()
        rows = page.locator(".sidebar .place, .sidebar .person, .sidebar .workspace")
        for row in rows.all():
            box = row.bounding_box()
            assert box is not None
            assert box["height"] < 64  # one line, or the workspace's picture
            assert box["x"] + box["width"] <= (264 if width == 1280 else width)
        for named in page.locator(".sidebar .cut").all():
            shown = named.evaluate(
                "node => [node.scrollWidth > node.clientWidth, node.closest('[title]')?.title ?? '']"
            )
            whole = named.inner_text()
            assert not shown[0] or whole in shown[1], whole
        badge = page.locator(".person", has_text=LONG).get_by_text("guest")
        expect(badge).to_be_in_viewport() if width == 1280 else expect(badge).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(
            "document.querySelector('.sidebar').scrollWidth <= document.querySelector('.sidebar').clientWidth"
        )
