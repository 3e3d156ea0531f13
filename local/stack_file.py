"""`.local/stack.json`: where everything of the local stack is, for tools, and the key pairs in it."""

from collections.abc import Mapping
from pathlib import Path

from local import principals, seed, slack_process
from local.account import Account
from local.emulator import ACCOUNT_ID, REGION, Emulator
from local.principals import KeyPair
from local.processes import read_record, write_record
from local.sample_directory import Directory
from local.slack_process import Slack

STACK_NAME = "sallyport"


def key_pairs(admin: Account, kept: Path, directory: Directory, outputs: Mapping[str, str]) -> dict[str, KeyPair]:
    """Make the directory's IAM users; their key pairs by user name, the same ones as long as the account lives."""
    users = [(agent.iam_user, [outputs["AgentPolicyArn"]]) for agent in directory.agents]
    auditing = [outputs["ApproverPolicyArn"], outputs["AuditorPolicyArn"]]
    users += [(p.iam_user, auditing if "auditors" in p.groups else auditing[:1]) for p in directory.people]
    before = read_record(kept) or {}
    known = {name: pair for name, pair in before.items() if isinstance(pair, dict)}
    keys = principals.ensure(admin, users, known)
    write_record(kept, keys)
    return keys


def description(
    account: Emulator,
    slack: Slack,
    directory: Directory,
    outputs: Mapping[str, str],
    api_url: str,
    keys: Mapping[str, KeyPair],
) -> dict[str, object]:
    """What other tools need to know, in the shape that they rely on."""
    return {
        "aws_endpoint_url": account.endpoint_url,
        "region": REGION,
        "account_id": ACCOUNT_ID,
        "stack_name": STACK_NAME,
        "api_url": api_url,
        "agents": {agent.id: {**keys[agent.iam_user], "owner": agent.owner} for agent in directory.agents},
        "approvers": {
            person.id: {
                **keys[person.iam_user],
                "slack_user_id": person.slack_user_id,
                "groups": list(person.groups),
            }
            for person in directory.people
        },
        "slack": {
            "workspace_url": slack.workspace_url,
            "api_url": slack.api_url,
            "bot_token": slack.bot_token,
            "signing_secret": slack.signing_secret,
            "channel_id": slack_process.CHANNEL_ID,
            "team_id": slack_process.TEAM_ID,
            "app_id": slack_process.APP_ID,
        },
        "tables": {"requests": outputs["RequestsTable"], "audit": outputs["AuditTable"]},
        "buckets": {
            "vault": outputs["VaultBucket"],
            "views": outputs["ViewsBucket"],
            "audit_worm": outputs["AuditBucket"],
            "sample_data": seed.SOURCE_BUCKET,
            "sample_export": seed.EXPORT_BUCKET,
        },
        "state_machine_arn": outputs["StateMachineArn"],
        "admin": {"access_key_id": account.access_key_id, "secret_access_key": account.secret_access_key},
    }
