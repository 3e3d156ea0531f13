"""Part (i) and a further one: a request that is denied, one that nobody answers, and one decided through the API."""

import json
from typing import Any

from local.account import Account
from local.clients import AgentClient
from local.walkthrough import planted
from local.walkthrough.aws import Call, refused, table_items
from local.walkthrough.endings import settled, vault
from local.walkthrough.timeline import holds, same
from local.walkthrough.world import World

DENIED, UNANSWERED, READ = "denied export", "unanswered export", "read"
DENIED_BY, READ_APPROVER, TOO_LATE, NOT_AN_APPROVER = (
    "quinn.approver",
    "quinn.approver",
    "petra.approver",
    "sam.operator",
)
# Its requests expire unless they are decided within its patience, which the directory sets to a few seconds.
IMPATIENT_AGENT = "oncall-bot"
AGENT = "triage-bot"


def leave_unanswered(world: World) -> None:
    """Ask first, so that the wait passes while everything else happens."""
    with world.timeline.chapter(f"{IMPATIENT_AGENT} asks for an export that nobody will answer"):
        agent = world.agent(IMPATIENT_AGENT)
        with world.timeline.step("i", "asked") as remarks:
            remarks.append(world.ask(UNANSWERED, agent, planted.export(world.run)))
        with world.timeline.step("i", "card shown in Slack"):
            world.desk.card(world.requests[UNANSWERED])


def deny(world: World) -> None:
    with world.timeline.chapter(f"{AGENT} asks for the same export, and is denied"):
        agent = world.agent(AGENT)
        with world.timeline.step("i", "asked") as remarks:
            remarks.append(world.ask(DENIED, agent, planted.export(world.run)))
        with world.timeline.step("i", f"{DENIED_BY} clicks Deny"):
            outcome = world.desk.click(DENIED_BY, world.desk.card(world.requests[DENIED]), "Deny")
            same("the answer to the click", (outcome["status"], outcome["error"]), (200, ""))
        with world.timeline.step("i", "denied: no credential") as remarks:
            settled(world, agent, DENIED, "denied")
            remarks.append(_no_credential(world, agent, DENIED))


def expire(world: World) -> None:
    with world.timeline.chapter("The request that nobody answered"):
        agent = world.agent(IMPATIENT_AGENT)
        with world.timeline.step("i", "timed out: no credential") as remarks:
            card = settled(world, agent, UNANSWERED, "expired")
            remarks.append(_no_credential(world, agent, UNANSWERED))
        with world.timeline.step("i", "a click that comes too late is refused") as remarks:
            record = next(m for m in world.desk.control("messages")["messages"] if m["ts"] == card["ts"])
            old = record["versions"][0]["message"]
            # An old view of the card has buttons, as a client that has not refreshed still shows it.
            outcome = world.desk.click(TOO_LATE, {**old, "ts": card["ts"]}, "Approve")
            same("the answer to the click", (outcome["status"], outcome["error"]), (200, ""))
            holds("nobody told the person why", "already_settled" in "".join(world.desk.told(TOO_LATE)[-1:]))
            same("the status afterwards", agent.get(world.requests[UNANSWERED]).document["status"], "expired")
            remarks.append("already_settled")
            world.denied.append(f"{TOO_LATE} approves after the timeout: already_settled")


def _no_credential(world: World, agent: AgentClient, part: str) -> str:
    answer = agent.redeem(world.requests[part])
    holds(f"redeeming gave {answer.status} {answer.code}", answer.status == 409 and answer.code == "not_approved")
    world.denied.append(f"{agent.id} redeems the {part}: {answer.code}")
    return f"409 {answer.code}"


def read(world: World) -> None:
    with world.timeline.chapter(f"{AGENT} asks for two items of a table, people decide through the API"):
        agent = world.agent(AGENT)
        with world.timeline.step("+", "asked") as remarks:
            remarks.append(world.ask(READ, agent, planted.read_items()))
        view = agent.until(world.requests[READ], lambda found: bool(found["presented_digest"]), 20)
        world.desk.card(world.requests[READ])
        _policy_names_keys(world)
        with world.timeline.step("+", f"{NOT_AN_APPROVER} approves: refused") as remarks:
            answer = world.approver(NOT_AN_APPROVER).decide(world.requests[READ], "approve", view["presented_digest"])
            same("the answer", (answer.status, answer.code), (403, "not_an_approver"))
            remarks.append("403 not_an_approver")
            world.denied.append(f"{NOT_AN_APPROVER} approves: not_an_approver")
        with world.timeline.step("+", f"{READ_APPROVER} approves"):
            answer = world.approver(READ_APPROVER).decide(world.requests[READ], "approve", view["presented_digest"])
            same("the answer", (answer.status, answer.document["status"]), (200, "approved"))
        with world.timeline.step("+", "redeemed") as remarks:
            credential = world.credential(READ, agent)
            remarks.append(credential["AccessKeyId"])
        _use(world, world.stack.account(credential))
        with world.timeline.step("+", "closed: vault emptied, card settled"):
            settled(world, agent, READ, "redeemed")


def _policy_names_keys(world: World) -> None:
    """AWS evaluates `dynamodb:LeadingKeys` itself; the emulator does so through a patch of ours. Hence this as well."""
    with world.timeline.step("+", "rendered policy names keys and attributes"):
        ((_, raw),) = vault(world, world.requests[READ])
        statements = json.loads(json.loads(raw)["session_policy"])["Statement"]
        same("its calls", [statement["Action"] for statement in statements[1:]], ["kms:Decrypt"])
        condition = statements[0]["Condition"]
        wanted = {"dynamodb:LeadingKeys": list(planted.KEYS), "dynamodb:Attributes": list(planted.ATTRIBUTES)}
        same("its keys and attributes", condition["ForAllValues:StringEquals"], wanted)
        same("its guard against none", condition["Null"], dict.fromkeys(wanted, "false"))


def _use(world: World, scoped: Account) -> None:
    with world.timeline.step("+", "read with plain boto3") as remarks:
        items = [_get(scoped, key, planted.ATTRIBUTES) for key in planted.KEYS]
        same("the attributes", [sorted(item) for item in items], [sorted(planted.ATTRIBUTES)] * len(planted.KEYS))
        remarks.append(f"{len(items)} items, only {' and '.join(planted.ATTRIBUTES)}")
        world.allowed.append(
            f"dynamodb:GetItem {planted.TABLE} {', '.join(planted.KEYS)}: {', '.join(planted.ATTRIBUTES)}"
        )
    with world.timeline.step("+", "everything else refused by IAM") as remarks:
        names = refused(_outside(world, scoped))
        world.denied += [f"credential of {READ}: {name}" for name in names]
        remarks.append(f"{len(names)} calls")
    for name in names:
        world.timeline.say(f"        {name}")


def _get(scoped: Account, key: str, attributes: tuple[str, ...] = (), table: str = planted.TABLE) -> dict[str, Any]:
    names = {f"#a{number}": name for number, name in enumerate(attributes)}
    wanted = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names} if names else {}
    found: dict[str, Any] = scoped.client("dynamodb").get_item(
        TableName=table, Key={"patient_id": {"S": key}}, **wanted
    )
    return dict(found["Item"])


def _outside(world: World, scoped: Account) -> list[tuple[str, Call]]:
    dynamodb: Any = scoped.client("dynamodb")
    table, key = planted.TABLE, planted.KEYS[0]
    item = {"patient_id": {"S": key}}
    requests = world.stack.document["tables"]["requests"]
    return [
        ("another key: dynamodb:GetItem pat-00003", lambda: _get(scoped, "pat-00003", planted.ATTRIBUTES)),
        ("another attribute: dynamodb:GetItem name", lambda: _get(scoped, key, ("patient_id", "name"))),
        ("all attributes: dynamodb:GetItem", lambda: _get(scoped, key)),
        ("all items: dynamodb:Scan", lambda: table_items(scoped, table)),
        ("write: dynamodb:PutItem", lambda: dynamodb.put_item(TableName=table, Item=item)),
        ("write: dynamodb:DeleteItem", lambda: dynamodb.delete_item(TableName=table, Key=item)),
        ("another table: dynamodb:GetItem", lambda: dynamodb.get_item(TableName=requests, Key={"pk": {"S": "HALTS"}})),
        ("another service: s3:ListBucket", lambda: scoped.client("s3").list_objects_v2(Bucket=planted.SOURCE)),
    ]
