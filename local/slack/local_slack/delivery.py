"""One signed POST to the app, with Slack's three seconds; never to anything but the loopback interface."""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

# https://docs.slack.dev/interactivity: an app that has not answered after three seconds has failed.
ANSWER_SECONDS = 3.0
_MOST_BODY = 1_000_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came back: `status` 0 and an `error` word when nothing did."""

    status: int
    body: str
    ms: int
    error: str = ""

    @property
    def ok(self) -> bool:
        return not self.error and 200 <= self.status < 300


type Deliver = Callable[[str, bytes, Mapping[str, str]], Delivery]


class AddressError(ValueError):
    """The address is not one that a local workspace may call."""


def signed_form(payload: Mapping[str, Any], signing_secret: str, now: float) -> tuple[bytes, dict[str, str]]:
    """The body and headers with which Slack sends an interaction: `payload=` and a v0 signature over the raw body."""
    return signed_fields({"payload": json.dumps(payload, separators=(",", ":"))}, signing_secret, now)


def signed_fields(fields: Mapping[str, str], signing_secret: str, now: float) -> tuple[bytes, dict[str, str]]:
    """A form, as Slack sends slash commands."""
    return signed(urlencode(fields).encode(), "application/x-www-form-urlencoded", signing_secret, now)


def signed_event(event: Mapping[str, Any], signing_secret: str, now: float) -> tuple[bytes, dict[str, str]]:
    """JSON, as Slack sends events."""
    return signed(json.dumps(event).encode(), "application/json", signing_secret, now)


def signed(body: bytes, kind: str, signing_secret: str, now: float) -> tuple[bytes, dict[str, str]]:
    timestamp = str(int(now))
    digest = hmac.new(signing_secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": kind,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept": "application/json,*/*",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
    }
    return body, headers


def check_address(url: str) -> str:
    """The URL itself when it is http on this machine; raises `AddressError` otherwise."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressError("not a URL") from error
    if parts.scheme != "http":
        raise AddressError("only http:// addresses can be called")
    if host not in ("127.0.0.1", "localhost", "::1") and not host.endswith(".localhost"):
        raise AddressError("only this machine can be called (127.0.0.1, localhost, *.localhost)")
    return url


def deliver(url: str, body: bytes, headers: Mapping[str, str]) -> Delivery:
    """POST and wait for the whole answer, three seconds in all; failures are returned, not raised."""
    started = time.monotonic()
    parts = urlsplit(check_address(url))
    host = "::1" if parts.hostname == "::1" else "127.0.0.1"
    connection = http.client.HTTPConnection(host, parts.port or 80, timeout=ANSWER_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    status, text, error = 0, "", ""
    try:
        connection.request("POST", target, body, {"Host": parts.netloc, **headers})
        if connection.sock is not None:
            connection.sock.settimeout(max(0.01, ANSWER_SECONDS - (time.monotonic() - started)))
        answer = connection.getresponse()
        status = answer.status
        text = answer.read(_MOST_BODY).decode("utf-8", "replace")
    except TimeoutError:
        status, error = 0, "timeout"
    except (OSError, http.client.HTTPException):
        status, error = 0, "unreachable"
    finally:
        connection.close()
    elapsed = time.monotonic() - started
    if not error and elapsed > ANSWER_SECONDS:
        error = "timeout"
    return Delivery(status, text, round(elapsed * 1000), error)
