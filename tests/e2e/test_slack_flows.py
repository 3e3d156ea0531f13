"""What people do in Slack, in a real browser, from the agent's request to the audit trail.

Handlers, state machine and policy are the deployed ones, in this process; Slack is the local workspace. What people saw
is left in `.local/screens/` as pictures.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from sallyport.domain.routes import Route, RouteRule
from tests.browser import open_browser
from tests.support.house import ROOT, submission_body
from tests.support.slack_house import SECURITY, STRANGER, SlackHouse, furnished
from tests.support.story import agent_arn

SCREENS = ROOT / ".local" / "screens"
OLIVE, PETRA, QUINN, ROSA = "olive.owner", "petra.approver", "quinn.approver", "rosa.security"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackHouse]:
    SCREENS.mkdir(parents=True, exist_ok=True)
    for old in SCREENS.glob("*.png"):
        old.unlink()
    with furnished() as house:
        yield house


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    """Where pages are opened; a script error in one of them fails the test."""
    with browser.new_context(viewport={"width": 1280, "height": 1000}, color_scheme="light") as context:
        context.set_default_timeout(10_000)
        problems: list[str] = []
        context.on("weberror", lambda error: problems.append(str(error.error)))
        context.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        yield context
        assert problems == []


class Seat:
    """One person before the page."""

    def __init__(self, window: BrowserContext, slack: SlackHouse, person: str, place: str = "") -> None:
        self.page: Page = window.new_page()
        self.page.goto(slack.page(person, place))

    def card(self, request_id: str) -> Locator:
        """The newest card of the request; a reminder names it too, but has no blocks."""
        messages = self.page.get_by_role("list", name="Messages", exact=True).locator("> li:not(.ephemeral)")
        return messages.filter(has_text=request_id).filter(has=self.page.locator("[data-block-id]")).last

    @property
    def told(self) -> Locator:
        """The newest message for this person alone."""
        return self.page.locator("li.ephemeral").last

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def home(self) -> Locator:
        return self.page.get_by_role("region", name="Home")

    def press(self, request_id: str, label: str) -> None:
        self.card(request_id).get_by_role("button", name=label, exact=True).click()

    def type(self, words: str) -> None:
        box = self.page.get_by_role("textbox", name="Message")
        box.fill(words)
        box.press("Enter")


def keep(what: Locator | Page, name: str) -> None:
    """A picture of it. Chromium takes seconds for one of a page that is behind another."""
    (what if isinstance(what, Page) else what.page).bring_to_front()
    what.screenshot(path=SCREENS / f"{name}.png")


def settled(seat: Seat, request_id: str, *words: str) -> Locator:
    """The card, once it says so and cannot be decided on any more."""
    card = seat.card(request_id)
    for each in words:
        expect(card).to_contain_text(each)
    expect(card.get_by_role("button", name="Approve")).to_have_count(0)
    expect(card.get_by_role("button", name="Deny")).to_have_count(0)
    return card


def last(slack: SlackHouse, request_id: str, kind: str) -> dict[str, Any]:
    """The newest event of this kind in the request's chain."""
    found: dict[str, Any] = [event for event in slack.house.events(request_id) if event["type"] == kind][-1]
    return found


def actor(event: dict[str, Any]) -> tuple[str, str]:
    return event["actor"]["id"], event["actor"]["channel"]


def test_one_click_approves(slack: SlackHouse, window: BrowserContext) -> None:
    request_id = slack.house.asked()
    petra, rosa = Seat(window, slack, PETRA), Seat(window, slack, ROSA)
    card = petra.card(request_id)
    expect(card).to_contain_text("Read everything under patients/2025/")
    expect(card).to_contain_text("0 of 1 approvals")
    keep(card, "card-waiting")
    petra.press(request_id, "Approve")
    keep(settled(petra, request_id, "approved", "Approved by Petra Approver"), "card-approved")
    settled(rosa, request_id, "Approved by Petra Approver")
    slack.house.until(request_id, lambda r: r.grant is not None)
    assert slack.sound(request_id, "approval.requested", "decision.recorded", "request.approved", "grant.issued")
    assert actor(last(slack, request_id, "decision.recorded")) == (PETRA, "slack")
    assert slack.house.redeem(request_id)[0] == 200


def test_a_denial_is_given_its_reason(slack: SlackHouse, window: BrowserContext) -> None:
    request_id = slack.house.asked()
    quinn = Seat(window, slack, QUINN)
    quinn.press(request_id, "Deny")
    expect(quinn.dialog).to_contain_text("The agent is refused")
    keep(quinn.page, "deny-question")
    quinn.dialog.get_by_role("button", name="Deny").click()
    why = quinn.page.get_by_role("dialog", name="Denied")
    why.get_by_label("Why do you deny it?").fill("Ask for one month of Wilhelmina Featherstonehaugh, MRN 84736251")
    keep(quinn.page, "deny-reason")
    why.get_by_role("button", name="Send reason").click()
    expect(why).to_be_hidden()
    keep(settled(quinn, request_id, "denied", "Denied by Quinn Approver"), "card-denied")
    assert slack.sound(request_id, "decision.recorded", "request.denied", "decision.explained")
    assert actor(last(slack, request_id, "decision.explained")) == (QUINN, "slack")
    _, view = slack.house.call("get_request", agent_arn("export-bot"), request_id=request_id)
    assert "Ask for one month" in view["decisions"][0]["reason"]
    assert "Featherstonehaugh" not in json.dumps([view, slack.house.events(request_id)])


def test_details_are_read_page_by_page(slack: SlackHouse, window: BrowserContext) -> None:
    lines = [f"step {step}: copy what {step} needs and compare both ends" for step in range(400)]
    request_id = slack.house.asked(context={"plan": "\n".join(lines)})
    petra = Seat(window, slack, PETRA)
    keep(petra.card(request_id), "card-long-context")
    petra.press(request_id, "Details")
    expect(petra.dialog).to_contain_text("step 0:")
    expect(petra.dialog).not_to_contain_text("step 399:")
    keep(petra.page, "details-first-page")
    seen = petra.dialog.inner_text()
    while petra.dialog.get_by_role("button", name="Next page").count():
        turning = petra.dialog.get_by_role("button", name="Next page")
        label = turning.inner_text()
        turning.click()
        expect(petra.dialog.get_by_role("button", name=label, exact=True)).to_have_count(0)
        seen += petra.dialog.inner_text()
    assert [line for line in lines if line not in seen] == []
    keep(petra.page, "details-last-page")
    petra.dialog.get_by_role("button", name="Previous page").click()
    expect(petra.dialog.get_by_role("button", name="Next page")).to_be_visible()
    petra.dialog.get_by_role("button", name="Close").last.click()
    expect(petra.dialog).to_be_hidden()
    # Reading is no decision.
    assert "decision.recorded" not in slack.house.types(request_id)
    assert slack.sound(request_id, "approval.requested")


def critical(slack: SlackHouse) -> str:
    """A request that two people have to approve, each in a form."""
    return slack.house.asked(
        action="secretsmanager.read", parameters={"secret": "clinic/reports/database"}, on_behalf_of=OLIVE
    )


def confirm(seat: Seat, request_id: str, name: str = "") -> None:
    seat.press(request_id, "Approve")
    form = seat.page.get_by_role("dialog", name="Approve this?")
    expect(form).to_be_visible()
    if name:
        keep(seat.page, name)
    form.get_by_role("button", name="Approve").click()
    expect(form).to_be_hidden()


def test_two_people_approve_what_is_critical(slack: SlackHouse, window: BrowserContext) -> None:
    request_id = critical(slack)
    petra, quinn = Seat(window, slack, PETRA), Seat(window, slack, QUINN)
    confirm(petra, request_id, "approve-form")
    for seat in (petra, quinn):
        expect(seat.card(request_id)).to_contain_text("1 of 2 approvals")
        expect(seat.card(request_id)).to_contain_text("Approved by Petra Approver")
    keep(quinn.card(request_id), "card-one-of-two")
    assert "request.approved" not in slack.house.types(request_id)
    confirm(quinn, request_id)
    keep(settled(petra, request_id, "approved", "Petra Approver", "Quinn Approver"), "card-two-of-two")
    slack.house.until(request_id, lambda r: r.grant is not None)
    assert slack.sound(request_id, "decision.recorded", "decision.recorded", "request.approved")
    assert set(slack.house.request(request_id).approvers) == {PETRA, QUINN}


def test_an_approval_is_withdrawn_before_the_quorum(slack: SlackHouse, window: BrowserContext) -> None:
    request_id = critical(slack)
    petra = Seat(window, slack, PETRA)
    confirm(petra, request_id)
    petra.press(request_id, "Withdraw")
    expect(petra.card(request_id)).to_contain_text("0 of 2 approvals")
    expect(petra.card(request_id).get_by_role("button", name="Withdraw")).to_have_count(0)
    keep(petra.card(request_id), "card-withdrawn")
    assert slack.sound(request_id, "decision.recorded", "decision.recorded")
    withdrawn = last(slack, request_id, "decision.recorded")
    assert (actor(withdrawn), withdrawn["details"]["decision"]) == ((PETRA, "slack"), "withdraw")
    assert "request.approved" not in slack.house.types(request_id)
    assert slack.house.redeem(request_id)[1]["code"] == "not_approved"


def test_silence_asks_the_next_group(slack: SlackHouse, window: BrowserContext) -> None:
    rosa = Seat(window, slack, ROSA)
    with slack.house.timers(1, 60):
        request_id = slack.house.asked()
        slack.house.until(request_id, lambda r: r.rung == 2)
        expect(rosa.card(request_id)).to_contain_text("You are asked as one of data-approvers, security")
        expect(rosa.page.get_by_text(f"Still undecided: {request_id}").last).to_be_visible()
        keep(rosa.page, "card-escalated")
        rosa.press(request_id, "Approve")
        settled(rosa, request_id, "Approved by Rosa Security")
    assert slack.sound(request_id, "approval.requested", "approval.escalated", "decision.recorded", "request.approved")


def test_the_next_group_is_asked_in_its_own_channel(slack: SlackHouse, window: BrowserContext) -> None:
    to_security = RouteRule(Route(SECURITY), group="security")
    petra = Seat(window, slack, PETRA)
    with slack.house.timers(1, 60), slack.house.policy(routes=(to_security,)):
        request_id = slack.house.asked()
        expect(petra.card(request_id)).to_be_visible()
        slack.house.until(request_id, lambda r: r.rung == 2)
        pointer = petra.card(request_id)
        expect(pointer).to_contain_text("This is asked in #security now")
        expect(pointer.get_by_role("button")).to_have_count(0)
        keep(petra.page, "card-moved")
        pointer.get_by_role("link", name="open the card").click()
        expect(petra.page.get_by_role("heading", name="#security")).to_be_visible()
        petra.press(request_id, "Approve")
        settled(petra, request_id, "Approved by Petra Approver")
    assert slack.sound(request_id, "approval.requested", "approval.escalated", "decision.recorded", "request.approved")


def test_people_are_written_to_where_policy_wants_it(slack: SlackHouse, window: BrowserContext) -> None:
    with slack.house.policy(routes=(RouteRule(Route(direct=True)),)):
        request_id = slack.house.asked()
    petra, rosa = Seat(window, slack, PETRA), Seat(window, slack, ROSA)
    expect(rosa.page.get_by_role("list", name="Channels")).to_be_visible()
    expect(rosa.page.get_by_role("list", name="Direct messages")).to_be_hidden()
    petra.page.get_by_role("list", name="Direct messages").get_by_role("button", name="sallyport").click()
    expect(petra.card(request_id)).to_contain_text("You are asked to decide it")
    expect(petra.card(request_id).get_by_role("button")).to_have_count(0)
    keep(petra.page, "direct-message")
    petra.card(request_id).get_by_role("link", name="its card").click()
    expect(petra.page.get_by_role("heading", name="#approvals")).to_be_visible()
    petra.press(request_id, "Approve")
    settled(petra, request_id, "Approved by Petra Approver")
    assert slack.sound(request_id, "decision.recorded", "request.approved")


def test_nobody_decides_so_the_request_expires(slack: SlackHouse, window: BrowserContext) -> None:
    petra = Seat(window, slack, PETRA)
    with slack.house.timers(2):
        request_id = slack.house.asked()
        keep(settled(petra, request_id, "expired"), "card-expired")
    assert slack.house.ended(request_id) == "SUCCEEDED"
    assert slack.sound(request_id, "approval.requested", "request.expired", "request.closed")
    assert slack.house.redeem(request_id)[1]["code"] == "not_approved"


def test_the_owner_is_refused_and_told_why(slack: SlackHouse, window: BrowserContext) -> None:
    request_id = slack.house.asked()
    olive, petra = Seat(window, slack, OLIVE), Seat(window, slack, PETRA)
    olive.press(request_id, "Approve")
    expect(olive.told).to_contain_text("Only visible to you")
    expect(olive.told).to_contain_text("self_approval")
    expect(olive.told).to_contain_text("Petra Approver")
    keep(olive.told, "told-owner")
    expect(olive.card(request_id)).to_contain_text("0 of 1 approvals")
    expect(petra.card(request_id)).to_be_visible()
    expect(petra.page.locator("li.ephemeral")).to_have_count(0)
    refused = last(slack, request_id, "decision.refused")
    assert (actor(refused), refused["details"]) == ((OLIVE, "slack"), {"code": "self_approval"})
    assert slack.sound(request_id, "approval.requested", "decision.refused")


def test_a_stranger_is_told_nothing_about_it(slack: SlackHouse, window: BrowserContext) -> None:
    request_id = slack.house.asked()
    uma = Seat(window, slack, STRANGER)
    uma.press(request_id, "Approve")
    expect(uma.told).to_be_visible()
    keep(uma.told, "told-stranger")
    refused = last(slack, request_id, "decision.refused")
    assert (refused["actor"]["id"], refused["details"]) == ("unknown", {"code": "not_an_approver"})
    assert slack.house.request(request_id).status == "pending"


def test_a_card_that_was_settled_elsewhere_is_settled_here(slack: SlackHouse, window: BrowserContext) -> None:
    request_id = slack.house.asked()
    quinn = Seat(window, slack, QUINN)
    expect(quinn.card(request_id).get_by_role("button", name="Approve")).to_be_visible()
    assert slack.house.decide(PETRA, request_id)[0] == 200
    settled(quinn, request_id, "Approved by Petra Approver")
    assert actor(last(slack, request_id, "decision.recorded")) == (PETRA, "api")
    assert slack.sound(request_id, "decision.recorded", "request.approved")


def test_the_agent_takes_its_request_back(slack: SlackHouse, window: BrowserContext) -> None:
    request_id = slack.house.asked()
    petra = Seat(window, slack, PETRA)
    expect(petra.card(request_id)).to_be_visible()
    assert slack.house.call("cancel_request", agent_arn("export-bot"), request_id=request_id)[0] == 200
    keep(settled(petra, request_id, "cancelled"), "card-cancelled")
    assert slack.sound(request_id, "approval.requested", "request.cancelled")


def test_home_shows_what_waits_and_what_lives_and_revokes_it(slack: SlackHouse, window: BrowserContext) -> None:
    waiting, granted = slack.house.asked(on_behalf_of=OLIVE), slack.granted()
    petra, olive = Seat(window, slack, PETRA, "home"), Seat(window, slack, OLIVE, "home")
    expect(petra.home).to_contain_text(waiting)
    expect(petra.home).to_contain_text("What you decided lately")
    expect(petra.home.locator(".context").filter(has_text=granted)).to_contain_text("now approved")
    expect(petra.home.get_by_role("button", name="Revoke")).to_have_count(0)
    keep(petra.page, "home-waiting")
    expect(olive.home).to_contain_text(granted)
    expect(olive.home).not_to_contain_text(waiting)
    keep(olive.page, "home-live")
    block = olive.home.locator(f"[data-block-id='home:{granted}']")
    block.get_by_role("button", name="Revoke").click()
    keep(olive.page, "home-question")
    olive.dialog.get_by_role("button", name="Keep it").click()
    assert slack.house.request(granted).status == "approved"
    block.get_by_role("button", name="Revoke").click()
    olive.dialog.get_by_role("button", name="Revoke").click()
    expect(block).to_have_count(0)
    keep(olive.page, "home-revoked")
    assert slack.sound(granted, "grant.issued", "grant.revoked")
    assert actor(last(slack, granted, "grant.revoked")) == (OLIVE, "slack")
    assert slack.house.redeem(granted)[1]["code"] == "grant_revoked"


def test_commands_are_typed_and_answered_to_one_person(slack: SlackHouse, window: BrowserContext) -> None:
    waiting, granted = slack.house.asked(on_behalf_of=OLIVE), slack.granted()
    petra, olive = Seat(window, slack, PETRA), Seat(window, slack, OLIVE)
    petra.page.get_by_role("textbox").fill("/sal")
    expect(petra.page.get_by_role("list", name="Commands")).to_contain_text("/sallyport")
    keep(petra.page, "command-typed")
    petra.type("/sallyport pending")
    expect(petra.told).to_contain_text(waiting)
    keep(petra.told, "command-pending")
    petra.type(f"/sallyport show {waiting}")
    expect(petra.told).not_to_contain_text("oldest first")
    expect(petra.told).to_contain_text("Read everything under patients/2025/")
    keep(petra.told, "command-show")
    petra.type("/salyport pending")
    expect(petra.page.get_by_role("alert").filter(has_text="/salyport")).to_have_text(
        "/salyport is not a valid command."
    )
    olive.type(f"/sallyport revoke {granted}")
    expect(olive.told).to_contain_text("Revoked")
    keep(olive.told, "command-revoke")
    expect(petra.page.get_by_text("Revoked: the grant")).to_have_count(0)
    assert slack.sound(granted, "grant.issued", "grant.revoked")
    assert actor(last(slack, granted, "grant.revoked")) == (OLIVE, "slack")
    settled(petra, granted, "revoked")


def test_a_halt_is_typed(slack: SlackHouse, window: BrowserContext) -> None:
    rosa = Seat(window, slack, ROSA)
    rosa.type("/sallyport halt agent:triage-bot It asks for the same table every minute")
    expect(rosa.told).to_contain_text("Halted: agent:triage-bot")
    keep(rosa.told, "command-halt")
    status, problem = slack.house.call("submit_request", agent_arn("triage-bot"), body=submission_body())
    assert (status, problem["code"]) == (403, "halted")


def test_the_channel_fits_a_telephone(slack: SlackHouse, browser: Browser) -> None:
    request_id = slack.house.asked()
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        petra = Seat(context, slack, PETRA)
        expect(petra.card(request_id)).to_be_visible()
        petra.card(request_id).get_by_role("button", name="Approve").scroll_into_view_if_needed()
        keep(petra.page, "telephone")
        assert petra.page.evaluate("document.documentElement.scrollWidth") == 390
