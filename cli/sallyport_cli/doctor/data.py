"""Tables, buckets, secrets: what must be kept, and kept private."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from sallyport_cli.doctor.patient import Patient, Symptom

_BUCKETS = ("VaultBucket", "ViewsBucket", "AuditBucket")


def tables(patient: Patient) -> Iterator[Symptom]:
    """Both tables can be restored, and the evidence is streamed."""
    client = patient.client("dynamodb")
    for output in ("RequestsTable", "AuditTable"):
        name = patient.outputs.get(output, "")
        try:
            table = client.describe_table(TableName=name)["Table"]
            backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            yield Symptom(f"the table {name} cannot be read ({code})", "docs/runbook.md, restoring from PITR")
            continue
        yield from _of_table(patient, name, table, backups["PointInTimeRecoveryDescription"])
        if output == "AuditTable" and not (table.get("StreamSpecification") or {}).get("StreamEnabled"):
            yield Symptom(f"{name} has no stream, so that nobody would notice a changed event", _redeploy())


def _of_table(patient: Patient, name: str, table: dict[str, Any], recovery: dict[str, Any]) -> Iterator[Symptom]:
    if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
        turn_on = f"`aws dynamodb update-continuous-backups --table-name {name} --point-in-time-recovery-specification"
        yield Symptom(f"{name} has no point-in-time recovery", f"{turn_on} PointInTimeRecoveryEnabled=true`")
    if patient.is_prod and not table.get("DeletionProtectionEnabled"):
        protect = f"`aws dynamodb update-table --table-name {name} --deletion-protection-enabled`"
        yield Symptom(f"{name} can be deleted by mistake", protect)


def buckets(patient: Patient) -> Iterator[Symptom]:
    """No bucket is public, the vault's policy is on it, and the copy of the evidence is locked."""
    client = patient.client("s3")
    for output in _BUCKETS:
        name = patient.outputs.get(output, "")
        try:
            client.head_bucket(Bucket=name)
        except ClientError as error:
            yield Symptom(f"{output} {name} is not there ({error.response['Error']['Code']})", _redeploy())
            continue
        if _missing(client.get_bucket_policy, Bucket=name):
            yield Symptom(f"{name} has lost its bucket policy: only IAM limits who may read it", _redeploy())
        if output == "AuditBucket" and _missing(client.get_object_lock_configuration, Bucket=name):
            mend = "Object Lock cannot be added by CloudFormation: make a new bucket and copy the evidence there"
            yield Symptom(f"{name} has no Object Lock, so that copies of the evidence can be deleted", mend)


def _missing(call: Any, **arguments: str) -> bool:
    try:
        call(**arguments)
    except ClientError:
        return True
    return False


def _redeploy() -> str:
    return "deploy again; if CloudFormation sees no drift, detect and repair it there"
