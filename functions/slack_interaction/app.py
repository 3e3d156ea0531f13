"""POST /slack/interactions: somebody clicked, typed a command or opened the Home. Slack waits 3 s; it never retries
a click or a command, so a second one is harmless."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from sallyport.contracts.slack import check_signature
from sallyport.contracts.slack_commands import parse_slack
from sallyport.contracts.slack_replies import reply_body
from sallyport.domain.channels import Unpresentable
from sallyport.domain.clicks import ChatHome, Click, Look
from sallyport.domain.commands import Challenge, Command, HomeOpened, HomeRevoke
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.refusals import BadSignature
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.log import log_call
from sallyport.runtime.outcomes import OutcomeClass
from sallyport.runtime.priming import before_snapshot, prime_click
from sallyport.runtime.settings import MissingSetting, setting
from sallyport.runtime.wiring import secret, wiring
from sallyport.usecases.click import click_card, look_closer
from sallyport.usecases.command import obey
from sallyport.usecases.home import open_home, revoke_from_home

_DONE = ("ok", "revoked")


def _interact(call: Call) -> Answer:
    signature = call.headers.get("x-slack-signature", "")
    timestamp = call.headers.get("x-slack-request-timestamp", "")
    check_signature(call.body, timestamp, signature, _signing_secret(), time.time())
    ports = wiring()
    now = datetime.now(UTC)
    if ports.store.seen_before(signature, now):
        raise BadSignature  # the same signed request twice: Slack does not send one again
    said = parse_slack(call.body)
    home = ChatHome(setting("SLACK_TEAM_ID"), setting("SLACK_APP_ID"))
    match said:
        case None:
            return Answer(200)
        case Challenge():
            return Answer(200, {"challenge": said.text}, outcome="challenge")
        case Command():
            reply = obey(said, home, ports, now)
            kind = OutcomeClass.REFUSED if reply.refused else OutcomeClass.DONE
            return Answer(200, reply_body(reply), outcome=reply.outcome, kind=kind)
        case HomeOpened():
            return _shown(lambda: open_home(said, home, ports, now))
        case HomeRevoke():
            return _shown(lambda: revoke_from_home(said, home, ports, now))
        case _:
            return _clicked(said, home, ports, now)


def _shown(show: Callable[[], str]) -> Answer:
    try:
        outcome = show()
    except PortFailed as failed:
        return Answer(200, outcome=failed.code, kind=OutcomeClass.FAILED)  # the Home shows it when it is opened again
    return Answer(200, outcome=outcome, kind=OutcomeClass.DONE if outcome in _DONE else OutcomeClass.REFUSED)


def _clicked(click: Click | Look, home: ChatHome, ports: Ports, now: datetime) -> Answer:
    outcome = _looked(click, home, ports) if isinstance(click, Look) else click_card(click, home, ports, now)
    kind = OutcomeClass.DONE if outcome == "ok" else OutcomeClass.REFUSED
    return Answer(200, request_id=click.request_id, outcome=outcome, kind=kind)


def _looked(look: Look, home: ChatHome, ports: Ports) -> str:
    try:
        return look_closer(look, home, ports)
    except (PortFailed, Unpresentable) as failed:
        return failed.code  # nothing was decided or lost, and the button can be pressed again


def _signing_secret() -> str:
    try:
        return secret(setting("SLACK_SIGNING_SECRET_SECRET"))
    except (MissingSetting, PortFailed):
        # Every request counts as forged, because without the secret nothing proves that it is genuine.
        log_call(time.perf_counter(), "signing_secret_unavailable", OutcomeClass.FAILED)
        raise BadSignature from None


before_snapshot(prime_click)
handler = http_handler(_interact)
