"""Why somebody's decision, review or switch is not accepted."""

from __future__ import annotations

from sallyport.domain.refusals.base import Refusal


class SelfApproval(Refusal):
    code, http_status, title = (
        "self_approval",
        403,
        "Nobody approves a request of their own agent or on their own behalf; they may deny it",
    )
    next_step = "Leave the approval to somebody who does not stand behind this request; you may deny it."


class NotAnApprover(Refusal):
    code, http_status, title = "not_an_approver", 403, "Policy does not let this person decide this request"
    next_step = "Leave it to the people whom policy asks about this action."


class AlreadyDecided(Refusal):
    code, http_status, title = "already_decided", 409, "This person has already decided"
    next_step = (
        "Nothing is needed: your decision stands, and an approval can be withdrawn once while others are missing."
    )


class NothingToWithdraw(Refusal):
    code, http_status, title = (
        "nothing_to_withdraw",
        409,
        "This person has no approval to withdraw, or has already withdrawn one",
    )
    next_step = "Approve or deny instead, if the request is still pending."


class ReasonRequired(Refusal):
    code, http_status, title = "reason_required", 400, "This action requires a reason with the decision"
    next_step = "Send the decision again with a reason."


class ChannelNotAllowed(Refusal):
    code, http_status, title = "channel_not_allowed", 403, "This action may not be decided through this channel"
    next_step = "Decide through a channel that the action's file allows, such as the API."


class StaleDigest(Refusal):
    code, http_status, title = "stale_digest", 409, "The decision is about something other than what is pending"
    next_step = "Read the request again and decide on what it shows now, with its current `presented_digest`."


class AlreadySettled(Refusal):
    code, http_status, title = "already_settled", 409, "The request is already settled"
    next_step = "Read the request to see how it was settled; DELETE …/grant ends what was approved."


class TooLate(Refusal):
    code, http_status, title = "too_late", 409, "A denial is explained within a day"
    next_step = "The denial stands without a reason; tell whoever runs the agent."


class BreakGlassNotAllowed(Refusal):
    code, http_status, title = "break_glass_not_allowed", 403, "This action does not allow break-glass"
    next_step = "Ask a second approver: this action always takes the full quorum."


class UnknownSwitch(Refusal):
    code, http_status, title = (
        "unknown_switch",
        400,
        "A switch is all, agent:<id> or action:<name> with an agent or action that exists",
    )
    next_step = "Name the switch all, agent:<id> or action:<name>, with an agent or action that exists."


class NotAllowedToHalt(Refusal):
    code, http_status, title = "not_allowed_to_halt", 403, "Policy does not let this person halt or resume"
    next_step = "Ask somebody whom policy lets halt, usually of the security group."


class BadSignature(Refusal):
    code, http_status, title = "bad_signature", 401, "The Slack signature does not verify"
    next_step = "Check the signing secret of this deployment and the sender's clock."
