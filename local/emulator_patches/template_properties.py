# ruff: noqa: SLF001 - a patch is about ministack's inner names
"""Properties that ministack's CloudFormation drops although ministack itself supports them.

Object Lock of a bucket, point-in-time recovery and TTL of a table, the permissions boundary of a role and the dead
letters of a function, which no API call could set later, because an alias points at a published version, and those
never change. What ministack would only store and not act on (bucket lifecycle, state machine logging, ...) stays
dropped.
"""

import importlib
from collections.abc import Callable
from typing import Any

Keep = Callable[[str, dict[str, Any]], None]


def apply() -> None:
    """After each create or update of a resource, apply what it left out."""
    provisioners: Any = importlib.import_module("ministack.services.cloudformation.provisioners")
    for resource_type, keep in {
        "AWS::S3::Bucket": _keep_object_lock,
        "AWS::DynamoDB::Table": _keep_backups_and_ttl,
        "AWS::IAM::Role": _keep_boundary,
        "AWS::Lambda::Function": _keep_dead_letters,
    }.items():
        _extend(provisioners._RESOURCE_HANDLERS[resource_type], keep)


def _extend(handler: dict[str, Any], keep: Keep) -> None:
    create, update = handler["create"], handler["update"]

    def create_keeping(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        name, attributes = create(logical_id, properties, stack)
        keep(name, properties)
        return name, attributes

    def update_keeping(physical_id: str, old: Any, new: dict[str, Any], stack: str, *rest: Any) -> Any:
        name, attributes = update(physical_id, old, new, stack, *rest)
        keep(name, new)
        return name, attributes

    handler["create"], handler["update"] = create_keeping, update_keeping


def _keep_object_lock(name: str, properties: dict[str, Any]) -> None:
    if not is_true(properties.get("ObjectLockEnabled")):
        return
    buckets: Any = importlib.import_module("ministack.services.s3")
    rule = (properties.get("ObjectLockConfiguration") or {}).get("Rule") or {}
    retention = rule.get("DefaultRetention")
    if retention is not None:
        amounts = {unit: int(retention[unit]) for unit in ("Days", "Years") if retention.get(unit)}
        retention = {"Mode": retention["Mode"], **amounts}
    buckets._bucket_object_lock[name] = {"enabled": True, "default_retention": retention}


def _keep_backups_and_ttl(name: str, properties: dict[str, Any]) -> None:
    tables: Any = importlib.import_module("ministack.services.dynamodb")
    recovery = properties.get("PointInTimeRecoverySpecification") or {}
    tables._pitr_settings[name] = is_true(recovery.get("PointInTimeRecoveryEnabled"))
    expiry = properties.get("TimeToLiveSpecification") or {}
    if expiry.get("AttributeName"):
        tables._ttl_settings[name] = {
            "TimeToLiveStatus": "ENABLED" if is_true(expiry.get("Enabled")) else "DISABLED",
            "AttributeName": expiry["AttributeName"],
        }


def _keep_boundary(name: str, properties: dict[str, Any]) -> None:
    role = importlib.import_module("ministack.services.iam")._roles[name]
    role.pop("PermissionsBoundary", None)
    if properties.get("PermissionsBoundary"):
        role["PermissionsBoundary"] = properties["PermissionsBoundary"]


def _keep_dead_letters(name: str, properties: dict[str, Any]) -> None:
    configuration = importlib.import_module("ministack.services.lambda_svc")._functions[name]["config"]
    configuration.pop("DeadLetterConfig", None)
    if properties.get("DeadLetterConfig"):
        configuration["DeadLetterConfig"] = properties["DeadLetterConfig"]


def is_true(value: object) -> bool:
    """CloudFormation often passes booleans on as text."""
    return str(value).lower() == "true"
