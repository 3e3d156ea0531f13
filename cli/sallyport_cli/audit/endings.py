"""What came of a request, according to its events. Whoever shows it to people puts it into words."""

from __future__ import annotations

from enum import Enum, auto

from sallyport_cli.audit.history import Event, History


class Ending(Enum):
    """RETURNED is by the agent and without use, REVOKED by a person before use; STOPPED is a revocation that came
    while the effect was on its way, REVOKED_LATE one after the credential was handed out."""

    EXECUTED = auto()
    ISSUED = auto()
    REVOKED_LATE = auto()
    STOPPED = auto()
    FAILED = auto()
    REVOKED = auto()
    RETURNED = auto()
    REDEEMED = auto()
    LAPSED = auto()
    DENIED = auto()
    CANCELLED = auto()
    EXPIRED = auto()
    APPROVED = auto()
    OPEN = auto()


_SIGNS = {
    "action.executed": "executed",
    "credentials.issued": "issued",
    "action.failed": "failed",
    "credentials.failed": "failed",
    "grant.redeemed": "redeemed",
    "grant.expired": "unused",
    "request.cancelled": "cancelled",
    "request.denied": "denied",
    "request.expired": "expired",
    "grant.issued": "approved",
    "request.approved": "approved",
}
# The first row whose signs are all there decides, because a later event overrides an earlier one.
_ENDINGS = (
    ({"executed"}, Ending.EXECUTED),
    ({"revoked", "issued"}, Ending.REVOKED_LATE),
    ({"revoked", "failed"}, Ending.STOPPED),
    ({"issued"}, Ending.ISSUED),
    ({"failed"}, Ending.FAILED),
    ({"revoked"}, Ending.REVOKED),
    ({"returned"}, Ending.RETURNED),
    ({"redeemed"}, Ending.REDEEMED),
    ({"unused"}, Ending.LAPSED),
    ({"cancelled"}, Ending.CANCELLED),
    ({"denied"}, Ending.DENIED),
    ({"expired"}, Ending.EXPIRED),
    # Where the request was approved but never had a grant, only its close tells what came of it.
    ({"closed_expired"}, Ending.LAPSED),
    ({"closed_failed"}, Ending.FAILED),
    ({"approved"}, Ending.APPROVED),
)


def ending_of(request: History) -> Ending:
    """OPEN for a request on which nobody has decided yet."""
    seen = {_sign(event) for event in request.events}
    return next((ending for signs, ending in _ENDINGS if signs <= seen), Ending.OPEN)


def _sign(event: Event) -> str:
    if event.type == "grant.revoked":
        return "revoked" if event.said["actor"]["kind"] == "person" else "returned"
    if event.type == "request.closed":
        return f"closed_{event.details.get('status')}"
    return _SIGNS.get(event.type, "")
