"""A gate in one account guards others: the agent chooses among listed ones, the approver sees which, and nothing else
of the request can lead there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sallyport.adapters.policy_layer import PolicyInvalid, load_policy
from sallyport.domain.credentials import CredentialOrder
from sallyport.domain.refusals import InvalidParameters, PolicyChanged
from sallyport.usecases.execute_action import execute_action
from sallyport.usecases.revoke_grant import revoke_grant
from sallyport_cli.main import main
from sallyport_cli.policy.layer import default_root
from tests.fakes.ports import ACCOUNT
from tests.support.story import EXPORT, Story, agent_arn, person_arn, submission

CLINIC, LAB = "111122223333", "444455556666"
ACCOUNTS = {
    "clinic-prod": {"id": CLINIC, "regions": ["eu-west-1", "us-east-1"]},
    "lab": {"id": LAB, "regions": ["us-east-1"]},
    "gate": {"id": "{account}", "regions": ["us-east-1"]},
}
ROLE = "sallyport-target-s3-export"
RESTART = {"cluster": "clinic", "service": "appointments"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The shipped policy with accounts, and two actions that take place where the agent says."""
    copied = Path(shutil.copytree(default_root(), tmp_path / "sallyport_policy"))
    edit(copied, "accounts.yaml", lambda d: d.update(accounts=ACCOUNTS))
    edit(copied, "actions/s3.export.yaml", lambda d: d.update(places=["account"]))
    edit(copied, "actions/ecs.restart_service.yaml", lambda d: d.update(places=["account", "region"]))
    return copied


def edit(root: Path, name: str, change: Callable[[Any], object]) -> None:
    path = root / name
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(yaml.safe_dump(json.loads(json.dumps(document))), encoding="utf-8")


@pytest.fixture
def story(root: Path) -> Story:
    story = Story()
    loaded = load_policy(ACCOUNT, root)
    return story.policy(
        actions=loaded.actions, accounts=loaded.accounts, digest=loaded.digest, directory=loaded.directory
    )


def pending(story: Story, account: str) -> Story:
    return story.pending(submission(parameters={**EXPORT, "account": account}))


def order(story: Story) -> CredentialOrder:
    (found,) = story.ports.issuer.orders
    return found


def test_a_credential_is_for_the_account_that_was_chosen_and_shown(story: Story) -> None:
    pending(story, "clinic-prod")
    view: Any = story.ports.views.get(story.request.presented_digest or "").document
    assert view["masked"]["parameters"]["account"] == "clinic-prod"
    story.decided().granted().redeemed()
    assert order(story).role_arn == f"arn:aws:iam::{CLINIC}:role/sallyport/target/{ROLE}"
    for statement in json.loads(order(story).policy)["Statement"]:
        condition = json.dumps(statement["Condition"])
        assert f'"s3:ResourceAccount": "{CLINIC}"' in condition or f":{CLINIC}:" in statement["Resource"]


def test_the_gates_own_account_is_one_of_them(story: Story) -> None:
    pending(story, "gate").decided().granted().redeemed()
    assert order(story).role_arn.startswith(f"arn:aws:iam::{ACCOUNT}:")


@pytest.mark.parametrize("account", ["clinic", CLINIC, "999999999999", "", "clinic-prod ", "*"])
def test_an_account_that_is_not_listed_is_refused(story: Story, account: str) -> None:
    with pytest.raises(InvalidParameters) as refused:
        pending(story, account)
    assert refused.value.paths == ("$.parameters.account",)


def test_an_account_must_be_said(story: Story) -> None:
    with pytest.raises(InvalidParameters):
        story.submitted()


def test_a_region_is_one_of_the_account_s(story: Story) -> None:
    where = {"account": "lab", "region": "eu-west-1"}
    with pytest.raises(InvalidParameters) as refused:
        story.submitted(submission(action="ecs.restart_service", parameters={**RESTART, **where}))
    assert refused.value.paths == ("$.parameters.region",)


def test_an_executed_call_goes_to_the_region_that_was_chosen(story: Story) -> None:
    where = {"account": "clinic-prod", "region": "eu-west-1"}
    story.pending(submission(action="ecs.restart_service", parameters={**RESTART, **where})).decided().granted()
    execute_action(agent_arn("export-bot"), story.request_id, story.ports, story.now)
    ((call, _),) = story.ports.call_maker.calls
    assert call["region"] == "eu-west-1"
    assert order(story).role_arn.startswith(f"arn:aws:iam::{CLINIC}:")
    assert f"arn:aws:ecs:eu-west-1:{CLINIC}:service/clinic/appointments" in order(story).policy


def test_a_name_that_means_another_account_today_voids_the_approval(story: Story, root: Path) -> None:
    pending(story, "clinic-prod").decided().granted()
    edit(root, "accounts.yaml", lambda d: d["accounts"]["clinic-prod"].update(id="777788889999"))
    story.policy(accounts=load_policy(ACCOUNT, root).accounts)
    with pytest.raises(PolicyChanged):
        story.redeemed()
    assert story.ports.issuer.orders == []


def test_an_account_that_left_the_list_voids_the_approval_and_can_still_be_revoked(story: Story, root: Path) -> None:
    pending(story, "lab").decided().granted().redeemed()
    edit(root, "accounts.yaml", lambda d: d["accounts"].pop("lab"))
    left = load_policy(ACCOUNT, root)
    story.policy(accounts=left.accounts, actions=left.actions)
    revoke_grant(person_arn("petra.approver"), story.request_id, story.ports, story.now)
    denied = json.loads(story.ports.role_policies.documents[f"{LAB}/{ROLE}"])
    assert [statement["Effect"] for statement in denied["Statement"]] == ["Deny"]


def test_sessions_of_two_accounts_are_denied_each_in_its_own(story: Story) -> None:
    pending(story, "lab").decided().granted().redeemed()
    first = story.request_id
    pending(story, "gate").decided().granted().redeemed()
    for request_id in (first, story.request_id):
        revoke_grant(person_arn("petra.approver"), request_id, story.ports, story.now)
    documents = story.ports.role_policies.documents
    assert set(documents) == {f"{LAB}/{ROLE}", ROLE}
    assert first in documents[f"{LAB}/{ROLE}"]
    assert first not in documents[ROLE]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: d["accounts"].update(Clinic={"id": LAB, "regions": ["us-east-1"]}), "lower-case name"),
        (lambda d: d["accounts"]["lab"].update(id="4444"), "12 digits"),
        (lambda d: d["accounts"]["lab"].update(regions=[]), "at least one region"),
        (lambda d: d["accounts"]["lab"].update(regions=["everywhere"]), "at least one region"),
        (lambda d: d["accounts"]["lab"].update(id=CLINIC), "two names for one account"),
        (lambda d: d["accounts"]["lab"].update(owner="me"), "nothing else"),
        (lambda d: d.update(accounts={}), "lists none"),
    ],
)
def test_a_list_that_could_mislead_is_not_loaded(root: Path, change: Callable[[Any], object], why: str) -> None:
    edit(root, "accounts.yaml", change)
    with pytest.raises(PolicyInvalid, match=why):
        load_policy(ACCOUNT, root)


def test_a_region_alone_is_no_place(root: Path) -> None:
    edit(root, "actions/s3.export.yaml", lambda d: d.update(places=["region"]))
    with pytest.raises(PolicyInvalid, match=r"\[account\], or \[account, region\]"):
        load_policy(ACCOUNT, root)


def test_the_gates_parameters_name_the_other_accounts_roles(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets", "parameters", "--layer", str(root), "--account", ACCOUNT]) == 0
    targets, revokers = capsys.readouterr().out.split()
    assert targets == (
        f"OtherTargetRoles=arn:aws:iam::{CLINIC}:role/sallyport/target/sallyport-target-*,"
        f"arn:aws:iam::{LAB}:role/sallyport/target/sallyport-target-*"
    )
    assert revokers.endswith(f"arn:aws:iam::{LAB}:role/sallyport/revoker/sallyport-revoker")
    assert ACCOUNT not in targets + revokers
