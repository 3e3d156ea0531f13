"""IAM users with access keys for the directory's agents and people."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.account import Account

KeyPair = dict[str, str]


def ensure(account: Account, users: Iterable[tuple[str, str]], known: Mapping[str, KeyPair]) -> dict[str, KeyPair]:
    """Make sure that each (user name, managed policy ARN) exists with exactly that policy; their key pairs by name.

    `known` are key pairs handed out before: secrets can be read once only, so they are kept. The policy may only
    call the API's routes: a user made here can reach nothing else.
    """
    iam = account.client("iam")
    existing = {user["UserName"] for user in iam.list_users()["Users"]}

    def one(user: tuple[str, str]) -> tuple[str, KeyPair]:
        name, policy = user
        if name not in existing:
            iam.create_user(UserName=name)
        attached = {entry["PolicyArn"] for entry in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]}
        for stale in attached - {policy}:
            iam.detach_user_policy(UserName=name, PolicyArn=stale)
        if policy not in attached:
            iam.attach_user_policy(UserName=name, PolicyArn=policy)
        return name, known[name] if name in known and name in existing else _new_key(iam, name)

    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(one, users))


def _new_key(iam: Any, name: str) -> KeyPair:
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}
