# ruff: noqa: SLF001 - a patch is about ministack's inner names
"""`AWS::CloudTrail::Trail`: ministack has trails, but its CloudFormation refuses a template with one.

The trail can then be read back with its event selectors. It delivers no log files: nothing in ministack does.
"""

import importlib
import json
from typing import Any

from local.emulator_patches.template_properties import is_true


def apply() -> None:
    """Register the resource type on top of ministack's own CloudTrail calls."""
    provisioners: Any = importlib.import_module("ministack.services.cloudformation.provisioners")
    trails: Any = importlib.import_module("ministack.services.cloudtrail")

    def succeed(answer: tuple[int, Any, Any]) -> Any:
        status, _, body = answer
        if status >= 400:
            raise ValueError(f"AWS::CloudTrail::Trail failed: {body!r}")
        return json.loads(body)

    def select_and_start(name: str, properties: dict[str, Any]) -> None:
        for selectors in ("EventSelectors", "AdvancedEventSelectors"):
            if properties.get(selectors):
                succeed(trails._put_event_selectors({"TrailName": name, selectors: properties[selectors]}))
        turn = trails._start_logging if is_true(properties.get("IsLogging", True)) else trails._stop_logging
        succeed(turn({"Name": name}))

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        name = properties.get("TrailName") or provisioners._physical_name(stack, logical_id, max_len=128)
        made = succeed(trails._create_trail(_as_request(name, properties)))
        select_and_start(name, properties)
        return name, {"Arn": made["TrailARN"]}

    def update(name: str, _old: Any, new: dict[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
        changed = succeed(trails._update_trail(_as_request(name, new)))
        select_and_start(name, new)
        return name, {"Arn": changed["TrailARN"]}

    def delete(name: str, _properties: dict[str, Any]) -> None:
        trails._delete_trail({"Name": name})

    provisioners._RESOURCE_HANDLERS["AWS::CloudTrail::Trail"] = {"create": create, "update": update, "delete": delete}


def _as_request(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """The CreateTrail or UpdateTrail request that these CloudFormation properties stand for."""
    request: dict[str, Any] = {"Name": name}
    for key in ("S3BucketName", "S3KeyPrefix", "KmsKeyId"):
        if properties.get(key):
            request[key] = properties[key]
    for key in ("IncludeGlobalServiceEvents", "IsMultiRegionTrail", "EnableLogFileValidation"):
        if key in properties:
            request[key] = is_true(properties[key])
    return request
