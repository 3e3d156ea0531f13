"""Set a kill switch, or release it. The evidence is in a chain of the deployment's own."""

from __future__ import annotations

from datetime import datetime

from sallyport.domain.callers import Caller, known
from sallyport.domain.deployment import ALL, Deployment, Halt
from sallyport.domain.directory import Person
from sallyport.domain.events import Draft, EventType
from sallyport.domain.ports import Ports
from sallyport.domain.refusals import NotAllowedToHalt, NotFound, Refusal, UnknownSwitch
from sallyport.domain.tallies import RefusedCall
from sallyport.masking import mask_text
from sallyport.services import open_requests
from sallyport.services.refused_calls import caller_of, count_refusal
from sallyport.services.switches import read_deployment, record_deployment, unchanged


def halt(caller: str | Caller, switch: str, reason: str, ports: Ports, now: datetime) -> Deployment:
    """Turn `all`, `agent:<id>` or `action:<name>` off. It holds once this has returned: submission, approval, grant,
    redemption and execution read the switches each time. Sessions that live are ended by revoking them.

    Raises NotAllowedToHalt, or UnknownSwitch for an agent or action that neither policy nor an open request names. Both
    are counted: not in the deployment's chain, or somebody who may not set a switch could make it wait for them.
    """
    try:
        person = _allowed(caller, ports)
        _check_known(switch, ports, now)
    except Refusal as refusal:
        _count_refused(RefusedCall.HALT, caller, refusal, ports, now)
        raise
    pulled = Halt(switch, person.id, now, mask_text(reason).text)

    def halted(current: Deployment) -> tuple[Deployment, tuple[Draft, ...]]:
        details = {"switch": switch, "reason": pulled.reason}
        return current.halted(pulled), (Draft(EventType.HALTED, caller_of(caller, ports), details),)

    return record_deployment(halted, ports, now)


def resume(caller: str, switch: str, ports: Ports, now: datetime) -> Deployment:
    """Release a switch. Raises NotAllowedToHalt, which is counted, or NotFound if it is not set."""
    try:
        _allowed(caller, ports)
    except Refusal as refusal:
        _count_refused(RefusedCall.RESUME, caller, refusal, ports, now)
        raise

    def resumed(current: Deployment) -> tuple[Deployment, tuple[Draft, ...]]:
        if switch not in current.switches:
            raise NotFound
        return current.resumed(switch), (Draft(EventType.RESUMED, caller_of(caller, ports), {"switch": switch}),)

    return record_deployment(resumed, ports, now)


def list_halts(caller: str, ports: Ports, now: datetime) -> tuple[Halt, ...]:
    """The switches that are set, for every person in the directory. Raises NotFound for others."""
    if ports.policy.directory.person_of(caller) is None:
        raise NotFound
    return read_deployment(ports, now)[0].halts


def _allowed(caller: str | Caller, ports: Ports) -> Person:
    person = known(caller, ports.policy.directory).person
    if person is None or not ports.authorizer.may_halt(person).allowed:
        raise NotAllowedToHalt
    return person


def _check_known(switch: str, ports: Ports, now: datetime) -> None:
    """A switch that stops nothing would look like a halt."""
    kind, _, name = switch.partition(":")
    match kind:
        case "agent":
            known = name in ports.policy.directory.agents or open_requests.names("agent", name, ports, now)
        case "action":
            known = name in ports.policy.actions or open_requests.names("action", name, ports, now)
        case _:
            known = switch == ALL
    if not known:
        raise UnknownSwitch


def _count_refused(call: RefusedCall, caller: str | Caller, refusal: Refusal, ports: Ports, now: datetime) -> None:
    record_deployment(unchanged, ports, now)  # a policy that says no has judged as well
    count_refusal(call, caller_of(caller, ports), refusal, ports, now)
