"""Threats 12, 15, 16, 28 for actions that Sallyport executes itself: twice, by others, and what leaks on the way."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError

from sallyport.domain.ports import PortFailed
from sallyport.runtime import wiring
from tests.fakes.ports import ACCOUNT
from tests.support.account import opened
from tests.support.house import House
from tests.support.story import agent_arn

TABLE = "sallyport-sample-patients"
PHONE, NAME = "(555) 867-5309", "Wilhelmina Featherstonehaugh"
ROWS = {"table": TABLE, "key_name": "patient_id", "key": "pat-00001", "attributes": ["patient_id", "phone", "note"]}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        # moto keeps accounts apart, and the sessions of the target role are of the role's.
        role = f"arn:aws:iam::{ACCOUNT}:role/seed"
        held = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
        dynamodb = boto3.client(
            "dynamodb",
            aws_access_key_id=held["AccessKeyId"],
            aws_secret_access_key=held["SecretAccessKey"],
            aws_session_token=held["SessionToken"],
        )
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "patient_id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "patient_id", "KeyType": "HASH"}],
        )
        row = {"patient_id": "pat-00001", "phone": PHONE, "note": f"Call {NAME} at {PHONE}", "ssn": "078-05-1120"}
        dynamodb.put_item(TableName=TABLE, Item={key: {"S": value} for key, value in row.items()})
        yield house


@pytest.fixture
def sent(house: House, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operations that were sent with scoped sessions."""
    maker = wiring.wiring().call_maker
    connect, found = maker._client, list[str]()

    def client(call: Any, credentials: Any) -> Any:
        connected = connect(call, credentials)
        connected.meta.events.register("before-call", lambda model, **_: found.append(model.name))
        return connected

    monkeypatch.setattr(maker, "_client", client)
    return found


def granted(house: House) -> str:
    return house.granted(action="dynamodb.query_masked", parameters=ROWS)


def result(house: House, request_id: str, caller: str | None = None) -> tuple[int, Any]:
    return house.call("execute_action", caller or agent_arn("export-bot"), request_id=request_id)


def test_result_is_masked_and_raw_rows_are_nowhere(house: House, sent: list[str]) -> None:
    request_id = granted(house)
    status, answer = result(house, request_id)
    assert (status, answer["code"], answer["complete"]) == (200, "ok", True)
    (row,) = answer["result"]
    assert {"patient_id", "phone", "note"} <= set(row)  # moto takes no notice of AttributesToGet; all of it is masked
    house.ended(request_id)
    everything = json.dumps([house.answers, house.logs, house.items("requests"), house.items("audit")], default=str)
    everything += json.dumps(house.history(request_id), default=str) + str(house.objects("views"))
    for planted in (PHONE, NAME, "867-5309", "Featherstonehaugh", "078-05-1120"):
        assert planted not in everything
    assert house.events(request_id)[-1]["type"] == "request.closed"
    executed = next(e for e in house.events(request_id) if e["type"] == "action.executed")
    assert set(executed["details"]) == {"code", "complete", "findings"}
    assert sent == ["Query"]


def test_of_many_at_once_one_is_executed(house: House, sent: list[str]) -> None:
    request_id = granted(house)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: result(house, request_id), range(4)))
    assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
    assert {a.get("code") for status, a in answers if status == 409} == {"already_redeemed"}
    assert sent == ["Query"]
    assert house.types(request_id).count("grant.redeemed") == 1
    assert house.types(request_id).count("action.executed") == 1


def test_unknown_outcome_is_never_repeated(house: House, sent: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = granted(house)
    maker = wiring.wiring().call_maker

    def silent(*_: Any) -> Any:
        sent.append("Query")
        raise ReadTimeoutError(endpoint_url="https://dynamodb")

    with monkeypatch.context() as cut:
        cut.setattr(maker, "_answer", silent)
        status, problem = result(house, request_id)
    assert (status, problem["code"]) == (502, "outcome_unknown")
    assert result(house, request_id)[1]["code"] == "already_redeemed"
    assert sent == ["Query"]
    failed = next(e for e in house.events(request_id) if e["type"] == "action.failed")
    assert failed["details"] == {"code": "outcome_unknown"}
    assert house.request(request_id).code == "outcome_unknown"


def test_services_own_words_do_not_come_back(house: House) -> None:
    parameters = {**ROWS, "table": "no-such-table-of-wilhelmina"}
    request_id = house.granted(action="dynamodb.query_masked", parameters=parameters)
    status, problem = result(house, request_id)
    assert (status, problem["code"]) == (502, "action_failed")
    assert "arn:" not in json.dumps(problem)
    assert "wilhelmina" not in json.dumps(problem)
    assert house.request(request_id).code == "resource_not_found"
    assert all("Requested resource" not in line for line in house.logs)


def test_other_agents_and_people_get_no_result_and_no_hint(house: House, sent: list[str]) -> None:
    request_id = granted(house)
    for caller in (agent_arn("triage-bot"), "arn:aws:iam::000000000000:user/sallyport-person-petra.approver"):
        status, problem = result(house, request_id, caller)
        assert (status, problem["code"]) == (404, "not_found")
    assert sent == []
    assert result(house, request_id)[0] == 200


def test_unapproved_and_denied_requests_are_not_executed(house: House, sent: list[str]) -> None:
    pending = house.asked(action="dynamodb.query_masked", parameters=ROWS, reason="undecided")
    assert result(house, pending)[1]["code"] == "not_approved"
    assert house.click("petra.approver", pending, "deny") == "ok"
    assert result(house, pending)[1]["code"] == "not_approved"
    assert sent == []
    assert "credentials.refused" in house.types(pending)


def test_deliveries_cannot_be_swapped(house: House, sent: list[str]) -> None:
    by_execution, by_credential = granted(house), house.granted()
    assert house.redeem(by_execution)[1]["code"] == "wrong_delivery"
    assert result(house, by_credential)[1]["code"] == "wrong_delivery"
    assert sent == []
    assert "credentials.issued" not in house.types(by_execution)


def test_nothing_is_called_when_the_redemption_cannot_be_audited(
    house: House, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id = granted(house)

    def unwritable(*_: Any) -> None:
        raise PortFailed("store_unavailable")

    with monkeypatch.context() as broken:
        broken.setattr(wiring.wiring().store, "save", unwritable)
        assert result(house, request_id)[0] == 503
    assert sent == []
    assert result(house, request_id)[0] == 200  # nothing was lost


def test_result_that_cannot_be_audited_is_not_returned(
    house: House, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id = granted(house)
    store = wiring.wiring().store
    save = store.save

    def unwritable_after_the_call(*given: Any) -> None:
        if sent:
            raise PortFailed("store_unavailable")
        save(*given)

    with monkeypatch.context() as broken:
        broken.setattr(store, "save", unwritable_after_the_call)
        status, problem = result(house, request_id)
    assert (status, problem["code"]) == (503, "unavailable")
    assert "result" not in problem
    assert result(house, request_id)[1]["code"] == "already_redeemed"
    assert sent == ["Query"]
