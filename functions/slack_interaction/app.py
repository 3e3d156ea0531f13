"""POST /slack/interactions: somebody clicked. Slack waits 3 s and never retries, so a second click is harmless."""

import time
from datetime import UTC, datetime

from sallyport.contracts.slack import check_signature, parse_click
from sallyport.domain.refusals import BadSignature
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.settings import setting
from sallyport.runtime.wiring import secret, wiring
from sallyport.usecases.click import ChatHome, click_card


def _interact(call: Call) -> Answer:
    signature = call.headers.get("x-slack-signature", "")
    signing_secret = secret(setting("SLACK_SIGNING_SECRET_SECRET"))
    check_signature(
        call.body, call.headers.get("x-slack-request-timestamp", ""), signature, signing_secret, time.time()
    )
    ports = wiring()
    now = datetime.now(UTC)
    if ports.store.seen_before(signature, now):
        raise BadSignature  # the same signed request twice: Slack does not send one again
    click = parse_click(call.body)
    if click is None:
        return Answer(200)
    home = ChatHome(setting("SLACK_TEAM_ID"), setting("SLACK_APP_ID"), setting("SLACK_CHANNEL_ID"))
    return Answer(200, request_id=click.request_id, outcome=click_card(click, home, ports, now))


handler = http_handler(_interact)
