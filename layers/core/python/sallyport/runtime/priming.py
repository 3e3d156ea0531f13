"""Work that can be done before anybody waits: SnapStart takes its snapshot afterwards, so every restore has it done.

No secret, no random number and no answer of a service goes into a snapshot, since all environments restored from it
share it (AWS Lambda Developer Guide, "Handling uniqueness with Lambda SnapStart").
"""

from __future__ import annotations

from collections.abc import Callable

from sallyport.masking import JSON, mask
from sallyport.runtime.wiring import wiring

# Something of everything that a request may hold, so that every list and pattern is loaded.
_SAMPLE: JSON = {
    "parameters": {"bucket": "sallyport-sample-data", "prefix": "patients/2025/", "value": "key=AKIAIOSFODNN7EXAMPLE"},
    "reason": "Jane Doe, born 1 May 1970, MRN 0048213, lives at 12 Main Street, Springfield; jane@example.org",
    "context": {
        "resourceType": "Patient",
        "name": [{"family": "Doe"}],
        "note": "MSH|^~\\&|A|B|C|D|202511240000||ADT^A01",
    },
}


def before_snapshot(prime: Callable[[], None]) -> None:
    """Have `prime` run before the snapshot. Where none is taken, as on the emulator, it does not run at all."""
    try:
        from snapshot_restore_py import register_before_snapshot  # Lambda's runtime brings it
    except ImportError:
        return
    register_before_snapshot(prime)


def prime_masking() -> None:
    """Load the lists, compile the patterns, read the policy, make the clients."""
    ports = wiring()
    mask(_SAMPLE)
    _ = ports.policy, ports.store, ports.vault, ports.views


def prime_click() -> None:
    """Read the policy, parse its rules, and make the clients that a click needs."""
    ports = wiring()
    _ = ports.policy, ports.authorizer, ports.store, ports.views, ports.workflow, ports.chat
    mask(_SAMPLE)  # a decision's reason is masked
