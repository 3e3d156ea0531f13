"""The protocol's objects: read strictly, and answered as its client (`agentapprovalprotocol` 0.3.3, `_wire.py`) takes
them. Unknown members, nulls, duplicate keys and anything but JSON are refused."""

from __future__ import annotations

import json
import math
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

LONGEST_BODY = 256 * 1024
# A request's id is a UUID there and `req-` with 96 bits here: one is the other, so a bridge that was started again
# answers with the ids of before. What remains of the UUID is constant (version 8 of RFC 9562, ours to fill).
_REQUEST_ID = re.compile(r"req-([0-9a-f]{12})([0-9a-f]{3})([0-9a-f]{9})")
_UUID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8000-000([0-9a-f]{9})")
_WAIT = re.compile(r"([0-9]{1,3})s")
_LONGEST_WAIT = 60


class Refusal(Exception):
    """An answer other than a request."""

    def __init__(self, status: int, code: str, message: str = "", retry_after: int | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.retry_after = status, code, message or code, retry_after


def malformed(message: str) -> Refusal:
    return Refusal(400, "invalid_request", message)


@dataclass(frozen=True, slots=True)
class Submission:
    """What a client asks. `raw` are its bytes, to be echoed; neither they nor their content is ever printed."""

    raw: bytes = field(repr=False)
    said: dict[str, Any] = field(repr=False)

    @property
    def tool(self) -> str:
        return str(self.said["tool"])

    def same(self, other: Submission) -> bool:
        """Whether both have the same content, however it is written."""
        return _canonical(self.said) == _canonical(other.said)


def submission(raw: bytes) -> Submission:
    """Raises Refusal."""
    texts = {"tool", "timeout", "server", "agent_reasoning"}
    said = _members(raw, texts | {"arguments", "context"}, {"tool", "arguments", "timeout"})
    for name in texts & said.keys():
        _text(said, name)
    for name in {"arguments", "context"} & said.keys():
        if not isinstance(said[name], dict):
            raise malformed(f"{name} must be an object")
    return Submission(raw.strip(), said)


def outcome(raw: bytes) -> dict[str, str]:
    """Raises Refusal."""
    said = _members(raw, {"status", "note"}, {"status"})
    if said["status"] not in ("succeeded", "failed"):
        raise malformed("status must be succeeded or failed")
    if "note" in said:
        _text(said, "note")
    return said


def wait_of(text: str | None) -> int:
    """The seconds of `?wait=25s`. Raises Refusal."""
    if text is None:
        return 0
    found = _WAIT.fullmatch(text)
    if found is None:
        raise malformed("wait must be seconds, as 25s")
    return min(int(found[1]), _LONGEST_WAIT)


def echoed(asked: Submission, more: dict[str, Any]) -> bytes:
    """The submission as it came, byte for byte, followed by `more`, so that numbers that Python would round stay
    exact."""
    return asked.raw[:-1].rstrip() + b"," + json.dumps(more, ensure_ascii=False).encode()[1:]


def uuid_of(request_id: str) -> str:
    """Of a Sallyport request."""
    found = _REQUEST_ID.fullmatch(request_id)
    assert found is not None  # Sallyport made it
    return f"{found[1][:8]}-{found[1][8:]}-8{found[2]}-8000-000{found[3]}"


def request_id_of(text: str) -> str | None:
    """The Sallyport request of such a UUID."""
    found = _UUID.fullmatch(text)
    return None if found is None else f"req-{''.join(found.groups())}"


def new_id() -> str:
    """An id for what Sallyport has no request for."""
    return str(uuid.uuid4())


def members(raw: bytes) -> dict[str, Any]:
    """A JSON object without duplicate keys, lone surrogates or invalid numbers. Raises Refusal."""
    if len(raw) > LONGEST_BODY:
        raise Refusal(413, "body_too_large", f"at most {LONGEST_BODY} bytes")
    try:
        said = json.loads(raw.decode(), object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_number)
        json.dumps(said, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed("the body must be a JSON object") from None
    if not isinstance(said, dict):
        raise malformed("the body must be a JSON object")
    return said


def _members(raw: bytes, known: set[str], needed: set[str]) -> dict[str, Any]:
    said = members(raw)
    only(said, known, needed)
    return said


def only(said: dict[str, Any], known: set[str], needed: set[str]) -> None:
    """Raises Refusal for a member that is unknown, null or missing."""
    if said.keys() - known or needed - said.keys() or any(value is None for value in said.values()):
        raise malformed(f"takes {', '.join(sorted(known))} and needs {', '.join(sorted(needed)) or 'none'}; no nulls")


def _text(said: dict[str, Any], name: str) -> None:
    if not isinstance(said[name], str) or not said[name]:
        raise malformed(f"{name} must be text")


def _canonical(said: Any) -> str:
    return json.dumps(said, sort_keys=True)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError
    return made


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _no_number(_: str) -> float:
    raise ValueError
