"""Events in OCSF, judged by the schema as schema.ocsf.io publishes it (PyPI `ocsf-json-schema`)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from sallyport.domain.events import EventType
from sallyport_cli.audit.traces.ocsf import FACTS, VERSION
from sallyport_cli.audit.traces.ocsf_classes import ROWS, Activity, Class, Control, Severity
from sallyport_cli.main import main
from tests.support.evidence import Item, furnished, write_export

ROOT = Path(__file__).resolve().parents[5]
type Told = dict[str, Any]


@cache
def published() -> dict[str, Any]:
    schema: dict[str, Any] = get_ocsf_schema(VERSION)
    return schema


@cache
def validator(class_uid: int, profiles: tuple[str, ...]) -> Draft202012Validator:
    """Of a class with these profiles: no other members, all that are required."""
    schemas = OcsfJsonSchemaEmbedded(published())
    name = schemas.lookup_class_name_from_uid(class_uid)
    return Draft202012Validator(schemas.get_class_schema(name, list(profiles)))


def faults(told: Told) -> list[str]:
    of = validator(told["class_uid"], ("cloud", "security_control"))
    return [f"{error.json_path} {error.validator}" for error in of.iter_errors(told)]


@cache
def _lines() -> tuple[str, ...]:
    return tuple(told_of(furnished()[0]))


def told_of(items: list[Item], *ids: str) -> list[str]:
    with TemporaryDirectory() as folder:
        out = Path(folder) / "events.jsonl"
        export = write_export(Path(folder) / "export", items)
        assert main(["audit", "trace", str(export), *ids, "--format", "ocsf", "--out", str(out)]) == 0
        return out.read_text(encoding="utf-8").splitlines()


def house() -> list[Told]:
    return [json.loads(line) for line in _lines()]


def one(request_id: str, kind: str) -> Told:
    told = [e for e in house() if e["metadata"]["correlation_uid"] == request_id]
    return next(e for e in told if e["metadata"]["event_code"] == kind)


def test_every_event_is_one_valid_line() -> None:
    items, _ = furnished()
    told = house()
    assert {fault for event in told for fault in faults(event)} == set()
    assert Counter(event["metadata"]["uid"] for event in told) == Counter(item["hash"] for item in items)
    assert {event["class_uid"] for event in told} == {6003, 3005}
    assert {tuple(event["metadata"]["profiles"]) for event in told} == {("cloud", "security_control")}


def _without(name: str) -> Callable[[Told], Told]:
    return lambda told: {member: value for member, value in told.items() if member != name}


@pytest.mark.parametrize(
    "spoil",
    [
        _without("metadata"),
        _without("src_endpoint"),
        _without("cloud"),
        lambda told: {**told, "time": "2026-11-02T10:00:00Z"},
        lambda told: {**told, "activity_id": 5},
        lambda told: {**told, "type_uid": 300501},
        lambda told: {**told, "severity_id": "1"},
        lambda told: {**told, "comment": "Not this quarter"},
        lambda told: {**told, "actor": {"user": {}}},
    ],
)
def test_the_schema_refuses_what_is_wrong(spoil: Callable[[Told], Told]) -> None:
    assert faults(spoil(one(furnished()[1]["redeemed"], "request.submitted")))


def test_numbers_and_captions_are_the_schemas() -> None:
    classes = {each["uid"]: each for each in published()["classes"].values()}

    def caption(of: Class, member: str, number: int) -> object:
        return classes[of.uid]["attributes"][member]["enum"][str(number)]["caption"]

    for of in Class:
        assert classes[of.uid]["caption"] == of.caption
        assert caption(of, "category_uid", of.category) == of.category_name
        for severity in Severity:
            assert caption(of, "severity_id", severity).lower() == severity.name.lower()  # type: ignore[attr-defined]
        for control in Control:
            for member in ("action", "disposition"):
                assert caption(of, f"{member}_id", control.members[f"{member}_id"]) == control.members[member]
    for activity in Activity:
        known = "Other" if activity.id == 99 else activity.caption
        assert caption(activity.of, "activity_id", activity.id) == known
    for event in house():
        of = next(each for each in Class if each.uid == event["class_uid"])
        assert caption(of, "type_uid", event["type_uid"]) == event["type_name"]
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]


def test_every_type_of_event_has_its_row_and_its_line_in_the_documentation() -> None:
    assert set(ROWS) == {kind.value for kind in EventType}
    text = (ROOT / "docs" / "audit-format.md").read_text(encoding="utf-8")
    told: dict[str, tuple[int, int, str]] = {}
    for events, number, activity, operation in re.findall(
        r"^\| (`[^|]+`) \| (\d{4}) \| (\d+) [^|]+ \| `(\w+)` \|", text, re.MULTILINE
    ):
        told |= {kind: (int(number), int(activity), operation) for kind in re.findall(r"`([^`]+)`", events)}
    assert told == {kind: (row.activity.of.uid, row.activity.id, row.operation) for kind, row in ROWS.items()}


def test_times_are_milliseconds_and_names_are_those_of_the_evidence() -> None:
    items, _ = furnished()
    said = {item["hash"]: json.loads(item["event"]) for item in items}
    for event in house():
        source = said[event["metadata"]["uid"]]
        at = datetime.fromisoformat(source["at"])
        assert event["time"] == int(at.timestamp()) * 1000 + at.microsecond // 1000
        assert (event["metadata"]["event_code"], event["metadata"]["sequence"]) == (source["type"], source["seq"])
        assert event["actor"]["user"]["uid"] == source["actor"]["id"]
        assert event["src_endpoint"]["svc_name"] == source["actor"]["channel"]
        assert event["policy"]["uid"] == source["judged_by"]


def test_grants_are_privileges_that_the_agent_is_given_and_loses() -> None:
    _, names = furnished()
    expected = {("redeemed", "grant.issued"): 1, ("revoked", "grant.revoked"): 2, ("unicode", "grant.expired"): 2}
    for (name, kind), activity in expected.items():
        told = one(names[name], kind)
        assert (told["class_uid"], told["activity_id"]) == (3005, activity)
        assert (told["user"]["uid"], told["privileges"]) == ("export-bot", ["s3.export"])


def test_decisions_say_what_was_decided_and_by_which_policy() -> None:
    _, names = furnished()
    for name, disposition, decision in (("redeemed", "Approved", "approve"), ("denied", "Blocked", "deny")):
        told = one(names[name], "decision.recorded")
        assert told["disposition"] == disposition
        assert told["authorizations"] == [{"decision": decision, "policy": told["policy"]}]
    taken_back = [e for e in house() if e["unmapped"].get("decision") == "withdraw"]
    assert [(e["action"], e["disposition"]) for e in taken_back] == [("Observed", "Logged")]


def test_what_somebody_should_look_at_is_an_alert() -> None:
    _, names = furnished()
    alerts = Counter(event["metadata"]["event_code"] for event in house() if event["is_alert"])
    assert alerts == {"decision.recorded": 1, "grant.issued": 1, "halted": 2}
    assert one(names["glass"], "decision.recorded")["severity"] == "High"
    refused = one(names["refusing"], "decision.refused")
    assert (refused["status"], refused["status_code"], refused["severity"]) == ("Failure", "self_approval", "Medium")


def test_refusals_add_up() -> None:
    told = [e for e in house() if e["metadata"]["event_code"] == "request.refused"]
    assert len(told) > 1
    assert sum(event["count"] for event in told) == max(event["unmapped"]["count"] for event in told) == 9
    assert {event["api"]["operation"] for event in told} == {"submitRequest"}


TYPED = {"comment", "reason"}


def test_nothing_that_people_typed_goes_out() -> None:
    items, _ = furnished()
    details = [json.loads(item["event"])["details"] for item in items]
    typed = {value for each in details for name, value in each.items() if name in TYPED}
    assert len(typed) > 3
    assert not [value for value in typed if value in "\n".join(_lines())]
    # A fact of another name is either a code, and then belongs among the facts, or it is typed.
    assert {name for each in details for name in each} <= FACTS | TYPED


def test_the_account_is_the_one_that_the_export_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert house()[0]["cloud"] == {
        "provider": "AWS",
        "region": "us-east-1",
        "account": {"uid": "000000000000", "type_id": 10, "type": "AWS Account"},
    }
    export = write_export(tmp_path, furnished()[0])
    for path in export.rglob("*"):
        if path.is_file() and path.suffix != ".gz":
            path.unlink()
    assert main(["audit", "trace", str(export), "deployment", "--format", "ocsf"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {json.dumps(event["cloud"]) for event in told} == {'{"provider": "AWS"}'}
    assert [faults(event) for event in told] == [[]] * len(told)
    assert {event["metadata"]["correlation_uid"] for event in told} == {"deployment"}
