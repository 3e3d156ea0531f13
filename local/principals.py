"""IAM users with access keys for the directory's agents and people."""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.account import Account

KeyPair = dict[str, str]


def ensure(
    account: Account, users: Iterable[tuple[str, Collection[str]]], known: Mapping[str, KeyPair]
) -> dict[str, KeyPair]:
    """Make sure that each (user name, managed policy ARNs) exists with exactly these; their key pairs by name.

    `known` are key pairs handed out before: secrets can be read only once, so they are kept. The policies are the
    template's own: a user made here can call the API's routes, and where they are an auditor, read the evidence.
    """
    iam = account.client("iam")
    existing = {user["UserName"] for user in iam.list_users()["Users"]}

    def one(user: tuple[str, Collection[str]]) -> tuple[str, KeyPair]:
        name, policies = user
        if name not in existing:
            iam.create_user(UserName=name)
        attached = {entry["PolicyArn"] for entry in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]}
        for stale in attached - set(policies):
            iam.detach_user_policy(UserName=name, PolicyArn=stale)
        for missing in set(policies) - attached:
            iam.attach_user_policy(UserName=name, PolicyArn=missing)
        return name, known[name] if name in known and name in existing else _new_key(iam, name)

    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(one, users))


def _new_key(iam: Any, name: str) -> KeyPair:
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}
