"""Which person or agent a principal is. A session name that its caller chose counts for nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sallyport.adapters.policy_layer import PolicyInvalid, directory_from
from sallyport.domain.directory import Directory, principal_keys

SSO = "arn:aws:iam::111122223333:role/AWSReservedSSO_Approvers_0123456789abcdef"
RAW: dict[str, Any] = {
    "people": {
        "ann": {
            "name": "Ann",
            "slack": "U1",
            "principals": ["arn:aws:iam::{account}:user/ann", "arn:aws:iam::{account}:role/only-ann", f"{SSO}/ann"],
        },
        "bob": {"name": "Bob", "slack": "U2", "principals": [f"{SSO}/bob@example.org"]},
    },
    "groups": {"approvers": ["ann", "bob"]},
    "agents": {"bot": {"owner": "ann", "principals": ["arn:aws:iam::{account}:role/bot"]}},
}


@pytest.fixture
def directory() -> Directory:
    return directory_from(RAW, "111122223333")


@pytest.mark.parametrize(
    ("arn", "person"),
    [
        ("arn:aws:iam::111122223333:user/ann", "ann"),
        ("arn:aws:sts::111122223333:assumed-role/only-ann/whatever", "ann"),
        ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Approvers_0123456789abcdef/ann", "ann"),
        (
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Approvers_0123456789abcdef/bob@example.org",
            "bob",
        ),
    ],
)
def test_principals_of_a_person(directory: Directory, arn: str, person: str) -> None:
    found = directory.person_of(arn)
    assert found is not None
    assert found.id == person


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:sts::111122223333:assumed-role/bot/ann",
        "arn:aws:sts::111122223333:assumed-role/other/AWSReservedSSO_Approvers_0123456789abcdef",
        "arn:aws:sts::999999999999:assumed-role/AWSReservedSSO_Approvers_0123456789abcdef/ann",
        "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Approvers_0123456789abcdef/carl",
        "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Approvers_0123456789abcdef/ann/x",
        SSO,
        "arn:aws:iam::111122223333:user/Ann",
        "arn:aws:iam::111122223333:user/ann\n",
        "arn:aws-cn:iam::111122223333:user/ann",
        "arn:aws:iam::111122223333:root",
        "",
    ],
)
def test_principals_of_nobody(directory: Directory, arn: str) -> None:
    assert directory.person_of(arn) is None


def test_an_agent_is_its_role_whatever_the_session_is_called(directory: Directory) -> None:
    for session in ("one", "ann", "bob@example.org"):
        agent = directory.agent_of(f"arn:aws:sts::111122223333:assumed-role/bot/{session}")
        assert agent is not None
        assert agent.id == "bot"


def test_an_agent_is_no_person_and_a_person_no_agent(directory: Directory) -> None:
    assert directory.person_of("arn:aws:sts::111122223333:assumed-role/bot/x") is None
    assert directory.agent_of("arn:aws:iam::111122223333:user/ann") is None


def test_slack_ids_are_matched_exactly(directory: Directory) -> None:
    found = directory.person_in("slack", "U1")
    assert found is not None
    assert found.id == "ann"
    assert [directory.person_in("slack", user) for user in ("u1", "U1 ", "", "ann", "U3")] == [None] * 5


@given(session=st.from_regex(r"[\w+=,.@-]{2,64}", fullmatch=True))
def test_no_session_name_makes_a_role_a_person(session: str) -> None:
    arn = f"arn:aws:sts::111122223333:assumed-role/bot/{session}"
    assert directory_from(RAW, "111122223333").person_of(arn) is None
    assert session not in "".join(principal_keys(arn)).removeprefix("arn:aws:iam::111122223333:role/bot") or (
        principal_keys(arn) == (arn,)
    )


@pytest.mark.parametrize(
    "principal",
    ["arn:aws:iam::{account}:role/only-ann", "arn:aws:iam::{account}:user/ann", f"{SSO}/ann"],
)
def test_an_account_shared_by_two_people_is_a_directory_error(principal: str) -> None:
    people = {**RAW["people"], "eve": {"name": "Eve", "principals": [principal]}}
    with pytest.raises(PolicyInvalid, match="shared"):
        directory_from({**RAW, "people": people}, "111122223333")


@pytest.mark.parametrize(
    ("member", "value"),
    [("principals", ["arn:aws:iam::{account}:user/ANN"]), ("principals", [f"{SSO}/Ann"])],
)
def test_accounts_that_differ_in_case_alone_are_a_directory_error(member: str, value: object) -> None:
    """IAM tells them apart; whoever reviews the file might not."""
    people = {**RAW["people"], "eve": {"name": "Eve", member: value}}
    with pytest.raises(PolicyInvalid, match="shared"):
        directory_from({**RAW, "people": people}, "111122223333")


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"name": "Eve", "slack": "u9"}, "Slack"),
        ({"name": "Eve", "slack": "U9 "}, "Slack"),
        ({"name": "Eve", "teams": "eve@example.org"}, "Teams"),
        ({"name": "Eve", "principals": [SSO]}, "no IAM user"),
        ({"name": "Eve", "principals": ["arn:aws:iam::{account}:root"]}, "no IAM user"),
        ({"name": "Eve", "principals": ["arn:aws:iam::{account}:user/*"]}, "no IAM user"),
        ({"name": "Eve", "email": "eve@example.org"}, "unknown"),
    ],
)
def test_person_with_an_account_that_could_be_anybodys_is_a_directory_error(entry: dict[str, Any], says: str) -> None:
    with pytest.raises(PolicyInvalid, match=says):
        directory_from({**RAW, "people": {**RAW["people"], "eve": entry}}, "111122223333")


@pytest.mark.parametrize("principal", [SSO, f"{SSO}/ann2", "arn:aws:iam::{account}:root", "*"])
def test_agent_that_is_no_user_or_role_is_a_directory_error(principal: str) -> None:
    agents = {"bot": {"owner": "ann", "principals": [principal]}}
    with pytest.raises(PolicyInvalid, match="an agent is"):
        directory_from({**RAW, "agents": agents}, "111122223333")


@pytest.mark.parametrize("member", ["operators", "may_act_for"])
def test_those_behind_an_agent_must_be_known_people(member: str) -> None:
    agents = {"bot": {**RAW["agents"]["bot"], member: ["ghost"]}}
    with pytest.raises(PolicyInvalid, match="not in people"):
        directory_from({**RAW, "agents": agents}, "111122223333")


def test_an_account_shared_by_a_person_and_an_agent_is_a_directory_error() -> None:
    agents = {"bot": {"owner": "ann", "principals": ["arn:aws:iam::{account}:user/ann"]}}
    with pytest.raises(PolicyInvalid, match="shared"):
        directory_from({**RAW, "agents": agents}, "111122223333")


@pytest.mark.parametrize("person_id", ["Ann", "a" * 23, "a b", "a,approver=b", ""])
def test_ids_that_do_not_fit_a_source_identity_are_refused(person_id: str) -> None:
    people = {**RAW["people"], person_id: {"name": "X", "principals": []}}
    with pytest.raises(PolicyInvalid, match="id"):
        directory_from({**RAW, "people": people}, "111122223333")


def test_groups_and_owners_must_be_known_people() -> None:
    with pytest.raises(PolicyInvalid, match="not in people"):
        directory_from({**RAW, "groups": {"approvers": ["ghost"]}}, "111122223333")
