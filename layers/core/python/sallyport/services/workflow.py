"""The workflow of a request: start it, and let it go on."""

from __future__ import annotations

from sallyport.domain.canonical import JSON
from sallyport.domain.ports import PortFailed, WorkflowPorts
from sallyport.domain.requests import ApprovalRequest
from sallyport.domain.waiting import rung_seconds


def start_workflow(request: ApprovalRequest, ports: WorkflowPorts) -> None:
    """Passes only ids, codes and seconds; the execution is named after the request, so starting it twice is harmless.

    Raises PortFailed, or KeyError when policy has dropped the action or the agent since.
    """
    action = ports.policy.actions[request.action]
    agent = ports.policy.directory.agents[request.agent]
    rungs: list[JSON] = [rung_seconds(rung, agent) for rung in action.approval.ladder]
    timers: dict[str, JSON] = {
        "request_id": request.request_id,
        "verdict": request.verdict.value,
        "turn": {"rung": 0, "seconds": rungs[0], "tries": 0},
        "last_rung": len(rungs) - 1,
        "rungs": rungs,
        "redemption_seconds": action.redemption_seconds,
    }
    ports.workflow.start(request.request_id, timers)


def call_back(request: ApprovalRequest, ports: WorkflowPorts) -> None:
    """Wake the workflow. When the callback gets lost the state times out, and the request ends without a grant."""
    if request.task_token is None:
        return
    try:
        ports.workflow.succeed(request.task_token, request.request_id)
    except PortFailed:
        return
