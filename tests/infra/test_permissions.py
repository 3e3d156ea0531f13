"""What every function's role may do, as a table that is compared exactly: a permission outside it is a finding."""

import json
from typing import Any

import pytest

from sallyport.adapters.event_bus import SOURCE
from tests.support.template import (
    Permission,
    function_roles,
    listed,
    of_type,
    permissions,
    resources,
    role_statements,
    short,
    source,
    statements,
)

REQUESTS, AUDIT = "arn::dynamodb:::table/*-requests", "arn::dynamodb:::table/*-audit"
SECRET = "arn::secretsmanager:::secret:*/slack-{}-??????"
MACHINE = "arn::states:::stateMachine:*-approval"
RAW, VIEWS = "arn::s3:::*-vault--/actions/*", "arn::s3:::*-views--/views/*"
TARGETS = "arn::iam:::role/sallyport/target/*-target-*"

DEAD_LETTERS = {("sqs:SendMessage", "${DeadLetters}")}
READ = {("dynamodb:GetItem", REQUESTS)}
PENDING = {("dynamodb:Query", f"{REQUESTS}/index/pending")}
DUE = {("dynamodb:Query", f"{REQUESTS}/index/due")}
# A transition and its evidence; a role that can settle a pending request also counts it off its agent's load.
RECORD = READ | {("dynamodb:PutItem", REQUESTS), ("dynamodb:PutItem", AUDIT)}
SETTLE = RECORD | {("dynamodb:UpdateItem", REQUESTS)}
# A transition that holds only while the switches are those that were read.
GUARD = {("dynamodb:ConditionCheckItem", REQUESTS)}
# What the chain says: of the deployment before anything is judged, of a request before it has an effect.
PROVE = {("dynamodb:Query", AUDIT)}
SHOW = {("s3:GetObject", VIEWS)}
POST = {("secretsmanager:GetSecretValue", SECRET.format("bot-token"))}
VERIFY = {("secretsmanager:GetSecretValue", SECRET.format("signing-secret"))}
WAKE = {("states:SendTaskSuccess", MACHINE)}
FAIL = {("states:SendTaskFailure", MACHINE)}
OPEN = {("s3:GetObject", RAW)}
# Of other accounts only what the parameters list, and nothing where they are empty.
ASSUME = {
    (action, roles)
    for action in ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    for roles in (TARGETS, "${OtherTargetRoles}")
}
REVOKE = {("iam:PutRolePolicy", TARGETS), ("sts:AssumeRole", "${OtherRevokers}")}
DENY = REVOKE
START = {("states:StartExecution", MACHINE)}
SUBMIT = {("s3:PutObject", RAW)} | START
EMPTY = {
    ("s3:DeleteObject", RAW),
    ("s3:DeleteObjectVersion", RAW),
    ("s3:ListBucketVersions", "arn::s3:::*-vault--"),
}
# The notary reads the stream and the table, keeps its own item, and puts what nobody deletes.
STREAM = {
    ("dynamodb:" + a, f"{AUDIT}/stream/*") for a in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
}
LOG = ("tile/*", "index/*", "checkpoint", "checkpoints/*", "tampering/*", "key.pem", "keys/*")
KEEP = {(action, f"arn::s3:::${{Worm}}/{name}") for action in ("s3:GetObject", "s3:PutObject") for name in LOG}
SIGN = {(action, "${AuditAccountKeyArn}") for action in ("kms:Sign", "kms:GetPublicKey")}
NOTARIZE = STREAM | KEEP | SIGN | {("s3:ListBucket", "arn::s3:::${Worm}"), ("dynamodb:Scan", AUDIT)}
# What DynamoDB is asked to export it writes with the role's own permissions.
EXPORT = {("dynamodb:ExportTableToPointInTime", AUDIT), ("dynamodb:ListExports", AUDIT)}
EXPORT |= {("dynamodb:DescribeExport", f"{AUDIT}/export/*")}
EXPORT |= {
    (f"s3:{a}", "arn::s3:::${Worm}/audit/scheduled/*") for a in ("PutObject", "PutObjectAcl", "AbortMultipartUpload")
}

ALLOWED: dict[str, set[Permission]] = {
    "SubmitRequest": SETTLE | PROVE | SHOW | SUBMIT,
    "GetRequest": READ | SHOW,
    "ListRequests": READ | PROVE | PENDING | SHOW,
    "CancelRequest": SETTLE | SHOW | WAKE,
    "DecideRequest": SETTLE | PROVE | SHOW | WAKE | POST,
    "SlackInteraction": SETTLE | PROVE | PENDING | SHOW | WAKE | POST | VERIFY,
    "ListActions": set(),
    # The agent's side of the API but for credentials; no function that decides, stops or issues.
    "Mcp": {
        ("lambda:InvokeFunction", f"${{{function}Aliaslive}}")
        for function in ("ListActions", "SubmitRequest", "GetRequest", "CancelRequest", "ExecuteAction")
    },
    "MaskPayload": RECORD | OPEN | {("s3:PutObject", VIEWS)},
    "RequestApproval": RECORD | SHOW | POST | WAKE | FAIL,
    "IssueGrant": SETTLE | PROVE | GUARD | OPEN | SHOW | POST | FAIL,
    "IssueCredentials": RECORD | PROVE | GUARD | OPEN | WAKE | ASSUME,
    "ExecuteAction": RECORD | PROVE | GUARD | OPEN | WAKE | ASSUME,
    "RevokeGrant": SETTLE | PROVE | SHOW | POST | WAKE | DENY,
    "RevokeAgent": SETTLE | PROVE | PENDING | WAKE | DENY,
    "SetHalt": SETTLE | PROVE,
    "RemindReviews": PENDING | POST,
    "ReconcileRequests": SETTLE | DUE | PROVE | SHOW | POST | WAKE | START | EMPTY | DENY,
    "CloseRequest": SETTLE | SHOW | POST | EMPTY,
    "AnnounceSettled": STREAM
    | {("dynamodb:GetItem", REQUESTS), ("events:PutEvents", "arn::events:::event-bus/${EventBusName}")},
    "ExportAudit": EXPORT,
    "NotarizeAudit": NOTARIZE | {("dynamodb:UpdateItem", REQUESTS)},
}
# Who may touch the vault, and how: the same in IAM, in the bucket's policy and in the key's.
VAULT = {
    "Put": {"SubmitRequestRole"},
    "Get": {"MaskPayloadRole", "IssueGrantRole", "IssueCredentialsRole", "ExecuteActionRole"},
    "Delete": {"CloseRequestRole", "ReconcileRequestsRole"},
}
ELSEWHERE = "arn:${AWS::Partition}:s3:::${AuditAccountBucket}*"
AUDITORS = short({"Fn::If": ["HasAuditor", {"Ref": "AuditorRoleArn"}, {"Ref": "AWS::NoValue"}]}).strip("${}")
# Resource "*", with the reason why nothing narrower is there. (A key policy's "*" is the key itself.)
STARS = {
    ("ApprovalRole", "logs"): "Step Functions' log delivery takes no resource",
    ("TargetBoundary", "*"): "a boundary limits and grants nothing: what it allows must be allowed elsewhere too",
}


def exempt(statement: dict[str, Any]) -> set[str]:
    """The roles that a deny leaves out."""
    return named(statement["Condition"]["ArnNotEquals"]["aws:PrincipalArn"])


def named(arns: Any) -> set[str]:
    return {short(arn).strip("${}") for arn in listed(arns)}


def having(action: str, resource: str) -> set[str]:
    """The functions' roles that may do this, by IAM."""
    return {role for role in function_roles().values() if (action, resource) in permissions(role)}


def by_sid(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in statements(document)}


def test_the_table_has_every_function() -> None:
    assert set(function_roles()) == set(ALLOWED)


@pytest.mark.parametrize("function", sorted(ALLOWED))
def test_a_function_may_do_exactly_what_the_table_says(function: str) -> None:
    assert permissions(function_roles()[function]) == ALLOWED[function] | DEAD_LETTERS


def test_every_function_has_a_role_of_its_own_that_lambda_alone_assumes() -> None:
    roles = list(function_roles().values())
    assert len(roles) == len(set(roles))
    for role in roles:
        properties = resources()[role]["Properties"]
        assert properties["ManagedPolicyArns"] == ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]
        (trust,) = statements(properties["AssumeRolePolicyDocument"])
        assert trust["Principal"] == {"Service": ["lambda.amazonaws.com"]}


def test_only_two_functions_assume_target_roles_and_what_revokes_assumes_revokers_alone() -> None:
    can: dict[str, set[str]] = {}
    for function, role in function_roles().items():
        for action, resource in permissions(role):
            if action.startswith("sts:"):
                can.setdefault(function, set()).add(resource)
    assert can == {
        **{name: {TARGETS, "${OtherTargetRoles}"} for name in ("IssueCredentials", "ExecuteAction")},
        **{name: {"${OtherRevokers}"} for name in ("RevokeGrant", "RevokeAgent", "ReconcileRequests")},
    }
    # Empty parameters are no statement at all.
    assert (
        source()["Parameters"]["OtherTargetRoles"]["Default"]
        == source()["Parameters"]["OtherRevokers"]["Default"]
        == ""
    )


def test_what_changes_roles_reaches_bounded_targets_alone() -> None:
    found = {
        function: statement
        for function, role in function_roles().items()
        for statement in role_statements(role)
        if any(action.startswith("iam:") for action in listed(statement["Action"]))
    }
    assert set(found) == {"RevokeGrant", "RevokeAgent", "ReconcileRequests"}
    boundary = of_type("AWS::IAM::ManagedPolicy")["TargetBoundary"]
    assert (boundary["Path"], short(boundary["ManagedPolicyName"])) == ("/sallyport/", "*-target-boundary")
    for statement in found.values():
        ((key, bound),) = statement["Condition"]["StringEquals"].items()
        assert (list(statement["Condition"]), key) == (["StringEquals"], "iam:PermissionsBoundary")
        assert short(bound) == "arn::iam:::policy/sallyport/*-target-boundary"


def test_who_touches_the_vault_is_the_same_in_iam_bucket_policy_and_key_policy() -> None:
    bucket = by_sid(of_type("AWS::S3::BucketPolicy")["VaultBucketPolicy"]["PolicyDocument"])
    for kind, roles in VAULT.items():
        granted = {
            r
            for r in function_roles().values()
            if any(resource == RAW and action.startswith(f"s3:{kind}Object") for action, resource in permissions(r))
        }
        assert granted == exempt(bucket[kind]) == roles
        assert (bucket[kind]["Effect"], bucket[kind]["Principal"]) == ("Deny", "*")
        assert bucket[kind]["Action"] == f"s3:{kind}Object*"
    key = by_sid(of_type("AWS::KMS::Key")["VaultKey"]["KeyPolicy"])
    assert exempt(key["NobodyElse"]) == VAULT["Get"] | VAULT["Put"]
    assert key["NobodyElse"]["Effect"] == "Deny"


def table_policy(name: str) -> dict[str, dict[str, Any]]:
    return by_sid(of_type("AWS::DynamoDB::Table")[name]["ResourcePolicy"]["PolicyDocument"])


@pytest.mark.parametrize(
    ("table", "resource", "sid", "operation"),
    [
        ("RequestsTable", REQUESTS, "FunctionsAlonePut", "dynamodb:PutItem"),
        ("RequestsTable", REQUESTS, "FunctionsAloneUpdate", "dynamodb:UpdateItem"),
        ("AuditTable", AUDIT, "FunctionsAlonePut", "dynamodb:PutItem"),
    ],
)
def test_a_table_admits_as_writers_the_roles_that_iam_lets_write_and_nobody_else(
    table: str, resource: str, sid: str, operation: str
) -> None:
    """The emulator does not evaluate DynamoDB's resource policies, so the template is what can be held to this."""
    statement = table_policy(table)[sid]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", operation)
    assert list(statement["Condition"]) == ["ArnNotEquals"]  # in a transaction or not
    assert exempt(statement) == having(operation, resource)
    assert short(statement["Resource"]) == resource


def test_the_notary_changes_no_item_but_its_own_and_no_event() -> None:
    (update,) = [s for s in role_statements("NotarizeAuditRole") if "dynamodb:UpdateItem" in listed(s["Action"])]
    assert update["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["NOTARY"]}}
    assert "NotarizeAuditRole" not in exempt(table_policy("AuditTable")["FunctionsAlonePut"])


def test_announcements_are_made_in_our_name_alone() -> None:
    (put,) = [s for s in role_statements("AnnounceSettledRole") if "events:PutEvents" in listed(s["Action"])]
    assert put["Condition"] == {"ForAllValues:StringEquals": {"events:source": [SOURCE]}}


def test_the_log_is_put_by_the_notary_alone_and_deleted_by_nobody() -> None:
    bucket = by_sid(of_type("AWS::S3::BucketPolicy")["AuditBucketPolicy"]["PolicyDocument"])
    assert exempt(bucket["Put"]) == {"NotarizeAuditRole"}
    assert {short(r) for r in listed(bucket["Put"]["Resource"])} == {f"${{AuditBucket}}/{name}" for name in LOG}
    assert exempt(bucket["Exports"]) == {"ExportAuditRole"}
    assert short(bucket["Exports"]["Resource"]) == "${AuditBucket}/audit/scheduled/*"
    for sid in ("Put", "Exports"):
        assert (bucket[sid]["Effect"], bucket[sid]["Principal"], bucket[sid]["Action"]) == (
            "Deny",
            "*",
            "s3:PutObject*",
        )
    assert (bucket["Put"]["Action"], bucket["Delete"]["Action"]) == ("s3:PutObject*", "s3:DeleteObject*")
    assert (bucket["Delete"]["Effect"], "Condition" in bucket["Delete"]) == ("Deny", False)


def test_nobody_deletes_state_or_writes_it_past_the_functions_operations() -> None:
    statement = table_policy("RequestsTable")["NobodyDeletesOrWritesAnyOtherWay"]
    assert (statement["Effect"], statement["Principal"], "Condition" in statement) == ("Deny", "*", False)
    other_ways = {"DeleteItem", "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"}
    assert set(statement["Action"]) == {f"dynamodb:{action}" for action in other_ways}
    assert not {role for action in other_ways for role in having(f"dynamodb:{action}", REQUESTS)}
    assert short(statement["Resource"]) == REQUESTS


@pytest.mark.parametrize("table", ["RequestsTable", "AuditTable"])
def test_a_tables_policy_fits_into_what_dynamodb_takes(table: str) -> None:
    """20 KB, with every ARN as long as it can be."""
    document = of_type("AWS::DynamoDB::Table")[table]["ResourcePolicy"]["PolicyDocument"]
    longest = "arn:aws-us-gov:iam::123456789012:role/" + "x" * 64
    text = json.dumps(document, default=str)
    references = text.count("Fn::GetAtt") + text.count("Fn::Sub")
    assert len(text) + references * len(longest) < 20 * 1024


def test_views_are_written_by_masking_alone_read_by_named_roles_and_auditors_and_deleted_by_nobody() -> None:
    bucket = by_sid(of_type("AWS::S3::BucketPolicy")["ViewsBucketPolicy"]["PolicyDocument"])
    assert exempt(bucket["Put"]) == {"MaskPayloadRole"}
    assert exempt(bucket["Get"]) == having("s3:GetObject", VIEWS) | {AUDITORS}
    assert (bucket["Get"]["Effect"], bucket["Get"]["Principal"]) == ("Deny", "*")
    assert bucket["Get"]["Action"] == "s3:GetObject*"
    assert bucket["Delete"]["Effect"] == "Deny"
    assert "Condition" not in bucket["Delete"]


def test_no_role_may_do_everything_to_something() -> None:
    assert not [a for role in of_type("AWS::IAM::Role") for a, _ in permissions(role) if a.endswith("*")]


def test_a_star_as_resource_has_its_reason() -> None:
    documents = [
        (name, policy["PolicyDocument"])
        for name, role in of_type("AWS::IAM::Role").items()
        for policy in role.get("Policies", [])
    ] + [(name, policy["PolicyDocument"]) for name, policy in of_type("AWS::IAM::ManagedPolicy").items()]
    found = {
        (name, action.split(":")[0])
        for name, document in documents
        for statement in statements(document)
        if statement["Effect"] == "Allow" and "*" in map(short, listed(statement["Resource"]))
        for action in listed(statement["Action"])
    }
    assert found == set(STARS)


def test_no_credential_reaches_sallyport_itself() -> None:
    boundary = by_sid(of_type("AWS::IAM::ManagedPolicy")["TargetBoundary"]["PolicyDocument"])
    assert (boundary["NotSallyport"]["Effect"], boundary["NotSallyport"]["Action"]) == ("Deny", "*")
    assert set(map(short, listed(boundary["NotSallyport"]["Resource"]))) == {
        "${RequestsTable}",
        "${RequestsTable}/*",
        "${AuditTable}",
        "${AuditTable}/*",
        "arn::s3:::*-vault-*",
        "arn::s3:::*-views-*",
        "arn::s3:::*-worm-*",
        # The state machine and its executions: whoever could start or stop one would be the workflow.
        "arn::states:::*:*-approval*",
        "arn::lambda:::function:*-*",
        "arn::logs:::log-group:/sallyport/*",
        # Sallyport's roles and policies, this boundary among them.
        "arn::iam:::*/sallyport/*",
        "${VaultKey}",
        "${ViewsKey}",
        "${SamenessKey}",
        "${SlackSigningSecret}",
        "${SlackBotToken}",
        "${TableKey}",
        "${SecretKey}",
        # The audit log and its key, here or in the audit account.
        short({"Fn::If": ["SignsHere", {"Fn::GetAtt": ["NotaryKey", "Arn"]}, {"Ref": "AuditAccountKeyArn"}]}),
        short({"Fn::If": ["KeepsWormHere", {"Ref": "AWS::NoValue"}, {"Fn::Sub": ELSEWHERE}]}),
    }
    assert "Condition" not in boundary["NotSallyport"]
    assert set(listed(boundary["NoFurtherRoles"]["Action"])) == {"sts:AssumeRole*", "iam:PassRole"}


def test_auditors_read_the_evidence_and_change_nothing() -> None:
    document = of_type("AWS::IAM::ManagedPolicy")["AuditorAccess"]["PolicyDocument"]
    given = {
        (action, short(resource))
        for statement in statements(document)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    table = {(f"dynamodb:{a}", "${AuditTable}") for a in ("DescribeTable", "Query", "Scan", "ListExports")}
    kinds = ("GetObject", "GetObjectVersion", "ListBucket", "ListBucketVersions")
    bucket = {(f"s3:{a}", f"arn::s3:::${{Worm}}{end}") for a in kinds for end in ("", "/*")}
    assert given == table | bucket | {("dynamodb:DescribeExport", "${AuditTable}/export/*")}


def test_agents_call_no_route_of_approvers_nor_the_other_way_round() -> None:
    def routes(name: str) -> set[str]:
        (statement,) = statements(of_type("AWS::IAM::ManagedPolicy")[name]["PolicyDocument"])
        assert statement["Action"] == "execute-api:Invoke"
        return {short(r).split("/live/")[1] for r in listed(statement["Resource"])}

    assert routes("AgentAccess") == {
        "POST/v1/requests",
        "GET/v1/requests/*",
        "DELETE/v1/requests/*",
        "POST/v1/requests/*/credentials",
        "POST/v1/requests/*/result",
        "GET/v1/actions",
        "GET/v1/actions/*",
        "*/v1/mcp",
    }
    assert "POST/v1/requests/*/decisions" in routes("ApproverAccess")
    assert not {r for r in routes("ApproverAccess") if "credentials" in r or "result" in r}
