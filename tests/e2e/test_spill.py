"""The runbook's way to take back what got through masking: card, vault and view go, the evidence stays."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sallyport_cli.main import main
from tests.e2e.driver import HTTP, Live

SPILLED = "the boy from bed seven"  # which nothing marks as a person


def test_spill_is_erased_from_card_vault_and_view_and_the_evidence_still_verifies(
    live: Live, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request_id, digest = live.waiting("export-bot", reason=SPILLED)
    card = live.card(request_id)
    assert SPILLED in json.dumps(card), "it did get through"

    # 1. The request ends, and with it the raw action.
    assert live.call("export-bot", "DELETE", f"/v1/requests/{request_id}").status == 200
    deadline = time.monotonic() + 120
    while live.vaulted(request_id) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert live.vaulted(request_id) == []

    # 2. The card. The local workspace has no chat.delete; an update takes the text away as well.
    slack = live.stack["slack"]
    gone = {"channel": slack["channel_id"], "ts": card["ts"], "text": "Removed", "blocks": "[]"}
    headers = {"Authorization": f"Bearer {slack['bot_token']}"}
    got = HTTP.request("POST", f"{slack['api_url']}chat.update", fields=gone, encode_multipart=False, headers=headers)
    assert got.json()["ok"]

    # 3. The view: nobody may delete one, so the bucket's policy lets one name through, for as long as it takes.
    s3, bucket, key = live.client("s3"), live.stack["buckets"]["views"], f"views/{digest}.json"
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    versions = s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
    user = make_eraser(live, bucket)
    eraser = live.client("s3", user["keys"])
    with pytest.raises(ClientError, match="AccessDenied"):
        eraser.delete_object(Bucket=bucket, Key=key, VersionId=versions[0]["VersionId"])
    lifted = json.loads(policy)
    for statement in lifted["Statement"]:
        if statement["Sid"] == "Delete":
            statement["Condition"] = {"ArnNotEquals": {"aws:PrincipalArn": user["arn"]}}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(lifted))
    try:
        for version in versions:
            eraser.delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])
    finally:
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)
        remove_eraser(live, user)
    left = s3.list_object_versions(Bucket=bucket, Prefix=key)
    assert not left.get("Versions")
    assert not left.get("DeleteMarkers")

    # 4. The evidence: still there, still sound, and without the words.
    assert SPILLED not in json.dumps(live.chain(request_id))
    out = tmp_path / "export"
    stack = str(Path(__file__).resolve().parents[2] / ".local" / "stack.json")
    assert main(["audit", "export", "--scan", "--out", str(out), "--stack", stack, "--as", "admin"]) == 0
    capsys.readouterr()
    main(["audit", "verify", str(out), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert [f for f in report["findings"] if f["request"] == request_id] == []


def make_eraser(live: Live, bucket: str) -> dict[str, Any]:
    """An administrator of the bucket by name, as the runbook asks for."""
    iam, name = live.client("iam"), "eraser"
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName=name, PolicyName="erase", PolicyDocument=document)
    return {"arn": arn, "keys": iam.create_access_key(UserName=name)["AccessKey"]}


def remove_eraser(live: Live, user: dict[str, Any]) -> None:
    iam = live.client("iam")
    iam.delete_access_key(UserName="eraser", AccessKeyId=user["keys"]["AccessKeyId"])
    iam.delete_user_policy(UserName="eraser", PolicyName="erase")
    iam.delete_user(UserName="eraser")
