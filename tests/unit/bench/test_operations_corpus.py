"""The corpus of operations: the same every time, and labelled where the identifiers stand."""

import json
from collections import Counter
from typing import Any

import pytest

from bench.operations import examples
from bench.operations.altered import kind, replaced
from bench.operations.documents import Document
from bench.operations.labelling import Labeller
from bench.operations.planted import generate
from bench.operations.readers import parts


def labelled(content: Any) -> dict[str, tuple[str, bool]]:
    """Each labelled value with its label and whether it must be masked."""
    line = Document("one", content, Labeller().spans(content)).line()
    found = line.get("spans") or line.get("identifiers") or []
    return {entry.get("text", entry.get("value")): (entry["label"], entry["required"]) for entry in found}


def test_every_label_of_botocores_examples_is_found_in_them() -> None:
    labels = json.loads(examples.LABELS.read_text(encoding="utf-8"))
    found = Counter(
        (document.id.split("/")[0], entry.get("value", ""))
        for document in examples.documents()
        for entry in document.line()["identifiers"]
    )
    listed = [(service, value) for service, rows in labels["values"].items() for value, _, _ in rows]
    assert [pair for pair in listed if pair not in found] == []


def test_templates_are_filled_the_same_way_every_time() -> None:
    first, second = ([document.line() for document in generate.documents("dev", 7, 2)] for _ in range(2))
    assert first == second
    assert first != [document.line() for document in generate.documents("dev", 8, 2)]
    assert not [line["id"] for line in first if "<<" in json.dumps(line).replace("<<<", "")]


def test_what_was_planted_stands_where_the_labels_say() -> None:
    seen = set()
    for document in generate.documents("dev", 7, 3):
        for entry in document.line().get("spans", document.line().get("identifiers", [])):
            seen.add(entry["label"])
            assert len(entry.get("text", entry.get("value"))) == entry["end"] - entry["start"]
    assert seen >= {"NAME", "EMAIL", "PHONE", "MRN", "SSN", "DATE", "CARD", "SECRET"}


def test_people_of_an_event_are_labelled_and_its_machines_are_not() -> None:
    event = {
        "userIdentity": {
            "arn": "arn:aws:sts::123456789012:assumed-role/Admin/kim@example.org",
            "principalId": "AROAX5V2LTQ8ZB3NKW7HG:kim@example.org",
            "sessionContext": {"sessionIssuer": {"userName": "Admin"}},
        },
        "sourceIPAddress": "93.184.216.77",
        "eventID": "c8d5e0f2-3a41-4b7e-9f60-5d2c1b8a7e94",
        "requestParameters": {"masterUserPassword": "hunter2-hunter2", "vpcId": "vpc-a01106c2", "ip": "10.0.0.4"},
    }
    assert labelled(event) == {
        "kim@example.org": ("EMAIL", True),
        "93.184.216.77": ("IP", False),
        "hunter2-hunter2": ("SECRET", True),
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('password = "Gr4ssh0pper-9"', "Gr4ssh0pper-9"),
        ("postgres://app:tr0ub4dor@db.internal/app", "tr0ub4dor"),
        ("-----BEGIN PRIVATE KEY-----\nabcd\n-----END PRIVATE KEY-----", "\nabcd\n"),
    ],
)
def test_secrets_in_text_are_labelled(text: str, value: str) -> None:
    assert labelled(text)[value] == ("SECRET", True)


@pytest.mark.parametrize(
    "text", ["password = var.db_password", 'admin_password: "${local.x}"', "password: !Ref Secret"]
)
def test_a_reference_to_a_secret_is_none(text: str) -> None:
    assert labelled(text) == {}


def test_readers_take_what_an_agent_would_paste() -> None:
    rule = "Tests:\n" + "".join(
        f"  - Name: t{n}\n    Log: {{eventTime: 2025-11-24T08:14:22Z, n: {n}, eventID: {'0' * 8}-aaaa-bbbb-cccc}}\n"
        for n in range(3)
    )
    read = list(parts("panther", rule, 2))
    assert [part["n"] for part in read] == [0, 1]
    assert read[0]["eventTime"] == "2025-11-24T08:14:22Z"
    assert next(parts("text", "line of a log\n" * 1000, 1)).endswith("line of a log")


def test_markers_are_put_back_onto_what_they_replaced() -> None:
    text, shown = "user ada at vpc-a01106c2, call 555", "user [NAME-1] at [ID-1], call [PHONE-3]"
    assert [(text[start:end], category) for start, end, category in replaced(text, shown)] == [
        ("ada", "NAME"),
        ("vpc-a01106c2", "ID"),
        ("555", "PHONE"),
    ]


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("vpc-a01106c2", "resource id"),
        ("arn:aws:s3:::clinic-raw/key", "ARN"),
        ("123456789012", "account id"),
        ("sha256:" + "ab" * 32, "image"),
        ("6f1d2c3b4a5968778695a4b3c2d1e0f9a8b7c6d5", "hash"),
        ("2025-11-24T08:14:22Z", "instant"),
        ("My", "word"),
    ],
)
def test_machines_names_are_told_apart(token: str, name: str) -> None:
    assert kind(token) == name
