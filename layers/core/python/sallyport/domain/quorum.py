"""How many approvals count: distinct people and, where an action asks for it, from different groups."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet


def counted(approvers: Mapping[str, AbstractSet[str]], *, distinct_groups: bool) -> int:
    """How many seats the approvers fill. `approvers` are people with the asked groups they are in.

    With `distinct_groups` every seat belongs to another group and one person fills one seat: the largest such seating.
    """
    if not distinct_groups:
        return len(approvers)
    seated: dict[str, str] = {}
    return sum(_seat(person, approvers, seated, set()) for person in approvers)


def _seat(person: str, approvers: Mapping[str, AbstractSet[str]], seated: dict[str, str], tried: set[str]) -> bool:
    """Find a group for `person`, moving others to another group where that makes room (an augmenting path)."""
    for group in sorted(approvers[person]):
        if group in tried:
            continue
        tried.add(group)
        if group not in seated or _seat(seated[group], approvers, seated, tried):
            seated[group] = person
            return True
    return False
