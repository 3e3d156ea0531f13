"""The page of the live stack's Slack: what `make up` points out, used by people as they would use it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import open_browser
from tests.e2e.driver import Live

AGENT, OWNER, APPROVER = "export-bot", "olive.owner", "petra.approver"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
        context.set_default_timeout(20_000)
        yield context.new_page()


def sit(page: Page, live: Live, person: str, place: str = "") -> None:
    page.goto(f"{live.stack['slack']['workspace_url']}?as={live.slack_id(person)}&place={place}")


def approve(page: Page, live: Live) -> str:
    """Ask, and approve on the card; the request's id."""
    request_id = live.waiting(AGENT)[0]
    sit(page, live, APPROVER)
    card = page.get_by_role("list", name="Messages", exact=True).locator("> li").filter(has_text=request_id)
    card.get_by_role("button", name="Approve").click()
    expect(card).to_contain_text("Approved by")
    expect(card.get_by_role("button", name="Approve")).to_have_count(0)
    return request_id


def test_a_person_approves_on_the_page(live: Live, page: Page) -> None:
    request_id = approve(page, live)
    assert live.until(AGENT, request_id, "status", "approved")["decisions"][0]["by"] == APPROVER
    live.redeem(AGENT, request_id)
    (decided,) = [event for event in live.chain(request_id) if event["type"] == "decision.recorded"]
    assert (decided["actor"]["id"], decided["actor"]["channel"]) == (APPROVER, "slack")


def test_the_owner_revokes_in_the_home(live: Live, page: Page) -> None:
    request_id = approve(page, live)
    live.until(AGENT, request_id, "status", "approved")
    sit(page, live, OWNER, "home")
    block = page.locator(f"[data-block-id='home:{request_id}']")
    block.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(block).to_have_count(0)
    assert live.view(AGENT, request_id)["status"] == "revoked"
    (revoked,) = [event for event in live.chain(request_id) if event["type"] == "grant.revoked"]
    assert (revoked["actor"]["id"], revoked["actor"]["channel"]) == (OWNER, "slack")


def test_a_command_is_answered_on_the_page(live: Live, page: Page) -> None:
    request_id = live.waiting(AGENT)[0]
    sit(page, live, APPROVER)
    box = page.get_by_role("textbox", name="Message #approvals")
    box.fill(f"/sallyport show {request_id}")
    box.press("Enter")
    answer = page.locator("li.ephemeral").last
    expect(answer).to_contain_text(request_id)
    expect(answer).to_contain_text("0 of 1 approvals")
