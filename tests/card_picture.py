"""Draws docs/images/card.png again: one request's card, as the local Slack page shows it. `make picture` runs this."""

from __future__ import annotations

from pathlib import Path

from sallyport.adapters.slack_card import fallback_of, message_of
from tests.browser import open_browser
from tests.slack_workspace import CHANNEL, PETRA, running_slack
from tests.support.story import Story, submission

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "card.png"
ASKED = submission(
    reason="Readmission study for Dr. Jane Holloway: Maria Gonzalez, MRN 48215567, is missing from the Q3 extract.",
    context={"ticket": "INC-4711", "requested_by": "quality team"},
    on_behalf_of="quinn.approver",
)


def draw(picture: Path) -> None:
    """The card of a request that is pending, as a PNG."""
    card = Story().pending(ASKED).ports.chat.posted[0]
    with running_slack(bot_name="sallyport") as slack, open_browser() as browser:
        slack.client().chat_postMessage(channel=CHANNEL, text=fallback_of(card), blocks=message_of(card))
        page = browser.new_page(viewport={"width": 900, "height": 1200}, device_scale_factor=1.1, timezone_id="UTC")
        page.goto(f"{slack.url}/?as={PETRA}")
        message = page.get_by_role("list", name="Messages").locator("> li").first
        message.get_by_role("button", name="Approve").wait_for()
        message.screenshot(path=picture)


if __name__ == "__main__":
    draw(PICTURE)
