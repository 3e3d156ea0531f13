"""What makes a new version behind every alias: SAM hashes what it sees of a function, and CloudFormation replaces a
version whose description changed."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.template import of_type, source, translated

VERSIONS = re.compile(r"^(\w+)Version[0-9a-f]{10}$")


def functions() -> dict[str, dict[str, Any]]:
    return {n: r["Properties"] for n, r in source()["Resources"].items() if r["Type"] == "AWS::Serverless::Function"}


def versions(template: dict[str, Any]) -> dict[str, str]:
    """The logical id of each function's version."""
    found = (VERSIONS.match(n) for n, r in translated(template).items() if r["Type"] == "AWS::Lambda::Version")
    return {match[1]: match[0] for match in found if match is not None}


def changed(change: Callable[[dict[str, Any]], object]) -> set[str]:
    """The functions that get a new version from a change of the template."""
    other = copy.deepcopy(source())
    change(other)
    before, after = versions(source()), versions(other)
    assert set(before) == set(after) == set(functions())
    return {name for name in before if before[name] != after[name]}


def test_nothing_changes_nothing() -> None:
    assert changed(lambda template: template) == set()


@pytest.mark.parametrize("layer", ["DepsLayer", "CoreLayer", "PolicyLayer"])
def test_a_changed_layer_publishes_every_function(layer: str) -> None:
    def upload(template: dict[str, Any]) -> None:
        template["Resources"][layer]["Properties"]["ContentUri"] = "s3://bucket/another"

    assert changed(upload) == set(functions())


def test_changed_code_publishes_its_function() -> None:
    def upload(template: dict[str, Any]) -> None:
        template["Resources"]["ListActions"]["Properties"]["CodeUri"] = "s3://bucket/another"

    assert changed(upload) == {"ListActions"}


def test_a_changed_setting_publishes_its_function() -> None:
    def enlarge(template: dict[str, Any]) -> None:
        template["Resources"]["MaskPayload"]["Properties"]["Timeout"] = 61

    assert changed(enlarge) == {"MaskPayload"}


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_version_is_described_by_the_parameters_that_reach_its_function(name: str) -> None:
    """One too few, and a changed parameter never reaches the alias; one too many, and CloudFormation would publish a
    function that did not change, which Lambda refuses."""
    common = source()["Globals"]["Function"]
    own = {k: v for k, v in functions()[name].items() if k in ("Environment", "Architectures", "MemorySize", "Timeout")}
    reaching = _references([common["Environment"], common["Architectures"], own]) & set(source()["Parameters"])
    described = re.findall(r"\$\{(\w+)\}", functions()[name]["VersionDescription"]["Fn::Sub"])
    assert sorted(described) == sorted(reaching)
    (version,) = [v for n, v in of_type("AWS::Lambda::Version").items() if n.startswith(f"{name}Version")]
    assert version["Description"] == functions()[name]["VersionDescription"]


def test_old_versions_go() -> None:
    assert source()["Globals"]["Function"]["VersionDeletionPolicy"] == "Delete"


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        here = {node["Ref"]} if isinstance(node.get("Ref"), str) else set()
        sub = node.get("Fn::Sub")
        here |= set(re.findall(r"\$\{(\w+)\}", sub)) if isinstance(sub, str) else set()
        return here.union(*(_references(value) for value in node.values()))
    return set().union(*(_references(item) for item in node)) if isinstance(node, list) else set()
