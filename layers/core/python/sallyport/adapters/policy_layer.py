"""Read the policy layer: action files, tiers, directory, Cedar. What does not validate is refused whole."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable

from sallyport.adapters.policy_accounts import accounts_from
from sallyport.adapters.policy_actions import action_from
from sallyport.adapters.policy_channels import routes_from
from sallyport.adapters.policy_directory import directory_from
from sallyport.adapters.policy_yaml import PolicyInvalid, read_yaml
from sallyport.domain.actions import ActionDefinition, PolicyBundle
from sallyport.domain.canonical import canonical, sha256_hex

__all__ = ["PolicyInvalid", "action_from", "directory_from", "load_policy", "policy_texts"]

_SUFFIXES = (".yaml", ".cedar", ".cedarschema")
_NEEDED = ("tiers.yaml", "directory.yaml", "authorization.cedar", "authorization.cedarschema")


def load_policy(account: str, root: Traversable | None = None) -> PolicyBundle:
    """The bundle in `root` (the layer's package by default). `{account}` in principals becomes `account`.

    `digest` is over every file's name and bytes, so that any change of policy is a new digest.
    """
    texts = policy_texts(root or files("sallyport_policy"))
    missing = [name for name in _NEEDED if name not in texts]
    if missing:
        raise PolicyInvalid(f"not there: {', '.join(missing)}")
    tiers = read_yaml(texts["tiers.yaml"], "tiers.yaml")
    accounts = accounts_from(read_yaml(texts.get("accounts.yaml", "{}"), "accounts.yaml") or {}, account)
    actions: dict[str, ActionDefinition] = {}
    for name, text in texts.items():
        if name.startswith("actions/"):
            action = action_from(read_yaml(text, name), name, tiers, accounts)
            if name != f"actions/{action.name}.yaml":
                # Two files of one name: the second would silently replace the first.
                raise PolicyInvalid(f"{name}: says it is {action.name!r}; the file is called like its action")
            actions[action.name] = action
    directory = directory_from(read_yaml(texts["directory.yaml"], "directory.yaml"), account)
    groups = {group for person in directory.people.values() for group in person.groups}
    return PolicyBundle(
        digest=sha256_hex(canonical({name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()})),
        actions=actions,
        directory=directory,
        cedar=texts["authorization.cedar"],
        cedar_schema=texts["authorization.cedarschema"],
        masking=read_yaml(texts.get("masking.yaml", "{}"), "masking.yaml") or {},
        accounts=accounts,
        routes=routes_from(
            read_yaml(texts.get("channels.yaml", "{}"), "channels.yaml") or {},
            {"action": actions, "group": groups, "account": accounts},
        ),
    )


def policy_texts(folder: Traversable) -> dict[str, str]:
    """Every file that is policy, by its name inside the layer's package, sorted."""
    return dict(sorted(_texts(folder)))


def _texts(folder: Traversable, prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name == "actions":
            found += _texts(entry, "actions/")
        elif entry.is_file() and entry.name.endswith(_SUFFIXES):
            found.append((prefix + entry.name, entry.read_text(encoding="utf-8")))
    return found
