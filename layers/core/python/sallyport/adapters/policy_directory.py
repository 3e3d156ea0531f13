"""The directory file, as people and agents. An account that could stand for two people, or for anybody, is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sallyport.adapters.policy_yaml import PolicyInvalid
from sallyport.domain.directory import ID_PATTERN, Agent, Directory, Person

_WHERE = "directory.yaml"
_ACCOUNT = r"arn:aws[a-z-]*:iam::\d{12}:"
_NAME = r"[A-Za-z0-9_+=,.@-]{1,64}"
_USER = re.compile(rf"{_ACCOUNT}user/(?:[\x21-\x29\x2b-\x3e\x40-\x7e]+/)?{_NAME}")
# API Gateway shows an assumed role without its path, so a path would never match.
_ROLE = re.compile(rf"{_ACCOUNT}role/(?!AWSReservedSSO_){_NAME}")
_SSO_USER = re.compile(rf"{_ACCOUNT}role/AWSReservedSSO_{_NAME}/[\w+=,.@-]{{2,64}}", re.ASCII)
# Names stand in the first lines of a card.
_LONGEST_NAME = 40
_SLACK = re.compile(r"[UW][A-Z0-9]{1,20}")
_TEAMS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PERSON_KEYS = {"name", "slack", "teams", "principals"}
_AGENT_KEYS = {"owner", "operators", "may_act_for", "principals", "patience_seconds"}


def directory_from(raw: Mapping[str, Any], account: str) -> Directory:
    """People and agents; `{account}` in principals becomes `account`. Raises PolicyInvalid."""
    try:
        directory, groups = _directory(raw, account)
    except (KeyError, TypeError, AttributeError) as error:
        raise PolicyInvalid(f"{_WHERE}: {type(error).__name__} at {error}") from None
    _check_ids(directory)
    _check_references(directory, groups)
    _check_accounts(directory)
    return directory


def _directory(raw: Mapping[str, Any], account: str) -> tuple[Directory, dict[str, set[str]]]:
    groups: dict[str, set[str]] = {name: set(members) for name, members in raw["groups"].items()}
    for entries, keys in ((raw["people"], _PERSON_KEYS), (raw["agents"], _AGENT_KEYS)):
        for name, entry in entries.items():
            if set(entry) - keys:
                raise PolicyInvalid(f"{_WHERE}: {name}: unknown {sorted(set(entry) - keys)}")
    people = {
        person_id: Person(
            id=person_id,
            name=entry["name"],
            slack_user_id=entry.get("slack"),
            teams_user_id=entry.get("teams"),
            principals=_principals(entry.get("principals", ()), account),
            groups=frozenset(name for name, members in groups.items() if person_id in members),
        )
        for person_id, entry in raw["people"].items()
    }
    agents = {
        agent_id: Agent(
            id=agent_id,
            owner=entry["owner"],
            operators=frozenset(entry.get("operators", ())),
            may_act_for=frozenset(entry.get("may_act_for", ())),
            principals=_principals(entry["principals"], account),
            patience_seconds=entry.get("patience_seconds"),
        )
        for agent_id, entry in raw["agents"].items()
    }
    return Directory(people, agents, sample=raw.get("sample", False) is not False), groups


def _principals(raw: Any, account: str) -> tuple[str, ...]:
    return tuple(principal.replace("{account}", account) for principal in raw)


def _check_ids(directory: Directory) -> None:
    for name in [*directory.people, *directory.agents]:
        if not isinstance(name, str) or not ID_PATTERN.fullmatch(name):
            raise PolicyInvalid(f"{_WHERE}: id {name!r} does not fit {ID_PATTERN.pattern}")


def _check_references(directory: Directory, groups: Mapping[str, set[str]]) -> None:
    """Groups, owners, operators and those acted for are people."""
    named = {person for members in groups.values() for person in members}
    for agent in directory.agents.values():
        named |= {agent.owner, *agent.operators, *agent.may_act_for}
    if named - set(directory.people):
        raise PolicyInvalid(f"{_WHERE}: not in people: {sorted(map(str, named - set(directory.people)))}")


def _check_accounts(directory: Directory) -> None:
    """Every account is well-formed and has one holder."""
    for agent in directory.agents.values():
        for principal in agent.principals:
            if not _USER.fullmatch(principal) and not _ROLE.fullmatch(principal):
                raise PolicyInvalid(f"{_WHERE}: {agent.id}: an agent is an IAM user or role, not {principal!r}")
    for person in directory.people.values():
        _check_person(person)
    accounts = list(_accounts(directory))
    # Slack and IAM tell apart what differs in case only; readers of this file might not.
    folded = [account.casefold() for account in accounts]
    shared = sorted({account for account in accounts if folded.count(account.casefold()) > 1})
    if shared:
        raise PolicyInvalid(f"{_WHERE}: shared by two entries: {shared}")


def _check_person(person: Person) -> None:
    if not isinstance(person.name, str) or not 0 < len(person.name) <= _LONGEST_NAME or not person.name.isprintable():
        raise PolicyInvalid(f"{_WHERE}: {person.id}: a name has 1 to {_LONGEST_NAME} characters that can be seen")
    if person.slack_user_id is not None and not _SLACK.fullmatch(person.slack_user_id):
        raise PolicyInvalid(f"{_WHERE}: {person.id}: no Slack user id: {person.slack_user_id!r}")
    if person.teams_user_id is not None and not _TEAMS.fullmatch(person.teams_user_id):
        raise PolicyInvalid(f"{_WHERE}: {person.id}: no Teams (Entra) object id: {person.teams_user_id!r}")
    for principal in person.principals:
        if not any(form.fullmatch(principal) for form in (_USER, _ROLE, _SSO_USER)):
            # Identity Center's role without a session name is everybody's; other session names are the caller's choice.
            raise PolicyInvalid(
                f"{_WHERE}: {person.id}: {principal!r} is no IAM user, role without path and session name, or "
                "AWSReservedSSO role with a session name"
            )


def _accounts(directory: Directory) -> Iterator[str]:
    for person in directory.people.values():
        yield from (a for a in (person.slack_user_id, person.teams_user_id, *person.principals) if a)
    for agent in directory.agents.values():
        yield from agent.principals
