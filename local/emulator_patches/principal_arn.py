# ruff: noqa: SLF001 - a patch is about ministack's inner names
"""`aws:PrincipalArn` of an assumed role: on AWS the ARN of the role, in ministack that of the session.

A bucket or key policy that denies all but named roles would deny those roles, too.
"""

import importlib
from typing import Any


def apply() -> None:
    """Answer the condition key with the role's ARN, path included."""
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    resolve = evaluator._resolve_condition_key

    def resolve_with_role(key: str, context: Any) -> Any:
        if key.lower() == "aws:principalarn" and ":assumed-role/" in context.principal_arn:
            roles: Any = importlib.import_module("ministack.services.iam")._roles
            name = evaluator._role_name_from_assumed_arn(context.principal_arn)
            role = roles.get_scoped(context.principal_account, None, name)
            if role is not None:
                return role["Arn"]
        return resolve(key, context)

    evaluator._resolve_condition_key = resolve_with_role
