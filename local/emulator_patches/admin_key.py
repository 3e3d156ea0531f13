# ruff: noqa: SLF001 - a patch is about ministack's inner names
"""The administrator's key: ministack lets `test`, any 12-digit key and the configured key in as root, signature unread.

An agent that signs its calls with the key `test` would then be denied nothing. Here only the configured key pair is
root, and its signature is verified like everybody else's.
"""

import importlib
import os
from typing import Any


def apply() -> None:
    """Narrow who is root, and take root off the list of keys whose signature is not read."""
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    sts: Any = importlib.import_module("ministack.services.sts")
    resolve_caller_identity = evaluator.resolve_caller_identity

    def is_root_access_key(access_key: str) -> bool:
        # ministack marks its own internal calls by the absence of a key; unsigned requests are refused before this.
        return not access_key or access_key == os.environ["AWS_ACCESS_KEY_ID"]

    def needs_no_signature(access_key: str) -> bool:
        return not access_key

    def resolve_caller_identity_of_root(access_key: str) -> Any:
        if access_key and is_root_access_key(access_key):
            return _root(evaluator, access_key)
        return resolve_caller_identity(access_key)

    evaluator.is_root_access_key = is_root_access_key
    sts.is_root_access_key = is_root_access_key
    evaluator._is_root_key = needs_no_signature
    evaluator.resolve_caller_identity = resolve_caller_identity_of_root


def _root(evaluator: Any, access_key: str) -> dict[str, Any]:
    """The shape that ministack gives API Gateway for a root caller."""
    account: str = importlib.import_module("ministack.core.responses").get_account_id()
    return {
        "accessKey": access_key,
        "accountId": account,
        "userArn": f"arn:aws:iam::{account}:root",
        "userId": account,
        "principalOrgId": evaluator._principal_org_id(account),
        "session": None,
    }
