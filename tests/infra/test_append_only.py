"""The audit table is only added to: its resource policy, evaluated as IAM does, and what the roles' own policies allow.

The emulator does not evaluate a table's policy; `tests/e2e/test_notary.py` shows the rest of this there.
"""

import json
from collections.abc import Iterator

import pytest

from tests.support.iam_evaluator import Call, Statement, allows, pattern, read_statements, statements
from tests.support.template import listed, of_type, role_statements, short

TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/gate-audit"
EVERYTHING = statements(json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}))
CHANGING = ["UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"]
WRITER, NOTARY = "SubmitRequestRole", "NotarizeAuditRole"


def principal(role: str) -> str:
    return f"arn:aws:iam::111122223333:role/{role}"


def table_policy() -> tuple[Statement, ...]:
    """The table's own policy with this table's name and these roles' ARNs in it."""
    document = of_type("AWS::DynamoDB::Table")["AuditTable"]["ResourcePolicy"]["PolicyDocument"]
    return read_statements([_filled(statement) for statement in document["Statement"]], pattern)


def _filled(statement: dict[str, object]) -> dict[str, object]:
    def fill(value: object) -> object:
        if isinstance(value, dict) and set(value) <= {"Fn::GetAtt", "Fn::Sub"}:
            name = short(value)
            return TABLE if name.startswith("arn::dynamodb") else principal(name.strip("${}"))
        if isinstance(value, dict):
            return {key: fill(item) for key, item in value.items()}
        return [fill(item) for item in value] if isinstance(value, list) else value

    filled = fill(statement)
    assert isinstance(filled, dict)
    return filled


def _about_events(role: str) -> list[dict[str, object]]:
    """The role's own statements about the audit table itself."""
    return [
        statement
        for statement in role_statements(role)
        if any(short(resource).endswith("table/*-audit") for resource in listed(statement["Resource"]))
    ]


def _given() -> Iterator[tuple[str, str]]:
    for role in of_type("AWS::IAM::Role"):
        yield from ((role, str(action)) for one in _about_events(role) for action in listed(one["Action"]))


PUTTING = sorted({role for role, action in _given() if action == "dynamodb:PutItem"})


def put(role: str, **context: str) -> bool:
    """Whether somebody whom IAM lets do everything may put an event, as this role."""
    call = Call("dynamodb:PutItem", TABLE, {"aws:PrincipalArn": principal(role), **context})
    return allows([*EVERYTHING, *table_policy()], call)


def test_event_is_put_by_a_function_in_a_transaction_and_no_other_way() -> None:
    transaction = {"dynamodb:EnclosingOperation": "TransactWriteItems"}
    assert put(WRITER, **transaction)
    assert not put(WRITER)
    assert not put(WRITER, **{"dynamodb:EnclosingOperation": "BatchWriteItem"})
    assert not put("Administrator", **transaction)
    assert not put(NOTARY, **transaction)


@pytest.mark.parametrize("operation", [*CHANGING, "UpdateTimeToLive"])
def test_nobody_changes_or_removes_an_event(operation: str) -> None:
    for role in (WRITER, NOTARY, "Administrator"):
        call = Call(f"dynamodb:{operation}", TABLE, {"aws:PrincipalArn": principal(role)})
        assert allows(EVERYTHING, call)
        assert not allows([*EVERYTHING, *table_policy()], call)


@pytest.mark.parametrize("role", PUTTING)
def test_a_functions_own_policy_lets_it_put_in_a_transaction_alone(role: str) -> None:
    """The table's policy says it once more, to everybody: one of the two can be taken away unseen, hardly both."""
    own = read_statements([_filled(statement) for statement in _about_events(role)], pattern)
    for operation, wanted in (("TransactWriteItems", True), ("BatchWriteItem", False), (None, False)):
        context = {"dynamodb:EnclosingOperation": operation} if operation else {}
        assert allows(own, Call("dynamodb:PutItem", TABLE, context)) is wanted


def test_no_role_of_ours_is_given_more_than_putting_reading_and_exporting() -> None:
    given = {action for _, action in _given()}
    exporting = {"dynamodb:ExportTableToPointInTime", "dynamodb:ListExports"}
    assert given == {"dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan"} | exporting
    assert {role for role, action in _given() if action in exporting} == {"ExportAuditRole"}
    assert {role for role, action in _given() if action == "dynamodb:Scan"} == {NOTARY}
