"""What the walk-through writes for tools: `.local/run.json`."""

from typing import Any

from local.walkthrough.export import PART
from local.walkthrough.world import World

# In an emulator these hold or fail without being evaluated, so passing here would prove nothing.
NOT_SHOWN = (
    "the tables' resource policies (the functions alone write; evidence is neither changed nor removed): not evaluated",
    "kms:Decrypt when S3 or DynamoDB reads for a caller, and the deny of it to the account's root: not evaluated",
    "the state machine's own role, and its log of errors: not evaluated, not written",
    "dynamodb:LeadingKeys is evaluated by a patch of the emulator; the rendered policy is asserted beside it",
    "the session name and source identity that CloudTrail writes beside every call of a credential",
    "the task parameters that AWS keeps in execution histories: absent here, searched on a second emulator in tests",
    "SnapStart, Slack's own network and Slack's three seconds after a cold start",
)


def as_record(world: World, seconds: float) -> dict[str, Any]:
    """The document; `stages` are in the order in which they ran."""
    return {
        "request_id": world.requests.get(PART),
        "requests": world.requests,
        "ok": world.timeline.good,
        "seconds": round(seconds, 3),
        "stages": [
            {
                "step": stage.letter,
                "name": stage.name,
                "ms": round(stage.ms, 1),
                "ok": stage.good,
                "remark": stage.remark,
            }
            for stage in world.timeline.stages
        ],
        "allowed": world.allowed,
        "denied": world.denied,
        "audit": {"events": world.events, "verified": world.verified},
        "scanned": world.scanned,
        "not_shown": list(NOT_SHOWN),
    }
