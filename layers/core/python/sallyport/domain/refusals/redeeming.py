"""Why a grant does not become a credential or a call, or cannot be ended."""

from __future__ import annotations

from sallyport.domain.refusals.base import Refusal

_LOOKED_INTO = "Stop and tell the people who run this deployment: this must not happen, and they have to look into it."


class NotApproved(Refusal):
    code, http_status, title = "not_approved", 409, "The request is not approved"
    next_step = "Read the request and what was said about it; ask again only if something has changed."


class NotYetApproved(NotApproved):
    title = "The request is not approved yet"
    retryable, retry_after = True, 5
    next_step = "Wait for the decision with GET /v1/requests/{request_id}?wait=25, and redeem once it is approved."


class AlreadyRedeemed(Refusal):
    code, http_status, title = "already_redeemed", 409, "The grant was already redeemed; it works only once"
    next_step = "Use what you were given; if that is lost, end it with DELETE …/grant and make a new request."


class GrantExpired(Refusal):
    code, http_status, title = "grant_expired", 409, "The grant has expired"
    next_step = "Make a new request, and redeem its grant before `grant.expires_at`."


class GrantRevoked(Refusal):
    code, http_status, title = "grant_revoked", 409, "The grant was revoked"
    next_step = "Stop, and ask your owner why it was revoked before you ask again."


class PolicyChanged(Refusal):
    code, http_status, title = (
        "policy_changed",
        409,
        "Today's policy would not have led to this grant; ask again",
    )
    next_step = "Make a new request, which today's policy will judge."


class DigestMismatch(Refusal):
    code, http_status, title = "digest_mismatch", 409, "What is stored differs from what was approved"
    next_step = _LOOKED_INTO


class EvidenceMismatch(Refusal):
    """`members` are those members of the stored request that its audit chain contradicts. They are evidence, and the
    caller is never told them."""

    code, http_status, title = "evidence_mismatch", 409, "What is stored differs from what the audit trail says"
    next_step = _LOOKED_INTO

    def __init__(self, *members: str) -> None:
        super().__init__()
        self.members = members


class WrongDelivery(Refusal):
    code, http_status, title = "wrong_delivery", 409, "This action is delivered the other way: credentials or result"
    next_step = "POST to …/result where `delivery` is execute, and to …/credentials where it is credential."


class CredentialsFailed(Refusal):
    code, http_status, title = "credentials_failed", 502, "The credential could not be issued; the grant is used up"
    next_step = "Make a new request; if that fails too, tell your owner the request's `code`."


class ActionFailed(Refusal):
    code, http_status, title = (
        "action_failed",
        502,
        "The call was not made or was refused; the grant is used up, and the request's code says why",
    )
    next_step = "Read the request's `code`, change what it names, and make a new request."


class OutcomeIsUnknown(Refusal):
    code, http_status, title = (
        "outcome_unknown",
        502,
        "No answer came: the call may have taken effect. It is never repeated; check before you ask again",
    )
    next_step = "Check whether the call took effect before you make a new request."


class NothingToRevoke(Refusal):
    code, http_status, title = "nothing_to_revoke", 409, "There is no grant or session left to end"
    next_step = "Nothing is needed: no grant and no session of this request works any more."


class RevocationsFull(Refusal):
    code, http_status, title = (
        "revocations_full",
        409,
        "There is no room to end this session early; drop the credential, it ends at its cut-off",
    )
    next_step = "Drop the credential; it stops working by itself at `grant.ends_at`."


class RevocationFailed(Refusal):
    code, http_status, title = (
        "revocation_failed",
        503,
        "The revocation is recorded, but the session could not be denied; try again",
    )
    retryable, retry_after = True, 2
    next_step = "Send the same call again until it succeeds; an alarm has been raised."
