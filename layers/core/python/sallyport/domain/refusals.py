"""Every way Sallyport says no. A refusal names itself by a stable code and never quotes what was sent."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Base of all refusals: `code` and `http_status` are part of the HTTP interface, `title` is for people.

    `paths` are places that the action's own schema declares, never ones that a caller made up.
    """

    code: ClassVar[str] = "refused"
    http_status: ClassVar[int] = 403
    title: ClassVar[str] = "Refused"
    # What the log line says instead of the code, where an alarm listens for it.
    logged: ClassVar[str | None] = None

    def __init__(self, *paths: str) -> None:
        super().__init__(self.code)
        self.paths = paths

    @property
    def outcome(self) -> str:
        """What the log line says."""
        return self.logged or self.code


class MalformedRequest(Refusal):
    code, http_status, title = "malformed_request", 400, "The body is not the JSON this call takes"


class BodyTooLarge(Refusal):
    code, http_status, title = "body_too_large", 413, "The body is larger than 256 KiB"


class JsonTooDeep(Refusal):
    code, http_status, title = "json_too_deep", 400, "The body nests deeper than 64 levels"


class InvalidParameters(Refusal):
    code, http_status, title = "invalid_parameters", 400, "The parameters do not fit the action's schema"


class IdentifierInScope(Refusal):
    code, http_status, title = (
        "identifier_in_scope",
        400,
        "A parameter that takes effect holds what identifies a person or is a secret; it could not be shown as it is",
    )


class UnknownCaller(Refusal):
    code, http_status, title = "unknown_caller", 403, "This principal is not in the directory"


class PolicyDenied(Refusal):
    code, http_status, title = "policy_denied", 403, "Policy does not let this agent ask for this action"


class Halted(Refusal):
    code, http_status, title = "halted", 403, "Sallyport is halted for this request"


class SwitchesUnproved(Halted):
    title = "Sallyport has halted itself: its switches are not what their audit chain says"
    logged = "switches_unproved"


class RateLimited(Refusal):
    code, http_status, title = "rate_limited", 429, "This agent asks too often, or has too many requests pending"


class IdempotencyConflict(Refusal):
    code, http_status, title = "idempotency_conflict", 409, "This Idempotency-Key was used for another request"


class NotFound(Refusal):
    code, http_status, title = "not_found", 404, "There is no such request here"


class SelfApproval(Refusal):
    code, http_status, title = (
        "self_approval",
        403,
        "Nobody approves a request of their own agent or on their own behalf; they may deny it",
    )


class NotAnApprover(Refusal):
    code, http_status, title = "not_an_approver", 403, "Policy does not let this person decide this request"


class AlreadyDecided(Refusal):
    code, http_status, title = "already_decided", 409, "This person has decided already"


class NothingToWithdraw(Refusal):
    code, http_status, title = (
        "nothing_to_withdraw",
        409,
        "There is no approval of this person's to withdraw, or not again",
    )


class ReasonRequired(Refusal):
    code, http_status, title = "reason_required", 400, "This action wants a reason with the decision"


class ChannelNotAllowed(Refusal):
    code, http_status, title = "channel_not_allowed", 403, "This action may not be decided through this channel"


class StaleDigest(Refusal):
    code, http_status, title = "stale_digest", 409, "The decision is about something else than what is pending"


class AlreadySettled(Refusal):
    code, http_status, title = "already_settled", 409, "The request is settled already"


class NotApproved(Refusal):
    code, http_status, title = "not_approved", 409, "The request is not approved"


class AlreadyRedeemed(Refusal):
    code, http_status, title = "already_redeemed", 409, "The grant was redeemed already; it is good for once"


class GrantExpired(Refusal):
    code, http_status, title = "grant_expired", 409, "The grant has expired"


class GrantRevoked(Refusal):
    code, http_status, title = "grant_revoked", 409, "The grant was revoked"


class PolicyChanged(Refusal):
    code, http_status, title = (
        "policy_changed",
        409,
        "Today's policy would not have led to this grant; ask again",
    )


class DigestMismatch(Refusal):
    code, http_status, title = "digest_mismatch", 409, "What is stored is not what was approved"


class EvidenceMismatch(Refusal):
    """`members` are those of the stored request that its audit chain does not bear out. They are evidence, and no
    business of the caller's."""

    code, http_status, title = "evidence_mismatch", 409, "What is stored is not what the audit trail says"

    def __init__(self, *members: str) -> None:
        super().__init__()
        self.members = members


class WrongDelivery(Refusal):
    code, http_status, title = "wrong_delivery", 409, "This action is delivered the other way: credentials or result"


class CredentialsFailed(Refusal):
    code, http_status, title = "credentials_failed", 502, "The credential could not be issued; the grant is used up"


class ActionFailed(Refusal):
    code, http_status, title = (
        "action_failed",
        502,
        "The call was not made or was refused; the grant is used up, the request's code says why",
    )


class OutcomeIsUnknown(Refusal):
    code, http_status, title = (
        "outcome_unknown",
        502,
        "No answer came: the call may have had its effect. It is never repeated; look before you ask again",
    )


class NothingToRevoke(Refusal):
    code, http_status, title = "nothing_to_revoke", 409, "There is no grant or session left to end"


class RevocationsFull(Refusal):
    code, http_status, title = (
        "revocations_full",
        409,
        "There is no room to end this session early; drop the credential, it ends at its cut-off",
    )


class RevocationFailed(Refusal):
    code, http_status, title = (
        "revocation_failed",
        503,
        "The revocation is recorded, but the session could not be denied; do it again",
    )


class BreakGlassNotAllowed(Refusal):
    code, http_status, title = "break_glass_not_allowed", 403, "The glass of this action cannot be broken"


class UnknownSwitch(Refusal):
    code, http_status, title = "unknown_switch", 400, "A switch is all, agent:<id> or action:<name> of what there is"


class NotAllowedToHalt(Refusal):
    code, http_status, title = "not_allowed_to_halt", 403, "Policy does not let this person halt or resume"


class BadSignature(Refusal):
    code, http_status, title = "bad_signature", 401, "The Slack signature does not verify"


class Unavailable(Refusal):
    code, http_status, title = "unavailable", 503, "Nothing was decided or granted; try again"
