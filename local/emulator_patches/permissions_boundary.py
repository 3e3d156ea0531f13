# ruff: noqa: SLF001 - a patch is about ministack's inner names
"""`iam:PermissionsBoundary`, and the whole ARN of the role that a call to IAM is about.

ministack never sets the key, and treats roles as if they had no path, so a permission to write policies only on roles
under a path with a certain boundary allows nothing. Here, as on AWS, the key is the ARN of the boundary of the role in
the resource, and the resource is the ARN that the role was given.
"""

import importlib
from typing import Any
from urllib.parse import parse_qs


def apply() -> None:
    """Answer the condition key from the role in the resource, and name that role as IAM does."""
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    resolve, extract = evaluator._resolve_condition_key, actions.extract_resource_arn

    def resolve_with_boundary(key: str, context: Any) -> Any:
        if key.lower() == "iam:permissionsboundary":
            role = _roles().get(context.resource_arn.rpartition("/")[2]) or {}
            return role.get("PermissionsBoundary")
        return resolve(key, context)

    def extract_with_path(
        service: str, method: str, path: str, headers: Any, body: bytes, query: dict[str, Any], *rest: Any
    ) -> Any:
        if service == "iam":
            form = parse_qs(body.decode("utf-8", errors="replace")) if body else {}
            names = [*form.get("RoleName", []), *_listed(query.get("RoleName")), ""]
            if role := _roles().get(names[0]):
                return role["Arn"]
        return extract(service, method, path, headers, body, query, *rest)

    evaluator._resolve_condition_key = resolve_with_boundary
    actions.extract_resource_arn = extract_with_path


def _roles() -> Any:
    return importlib.import_module("ministack.services.iam")._roles


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
