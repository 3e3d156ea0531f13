"""What was done with each credential, and what was done without one, by CloudTrail's own records."""

import csv
import gzip
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sallyport_cli.audit.correlation import correlated
from sallyport_cli.audit.grants import Guarded
from sallyport_cli.main import main
from tests.support.cloudtrail import (
    ROLE,
    SERVICE,
    TARGET,
    Record,
    assume_role,
    get_item,
    get_object,
    record,
    session,
    user,
    write_log,
)
from tests.support.evidence import furnished, rehashed, write_export

IDENTITY = "agent=export-bot,approver=petra.approver"
RESTART = "arn:aws:iam::000000000000:role/sallyport/target/sallyport-target-ecs-restart-service"
GUARDED = "arn:aws:s3:::records"
ITEMS, NAMES = furnished()


def key_of(name: str) -> str:
    events = [json.loads(item["event"]) for item in ITEMS if item["pk"] == f"REQ#{NAMES[name]}"]
    return str(next(e["details"]["access_key_id"] for e in events if e["type"] == "credentials.issued"))


def of(name: str, /, **changes: str) -> Record:
    """The identity of the credential of a request."""
    told = {"role": TARGET, "key": key_of(name), "source_identity": IDENTITY, "name": NAMES[name], **changes}
    return session(**told)


class Auditor:
    """An export and a trail on a disk, and the command."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys, self.items, self.runs = home, capsys, list(ITEMS), 0

    def run(self, *records: Record, guarded: str | None = GUARDED, options: tuple[str, ...] = ()) -> int:
        self.runs += 1
        export = write_export(self.home / f"export{self.runs}", self.items)
        write_log(self.home / "trail", records)
        named = ("--guarded", guarded) if guarded else ()
        return main(["audit", "correlate", str(export), "--cloudtrail", str(self.home / "trail"), *named, *options])

    def told(self, *records: Record, guarded: str | None = GUARDED, options: tuple[str, ...] = ()) -> dict[str, Any]:
        code = self.run(*records, guarded=guarded, options=(*options, "--json"))
        found: dict[str, Any] = json.loads(self.capsys.readouterr().out)
        assert code == {"clean": 0, "bypassed": 1, "cannot_tell": 2}[found["verdict"]]
        return found

    def calls(self, name: str, *records: Record) -> list[tuple[str, str, list[str]]]:
        """What is said of the calls of a request."""
        (request,) = [each for each in self.told(*records)["requests"] if each["request"] == NAMES[name]]
        return [(call["grant_time"], call["outcome"], call["signs"]) for call in request["calls"]]


@pytest.fixture
def auditor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Auditor:
    return Auditor(tmp_path, capsys)


def at(time: str) -> str:
    return f"2026-11-02T{time}Z"


def test_call_in_its_grants_time_is_listed_with_its_request_and_accuses_nobody(auditor: Auditor) -> None:
    found = auditor.told(get_object(of("redeemed"), at("10:03:00"), "records", "q3/a.csv"))
    assert found["verdict"] == "clean"
    (request,) = [each for each in found["requests"] if each["request"] == NAMES["redeemed"]]
    assert (request["agent"], request["approvers"], request["action"]) == (
        "export-bot",
        ["petra.approver"],
        "s3.export",
    )
    (call,) = request["calls"]
    told = (call["service"], call["call"], call["resource"], call["grant_time"], call["outcome"], call["signs"])
    assert told == ("s3", "GetObject", "arn:aws:s3:::records/q3/a.csv", "within", "done", [])


OUTSIDE: dict[str, tuple[str, Callable[[], Record], tuple[str, str, list[str]]]] = {
    "before its grant": (
        "redeemed",
        lambda: get_object(of("redeemed"), at("09:59:58"), "records", "a"),
        ("before", "done", ["before_grant"]),
    ),
    "after its grant": (
        "redeemed",
        lambda: get_object(of("redeemed"), at("10:15:00"), "records", "a"),
        ("after", "done", ["after_grant"]),
    ),
    "after the revocation": (
        "revoked",
        lambda: get_object(of("revoked"), at("10:07:01"), "records", "a"),
        ("after_revocation", "done", ["after_revocation"]),
    ),
    "with another key in the request's name": (
        "redeemed",
        lambda: get_object(of("redeemed", key="ASIAOTHER"), at("10:03:00"), "records", "a"),
        ("within", "done", ["other_key"]),
    ),
    "of a request whose credential was dropped": (
        "no_credential",
        lambda: get_object(of("redeemed", name=NAMES["no_credential"], key="ASIAX"), at("10:14:00"), "records", "a"),
        ("within", "done", ["other_key"]),
    ),
    "as another role": (
        "redeemed",
        lambda: get_object(of("redeemed", role=RESTART), at("10:03:00"), "records", "a"),
        ("within", "done", ["other_role"]),
    ),
    "as another agent": (
        "redeemed",
        lambda: get_object(
            of("redeemed", source_identity="agent=triage-bot,approver=petra.approver"), at("10:03:00"), "records", "a"
        ),
        ("within", "done", ["other_identity"]),
    ),
    "executed without the identity": (
        "executed",
        lambda: record(session(RESTART, NAMES["executed"], "ASIAX"), at("10:11:01"), "ecs:UpdateService"),
        ("within", "done", ["other_identity"]),
    ),
}


@pytest.mark.parametrize("what", OUTSIDE)
def test_call_outside_of_its_grant_accuses(auditor: Auditor, what: str) -> None:
    name, make, wanted = OUTSIDE[what]
    call = make()
    assert auditor.calls(name, call) == [wanted]
    assert auditor.run(call) == 1


@pytest.mark.parametrize(
    ("name", "time", "when"),
    [("redeemed", "10:16:00", "after"), ("revoked", "10:08:00", "after_revocation")],
)
def test_call_that_aws_refused_outside_of_its_grant_accuses_nobody(
    auditor: Auditor, name: str, time: str, when: str
) -> None:
    """That it is refused is what the cut-off and the revocation are for."""
    call = get_object(of(name), at(time), "records", "a", errorCode="AccessDenied")
    assert auditor.calls(name, call) == [(when, "refused", [])]
    assert auditor.run(call) == 0


def test_call_that_failed_for_another_reason_was_let_through(auditor: Auditor) -> None:
    call = get_object(of("redeemed"), at("10:20:00"), "records", "a", errorCode="NoSuchKey")
    assert auditor.calls("redeemed", call) == [("after", "failed", ["after_grant"])]


def test_call_of_the_second_in_which_it_was_revoked_or_redeemed_is_within(auditor: Auditor) -> None:
    """CloudTrail knows whole seconds: what could have been in time is in time."""
    auditor.items = [
        rehashed(item, at="2026-11-02T10:07:00.900Z") if '"grant.revoked"' in item["event"] else item
        for item in auditor.items
    ]
    call = get_object(of("revoked"), at("10:07:00"), "records", "a")
    assert auditor.calls("revoked", call) == [("within", "done", [])]


def test_what_sallyport_executed_itself_is_found_by_the_sessions_name(auditor: Auditor) -> None:
    identity = session(RESTART, NAMES["executed"], "ASIAEXECUTED", IDENTITY)
    asked = {"cluster": "clinic", "service": "appointments"}
    call = record(identity, at("10:11:01"), "ecs:UpdateService", requestParameters=asked)
    assert auditor.calls("executed", call) == [("within", "done", [])]
    assert auditor.run(call) == 2, "no data events, though a bucket is guarded"


PAST: dict[str, tuple[Callable[[], Record], str]] = {
    "a user": (lambda: get_object(user("mallory"), at("10:01:00"), "records", "a"), "bypass"),
    "another role": (lambda: get_object(session(ROLE, "i-1", "ASIAY"), at("10:01:00"), "records", "a"), "bypass"),
    "another account": (
        lambda: get_object(
            {"type": "AWSAccount", "accountId": "4", "principalId": "AIDAY"}, at("10:01:00"), "records", "a"
        ),
        "bypass",
    ),
    "the bucket's policy": (
        lambda: record(
            user("mallory"), at("10:01:00"), "s3:PutBucketPolicy", requestParameters={"bucketName": "records"}
        ),
        "bypass",
    ),
    "a session of a target role for no request, on anything": (
        lambda: get_object(
            session(TARGET, "req-ffffffffffffffffffffffff", "ASIAZ", IDENTITY), at("10:01:00"), "x", "a"
        ),
        "unaccounted_session",
    ),
    "a role that was taken on with the credential's identity": (
        lambda: get_object(session(ROLE, "chained", "ASIAZ", IDENTITY), at("10:01:00"), "x", "a"),
        "unaccounted_session",
    ),
    "a target role taken on by somebody": (
        lambda: assume_role(user("mallory"), at("10:01:00"), TARGET, "just-me"),
        "assumed_aside",
    ),
}


@pytest.mark.parametrize("who", PAST)
def test_call_that_did_not_come_through_sallyport_accuses(auditor: Auditor, who: str) -> None:
    make, sign = PAST[who]
    found = auditor.told(make())
    assert found["verdict"] == "bypassed"
    assert [call["signs"] for call in found["not_through_sallyport"]] == [[sign]]


@pytest.mark.parametrize("who", PAST)
def test_the_same_refused_by_aws_is_an_attempt(auditor: Auditor, who: str) -> None:
    make, sign = PAST[who]
    found = auditor.told({**make(), "errorCode": "AccessDenied"}, get_object(of("redeemed"), at("10:01:00"), "r", "a"))
    assert (found["verdict"], found["not_through_sallyport"]) == ("clean", [])
    assert [call["signs"] for call in found["refused_attempt"]] == [[sign]]


def test_who_uses_it_by_right_is_not_accused_and_nor_is_aws(auditor: Auditor) -> None:
    calls = [
        get_object(session(ROLE, "i-1", "ASIAY"), at("10:01:00"), "records", "a"),
        get_object(user("backup"), at("10:01:00"), "records", "a"),
        get_object(SERVICE, at("10:01:00"), "records", "a"),
        get_object(user("mallory"), at("10:01:00"), "records-of-others", "a"),
    ]
    expected = ("--expected", ROLE, "--expected", "arn:aws:iam::*:user/backup")
    assert auditor.run(*calls, options=expected) == 0
    assert auditor.run(*calls) == 1


def test_sallyports_own_taking_on_of_a_role_is_nobodys_bypass(auditor: Auditor) -> None:
    gate = session("arn:aws:iam::000000000000:role/sallyport-IssueCredentialsRole", "sallyport", "ASIAGATE")
    calls = (
        assume_role(gate, at("10:00:00"), TARGET, NAMES["redeemed"]),
        get_object(SERVICE, at("10:01:00"), "r", "a"),
    )
    assert auditor.run(*calls) == 0


def test_session_that_is_newer_than_the_export_is_not_accused(auditor: Auditor) -> None:
    name = "req-fffffffffffffffffffffffe"
    later = session(TARGET, name, "ASIAZ", IDENTITY)
    found = auditor.told(get_object(later, at("12:00:01"), "records", "a"))
    assert (found["verdict"], len(found["newer_than_export"])) == ("clean", 1)


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("arn:aws:dynamodb:*:*:table/patients", True),
        ("arn:aws:dynamodb:us-east-1:000000000000:table/pat?ents", True),
        ("arn:aws:dynamodb:*:*:table/patient", False),
        ("arn:aws:dynamodb:*:*:table/*", True),
    ],
)
def test_guarded_is_what_a_pattern_matches(auditor: Auditor, pattern: str, covered: bool) -> None:
    found = auditor.told(get_item(user("mallory"), at("10:01:00"), "patients"), guarded=pattern)
    assert (found["verdict"] == "bypassed") is covered


SECRET = "arn:aws:secretsmanager:us-east-1:000000000000:secret:prod/db"
TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/t"
NAMED: list[tuple[str, dict[str, Any], str]] = [
    ("secretsmanager:GetSecretValue", {"secretId": "prod/db"}, SECRET),
    ("ssm:PutParameter", {"name": "/prod/db"}, "arn:aws:ssm:us-east-1:000000000000:parameter/prod/db"),
    ("ecs:UpdateService", {"cluster": "c", "service": "s"}, "arn:aws:ecs:us-east-1:000000000000:service/c/s"),
    ("dynamodb:ExportTableToPointInTime", {"tableArn": TABLE}, TABLE),
]


@pytest.mark.parametrize(("call", "asked", "arn"), NAMED)
def test_resource_is_known_by_the_name_that_a_call_gives_it(
    auditor: Auditor, call: str, asked: dict[str, Any], arn: str
) -> None:
    other = get_object(SERVICE, at("10:01:00"), "r", "a")
    found = auditor.told(record(user("mallory"), at("10:01:00"), call, requestParameters=asked), other, guarded=arn)
    assert [each["resource"] for each in found["not_through_sallyport"]] == [arn]


def test_guarded_may_stand_in_a_file(auditor: Auditor, tmp_path: Path) -> None:
    listed = tmp_path / "guarded"
    listed.write_text(f"# what the clinic keeps\n{GUARDED}  # quarterly exports\n\n")
    call = get_object(user("mallory"), at("10:01:00"), "records", "a")
    assert auditor.run(call, guarded=None, options=("--guarded-file", str(listed))) == 1


UNTOLD: dict[str, tuple[Callable[[Auditor], int], str]] = {
    "nobody said what is guarded": (
        lambda a: a.run(get_object(of("redeemed"), at("10:03:00"), "records", "a"), guarded=None),
        "nothing was named as guarded",
    ),
    "no data events": (lambda a: a.run(record(user("x"), at("10:03:00"), "ec2:StopInstances")), "no data events"),
    "no records": (lambda a: a.run(), "no records"),
}


@pytest.mark.parametrize("why", UNTOLD)
def test_what_cannot_be_told_is_said_and_exits_2(auditor: Auditor, why: str) -> None:
    run, words = UNTOLD[why]
    assert run(auditor) == 2
    assert words in auditor.capsys.readouterr().out


def test_export_that_does_not_verify_tells_nothing_for_certain(auditor: Auditor) -> None:
    auditor.items = [
        item for item in auditor.items if (item["pk"], item["sk"]) != (f"REQ#{NAMES['denied']}", "0" * 9 + "1")
    ]
    call = get_object(of("redeemed"), at("10:03:00"), "records", "a")
    assert auditor.run(call) == 2
    assert "does not verify" in auditor.capsys.readouterr().out
    assert auditor.run(call, get_object(user("mallory"), at("10:01:00"), "records", "a")) == 1


def test_without_an_export_it_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = str(write_log(tmp_path, []))
    assert main(["audit", "correlate", str(tmp_path / "none"), "--cloudtrail", log, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["verdict"] == "cannot_tell"
    export = str(write_export(tmp_path / "export", ITEMS))
    assert main(["audit", "correlate", export, "--cloudtrail", str(tmp_path / "nowhere")]) == 2
    assert "is not there" in capsys.readouterr().err


def test_record_that_was_delivered_twice_is_one_call(auditor: Auditor) -> None:
    call = get_object(of("redeemed"), at("10:03:00"), "records", "a")
    write_log(auditor.home / "trail", [call], "again.json.gz")
    assert len(auditor.calls("redeemed", call)) == 1


def as_json(records: list[Record]) -> bytes:
    return json.dumps({"Records": records}, indent=2).encode()


def as_lines(records: list[Record]) -> bytes:
    return "\n".join(json.dumps(each) for each in records).encode()


def as_looked_up(records: list[Record]) -> bytes:
    events = [{"EventId": each["eventID"], "CloudTrailEvent": json.dumps(each)} for each in records]
    return json.dumps({"Events": events, "NextToken": "more"}).encode()


def as_events(records: list[Record]) -> bytes:
    return "\n".join(json.dumps({"source": "aws.s3", "detail": each}) for each in records).encode()


@pytest.mark.parametrize("form", [as_json, as_lines, as_looked_up, as_events])
@pytest.mark.parametrize("zipped", [True, False])
def test_records_are_read_in_every_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: Callable[[list[Record]], bytes], zipped: bool
) -> None:
    # More than one window of text, so that records lie across its edge.
    long = {"userAgent": "é" * 300_000}
    records = [get_object(of("redeemed"), at(f"10:03:{n:02d}"), "records", "a", **long) for n in range(5)]
    export, path = write_export(tmp_path / "export", ITEMS), tmp_path / "some.json"
    path.write_bytes(gzip.compress(form(records)) if zipped else form(records))
    code = main(["audit", "correlate", str(export), "--cloudtrail", str(path), "--guarded", GUARDED, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (code, found["cloudtrail"]["records"], found["cloudtrail"]["data_events"]) == (0, 5, 5)


TORN: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda data: data[: len(data) // 2],
    "an altered byte": lambda data: data[:-5] + bytes([data[-5] ^ 1]) + data[-4:],
    "another thing": lambda data: b'{"Nothing": [',
    "no records": lambda data: b'{"awsAccountId": "1"}',
    "no end": lambda data: b'{"Records": [{"a": "' + b"x" * (9 << 20),
}


@pytest.mark.parametrize("how", TORN)
def test_log_file_that_cannot_be_read_is_named_and_nothing_told_for_certain(auditor: Auditor, how: str) -> None:
    path = write_log(auditor.home / "trail", [get_object(user("mallory"), at("10:01:00"), "x", "a")], "torn.json.gz")
    path.write_bytes(TORN[how](path.read_bytes()))
    assert auditor.run(get_object(of("redeemed"), at("10:03:00"), "records", "a")) == 2
    assert f"{path} cannot be read" in auditor.capsys.readouterr().out


def test_digests_and_insights_beside_the_logs_are_no_logs(auditor: Auditor) -> None:
    for name in ("CloudTrail-Digest", "CloudTrail-Insight"):
        path = auditor.home / "trail/AWSLogs/000000000000" / name / "one.json.gz"
        path.parent.mkdir(parents=True)
        path.write_bytes(gzip.compress(b'{"digestS3Bucket": "logs"}'))
    assert auditor.run(get_object(of("redeemed"), at("10:03:00"), "records", "a")) == 0


def test_words_tell_calls_by_request_and_the_verdict_last(auditor: Auditor) -> None:
    forged = get_object(user("mallory"), at("10:02:00"), "records", "\x1b[2Jq3")
    assert auditor.run(get_object(of("redeemed"), at("10:16:00"), "records", "a"), forged) == 1
    lines = auditor.capsys.readouterr().out.splitlines()
    assert lines[0].startswith("export: clean, ")
    place = lines.index(f"{NAMES['redeemed']} s3.export, export-bot, approved by petra.approver")
    assert lines[place + 1] == "  2026-11-02T10:00:00.000Z to 2026-11-02T10:15:00.000Z"
    assert lines[place + 2].endswith("s3:GetObject arn:aws:s3:::records/a done after AFTER_GRANT")
    assert "\x1b" not in "".join(lines)
    assert lines[-1] == "BYPASSED OR OUTSIDE A GRANT: 2 calls"
    assert sum(line.startswith("not shown by this: ") for line in lines) == 1


def test_csv_has_a_line_for_each_call_and_no_formula(auditor: Auditor) -> None:
    calls = [
        get_object(of("redeemed"), at("10:03:00"), "records", "a"),
        get_object({"type": "IAMUser", "principalId": "=cmd()"}, at("10:02:00"), "records", "b"),
    ]
    assert auditor.run(*calls, options=("--csv",)) == 1
    out, err = auditor.capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["group"], row["request"], row["signs"]) for row in rows] == [
        ("request", NAMES["redeemed"], ""),
        ("not_through_sallyport", "", "bypass"),
    ]
    assert rows[1]["caller"] == "'=cmd()"
    assert err.splitlines()[-1] == "BYPASSED OR OUTSIDE A GRANT: 1 calls"


def test_memory_does_not_grow_with_cloudtrails_records(tmp_path: Path) -> None:
    export, trail = write_export(tmp_path / "export", ITEMS), tmp_path / "trail"
    one = get_object(of("redeemed"), at("10:03:00"), "records", "a")

    def peak(count: int) -> int:
        trail.write_text("\n".join(json.dumps({**one, "eventID": str(number)}) for number in range(count)))
        tracemalloc.start()
        try:
            with correlated(export, [trail], Guarded((GUARDED,))) as found:
                assert sum(1 for _ in found.of_request(NAMES["redeemed"])) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)  # imports
    # Windows of the text grow to a megabyte or two; three thousand records as Python holds them are ten.
    assert peak(3_500) < peak(500) + 4_000_000
