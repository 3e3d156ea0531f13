"""Twenty requests of operations on the approvers' page: each can be judged, and nobody is named on it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from sallyport.adapters.slack_card import message_of
from sallyport.adapters.slack_details import pages_of
from tests.browser import open_browser
from tests.slack_workspace import CHANNEL, running_slack
from tests.support.operations import Operation, operations

PICTURES = Path(__file__).parents[2] / ".local" / "operations-page"
# Twelve lines of 22 px with the gaps between blocks, below the name of whoever posts.
FIRST_SCREEN_PX = 12 * 22 + 5 * 12 + 30


@pytest.fixture(scope="module")
def shown() -> Iterator[dict[str, str]]:
    """What the page shows of each card and its details, by request."""
    with open_browser() as browser, running_slack() as slack:
        client = slack.client()
        for operation in operations():
            client.chat_postMessage(channel=CHANNEL, text=operation.id, blocks=message_of(operation.card))
        cards = _cards(browser, slack.url)
        for operation in operations():
            (page,) = pages_of(operation.card)
            client.chat_postMessage(channel=CHANNEL, text=operation.id, blocks=page)
        details = _texts(browser, slack.url)[len(cards) :]
        texts = map("\n".join, zip(cards, details, strict=True))
        yield dict(zip((one.id for one in operations()), texts, strict=True))


def _cards(browser: Browser, url: str) -> list[str]:
    """The texts of the page's cards, and pictures of them to look at."""
    with browser.new_context(viewport={"width": 1000, "height": 2000}) as context:
        page = context.new_page()
        page.goto(url)
        messages = page.get_by_role("list", name="Messages").locator("> li")
        expect(messages).to_have_count(20)
        PICTURES.mkdir(parents=True, exist_ok=True)
        for number in range(20):
            messages.nth(number).screenshot(path=PICTURES / f"{number + 1:02}.png")
            assert _buttons_end(messages.nth(number)) <= FIRST_SCREEN_PX
        return messages.all_inner_texts()


def _buttons_end(card: Locator) -> float:
    """How far below the card's beginning its buttons end, in pixels."""
    above, buttons = card.bounding_box(), card.get_by_role("group", name="Actions").bounding_box()
    assert above is not None
    assert buttons is not None
    return buttons["y"] + buttons["height"] - above["y"]


def _texts(browser: Browser, url: str) -> list[str]:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        messages = page.get_by_role("list", name="Messages").locator("> li")
        expect(messages).to_have_count(40)
        return messages.all_inner_texts()


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
def test_the_card_shows_what_it_takes_to_judge_and_nobody(operation: Operation, shown: dict[str, str]) -> None:
    text = shown[operation.id]
    assert [name for name in operation.visible if name not in text] == []
    assert [name for name in operation.hidden if name in text] == []
    # What is hidden leaves a marker: the reader sees that somebody was named.
    assert re.search(r"\[(NAME|EMAIL|MRN|PHONE|SECRET|IP)-\d+\]", text)
