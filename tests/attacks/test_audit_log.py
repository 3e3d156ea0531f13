"""Threat 19: events are changed, removed, reordered or made up behind the gate's back. The stream tells the notary."""

import json

import pytest

from sallyport.domain.canonical import canonical, sha256_hex
from sallyport.domain.checkpoints import read
from tests.support.house import House
from tests.support.stream import Stream, record


@pytest.fixture
def stream(house: House) -> Stream:
    """With everything that happened so far in the log."""
    made = Stream(house)
    made.tell()
    return made


def test_everything_that_the_gate_writes_is_in_the_log_and_under_the_checkpoint(house: House, stream: Stream) -> None:
    request_id = house.granted()
    assert house.redeem(request_id)[0] == 200
    assert house.ended(request_id)
    assert "audit_tampered" not in stream.tell()
    house.invoke("notarize_audit", {"source": "aws.events"})
    log = stream.log()
    indexed = {path for path in log if path.startswith("index/")}
    assert indexed == {f"index/{pk.removeprefix('REQ#')}/{sk}" for pk, sk in stream.tables()}
    assert read(log["checkpoint"]).size == len(indexed)


def test_overwritten_event_rings_and_the_log_keeps_what_was_there(house: House, stream: Stream) -> None:
    request_id = house.asked()
    stream.tell()
    item = stream.tables()[(f"REQ#{request_id}", "0000000000")]
    house.client("dynamodb").put_item(TableName="audit", Item={**item, "event": {"S": "{}"}})
    assert "audit_tampered" in stream.tell()
    kept = [c for path, c in stream.log().items() if path.startswith(f"tampering/{request_id}/0000000000/")]
    assert [json.loads(each)["old"]["event"] for each in kept] == [item["event"]["S"]]
    entries = b"".join(content for path, content in stream.log().items() if path.startswith("tile/entries/"))
    assert item["event"]["S"].encode() in entries
    # And put back as it was, so that the table alone shows nothing any more: that is a change as well.
    house.client("dynamodb").put_item(TableName="audit", Item=item)
    assert "audit_tampered" in stream.tell()


def test_removed_tail_rings_and_stays_in_the_log(house: House, stream: Stream) -> None:
    request_id = house.asked()
    stream.tell()
    pk, sk = max(key for key in stream.tables() if key[0] == f"REQ#{request_id}")
    tail = stream.tables()[(pk, sk)]
    house.client("dynamodb").delete_item(TableName="audit", Key={"pk": {"S": pk}, "sk": {"S": sk}})
    assert "audit_tampered" in stream.tell()
    assert f"index/{request_id}/{sk}" in stream.log()
    house.client("dynamodb").put_item(TableName="audit", Item=tail)
    assert stream.tell() == ["ok"], "the same event again is none that the log lacks"


def test_chain_that_was_removed_and_rebuilt_is_refused_by_the_log(house: House, stream: Stream) -> None:
    request_id = house.asked()
    stream.tell()
    first = stream.tables()[(f"REQ#{request_id}", "0000000000")]
    forged = json.loads(first["event"]["S"]) | {"action_digest": "ff" * 32}
    body = canonical(forged)
    rebuilt = {**first, "event": {"S": body.decode()}, "hash": {"S": sha256_hex(body)}}
    # Only the insert reaches the notary, as when the removal was before the stream's day.
    house.invoke("notarize_audit", {"Records": [record(None, rebuilt)]})
    assert json.loads(house.logs[-2])["outcome"] == "audit_tampered"
    (kept,) = [c for path, c in stream.log().items() if path.startswith(f"tampering/{request_id}/")]
    assert json.loads(kept)["kind"] == "rewritten"


def test_item_that_somebody_typed_rings_and_none_of_it_is_kept_for_six_years(house: House, stream: Stream) -> None:
    item = {"pk": "REQ#Jane Doe", "sk": "MRN 0048213", "event": "born 1 May 1970", "hash": "x", "prev_hash": "y"}
    house.client("dynamodb").put_item(TableName="audit", Item={n: {"S": v} for n, v in item.items()})
    assert "audit_tampered" in stream.tell()
    for path, content in stream.log().items():
        for typed in ("Jane", "0048213", "May 1970"):
            assert typed not in path
            assert typed.encode() not in content
    key = {"pk": {"S": "REQ#Jane Doe"}, "sk": {"S": "MRN 0048213"}}
    house.client("dynamodb").delete_item(TableName="audit", Key=key)
    stream.tell()


def test_events_that_never_reached_the_stream_are_found_by_the_schedule(house: House, stream: Stream) -> None:
    house.client("dynamodb").update_item(  # the day's search is due
        TableName="requests", Key={"pk": {"S": "NOTARY"}}, UpdateExpression="REMOVE scan_began, scanned"
    )
    request_id = house.asked()
    house.invoke("notarize_audit", {"source": "aws.events"})
    assert f"index/{request_id}/0000000000" in stream.log()


def test_notarys_state_set_back_signs_nothing(house: House, stream: Stream) -> None:
    """Whoever can write its item cannot have another history signed."""
    house.invoke("notarize_audit", {"source": "aws.events"})
    client, key = house.client("dynamodb"), {"pk": {"S": "NOTARY"}}
    state = client.get_item(TableName="requests", Key=key)["Item"]
    before = stream.log()["checkpoint"]
    try:
        client.delete_item(TableName="requests", Key=key)
        with pytest.raises(Exception, match="checkpoint_not_known"):
            house.invoke("notarize_audit", {"source": "aws.events"})
        assert json.loads(house.logs[-1])["outcome"] == "log_inconsistent"
        assert stream.log()["checkpoint"] == before
    finally:
        client.put_item(TableName="requests", Item=state)
