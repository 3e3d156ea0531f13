"""Why a call is not understood, or a submission is not accepted."""

from __future__ import annotations

from sallyport.domain.refusals.base import Refusal


class MalformedRequest(Refusal):
    code, http_status, title = "malformed_request", 400, "The body is not the JSON this call takes"
    next_step = "Correct what `paths` names, or send the JSON object that the API's description gives for this call."


class BodyTooLarge(Refusal):
    code, http_status, title = "body_too_large", 413, "The body is larger than 256 KiB"
    next_step = "Send at most 256 KiB: keep large material where the approver can read it, and say in `context` where."


class JsonTooDeep(Refusal):
    code, http_status, title = "json_too_deep", 400, "The body nests deeper than 64 levels"
    next_step = "Flatten the body to at most 64 levels."


class InvalidParameters(Refusal):
    code, http_status, title = "invalid_parameters", 400, "The parameters do not fit the action's schema"
    next_step = "Correct what `paths` names so that it fits the action's schema, GET /v1/actions/{name}."


class IdentifierInScope(Refusal):
    code, http_status, title = (
        "identifier_in_scope",
        400,
        "A parameter that takes effect contains a secret or identifies a person, so it could not be shown unchanged",
    )
    next_step = (
        "Choose a value without personal data or secrets for what `paths` names, or ask your owner for another way."
    )


class UnknownCaller(Refusal):
    code, http_status, title = "unknown_caller", 403, "This principal is not in the directory"
    next_step = "Ask whoever runs this deployment to add your IAM principal to its directory."


class PolicyDenied(Refusal):
    code, http_status, title = "policy_denied", 403, "Policy does not let this agent ask for this action"
    next_step = "Do not repeat it: choose an action from GET /v1/actions, or ask your owner for the permission."


class UnknownAction(PolicyDenied):
    code, title = "unknown_action", "There is no such action here"
    next_step = "Use the name of an action that GET /v1/actions lists."


class OnBehalfOfRequired(PolicyDenied):
    code, title = "on_behalf_of_required", "Policy requires this agent to say on whose behalf it asks"
    next_step = "Name the person you act for in `on_behalf_of`; GET /v1/actions/{name} lists whom you may name."


class OnBehalfOfNotAllowed(PolicyDenied):
    code, title = "on_behalf_of_not_allowed", "Policy does not let this agent ask for this on behalf of that person"
    next_step = (
        "Name somebody whom GET /v1/actions/{name} lists for you, or leave `on_behalf_of` out if it is optional."
    )


class Halted(Refusal):
    code, http_status, title = "halted", 403, "Sallyport is halted for this request"
    next_step = "Stop and tell your owner: people have halted this, and it stays halted until they resume it."


class SwitchesUnproved(Halted):
    title = "Sallyport has halted itself: its switches differ from what their audit chain says"
    next_step = "Stop and tell the people who run this deployment; they have to look into it."
    logged = "switches_unproved"


class RateLimited(Refusal):
    code, http_status, title = "rate_limited", 429, "This agent has made as many requests as it may in an hour"
    retryable = True
    next_step = "Wait for the seconds in Retry-After; until then, repeating an earlier request still returns it."


class TooManyPending(Refusal):
    code, http_status, title = "too_many_pending", 429, "This agent has as many undecided requests as it may have"
    retryable, retry_after = True, 60
    next_step = "Cancel a pending request that you no longer need, or come back once one of them is decided."


class IdempotencyConflict(Refusal):
    code, http_status, title = "idempotency_conflict", 409, "This Idempotency-Key was used for another request"
    next_step = "Use a new Idempotency-Key for a different request, or send the earlier body unchanged."


class NotFound(Refusal):
    code, http_status, title = "not_found", 404, "There is no such request here"
    next_step = (
        "Check the id and the identity you call with: only its agent, its approvers and auditors can see a request."
    )


class NoSuchEntry(NotFound):
    title = "There is no such action in the catalogue that you may see"
    next_step = "Use the name of an action that GET /v1/actions lists."


class Unavailable(Refusal):
    code, http_status, title = "unavailable", 503, "Nothing was decided or granted; try again"
    retryable, retry_after = True, 2
    next_step = "Send the same call again in a few seconds, with the same Idempotency-Key if it had one."
