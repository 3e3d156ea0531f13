"""The people and agents of the policy layer's directory, as far as the local stack needs to create accounts for
them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.digest import ROOT

DIRECTORY = ROOT / "layers" / "policy" / "python" / "sallyport_policy" / "directory.yaml"


@dataclass(frozen=True)
class Agent:
    """An agent: its id, its owner's person id, and the name of its IAM user."""

    id: str
    owner: str
    iam_user: str


@dataclass(frozen=True)
class Person:
    """A person: id, display name, Slack user id, groups, and the name of their IAM user."""

    id: str
    name: str
    slack_user_id: str
    groups: tuple[str, ...]
    iam_user: str


@dataclass(frozen=True)
class Directory:
    """Everybody who gets an account."""

    agents: tuple[Agent, ...]
    people: tuple[Person, ...]


def read(path: Path = DIRECTORY) -> Directory:
    """The directory as the policy layer has it. Entries that are not IAM users get no account here."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups: dict[str, list[str]] = document.get("groups", {})
    agents = tuple(
        Agent(name, entry["owner"], user) for name, entry in document["agents"].items() if (user := _iam_user(entry))
    )
    people = tuple(
        Person(
            id=name,
            name=entry["name"],
            slack_user_id=entry["slack"],
            groups=tuple(sorted(group for group, members in groups.items() if name in members)),
            iam_user=user,
        )
        for name, entry in document["people"].items()
        if (user := _iam_user(entry))
    )
    return Directory(agents, people)


def _iam_user(entry: dict[str, Any]) -> str | None:
    """The name in the first `arn:…:user/<name>` among an entry's principals."""
    for principal in entry.get("principals", []):
        resource = str(principal).rsplit(":", 1)[-1]
        if resource.startswith("user/"):
            return resource.removeprefix("user/")
    return None
