"""What the policy layer may not say is refused whole when it is loaded, not when it is asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sallyport.adapters.policy_layer import PolicyInvalid, directory_from, load_policy
from sallyport.domain.actions import ActionDefinition
from sallyport.domain.directory import Person
from sallyport.domain.refusals import IdentifierInScope
from sallyport.services.policy import check_scope
from sallyport_cli.policy.layer import default_root

ACCOUNT = "111122223333"
SSO = f"arn:aws:iam::{ACCOUNT}:role/AWSReservedSSO_Approvers_0123456789abcdef"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_root(), tmp_path / "sallyport_policy"))


def edit(root: Path, name: str, change: Callable[[Any], object]) -> None:
    path = root / name
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(yaml.safe_dump(json.loads(json.dumps(document))), encoding="utf-8")


EXPORT = "actions/s3.export.yaml"
READ = "actions/dynamodb.read_items.yaml"
CRITICAL = "actions/secretsmanager.read.yaml"
SSM = "actions/ssm.put_parameter.yaml"
LAMBDA = "actions/lambda.update_config.yaml"
REPLICA = "actions/rds.create_read_replica.yaml"
TOO_WIDE = (".*", "[^/]+", "(?s).{3,64}", "[a-z0-9-]{3,63}", "[0-9]+", r"^[\w.+@-]*$", "[0-9-]{11}|never")


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        (EXPORT, lambda d: d.update(name="s3.other"), "called like its action"),
        (EXPORT, lambda d: d["bound_by"].pop("prefix"), "unbound or unknown parameters"),
        (EXPORT, lambda d: d["session_policy"].pop(0) and d["session_policy"].pop(0), "unbound or unknown parameters"),
        (EXPORT, lambda d: d["session_policy"][0].update(Resource="{nothing}"), "unbound or unknown parameters"),
        (EXPORT, lambda d: d["session_policy"][0].update(Action="s3:*"), "without wildcards"),
        (EXPORT, lambda d: d["session_policy"][0].update(Action=["s3:Get*"]), "without wildcards"),
        (EXPORT, lambda d: d["session_policy"][0].update(NotAction="s3:PutObject"), "nothing else"),
        (EXPORT, lambda d: d["session_policy"][0].update(Effect="allow"), "nothing else"),
        (EXPORT, lambda d: d["parameters"]["required"].remove("prefix"), "is required"),
        (EXPORT, lambda d: d.update(delivery="execute"), "execute"),
        (EXPORT, lambda d: d.update(approval={"channels": ["slack", "teams"]}), "laxer"),
        (CRITICAL, lambda d: d.update(approval={"quorum": 1}), "laxer"),
        (SSM, lambda d: d.update(mask={"value": "VALUE"}), "say `hidden"),
        (SSM, lambda d: d.update(hidden={"other": "there is none"}), "cannot be hidden"),
        (LAMBDA, lambda d: d.update(hidden={"memory_mb": "a number"}), "always shown"),
        (REPLICA, lambda d: d.update(hidden={"instance_class": "a choice"}), "always shown"),
        (SSM, lambda d: d.update(hidden={"value": "a secret"}, approval={"quorum": 1}), "laxer"),
        (CRITICAL, lambda d: d.update(hidden={"secret": "a name"}, approval={"quorum": 2}), "laxer"),
        (EXPORT, lambda d: d.update(harmless={"perfix": "x-[0-9]+"}), "perfix is no parameter"),
        (EXPORT, lambda d: d.update(harmless={"prefix": "(?=x)x"}), "RE2"),
        (EXPORT, lambda d: d.update(harmless={"prefix": 3}), "TypeError"),
        *((EXPORT, lambda d, wide=wide: d.update(harmless={"prefix": wide}), "too wide") for wide in TOO_WIDE),
        (SSM, lambda d: d.pop("execute"), "unbound or unknown parameters"),
        (SSM, lambda d: d["execute"]["arguments"].update(Value="{other}"), "unbound or unknown parameters"),
        ("tiers.yaml", lambda d: d["critical"].pop("ladder"), "ladder"),
        ("directory.yaml", lambda d: d["people"]["olive.owner"].update(emial="x"), "unknown"),
        ("directory.yaml", lambda d: d["groups"]["security"].append("export-bot"), "not in people"),
        ("directory.yaml", lambda d: d["agents"]["export-bot"].update(owner="ghost"), "not in people"),
        ("directory.yaml", lambda d: d["agents"]["export-bot"].pop("owner"), "owner"),
        ("directory.yaml", lambda d: d["people"]["olive.owner"].update(slack="olive@example.org"), "Slack"),
        ("directory.yaml", lambda d: d["people"]["olive.owner"].update(teams="olive"), "Teams"),
        ("directory.yaml", lambda d: d["people"]["olive.owner"].update(slack="UPETRA0003"), "shared"),
    ],
)
def test_what_could_not_be_enforced_is_not_loaded(
    root: Path, name: str, change: Callable[[Any], object], why: str
) -> None:
    edit(root, name, change)
    with pytest.raises(PolicyInvalid, match=why):
        load_policy(ACCOUNT, root)


HIDES = {"value": "a value can be a secret"}


@pytest.mark.parametrize(
    ("name", "hides", "quorum", "channels"),
    [
        (EXPORT, {"hidden": {"prefix": "names a ward"}}, 2, ("slack", "api")),
        (EXPORT, {"sensitive_scope": ["prefix"]}, 2, ("slack", "api")),
        (SSM, {"hidden": HIDES, "risk": "medium"}, 1, ("slack", "api")),
        (SSM, {"hidden": HIDES, "risk": "high"}, 2, ("slack", "api")),
        (SSM, {"hidden": HIDES, "risk": "critical"}, 3, ("slack", "api")),
        (SSM, {"risk": "medium"}, 1, ("slack", "api", "teams")),
    ],
)
def test_hiding_a_parameter_asks_for_the_tier_above_or_one_more_person(
    root: Path, name: str, hides: dict[str, Any], quorum: int, channels: tuple[str, ...]
) -> None:
    edit(root, name, lambda d: d.update(hides))
    action = load_policy(ACCOUNT, root).actions[name.removeprefix("actions/").removesuffix(".yaml")]
    assert (action.approval.quorum, action.approval.channels) == (quorum, channels)
    assert action.shown | set(action.hidden) == set(action.parameters["properties"])


def test_hiding_takes_the_ladder_of_the_tier_above_as_well(root: Path) -> None:
    edit(root, SSM, lambda d: d.update(hidden=HIDES))
    actions = load_policy(ACCOUNT, root).actions
    assert actions["ssm.put_parameter"].approval.ladder == actions["secretsmanager.read"].approval.ladder


@pytest.mark.parametrize("name", ["tiers.yaml", "directory.yaml", "authorization.cedar", "authorization.cedarschema"])
def test_a_layer_with_a_file_missing_is_not_loaded(root: Path, name: str) -> None:
    (root / name).unlink()
    with pytest.raises(PolicyInvalid, match="not there"):
        load_policy(ACCOUNT, root)


@pytest.mark.parametrize(
    ("name", "twice"),
    [
        ("directory.yaml", "\ngroups: {security: [olive.owner]}\n"),
        ("tiers.yaml", "\ncritical: {quorum: 1}\n"),
        (EXPORT, "\nrisk: low\n"),
    ],
)
def test_a_key_that_is_there_twice_is_refused_instead_of_replacing_the_first(root: Path, name: str, twice: str) -> None:
    path = root / name
    path.write_text(path.read_text(encoding="utf-8") + twice, encoding="utf-8")
    with pytest.raises(PolicyInvalid, match="is there twice"):
        load_policy(ACCOUNT, root)


def test_every_file_of_policy_is_in_the_digest(root: Path) -> None:
    digests = {load_policy(ACCOUNT, root).digest}
    files = [p for p in sorted(root.rglob("*")) if p.suffix in (".yaml", ".cedar", ".cedarschema")]
    for path in files:
        comment = "\n// one more line\n" if path.suffix.startswith(".cedar") else "\n# one more line\n"
        path.write_text(path.read_text(encoding="utf-8") + comment, encoding="utf-8")
        digests.add(load_policy(ACCOUNT, root).digest)
    assert len(digests) == len(files) + 1


def with_principals(*principals: str, agent: str = "arn:aws:iam::{account}:role/bot") -> dict[str, Any]:
    return {
        "people": {"ann": {"name": "Ann", "principals": list(principals)}},
        "groups": {},
        "agents": {"bot": {"owner": "ann", "principals": [agent]}},
    }


@pytest.mark.parametrize(
    "principal",
    [
        SSO,  # without a session name it is everybody's
        f"arn:aws:iam::{ACCOUNT}:role/deployers/ann",  # a path, or a session name that its caller chose
        f"arn:aws:sts::{ACCOUNT}:assumed-role/deployers/ann",
        f"arn:aws:iam::{ACCOUNT}:role/*",
        f"arn:aws:iam::{ACCOUNT}:user/a*",
        f"{SSO}/*",
        f"{SSO}/ann?",
        f"arn:aws:iam::{ACCOUNT}:root",
        "arn:aws:iam::*:user/ann",
        "*",
        "ann",
        "",
        f"arn:aws:iam::{ACCOUNT}:user/ann\n",
    ],
)
def test_a_principal_that_could_be_somebody_else_is_refused(principal: str) -> None:
    with pytest.raises(PolicyInvalid, match="is no IAM user"):
        directory_from(with_principals(principal), ACCOUNT)


@pytest.mark.parametrize("principal", [SSO, f"{SSO}/bot", f"arn:aws:iam::{ACCOUNT}:role/*", "arn:aws:iam::1:role/bot"])
def test_an_agent_is_an_iam_user_or_role(principal: str) -> None:
    with pytest.raises(PolicyInvalid, match="an agent is an IAM user or role"):
        directory_from(with_principals(agent=principal), ACCOUNT)


def test_a_person_with_every_kind_of_account_is_one_person() -> None:
    principals = (f"arn:aws:iam::{ACCOUNT}:user/staff/ann", f"arn:aws:iam::{ACCOUNT}:role/only-ann", f"{SSO}/ann@x.org")
    directory = directory_from(with_principals(*principals), ACCOUNT)
    callers = (
        principals[0],
        f"arn:aws:sts::{ACCOUNT}:assumed-role/only-ann/anything",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Approvers_0123456789abcdef/ann@x.org",
    )
    found: list[Person | None] = [directory.person_of(caller) for caller in callers]
    assert {person.id for person in found if person is not None} == {"ann"}
    assert None not in found


def vouching(root: Path, **harmless: str) -> ActionDefinition:
    edit(root, EXPORT, lambda d: d.update(harmless=harmless))
    return load_policy(ACCOUNT, root).actions["s3.export"]


BATCH = "batch-[0-9]{9}-[a-z]{2}/"


def test_a_value_that_its_action_vouches_for_is_asked_of_no_detector(root: Path) -> None:
    parameters = {"prefix": "batch-987654321-eu/", "bucket": "data"}
    with pytest.raises(IdentifierInScope):
        check_scope(load_policy(ACCOUNT, root).actions["s3.export"], parameters, {})
    check_scope(vouching(root, prefix=BATCH), parameters, {})


@pytest.mark.parametrize(
    "value",
    [
        "batch-987654321-eu/maria-gonzalez/",
        "maria-gonzalez/batch-987654321-eu/",
        "batch-987654321-eu/\n",
        ["batch-987654321-eu/", "987-65-4321/"],
    ],
)
def test_only_a_value_that_fits_as_a_whole_is_vouched_for(root: Path, value: object) -> None:
    with pytest.raises(IdentifierInScope):
        check_scope(vouching(root, prefix=BATCH), {"prefix": value}, {})


def test_a_pattern_speaks_for_its_own_parameter_alone(root: Path) -> None:
    with pytest.raises(IdentifierInScope):
        check_scope(vouching(root, bucket=BATCH), {"prefix": "batch-987654321-eu/"}, {})
