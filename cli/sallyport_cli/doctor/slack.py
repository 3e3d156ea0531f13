"""Slack's side: whether the secrets are Slack's, what the bot may do and see, and whether the gate accepts Slack's
signature."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from urllib.parse import urlencode

from botocore.exceptions import ClientError

from sallyport_cli.doctor.calls import Answered, call
from sallyport_cli.doctor.patient import Patient, Symptom

# What slack/manifest.yaml asks for. Of the last two, the one that fits the channel is enough.
SCOPES = frozenset({"chat:write", "commands", "users:read"})
READS_CHANNEL = frozenset({"groups:history", "channels:history"})
# For rules of channels.yaml with direct messages; a bot that has this permission without needing it is not reported.
WRITES_DIRECTLY = "im:write"
_GENERATED = 64  # characters of the place-holder that the template generates; Slack's own is 32 hexadecimal digits
_REINSTALL = "use the scopes of slack/manifest.yaml and install the app again (docs/slack-setup.md)"


def slack(patient: Patient) -> Iterator[Symptom]:
    """The secrets are Slack's, of the workspace that the template names; the bot may do what it must and no more, and
    is in every channel to which policy sends cards; the gate answers what Slack signs."""
    token, broken = _secret(patient, "SlackBotTokenArn")
    signing, broken_too = _secret(patient, "SlackSigningSecretArn")
    for which, problem in (("bot token", broken), ("signing secret", broken_too)):
        if problem:
            yield Symptom(f"the {which} cannot be read ({problem})", "restore the secret; its ARN is in the outputs")
    if token and not token.startswith("xox"):
        yield Symptom("the bot token is not Slack's: nobody has stored it yet", _put("SlackBotTokenArn"))
    elif token:
        yield from _bot(patient, token)
    if signing and len(signing) == _GENERATED and not signing.islower():
        yield Symptom("the signing secret is not Slack's: nobody has stored it yet", _put("SlackSigningSecretArn"))
    elif signing:
        yield from _signed(patient, signing)


def _bot(patient: Patient, token: str) -> Iterator[Symptom]:
    answer = _ask(patient, token, "auth.test")
    if not answer.body.get("ok"):
        said = answer.body.get("error") or answer.status
        yield Symptom(f"Slack refuses the bot token ({said})", _put("SlackBotTokenArn"))
        return
    of_organisation = answer.body.get("is_enterprise_install") is True
    installed_in = answer.body.get("enterprise_id" if of_organisation else "team_id")
    if installed_in != patient.parameters.get("SlackTeamId"):
        mend = "deploy with the SlackTeamId of the workspace, or the organisation, that the app is installed in"
        kind = "organisation" if of_organisation else "workspace"
        yield Symptom(f"the bot is of {kind} {installed_in}: every click is a stranger's", mend)
    routes = [rule.route for rule in patient.layer.policy.routes]
    yield from _scopes(answer, SCOPES | {WRITES_DIRECTLY for route in routes if route.direct})
    own = patient.parameters.get("SlackChannelId", "")
    for channel in sorted({own, *(route.room for route in routes if route.room)}):
        yield from _channel(patient, token, channel, "SlackChannelId" if channel == own else "channels.yaml")


def _scopes(answer: Answered, needed: frozenset[str]) -> Iterator[Symptom]:
    """Slack tells a token's scopes with every answer (docs.slack.dev/authentication)."""
    granted = {scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",")} - {""}
    missing = sorted(needed - granted)
    if missing:
        yield Symptom(f"the bot lacks {', '.join(missing)}", _REINSTALL)
    if not granted & READS_CHANNEL:
        yield Symptom("the bot lacks groups:history (for a public channel, channels:history)", _REINSTALL)
    needless = sorted(granted - SCOPES - READS_CHANNEL - {WRITES_DIRECTLY})
    if needless:
        yield Symptom(f"the bot has more permissions than it needs: {', '.join(needless)}", _REINSTALL)


_MENDS = {
    "not_in_channel": "invite the bot to the channel: `/invite @sallyport`",
    "channel_not_found": "check {named}, and invite the bot: a private channel is invisible to outsiders",
    "is_archived": "unarchive the channel, or name another one in {named}",
    "missing_scope": _REINSTALL,
}


def _channel(patient: Patient, token: str, channel: str, named: str) -> Iterator[Symptom]:
    """`named` says where the configuration names the channel."""
    answer = _ask(patient, token, "conversations.history", channel=channel, limit="1")
    if not answer.body.get("ok"):
        said = str(answer.body.get("error") or answer.status)
        mend = _MENDS.get(said, "look at the channel").format(named=named)
        yield Symptom(f"the bot cannot read the channel {channel} ({said})", mend)


def _signed(patient: Patient, signing: str) -> Iterator[Symptom]:
    """Ask what Slack asks of a new request URL (docs.slack.dev/reference/events/url_verification)."""
    challenge, now = secrets.token_hex(16), str(int(time.time()))
    body = json.dumps({"type": "url_verification", "challenge": challenge}).encode()
    mac = hmac.new(signing.encode(), f"v0:{now}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={mac}"}
    answer = call("POST", f"{patient.url}/slack/interactions", data=body, headers=headers)
    if answer.body.get("challenge") == challenge:
        return
    if answer.status == 401:
        mend = "wait a minute after a rotation, and check this machine's clock"
        yield Symptom("the gate refuses what is signed with the secret that it should know", mend)
        return
    said = "does not answer" if answer.status is None else f"answers {answer.status}"
    yield Symptom(f"the gate {said} when Slack asks for a challenge", "check the log of `slack_interaction`")


def _ask(patient: Patient, token: str, method: str, **arguments: str) -> Answered:
    base = patient.parameters.get("SlackApiBaseUrl") or "https://slack.com/api/"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-www-form-urlencoded"}
    return call("POST", f"{base.rstrip('/')}/{method}", data=urlencode(arguments).encode(), headers=headers)


def _put(output: str) -> str:
    return f"put Slack's value into the secret of the output {output}: `aws secretsmanager put-secret-value`"


def _secret(patient: Patient, output: str) -> tuple[str, str | None]:
    try:
        got = patient.client("secretsmanager").get_secret_value(SecretId=patient.outputs.get(output, ""))
    except ClientError as error:
        return "", str(error.response["Error"]["Code"])
    return str(got.get("SecretString", "")), None
