"""Parts (a) to (h): one export from asking to closing, in Slack."""

from collections.abc import Mapping
from typing import Any

from local.account import Account
from local.canaries import scan
from local.clients import AgentClient, buttons, texts
from local.walkthrough import planted
from local.walkthrough.aws import Call, contents, copy_prefix, refused
from local.walkthrough.endings import settled, vault
from local.walkthrough.timeline import holds, same
from local.walkthrough.world import World

PART = "export"
AGENT, OWNER, APPROVER = "export-bot", "olive.owner", "petra.approver"
_MARKERS = ("[NAME-", "[MRN-", "[DATE-", "[PHONE-", "[SECRET-")
_TARGET_ROLE = "sallyport/target/sallyport-target-s3-export"


def play(world: World) -> None:
    agent = world.agent(AGENT)
    with world.timeline.chapter(f"One request: {AGENT} asks for s3.export, people decide in Slack"):
        _without_a_credential(world)
        _ask(world, agent)
        card = _card_shows_markers(world)
        _owner_is_refused(world, agent, card)
        _other_person_approves(world, agent, card)
        _use(world, agent)
        _close(world, agent)


def _without_a_credential(world: World) -> None:
    with world.timeline.step("a", "the agent alone is refused by AWS") as remarks:
        own = world.account_of(AGENT)
        names = refused(_agents_own_tries(own, str(world.stack.document["account_id"])))
        world.denied += [f"{AGENT} without a credential: {name}" for name in names]
        remarks.append(", ".join(names))


def _agents_own_tries(own: Account, account_id: str) -> list[tuple[str, Call]]:
    s3: Any = own.client("s3")
    role = f"arn:aws:iam::{account_id}:role/{_TARGET_ROLE}"
    return [
        ("s3:GetObject", lambda: s3.get_object(Bucket=planted.SOURCE, Key=f"{planted.PREFIX}pat-00003.json")),
        ("s3:ListBucket", lambda: s3.list_objects_v2(Bucket=planted.SOURCE, Prefix=planted.PREFIX)),
        ("sts:AssumeRole", lambda: own.client("sts").assume_role(RoleArn=role, RoleSessionName="direct")),
    ]


def _ask(world: World, agent: AgentClient) -> None:
    with world.timeline.step("b", "asked") as remarks:
        remarks.append(world.ask(PART, agent, planted.export(world.run)))
    with world.timeline.step("b", "masked") as remarks:
        view = agent.until(world.requests[PART], lambda found: bool(found["presented_digest"]), 20)
        counts = {finding["category"]: 0 for finding in view["findings"]}
        for finding in view["findings"]:
            counts[finding["category"]] += finding["count"]
        remarks.append(", ".join(f"{count} {category}" for category, count in sorted(counts.items())))


def _card_shows_markers(world: World) -> dict[str, Any]:
    request_id = world.requests[PART]
    with world.timeline.step("c", "card shown in Slack") as remarks:
        card = world.desk.card(request_id)
        remarks.append(" ".join(f"[{button['text']['text']}]" for button in buttons(card)))
    with world.timeline.step("c", f"{APPROVER} opens its details"):
        details = world.desk.details(APPROVER, card)
    with world.timeline.step("c", "markers on it, not values") as remarks:
        shown = "\n".join([*map(texts, (card, *details)), card["text"]])
        same("values on the card", [hit.canary for hit in scan([("card", shown)], planted.CANARIES)], [])
        missing = [marker for marker in _MARKERS if marker not in shown]
        same("kinds of markers missing from the card", missing, [])
        # The scope is what the approver decides on, so the card shows it exactly.
        for value in planted.export(world.run)["parameters"].values():
            holds(f"the card does not show the scope {value}", value in shown)
        remarks.append(" ".join(f"{marker}n]" for marker in _MARKERS))
    with world.timeline.step("c", "the search does find them in the vault") as remarks:
        found = {hit.canary for hit in scan(vault(world, request_id), planted.CANARIES)}
        same("values not found where they are", sorted(set(planted.CANARIES) - found), [])
        remarks.append(f"{len(found)} of {len(planted.CANARIES)} values")
    return card


def _owner_is_refused(world: World, agent: AgentClient, card: Mapping[str, Any]) -> None:
    request_id = world.requests[PART]
    with world.timeline.step("d", f"{OWNER} clicks Approve: refused") as remarks:
        outcome = world.desk.click(OWNER, card, "Approve")
        same("the answer to the click", (outcome["status"], outcome["error"]), (200, ""))
        words = world.desk.told(OWNER)
        holds("nobody told the owner why", words and "self_approval" in words[-1])
        view = agent.get(request_id).document
        same("the request afterwards", (view["status"], view["decisions"]), ("pending", []))
        remarks.append("self_approval")
        world.denied.append(f"{OWNER} (owner) approves: self_approval")


def _other_person_approves(world: World, agent: AgentClient, card: Mapping[str, Any]) -> None:
    request_id = world.requests[PART]
    with world.timeline.step("e", f"{APPROVER} clicks Approve") as remarks:
        outcome = world.desk.click(APPROVER, card, "Approve")
        same("the answer to the click", (outcome["status"], outcome["error"]), (200, ""))
        remarks.append(f"Slack had its answer in {outcome['ms']} ms of 3,000")
    with world.timeline.step("e", "approved, grant issued") as remarks:
        view = agent.until(request_id, lambda found: found.get("grant") is not None, 20)
        same("the status", view["status"], "approved")
        same("who approved", [entry["by"] for entry in view["decisions"]], [APPROVER])
        remarks.append(f"by {APPROVER}, {view['quorum']['have']} of {view['quorum']['needed']}")


def _use(world: World, agent: AgentClient) -> None:
    with world.timeline.step("f", "redeemed") as remarks:
        credential = world.credential(PART, agent)
        remarks.append(f"{credential['AccessKeyId']} until {credential['Expiration']}")
    scoped = world.stack.account(credential)
    destination = planted.export(world.run)["parameters"]["destination_prefix"]
    with world.timeline.step("f", "exported with plain boto3") as remarks:
        count = copy_prefix(scoped, planted.SOURCE, planted.PREFIX, planted.DESTINATION, destination)
        wanted = contents(world.stack.admin, planted.SOURCE, planted.PREFIX)
        holds("there was nothing to export", wanted)
        same("the copies", contents(world.stack.admin, planted.DESTINATION, destination), wanted)
        remarks.append(f"{count} objects")
        world.allowed += [
            f"s3:ListBucket {planted.SOURCE} under {planted.PREFIX}",
            f"s3:GetObject {planted.SOURCE}/{planted.PREFIX}*",
            f"s3:PutObject {planted.DESTINATION}/{destination}*",
        ]
    with world.timeline.step("g", "everything else refused by IAM") as remarks:
        names = refused(_outside(world, scoped, destination))
        world.denied += [f"credential of {PART}: {name}" for name in names]
        remarks.append(f"{len(names)} calls")
    for name in names:
        world.timeline.say(f"        {name}")
    with world.timeline.step("h", "second redemption refused") as remarks:
        answer = agent.redeem(world.requests[PART])
        same("the answer", (answer.status, answer.code), (409, "already_redeemed"))
        remarks.append("409 already_redeemed")
        world.denied.append(f"{AGENT} redeems again: already_redeemed")


def _outside(world: World, scoped: Account, destination: str) -> list[tuple[str, Call]]:
    """Calls beside the approved one, each on something that exists: another prefix, another bucket, a write, another
    service."""
    s3: Any = scoped.client("s3")
    source, target, buckets = planted.SOURCE, planted.DESTINATION, world.stack.document["buckets"]
    inside, copy = f"{planted.PREFIX}pat-00003.json", f"{destination}pat-00003.json"
    table, machine = planted.TABLE, world.stack.document["state_machine_arn"]
    role = f"arn:aws:iam::{world.stack.document['account_id']}:role/{_TARGET_ROLE}"
    return [
        (
            "another prefix: s3:GetObject patients/2024/",
            lambda: s3.get_object(Bucket=source, Key="patients/2024/pat-00002.json"),
        ),
        (
            "another prefix: s3:GetObject billing/",
            lambda: s3.get_object(Bucket=source, Key="billing/2025/invoices.csv"),
        ),
        ("another prefix: s3:ListBucket patients/", lambda: s3.list_objects_v2(Bucket=source, Prefix="patients/")),
        ("no prefix: s3:ListBucket", lambda: s3.list_objects_v2(Bucket=source)),
        ("another bucket: s3:GetObject of the copies", lambda: s3.get_object(Bucket=target, Key=copy)),
        ("another bucket: s3:ListBucket of the vault", lambda: s3.list_objects_v2(Bucket=buckets["vault"])),
        ("all buckets: s3:ListAllMyBuckets", s3.list_buckets),
        ("write: s3:PutObject into the source", lambda: s3.put_object(Bucket=source, Key=inside, Body=b"")),
        (
            "write: s3:PutObject beside the destination",
            lambda: s3.put_object(Bucket=target, Key="elsewhere/x", Body=b""),
        ),
        ("write: s3:DeleteObject in the source", lambda: s3.delete_object(Bucket=source, Key=inside)),
        ("write: s3:DeleteObject of a copy", lambda: s3.delete_object(Bucket=target, Key=copy)),
        ("another service: dynamodb:Scan", lambda: scoped.client("dynamodb").scan(TableName=table)),
        (
            "another service: states:ListExecutions",
            lambda: scoped.client("stepfunctions").list_executions(stateMachineArn=machine),
        ),
        ("another service: iam:ListUsers", lambda: scoped.client("iam").list_users()),
        (
            "another role: sts:AssumeRole",
            lambda: scoped.client("sts").assume_role(RoleArn=role, RoleSessionName="again"),
        ),
    ]


def _close(world: World, agent: AgentClient) -> None:
    with world.timeline.step("h", "closed: vault emptied, card settled") as remarks:
        settled(world, agent, PART, "redeemed")
        grant = agent.get(world.requests[PART]).document["grant"]
        remarks.append(f"status redeemed, credential ends {grant['ends_at']}")
