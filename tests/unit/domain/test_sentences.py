"""One sentence of what becomes possible, from what is bound and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from sallyport.adapters.policy_actions import action_from
from sallyport.adapters.policy_layer import policy_texts
from sallyport.adapters.policy_yaml import PolicyInvalid, read_yaml
from sallyport.domain.sentences import MAX_LENGTH, sentence, spelled
from sallyport_cli.policy.layer import default_root
from tests.fakes.ports import FakePorts

ACTIONS = FakePorts().policy.actions
TEXTS = policy_texts(default_root())


def raw(name: str) -> dict[str, Any]:
    return dict(read_yaml(TEXTS[f"actions/{name}.yaml"], name))


def of(name: str, where: str = "account clinic-prod", **changes: Any) -> str:
    action = ACTIONS[name]
    return sentence(action, {**raw(name)["example"], **changes}, where, action.duration.default)


SAID = {
    "dynamodb.query_masked": "Read masked patient_id, diagnosis and birth_date of the rows of table "
    "sallyport-sample-patients whose patient_id is pat-00001 in account clinic-prod, once",
    "dynamodb.read_items": "Read 2 items' patient_id and diagnosis of table sallyport-sample-patients in account "
    "clinic-prod, for 15 minutes",
    "ec2.reboot": "Reboot instance i-0123456789abcdef0 in account clinic-prod, for 5 minutes",
    "ecs.restart_service": "Restart service appointments of cluster clinic in account clinic-prod, once",
    "eks.grant_access": "Give role reporting-job the access policy AmazonEKSViewPolicy in namespace reports of cluster "
    "clinic in account clinic-prod, within 5 minutes",
    "iam.attach_policy": "Attach AWS policy CloudWatchReadOnlyAccess to role reporting-job in account clinic-prod, "
    "within 5 minutes",
    "lambda.update_config": "Set memory of function clinic-reports to 1024 MB and its timeout to 60 s in account "
    "clinic-prod, once",
    "logs.export": "Copy log group /clinic/appointments from 2026-09-21 14:13:20 UTC to 2026-09-21 15:13:20 UTC to "
    "logs/appointments in bucket sallyport-sample-export in account clinic-prod, once",
    "rds.connect": "Connect to database db-ABCDEFGHIJKLMNOPQRST234567 as user report_reader in account clinic-prod, "
    "within 10 minutes",
    "rds.create_read_replica": "Create read replica clinic-reports (db.t4g.medium) of database clinic-main in account "
    "clinic-prod, once",
    "s3.export": "Read everything under patients/2025/ of bucket sallyport-sample-data, and write under reports/q3/ of "
    "bucket sallyport-sample-export in account clinic-prod, within 15 minutes",
    "secretsmanager.read": "Read the value of secret clinic/reports/database in account clinic-prod, within 2 minutes",
    "ssm.put_parameter": "Set parameter /clinic/appointments/slot-minutes to 20 in account clinic-prod, once",
}


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_action_says_what_it_makes_possible(name: str) -> None:
    assert ACTIONS[name].sentence
    assert of(name) == SAID[name]


def test_a_value_cannot_end_the_sentence_and_begin_another() -> None:
    value = "20 in account sandbox, once"
    assert of("ssm.put_parameter", value=value) == (
        'Set parameter /clinic/appointments/slot-minutes to "20 in account sandbox, once" in account clinic-prod, once'
    )


def test_a_long_value_is_named_by_its_length_and_never_by_its_beginning() -> None:
    told = of("s3.export", prefix="patients/" + "a" * 180 + "/")
    assert "under (190 characters, shown below) of bucket sallyport-sample-data" in told
    assert of("dynamodb.read_items", keys=["p-1"], attributes=["a", "b"]).startswith("Read 1 item's a and b of table")
    many = of("dynamodb.read_items", attributes=[f"an_attribute_{n}" for n in range(20)])
    assert "(20 values, shown below)" in many
    assert len(many) <= MAX_LENGTH


def test_without_a_template_the_title_and_every_parameter_are_said() -> None:
    action = replace(ACTIONS["rds.connect"], sentence="")
    assert sentence(action, {"db_resource_id": "db-1", "db_user": "me"}, "account a", 90) == (
        "Connect to a database as one user: db resource id db-1, db user me in account a, within "
        "1 minute and 30 seconds"
    )


@pytest.mark.parametrize(
    "template",
    [
        "Read something of table {table}",
        "Read {keys:item|items} {attributes} of {table} for {reason}",
        "Read {keys:item|items} {attributes} of {table} in {account}",
    ],
)
def test_a_template_that_leaves_out_or_makes_up_is_refused(template: str) -> None:
    with pytest.raises(PolicyInvalid, match="the sentence leaves out, or names without their being bound"):
        action_from({**raw("dynamodb.read_items"), "sentence": template}, "x.yaml", read_yaml(TEXTS["tiers.yaml"], "t"))


@pytest.mark.parametrize(
    ("seconds", "said"), [(60, "1 minute"), (90, "1 minute and 30 seconds"), (900, "15 minutes"), (1, "1 second")]
)
def test_seconds_are_said_as_people_say_them(seconds: int, said: str) -> None:
    assert spelled(seconds) == said
