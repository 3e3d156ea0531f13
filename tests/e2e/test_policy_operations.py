"""Shipped actions that change something: what each does on the live stack, and what it leaves alone.

What the emulator cannot show is in a table of docs/policy.md.
"""

from __future__ import annotations

import io
import random
import zipfile
from contextlib import suppress
from typing import Any

import pytest

from tests.e2e.driver import Live
from tests.e2e.test_policy_actions import approved, credential, refused, result

TRIAGE, APPROVER = "triage-bot", "petra.approver"


def fresh(name: str) -> str:
    """A name of this run's own, so that a stack that is kept never has it already."""
    return f"{name}-{''.join(random.SystemRandom().choices('bcdfghjk', k=8))}"


def made_function(live: Live, name: str) -> dict[str, Any]:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): return None\n")
    (role, *_) = [role["Arn"] for role in live.client("iam").list_roles()["Roles"]]
    client = live.client("lambda")
    client.create_function(
        FunctionName=name, Runtime="python3.13", Handler="app.handler", Role=role, Code={"ZipFile": code.getvalue()}
    )
    return dict(client.get_function_configuration(FunctionName=name))


def made_instance(live: Live) -> str:
    (instance,) = live.client("ec2").run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)["Instances"]
    return str(instance["InstanceId"])


def test_a_credential_to_reboot_one_instance_reboots_no_other_and_does_nothing_else(live: Live) -> None:
    one, other = made_instance(live), made_instance(live)
    keys = credential(live, TRIAGE, (APPROVER,), action="ec2.reboot", parameters={"instance_id": one})
    held = live.client("ec2", keys)
    assert held.reboot_instances(InstanceIds=[one])["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert refused(held.reboot_instances, InstanceIds=[other])
    assert refused(held.stop_instances, InstanceIds=[one])
    assert refused(held.terminate_instances, InstanceIds=[one])


def test_a_credential_to_connect_to_one_database_does_nothing_to_databases(live: Live) -> None:
    parameters = {"db_resource_id": "db-ABCDEFGHIJKLMNOPQRST234567", "db_user": "report_reader"}
    keys = credential(live, TRIAGE, (APPROVER,), action="rds.connect", parameters=parameters)
    held = live.client("rds", keys)
    assert refused(held.describe_db_instances)
    assert refused(held.delete_db_instance, DBInstanceIdentifier="clinic-main", SkipFinalSnapshot=True)


def test_memory_and_timeout_of_a_function_are_changed_and_nothing_else_of_it(live: Live) -> None:
    name, other = fresh("clinic-reports"), fresh("clinic-reminders")
    before, left_alone = made_function(live, name), made_function(live, other)
    parameters = {"function": name, "memory_mb": 1024, "timeout_seconds": 60}
    answer = result(live, TRIAGE, action="lambda.update_config", parameters=parameters)
    assert {key: answer[key] for key in parameters} == parameters
    client = live.client("lambda")
    after = client.get_function_configuration(FunctionName=name)
    assert (after["MemorySize"], after["Timeout"]) == (1024, 60)
    for field in ("Role", "Handler", "Runtime", "CodeSha256"):
        assert after[field] == before[field]
    untouched = client.get_function_configuration(FunctionName=other)
    assert (untouched["MemorySize"], untouched["Timeout"]) == (left_alone["MemorySize"], left_alone["Timeout"])


def test_a_replica_is_made_of_the_approved_source_under_the_approved_name(live: Live) -> None:
    source, replica = fresh("clinic-main"), fresh("clinic-copy")
    client = live.client("rds")
    client.create_db_instance(
        DBInstanceIdentifier=source,
        DBInstanceClass="db.t4g.medium",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="sample",
        MasterUserPassword="sample-sample",
    )
    parameters = {"source": source, "replica": replica, "instance_class": "db.t4g.medium"}
    answer = result(live, TRIAGE, action="rds.create_read_replica", parameters=parameters)
    assert answer["replica"] == replica
    (made,) = client.describe_db_instances(DBInstanceIdentifier=replica)["DBInstances"]
    assert made["ReadReplicaSourceDBInstanceIdentifier"] == source


@pytest.mark.parametrize(
    ("action", "parameters", "code"),
    [
        # The emulator authorizes ecs:UpdateService on the cluster, AWS on the service.
        ("ecs.restart_service", {"cluster": "clinic", "service": "appointments"}, "access_denied"),
        # The emulator has no export tasks.
        (
            "logs.export",
            {
                "log_group": "/clinic/appointments",
                "from_ms": 1790000000000,
                "to_ms": 1790003600000,
                "destination": "sallyport-sample-export",
                "destination_prefix": "logs/appointments",
            },
            "service_refused",
        ),
    ],
)
def test_a_call_that_the_service_refuses_uses_the_grant_up_and_is_audited(
    live: Live, action: str, parameters: dict[str, Any], code: str
) -> None:
    prepare(live)
    request_id = approved(live, TRIAGE, (APPROVER,), action=action, parameters=parameters)
    path = f"/v1/requests/{request_id}/result"
    assert live.call(TRIAGE, "POST", path).said == (502, "action_failed")
    assert ("action.failed", code) in live.told(request_id)
    assert live.call(TRIAGE, "POST", path).status == 409


def prepare(live: Live) -> None:
    """The service and the log group are there: their absence is not what is refused."""
    logs, ecs = live.client("logs"), live.client("ecs")
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName="/clinic/appointments")
    ecs.create_cluster(clusterName="clinic")
    ecs.register_task_definition(
        family="appointments", containerDefinitions=[{"name": "app", "image": "sample", "memory": 64}]
    )
    if not ecs.describe_services(cluster="clinic", services=["appointments"])["services"]:
        ecs.create_service(cluster="clinic", serviceName="appointments", taskDefinition="appointments", desiredCount=0)
