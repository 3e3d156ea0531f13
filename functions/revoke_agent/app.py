"""DELETE /v1/agents/{agent}/grants: people end all that an agent has. No agent may call it, so none can crowd it."""

from datetime import UTC, datetime

from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring
from sallyport.usecases.revoke_grant import revoke_agent


def _revoke(call: Call) -> Answer:
    done, refused = revoke_agent(call.caller, call.path.get("agent", ""), wiring(), datetime.now(UTC))
    outcome = "revocations_refused" if refused else "revoked"
    return Answer(200, {"revoked": done, "refused": refused}, outcome=outcome)


handler = http_handler(_revoke)
