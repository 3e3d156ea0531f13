"""The few classes that outcomes fall into: a dimension of the metrics, and what alarms listen for.

An outcome itself is no dimension: CloudWatch bills each combination of values, and the log line names it anyway.
"""

from __future__ import annotations

from enum import StrEnum


class OutcomeClass(StrEnum):
    """What a call came to, as far as somebody who runs this needs to know."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    FORGED = "forged"
    TAMPERED = "tampered"
    REVOCATION_FAILED = "revocation_failed"
    BACKLOG = "backlog"
    REVIEW_OVERDUE = "review_overdue"
    CHECKPOINT = "checkpoint"


# Outcomes that somebody must hear about, whatever else the call came to; for a checkpoint, its absence.
_ALARMING = {
    "bad_signature": OutcomeClass.FORGED,
    "evidence_mismatch": OutcomeClass.TAMPERED,
    "request_unreadable": OutcomeClass.TAMPERED,
    "chain_unreadable": OutcomeClass.TAMPERED,
    "switches_unproved": OutcomeClass.TAMPERED,
    "audit_tampered": OutcomeClass.TAMPERED,
    "log_inconsistent": OutcomeClass.TAMPERED,
    "revocation_failed": OutcomeClass.REVOCATION_FAILED,
    "revocations_full": OutcomeClass.REVOCATION_FAILED,
    "reconcile_backlog": OutcomeClass.BACKLOG,
    "not_reconciled": OutcomeClass.BACKLOG,
    "not_notarized": OutcomeClass.BACKLOG,
    "not_announced": OutcomeClass.BACKLOG,
    "not_exported": OutcomeClass.BACKLOG,
    "review_overdue": OutcomeClass.REVIEW_OVERDUE,
    "reviews_not_checked": OutcomeClass.REVIEW_OVERDUE,
    "checkpoint_signed": OutcomeClass.CHECKPOINT,
}


def class_of(outcome: str, otherwise: OutcomeClass) -> OutcomeClass:
    """The class of an outcome: the one that an alarm listens for, or else what the caller says it was."""
    return _ALARMING.get(outcome, otherwise)
