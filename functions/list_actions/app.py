"""GET /v1/actions and /v1/actions/{name}: what the caller may ask for, from which an agent's tools can be made."""

from sallyport.contracts.catalogue import entry_view
from sallyport.domain.refusals import MalformedRequest
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring
from sallyport.usecases.list_actions import get_action, list_actions


def _list(call: Call) -> Answer:
    form = call.query.get("strict")
    if form not in (None, "openai"):
        raise MalformedRequest(
            "?strict", next_step="Leave `strict` out, or send strict=openai for OpenAI's strict mode."
        )
    ports, strict, name = wiring(), form is not None, call.path.get("name")
    if name is not None:
        return Answer(200, entry_view(get_action(call.caller, name, ports), strict=strict))
    return Answer(200, {"actions": [entry_view(entry, strict=strict) for entry in list_actions(call.caller, ports)]})


handler = http_handler(_list)
