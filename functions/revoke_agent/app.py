"""DELETE /v1/agents/{agent}/grants: people end everything that an agent holds. No agent may call it, so none can crowd
people out."""

from datetime import UTC, datetime

from sallyport.domain.refusals import RevocationFailed, RevocationsFull
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.outcomes import OutcomeClass
from sallyport.runtime.wiring import wiring
from sallyport.usecases.revoke_grant import revoke_agent


def _revoke(call: Call) -> Answer:
    done, refused = revoke_agent(call.caller, call.path.get("agent", ""), wiring(), datetime.now(UTC))
    # Somebody must hear of a session that could not be denied, whatever else was refused, so its code goes first.
    failed = [code for code in (RevocationFailed.code, RevocationsFull.code) if code in refused.values()]
    outcome = failed[0] if failed else ("revocations_refused" if refused else "revoked")
    kind = OutcomeClass.REFUSED if refused else OutcomeClass.DONE
    return Answer(200, {"revoked": done, "refused": refused}, outcome=outcome, kind=kind)


handler = http_handler(_revoke)
