"""GET /v1/actions and /v1/actions/{name}: the catalog, from which an agent's tools can be generated."""

from sallyport.contracts.views import action_view
from sallyport.domain.refusals import NotFound
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring


def _list(call: Call) -> Answer:
    actions = wiring().policy.actions
    name = call.path.get("name")
    if name is None:
        return Answer(200, {"actions": [action_view(actions[key]) for key in sorted(actions)]})
    if name not in actions:
        raise NotFound
    return Answer(200, action_view(actions[name]))


handler = http_handler(_list)
