"""Parts (j) and (k): the audit chains verify and say what happened; no sink holds a planted value."""

from collections.abc import Iterable

from local.canaries import Hit, scan
from local.chain import Chain, verify
from local.walkthrough import export, others
from local.walkthrough.aws import table_items
from local.walkthrough.planted import CANARIES
from local.walkthrough.sinks import MUST_HAVE, read_all
from local.walkthrough.timeline import holds, same
from local.walkthrough.world import World

_ASKED = ["request.submitted", "request.masked", "approval.requested"]
_USED = ["grant.issued", "grant.redeemed", "credentials.issued"]
_APPROVED = ["decision.recorded", "request.approved"]

# What each part of the story must have left, in this order. A refusal may be written before or after the closing.
STORIES: dict[str, list[str]] = {
    export.PART: [*_ASKED, "decision.refused", *_APPROVED, *_USED, "request.closed"],
    others.READ: [*_ASKED, "decision.refused", *_APPROVED, *_USED, "request.closed"],
    others.DENIED: [*_ASKED, "decision.recorded", "request.denied", "request.closed"],
    others.UNANSWERED: [*_ASKED, "approval.escalated", "request.expired", "request.closed"],
}
# Refusals beside it: code of the refused decision, and of the refused redemption.
REFUSED: dict[str, tuple[list[str], list[str]]] = {
    export.PART: (["self_approval"], ["already_redeemed"]),
    others.READ: (["not_an_approver"], []),
    others.DENIED: ([], ["not_approved"]),
    others.UNANSWERED: (["already_settled"], ["not_approved"]),
}


def verify_chains(world: World) -> None:
    with world.timeline.chapter("The evidence"):
        chains: dict[str, Chain] = {}
        with world.timeline.step("j", "audit chains verify") as remarks:
            chains = verify(table_items(world.stack.admin, world.stack.document["tables"]["audit"]))
            mine = {part: chains[request_id] for part, request_id in world.requests.items()}
            world.events = sum(len(chain.events) for chain in mine.values())
            remarks.append(f"{world.events} events of {len(mine)} requests, {len(chains)} chains in the table")
        with world.timeline.step("j", "and tell what happened"):
            same("parts of the story with a chain", sorted(mine), sorted(STORIES))
            for part, chain in mine.items():
                _tells(part, chain)
        world.verified = True


def _tells(part: str, chain: Chain) -> None:
    late = {"decision.refused", "credentials.refused"}
    story = STORIES[part]
    types = chain.types if "decision.refused" in story else [kind for kind in chain.types if kind not in late]
    same(f"the events of the {part}", [kind for kind in types if kind != "credentials.refused"], story)
    decisions, redemptions = REFUSED[part]
    for kind, codes in (("decision.refused", decisions), ("credentials.refused", redemptions)):
        same(f"{kind} of the {part}", [event["details"]["code"] for event in chain.of_type(kind)], codes)
    shown = [event.get("presented_digest") for event in chain.of_type("decision.recorded")]
    holds(f"a decision of the {part} does not say what was shown", all(shown))


def search_sinks(world: World) -> None:
    with world.timeline.chapter("The search for what was planted"):
        with world.timeline.step("k", "all sinks read") as remarks:
            reading = read_all(world.stack, world.answers, world.folder)
            world.scanned = dict(sorted(reading.counts.items()))
            remarks.append(f"{len(reading.texts)} texts, {reading.size / 1024:.0f} KiB")
            same("sinks in which nothing was read", [sink for sink in MUST_HAVE if not reading.counts[sink]], [])
        for sink, count in world.scanned.items():
            world.timeline.say(f"        {count:>7}  {sink}")
        with world.timeline.step("k", "none of the planted values found") as remarks:
            same("planted values found", _in_words(scan(reading.texts, CANARIES)), [])
            remarks.append(f"{len(CANARIES)} values, plain and encoded")
        with world.timeline.step("k", "no credential's secret found") as remarks:
            elsewhere = [text for text in reading.texts if "/credentials" not in text[0]]
            same("secrets found", _in_words(scan(elsewhere, world.secrets)), [])
            remarks.append(f"{len(world.secrets)} secret keys, outside the answers that carried them")


def _in_words(hits: Iterable[Hit]) -> list[str]:
    """What was found where: how often for each value and kind of sink, with the first place as an example."""
    places: dict[tuple[str, str], list[str]] = {}
    for hit in hits:
        sink, _, name = hit.source.partition(": ")
        places.setdefault((hit.canary, sink), []).append(f"{name}, {hit.form}")
    return [f"{canary} in {len(found)} of {sink} ({found[0]})" for (canary, sink), found in places.items()]
