"""Read YAML of the policy layer strictly: what a later line would silently replace is an error."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml


class PolicyInvalid(ValueError):
    """The policy layer says something that cannot be right. The message names file and reason; policy is not secret."""


# libyaml's loader where it is built in; both are safe loaders.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_SafeLoader):  # type: ignore[misc]  # which of the two it is, is known at run time only
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                # YAML's readers take the last of two equal keys: a second entry would silently replace the first.
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} is there twice", key_node.start_mark)
            seen.add(key)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return made


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    return loader.construct_mapping(node, deep=True)


# Said here, since other code in the process may give the safe loader a mapping of its own (aws-sam-cli does).
_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(text: str, where: str) -> Any:
    """The parsed document. Raises PolicyInvalid, naming the file."""
    try:
        return yaml.load(text, _StrictLoader)  # noqa: S506 - a subclass of the safe loader
    except (yaml.YAMLError, TypeError) as error:
        raise PolicyInvalid(f"{where}: {' '.join(str(error).split())}") from None
