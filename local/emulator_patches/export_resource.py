"""The resource of DynamoDB's exports: AWS takes the table or the export that a call names by its ARN.

ministack looks only for `TableName` and evaluates these calls on `*`, so a policy that names the table would allow
nothing.
"""

import importlib
import json
from typing import Any


def apply() -> None:
    """Answer with the ARN that the body has."""
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    resource_arns = actions.dynamodb_resource_arns

    def resource_arns_with_exports(body: bytes, region: str, account_id: str) -> list[str]:
        found: list[str] = resource_arns(body, region, account_id)
        return found or _named(body)

    actions.dynamodb_resource_arns = resource_arns_with_exports


def _named(body: bytes) -> list[str]:
    try:
        request = json.loads(body or b"{}")
    except (json.JSONDecodeError, UnicodeDecodeError):
        return []
    named = [request.get(member) for member in ("TableArn", "ExportArn")] if isinstance(request, dict) else []
    return [arn for arn in named if isinstance(arn, str)]
